"""Which calls are given a function itself, by its name or as a method of an object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from taskleash.dataflow.query import Query
from taskleash.facts.terms import Attribute, Global, Nested, Term
from taskleash.link.entities import Function, Variable
from taskleash.link.program import Program

#: what a callable term of a function stands for
_Targets: TypeAlias = Callable[[Function, Term], Iterable[object]]


class _Given(NamedTuple):
    """An argument, by its number in the program, and the call that it is of."""

    number: int
    holder: Function
    call: int


class References:
    """Finds the calls that are given a function.

    What a name stands for is looked up once, for all functions. An attribute of an object takes
    types to know, so it is looked into where a function is asked for that it may stand for by name.
    """

    def __init__(self, program: Program, targets: _Targets) -> None:
        self._program = program
        self._targets = targets
        self._named: dict[Function, list[_Given]] = defaultdict(list)
        self._attributes: dict[str, list[tuple[_Given, Term]]] = defaultdict(list)
        self._by_target: Query[str, dict[object, list[_Given]]] = Query(program.uses, self._find)
        number = 0
        for holder in program.functions():
            for index, call in holder.calls():
                for term in (
                    t
                    for arg in call.args
                    for t in arg.value
                    if isinstance(t, (Attribute, Global, Nested))
                ):
                    number += 1
                    self._note(_Given(number, holder, index), term)

    def _note(self, given: _Given, term: Term) -> None:
        symbol = self._program.symbol(given.holder, term)
        if isinstance(symbol, Function):
            self._named[symbol].append(given)
        elif isinstance(symbol, Variable):
            for target in self._targets(given.holder, term):
                if isinstance(target, Function):
                    self._named[target].append(given)
        elif symbol is None and isinstance(term, Attribute):
            self._attributes[self._method(term.name)].append((given, term))

    def _method(self, attribute: str) -> str:
        """The name of the methods that an attribute of an object may be: its own, if any has it."""
        return attribute if attribute in self._program.methods_named else "__call__"

    def to(self, function: Function) -> list[tuple[Function, int]]:
        """The call events that are given the function as an argument, in order."""
        name = function.name
        found = [*self._named.get(function, ()), *self._by_target(name).get(function, ())]
        return [(given.holder, given.call) for given in sorted(found, key=lambda g: g.number)]

    def _find(self, name: str) -> dict[object, list[_Given]]:
        found: dict[object, list[_Given]] = defaultdict(list)
        for given, term in self._attributes.get(name, ()):
            for target in self._targets(given.holder, term):
                found[target].append(given)
        return found
