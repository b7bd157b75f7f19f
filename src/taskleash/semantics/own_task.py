"""The task as which a coroutine runs, where it gets hold of it by itself: `current_task`."""

from __future__ import annotations

from collections import defaultdict

from taskleash.ir.model import Await, If, Loop
from taskleash.models.api import Gives
from taskleash.semantics.apis import calls_giving
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function


class OwnTasks:
    """Answers by which call a coroutine gets its own task."""

    def __init__(self, calls: Calls) -> None:
        self._calls: dict[Function, list[int]] = defaultdict(list)
        for function, index in calls_giving(calls, Gives.ITSELF):
            self._calls[function].append(index)

    def of(self, coroutine: Function) -> int | None:
        """The call by which a coroutine gets its task on each path, before it waits for anything.

        Until then the loop holds the task, for it is about to run its first step.
        """
        for index in sorted(self._calls.get(coroutine, ())):
            if any(isinstance(event, Await) for event in coroutine.events[:index]):
                return None
            if not any(isinstance(level.item, If | Loop) for level in around(coroutine, index)):
                return index
        return None
