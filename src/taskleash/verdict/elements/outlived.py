"""Containers of a function around, or of a caller, which are gone once that returns.

The loop holds its tasks weakly: what such a container has is dropped then, as what a local of the
spawning function has.
"""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, OpKind, Trail
from taskleash.ir.terms import Nested, Outer, Parameter, Result
from taskleash.lifecycle.lifetime import Lifetimes
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.mains import Mains
from taskleash.verdict.signs import Signs

#: what gives a container to others, who may have it for longer
_GIVING: frozenset[OpKind] = frozenset({"give", "yield", "unknown"})


@dataclass(frozen=True)
class Outlived:
    """Finds what of a trail is no longer there when the task runs on."""

    calls: Calls
    lifetimes: Lifetimes
    mains: Mains

    def look(self, signs: Signs) -> None:
        """Take what is gone for what keeps nothing, and note which name has it until when."""
        found = self._by(signs)
        if found is None:
            return
        signs.places, signs.growing, signs.is_for_a_turn = [], False, False
        signs.local, holding = found
        signs.holding = holding if holding is not signs.spawn.function else None

    def _by(self, signs: Signs) -> tuple[str, Function] | None:
        """The container's name, and the function with which that goes; None where others have it.

        None as well where something ends the task.
        """
        trail, places = signs.trail, signs.places
        if not places or any(place.kind != "closure" or not place.depth for place in places):
            return None
        if signs.flagged or trail.of(*AWAITING, *CANCELLING, *_GIVING):
            return None
        homes = dict.fromkeys(place.function for place in places if place.function is not None)
        if not all(map(self._returns, homes)) or not self._is_only_called(trail, frozenset(homes)):
            return None
        # What is made as it is handed over has no name but that of a parameter.
        for holding in (*homes, signs.spawn.function):
            for term, depth in trail.terms_in(holding).items():
                own = term.name if isinstance(term, Parameter) else ""
                for name in (*holding.uses.names.get(term, ()), own) if depth else ():
                    if name:
                        return name, holding
        return None

    def _returns(self, home: Function) -> bool:
        """Whether a function comes to its end before the program does."""
        return (
            home.facts.kind == "function"
            and not home.facts.is_generator
            and self.lifetimes.of(home) != "endless"
            and self.mains.runner(home) is None
        )

    def _is_only_called(self, trail: Trail, homes: frozenset[Function]) -> bool:
        """Whether all that has the container is over before the functions that made it return."""
        callbacks = {op.function: op for op in trail.of("callback")}
        pending = [f for terms in trail.terms for f, held in terms.items() if any(held.values())]
        seen = set(homes)
        while pending:
            function = pending.pop()
            if function in seen or self._is_called_back(function, callbacks):
                continue
            seen.add(function)
            sites = self.calls.callers(function)
            if not sites or not all(_is_over_with(function, *site) for site in sites):
                return False
            if homes.isdisjoint(function.nesting[1:]):
                continue
            if not self._is_kept_by_name(function):
                return False
            pending += [caller for caller, _ in sites if caller not in homes]
        return True

    def _is_called_back(self, function: Function, callbacks: dict[Function, Op]) -> bool:
        """Whether a nested function is the task's own callback, which goes with the task."""
        around = function.parent
        op = callbacks.get(around) if around is not None else None
        if around is None or op is None:
            return False
        roles = around.uses.roles.get(Nested(function.key), ())
        return all(role.kind == "arg" and role.index == op.index for role in roles)

    def _is_kept_by_name(self, function: Function) -> bool:
        """Whether nothing but calls is made of a nested function by those that see its name."""
        around = function.parent
        if around is None or function.owner is not None or function.facts.decorators:
            return False
        outer = Outer(around.key, function.name)
        readers = function.module.readers.get(outer, ())
        roles = [role for reader in readers for role in reader.uses.roles.get(outer, ())]
        roles += around.uses.roles.get(Nested(function.key), ())
        return all(role.kind == "func" for role in roles)


def _is_over_with(function: Function, caller: Function, index: int) -> bool:
    """Whether a call is over before the caller goes on: awaited, where that is needed."""
    if function.facts.is_generator:
        return False
    if not function.facts.is_async:
        return True
    roles = caller.uses.roles.get(Result(index), ())
    return bool(roles) and all(role.kind == "await" for role in roles)
