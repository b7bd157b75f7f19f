"""Which events of a function never happen under the feature flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taskleash.dormancy.flagged import Conditions, FlagGuard
from taskleash.ir.model import Block, Exit, If, Loop, Piece, Switch, Try
from taskleash.query import Query
from taskleash.semantics.entities import Function


@dataclass(frozen=True)
class Barrier:
    """A condition that keeps control from an event: where it stands, and what it says."""

    path: str
    line: int
    guard: FlagGuard


@dataclass(frozen=True)
class _End:
    """How control comes to the end of a block: not at all where it ``leaves``, because of flags
    alone where there is a barrier."""

    leaves: bool = False
    barrier: Barrier | None = None


_REACHED = _End()


class DeadEvents:
    """The dead events of functions, each with its barrier."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        uses = conditions.readings.calls.program.uses
        #: the barriers by event; an event that may happen is not among them
        self.of: Query[Function, dict[int, Barrier]] = Query(uses, self._find)

    def _find(self, function: Function) -> dict[int, Barrier]:
        if not self.conditions.may_decide(function):
            return {}
        walk = _Walk(self.conditions, function)
        try:
            walk.block(function.facts.body, None)
        except RecursionError:
            # Nested beyond what the stack holds: then nothing of it counts as dead.
            return {}
        return walk.dead


class _Walk:
    """Walks one function's control flow."""

    def __init__(self, conditions: Conditions, function: Function) -> None:
        self.conditions = conditions
        self.function = function
        self.dead: dict[int, Barrier] = {}

    def block(self, block: Block, barrier: Barrier | None) -> _End:
        """Note the dead events of a block; ``barrier`` is what keeps control from it already."""
        leaves = False
        for item in block.items:
            if isinstance(item, int):
                if barrier is not None:
                    self.dead.setdefault(item, barrier)
                continue
            end = self._item(item, barrier)
            leaves = leaves or end.leaves
            barrier = barrier or end.barrier
        return _End(leaves or barrier is not None, barrier)

    def _item(self, item: Piece | Exit, barrier: Barrier | None) -> _End:
        if isinstance(item, Exit):
            return _End(leaves=True)
        if isinstance(item, If):
            return self._branch(item, barrier)
        if isinstance(item, Loop):
            decision = self.conditions.decide(self.function, item.test)
            ends = decision is not None and not decision.holds
            own = self._barrier(item.line, decision.guard) if decision and ends else None
            self.block(item.body, barrier or own)
            self.block(item.orelse, barrier)
        elif isinstance(item, Try):
            return self._try(item, barrier)
        elif isinstance(item, Switch):
            ends_of_cases = [self.block(case.body, barrier) for case in item.cases]
            return _merged(ends_of_cases) if item.total else _REACHED
        return _REACHED

    def _branch(self, item: If, barrier: Barrier | None) -> _End:
        decision = self.conditions.decide(self.function, item.test)
        if decision is None:
            return _merged([self.block(item.then, barrier), self.block(item.orelse, barrier)])
        own = self._barrier(item.line, decision.guard)
        dead, taken = (item.orelse, item.then) if decision.holds else (item.then, item.orelse)
        self.block(dead, barrier or own)
        end = self.block(taken, barrier)
        return _End(end.leaves, end.barrier or own) if end.leaves else end

    def _try(self, item: Try, barrier: Barrier | None) -> _End:
        body = self.block(item.body, barrier)
        handlers = [self.block(handler.body, barrier) for handler in item.handlers]
        orelse = self.block(item.orelse, barrier or body.barrier)
        final = self.block(item.final, barrier)
        if final.leaves:
            return final
        return _merged([body if body.leaves else orelse, *handlers])

    def _barrier(self, line: int, guard: FlagGuard) -> Barrier:
        return Barrier(self.function.module.path, line, guard)


def _merged(ends: Iterable[_End]) -> _End:
    """Where several branches meet: reached if one of them is."""
    found = list(ends)
    if not all(end.leaves for end in found):
        return _REACHED
    return _End(True, next((end.barrier for end in found if end.barrier), None))
