"""Coroutines whose end a teardown waits for: what they do at their end, they do in the teardown.

So does the main coroutine of a loop: its end is the end of the program.
"""

from __future__ import annotations

from collections.abc import Mapping

from taskleash.dataflow.query import Query
from taskleash.facts.model import Loop, Store
from taskleash.facts.terms import Attribute, Parameter, Result
from taskleash.link.awaits import waits_for
from taskleash.link.calls import Calls
from taskleash.link.context import around
from taskleash.link.entities import Function
from taskleash.link.mains import Mains
from taskleash.link.teardown import Teardown
from taskleash.sentences import NOTHING, Said, sentence


class Supervisors:
    """Answers, with memory, which teardowns wait for a coroutine that runs as a task.

    ``started`` are the coroutines that each function starts.
    """

    def __init__(
        self,
        calls: Calls,
        teardown: Teardown,
        mains: Mains,
        started: Mapping[Function, tuple[Function, ...]],
    ) -> None:
        self.calls = calls
        self.teardown = teardown
        self.mains = mains
        self._spawners: dict[Function, list[Function]] = {}
        for spawner, coroutines in started.items():
            for coroutine in coroutines:
                self._spawners.setdefault(coroutine, []).append(spawner)
        self._awaited_by: Query[Function, Function | None] = Query(calls.program.uses, self._find)

    def holds(self, function: Function, index: int) -> Said:
        """Why an event belongs to a teardown: it comes after all that its coroutine goes on with.

        Empty where it does not.
        """
        if any(
            isinstance(frame.item, Loop) and frame.item.kind == "while"
            for frame in around(function, index)
        ):
            return NOTHING
        if function.facts.is_async and self.mains.runner(function):
            return f"`{function.qualname}`"
        if function not in self._spawners:
            return NOTHING
        teardown = self._awaited_by(function)
        if teardown is None:
            return NOTHING
        return sentence(
            "`{function}`, whose end `{teardown}` awaits",
            function=function.qualname,
            teardown=teardown.qualname,
        )

    def _find(self, coroutine: Function) -> Function | None:
        for spawner in self._spawners[coroutine]:
            owner = spawner.owner
            if owner is None:
                continue
            for name in self._slots(spawner, coroutine):
                for load in self.calls.loads.named(name).related((owner,)):
                    for index in waits_for(load.function, load.term):
                        if load.named is None and self.teardown.holds(load.function, index):
                            return load.function
        return None

    def _slots(self, spawner: Function, coroutine: Function) -> list[str]:
        """The attributes of its instance in which a function keeps the coroutine's task."""
        own = Parameter(spawner.self_name)
        return [
            event.target.name
            for event in spawner.events
            if isinstance(event, Store)
            and isinstance(event.target, Attribute)
            and event.target.base == own
            and any(
                isinstance(term, Result) and self._runs(spawner, term.event, coroutine)
                for term in event.value
            )
        ]

    def _runs(self, spawner: Function, index: int, coroutine: Function) -> bool:
        """Whether a call is given what a call of the coroutine function makes."""
        return any(
            isinstance(term, Result)
            and coroutine in self.calls.callees(spawner, spawner.call(term.event))
            for arg in spawner.call(index).args
            for term in arg.value
        )
