"""The task as which a coroutine runs, where it gets hold of it by itself: `current_task`."""

from __future__ import annotations

from taskleash.ir.model import Await, Call, If, Loop
from taskleash.models.api import Gives
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import External, Function


def own_task(calls: Calls, coroutine: Function) -> int | None:
    """The call by which a coroutine gets its own task on each path, before it waits for anything.

    Until then the loop holds the task, for it is about to run its first step.
    """
    models = calls.program.models
    names = {dotted.rpartition(".")[2] for dotted in models.giving(Gives.ITSELF)}
    for index, event in enumerate(coroutine.events):
        if isinstance(event, Await):
            return None
        if not isinstance(event, Call) or event.text.rpartition(".")[2] not in names:
            continue
        if any(isinstance(level.item, If | Loop) for level in around(coroutine, index)):
            continue
        callees = calls.callees(coroutine, event)
        if any(isinstance(c, External) and models.gives(c.dotted) is Gives.ITSELF for c in callees):
            return index
    return None
