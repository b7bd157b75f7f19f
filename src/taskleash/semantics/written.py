"""Where a module writes a name: in calls, in arguments, as an attribute.

Linking asks in rounds, each time of a larger program, and of most names never: so this is known for
each module once; a program puts together what it needs, a name at a time (`semantics/lookup.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol, TypeAlias

from taskleash.ir.model import Call, FunctionFacts, Store
from taskleash.ir.terms import Alts, Attribute, Global, Nested, Parameter, Result, Term
from taskleash.semantics.uses import UseIndex, compact

#: the number of a function in its module, and of an event in the function
Spot: TypeAlias = tuple[int, int]


class GivenTerm(NamedTuple):
    """A name among the arguments of a call: of a variable, of an attribute or of a function.

    ``number`` tells which of the module's it is, ``place`` and ``event`` where the call is.
    """

    number: int
    place: int
    event: int
    term: Attribute | Global | Nested


class Indices(Protocol):
    """The facts of a function, and indices of them."""

    facts: FunctionFacts

    @property
    def calls(self) -> tuple[tuple[int, Call], ...]:
        """All call events with their indices."""

    @property
    def uses(self) -> UseIndex:
        """Where each term is used."""


class Written:
    """The names that the functions of one module write, each with its places in order."""

    def __init__(self, functions: Sequence[Indices]) -> None:
        self._functions = functions
        self._calls_of: dict[tuple[frozenset[str], frozenset[str]], tuple[Spot, ...]] = {}

    @cached_property
    def calls(self) -> dict[str, tuple[Spot, ...]]:
        """The calls by the last part of what they are written with."""
        found: dict[str, list[Spot]] = defaultdict(list)
        for place, function in enumerate(self._functions):
            for index, call in function.calls:
                found[call.text.rpartition(".")[2]].append((place, index))
        return compact(found)

    @cached_property
    def odd_calls(self) -> tuple[Spot, ...]:
        """Those of them that may call something else than what has this very name."""
        found = self.calls.items()
        return tuple([spot for name, spots in found for spot in spots if self._is_odd(name, spot)])

    def _is_odd(self, name: str, spot: Spot) -> bool:
        place, index = spot
        event = self._functions[place].facts.events[index]
        return not isinstance(event, Call) or any(
            not isinstance(term, (Attribute, Global)) or term.name != name for term in event.func
        )

    def _dropped_calls(self, name: str) -> list[Spot]:
        """Those of the calls of a name with whose result nothing at all is done."""
        functions = self._functions
        return [spot for spot in self.calls[name] if spot[1] not in functions[spot[0]].uses.results]

    def calls_of(self, names: frozenset[str], dropped: frozenset[str]) -> tuple[Spot, ...]:
        """All calls but those that can only call what has none of these names, in order.

        Those of the ``dropped`` names are among them where nothing is done with the result.
        """
        # The other way round all names of the program would be gone through for each module.
        written = names.intersection(self.calls)
        asked = (written, dropped.intersection(self.calls) - written)
        # From round to round other names are asked for, but hardly ever others of this module.
        if asked not in self._calls_of:
            spots = set(self.odd_calls)
            for name in asked[0]:
                spots.update(self.calls[name])
            for name in asked[1]:
                spots.update(self._dropped_calls(name))
            self._calls_of[asked] = tuple(sorted(spots))
        return self._calls_of[asked]

    @cached_property
    def given(self) -> dict[str, tuple[GivenTerm, ...]]:
        """The names among the arguments of calls; those of nested functions as an empty one."""
        found: dict[str, list[GivenTerm]] = defaultdict(list)
        number = 0
        for place, function in enumerate(self._functions):
            for index, call in function.calls:
                for term in (term for arg in call.args for term in arg.value):
                    if isinstance(term, (Attribute, Global, Nested)):
                        name = "" if isinstance(term, Nested) else term.name
                        found[name].append(GivenTerm(number, place, index, term))
                        number += 1
        return compact(found)

    @cached_property
    def attributes(self) -> dict[str, tuple[tuple[int, Attribute], ...]]:
        """The attribute terms of each function, by the name of the attribute."""
        found: dict[str, list[tuple[int, Attribute]]] = defaultdict(list)
        for place, function in enumerate(self._functions):
            for term in function.uses.attributes():
                found[term.name].append((place, term))
        return compact(found)

    @cached_property
    def holding(self) -> dict[str, set[str]]:
        """The names of what attributes are set to, by the names of the attributes.

        Of the result of a call it is what the call is given first: it may bind arguments to that.
        """
        found: dict[str, set[str]] = defaultdict(set)
        for function in self._functions:
            facts = function.facts
            for event in facts.events:
                if isinstance(event, Store) and isinstance(event.target, Attribute):
                    found[event.target.name].update(_names(facts, event.value))
            if facts.kind == "class":
                for name, value in facts.defs.items():
                    found[name].update(_names(facts, value))
        return dict(found)

    @cached_property
    def kept_by_name(self) -> dict[str, set[str]]:
        """The names of globals and own attributes that attributes are set to, by their names."""
        found: dict[str, set[str]] = defaultdict(set)
        for function in self._functions:
            for event in function.facts.events:
                if isinstance(event, Store) and isinstance(event.target, Attribute):
                    for term in event.value:
                        if isinstance(term, Global) or (
                            isinstance(term, Attribute) and isinstance(term.base, Parameter)
                        ):
                            found[event.target.name].add(term.name)
        return dict(found)

    @cached_property
    def stores(self) -> dict[str, tuple[tuple[int, Term], ...]]:
        """The objects whose attribute is stored to, by its name."""
        found: dict[str, list[tuple[int, Term]]] = defaultdict(list)
        for place, function in enumerate(self._functions):
            for event in function.facts.events:
                if isinstance(event, Store) and isinstance(event.target, Attribute):
                    found[event.target.name].append((place, event.target.base))
        return compact(found)


def _names(facts: FunctionFacts, value: Alts) -> Iterator[str]:
    for term in value:
        if isinstance(term, (Attribute, Global)):
            yield term.name
        elif isinstance(term, Result):
            call = facts.events[term.event]
            if isinstance(call, Call) and call.args:
                yield from (
                    t.name for t in call.args[0].value if isinstance(t, (Attribute, Global))
                )
