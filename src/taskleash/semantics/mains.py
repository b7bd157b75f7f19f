"""Main coroutines: what is run by something that makes a loop, and ends the loop after it.

``asyncio.run`` and its like cancel what is left once the main coroutine has returned, and wait for
it (CPython's documentation of ``asyncio.Runner``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from taskleash.controlflow.nesting import loops
from taskleash.ir.model import Await, Use
from taskleash.ir.terms import Parameter, Result, Term
from taskleash.models.api import Gives
from taskleash.query import Query
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.calls import Callee, Calls
from taskleash.semantics.entities import External, Function

Place = tuple[Function, int]


def runs_beside(function: Function, event: int, runners: Container[str]) -> Iterator[int]:
    """The calls by which a function runs the loop itself, before or after an event of its own.

    Where that is in another branch, it has nothing to do with the event.
    """
    return (
        index
        for index, call in function.calls()
        if call.text.rpartition(".")[2] in runners
        and function.paths.graph.share_a_path(event, index)
    )


def _is_last_wait(caller: Function, index: int) -> bool:
    """Whether a coroutine awaits what a call gives, and comes to no other wait after that.

    Nothing runs in the loop between the end of the one and that of the other.
    """
    roles = caller.uses.roles.get(Result(index), ())
    own = [role.index for role in roles if role.kind == "await"]
    if len(own) != 1 or any(loop.kind == "async for" for loop in loops(caller.facts.body)):
        return False
    if any(isinstance(event, Use) and event.kind == "with" for event in caller.events):
        return False
    waits = (at for at, event in enumerate(caller.events) if isinstance(event, Await))
    return not any(caller.paths.graph.may_come_to(own[0], at) for at in waits)


class Mains:
    """Finds who runs a function as the main coroutine of a loop."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.models = calls.program.models
        #: the call that runs a function until the loop's end; None where others start it too
        self.runner: Query[Function, Place | None] = Query(
            calls.program.uses, self._find, None, lambda one, other: one or other
        )

    def driven_by(self, function: Function, spawn: int) -> Place | None:
        """The call by which a function itself runs the loop that has a task of its own.

        It ends all tasks of the loop after that. Nothing runs in the loop of a function that is no
        coroutine but while it says so.
        """
        if function.facts.is_async or not self._sweeps(function):
            return None
        index = next(runs_beside(function, spawn, self.models.runners), None)
        return None if index is None else (function, index)

    def _find(self, function: Function) -> Place | None:
        first: Place | None = None
        for way in self._ways(function):
            if way is None:
                return None
            first = first or way
        return first

    def _ways(self, function: Function) -> Iterator[Place | None]:
        """For each use of a function the call that runs it until the loop's end, if one does."""
        for caller, index in self.calls.callers(function):
            way = self._runs(caller, Result(index))
            if way is None and _is_last_wait(caller, index):
                way = self.runner(caller)
            yield way
        for holder, index in self.calls.references(function):
            yield (holder, index) if self._makes_loop(holder, index) else None

    def _runs(
        self, caller: Function, term: Term, seen: frozenset[Function] = frozenset()
    ) -> Place | None:
        """The call by which a function hands a coroutine to what makes a loop for it."""
        for role in caller.uses.roles.get(term, ()):
            if role.kind != "arg":
                continue
            if self._makes_loop(caller, role.index):
                return caller, role.index
            call = caller.call(role.index)
            for callee in self.calls.callees(caller, call):
                if isinstance(callee, Function) and callee not in seen:
                    param = bind(callee, call, int(role.key), takes_instance(callee, call))
                    inner = Parameter(param.name) if param is not None else None
                    if inner and self._runs(callee, inner, seen | {caller}):
                        return caller, role.index
        return None

    def _makes_loop(self, function: Function, index: int) -> bool:
        """Whether a call runs what it is given in a loop, and cancels what is left at the end."""
        call = function.call(index)
        if call.text.rpartition(".")[2] in self.models.runners and self._sweeps(function):
            return True
        return any(
            isinstance(callee, External) and callee.dotted in self.models.loop_makers
            for callee in self.calls.callees(function, call)
        )

    def _sweeps(self, function: Function) -> bool:
        """Whether a function, or one that it calls, asks for all tasks of the loop."""
        return any(
            self._asks_for_all(callee)
            or (
                isinstance(callee, Function)
                and any(
                    self._asks_for_all(inner)
                    for _, deeper in callee.calls()
                    for inner in self.calls.callees(callee, deeper)
                )
            )
            for _, call in function.calls()
            for callee in self.calls.callees(function, call)
        )

    def _asks_for_all(self, callee: Callee) -> bool:
        return isinstance(callee, External) and self.models.gives(callee.dotted) is Gives.TASKS
