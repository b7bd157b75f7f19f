"""Coroutines whose end a teardown waits for: what they do at their end, they do in the teardown.

So does the main coroutine of a loop: its end is the end of the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taskleash.dataflow.awaits import asked_to_wait, waits_for
from taskleash.dataflow.trail import Site
from taskleash.ir.model import Await, Loop, Store
from taskleash.ir.terms import Attribute, Parameter, Result
from taskleash.lifecycle.teardown import Teardown
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.semantics.loads import Load
from taskleash.semantics.mains import Mains
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
        self._told_by: Query[Function, tuple[tuple[int, str, Function], ...]] = Query(
            calls.program.uses, self._find_told_by
        )
        #: the cancel by which a teardown ends the task of a coroutine, with no wait for it before
        self.cancelled_by: Query[Function, Site | None] = Query(
            calls.program.uses, self._find_cancel
        )

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
            return self._behind_a_wait(function, index)
        teardown = self._awaited_by(function)
        if teardown is None:
            # Nobody waits until the task is through: the loop may be closed before.
            return NOTHING
        return sentence(
            "`{function}`, whose end `{teardown}` awaits",
            function=function.qualname,
            teardown=teardown.qualname,
        )

    def _behind_a_wait(self, function: Function, index: int) -> Said:
        """Why an event comes only once a teardown has said so; empty where it does not."""
        for wait, name, teardown in self._told_by(function):
            if function.paths.graph.dominates(wait, index):
                return sentence(
                    "`{function}`, once `{teardown}` has set `{name}`",
                    function=function.qualname,
                    teardown=teardown.qualname,
                    name=name,
                )
        return NOTHING

    def _find_told_by(self, function: Function) -> tuple[tuple[int, str, Function], ...]:
        """The waits of a method for events of its object, each with a teardown that sets it."""
        owner = function.owner
        if owner is None or not function.facts.is_async:
            return ()
        return tuple(
            (index, name, load.function)
            for index, event in enumerate(function.events)
            if isinstance(event, Await)
            for name in _events_of(function, event)
            for load in self.calls.loads.named(name).related((owner,))
            if load.named is None and load.function is not function
            for role in load.function.uses.roles.get(Attribute(load.term, "set"), ())
            if role.kind == "func" and self.teardown.holds(load.function, role.index)
        )

    def _find(self, coroutine: Function) -> Function | None:
        for load in self._loads(coroutine):
            for index in waits_for(load.function, load.term):
                if self.teardown.holds(load.function, index):
                    return load.function
        return None

    def _find_cancel(self, coroutine: Function) -> Site | None:
        for load in self._loads(coroutine):
            function, cancel = load.function, Attribute(load.term, "cancel")
            waits = list(waits_for(function, load.term))
            for role in function.uses.roles.get(cancel, ()):
                is_called = role.kind == "func" and not any(at < role.index for at in waits)
                if is_called and self.teardown.holds(function, role.index):
                    return function, role.index
        return None

    def _loads(self, coroutine: Function) -> Iterator[Load]:
        """Where the attributes are read that keep the coroutine's task."""
        for spawner in self._spawners.get(coroutine, ()):
            owner = spawner.owner
            if owner is None:
                continue
            for name in self._slots(spawner, coroutine):
                for load in self.calls.loads.named(name).related((owner,)):
                    if load.named is None:
                        yield load

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


def _events_of(function: Function, wait: Await) -> Iterator[str]:
    """The attributes of the instance that are waited for as events: ``self.stopped.wait()``."""
    own = Parameter(function.self_name)
    for waited in wait.value:
        for base in asked_to_wait(function, waited):
            if isinstance(base, Attribute) and base.base == own:
                yield base.name
