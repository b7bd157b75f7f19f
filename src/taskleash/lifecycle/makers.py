"""Functions that make an object and end its tasks before they return: they are its teardown.

So are those that take one out of its container for good.
"""

from __future__ import annotations

from taskleash.controlflow.assumptions import parts
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import CANCELLING, ENDING, Op, Trail, Unfollowed
from taskleash.ir.terms import Attribute, Result
from taskleash.lifecycle.phases import Phases
from taskleash.models.containers import SHRINKING, TAKING
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Class, Function
from taskleash.sentences import NOTHING, Said, sentence

#: uses of an object that give it to nobody
_LOOKING = frozenset({"read", "test"})


class Makers:
    """Answers for what alone makes the instances of a class."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.phases = calls.shared(Phases)
        #: the calls of a function that make instances of a class, where no other call does
        self._made: Query[Function, tuple[int, ...]] = Query(calls.program.uses, self._find_made)
        self._last: tuple[Trail | None, dict[Function, Said]] = (None, {})

    def holds(self, trail: Trail, op: Op) -> Said:
        """Why an ending belongs to a teardown; empty where a path from the making on leaves it."""
        function, _ = op.site
        if op.kind not in CANCELLING or function is trail.function or not self._made(function):
            return NOTHING
        if self._last[0] is not trail:
            self._last = trail, {}
        known = self._last[1]
        if function not in known:
            known[function] = self._find(trail, function)
        return known[function]

    def makes_many(self, function: Function) -> bool:
        """Whether objects of a method's class are made again and again: in a loop, for an event."""
        owner = function.method.owner
        return owner is not None and any(
            in_loop(maker, index) is not None or self.phases.is_event_handler(maker)
            for maker, index in self.calls.constructions(owner)
            if function.module.is_test or not maker.module.is_test
        )

    def _find(self, trail: Trail, function: Function) -> Said:
        carriers = set(trail.terms_in(function))
        roots = {part for term in carriers for part in parts(term) if isinstance(part, Result)}
        made = [root.event for root in roots if root.event in self._made(function)]
        if len(made) != 1 or function.facts.is_generator:
            return NOTHING
        endings = {at for home, at in (each.site for each in trail.of(*ENDING)) if home is function}
        outcome = function.paths.search(made, map(EndingEvent, endings), carriers)
        if outcome.leaks or outcome.respawned:
            return NOTHING
        if not outcome.is_complete:
            # Whoever does not know it accuses nobody.
            reason = sentence(
                "`{function}` has more paths than are searched", function=function.qualname
            )
            trail.unknown.setdefault(Unfollowed(function, made[0], reason))
        return f"`{function.qualname}`"

    def _find_made(self, function: Function) -> tuple[int, ...]:
        return tuple(index for index, _ in function.calls() if self._makes_all(function, index))

    def _makes_all(self, function: Function, index: int) -> bool:
        """Whether a call makes instances of a class, and nothing else in the program does."""
        callees = self.calls.callees(function, function.call(index))
        made = [callee for callee in callees if isinstance(callee, Class)]
        sites = [
            site
            for cls in made
            for site in self.calls.constructions(cls)
            if function.module.is_test or not site[0].module.is_test
        ]
        return sites == [(function, index)]


def is_taken_out(caller: Function, index: int) -> bool:
    """Whether a method is called on what a container has given up, and nobody else gets."""
    for func in caller.call(index).func:
        base = func.base if isinstance(func, Attribute) else None
        if not isinstance(base, Result) or not _takes_out(caller, base):
            continue
        if all(role.kind in _LOOKING for role in caller.uses.roles.get(base, ())):
            return True
    return False


def _takes_out(caller: Function, result: Result) -> bool:
    return any(
        isinstance(func, Attribute) and func.name in TAKING & SHRINKING
        for func in caller.call(result.event).func
    )
