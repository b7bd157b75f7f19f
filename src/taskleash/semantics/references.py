"""Which calls are given a function itself, by its name or as a method of an object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from taskleash.ir.terms import Attribute, Term
from taskleash.models.callables import OPERATOR
from taskleash.query import Query
from taskleash.semantics.entities import Function, Variable
from taskleash.semantics.lookup import given_in
from taskleash.semantics.program import Program

#: what a callable term of a function stands for
_Targets: TypeAlias = Callable[[Function, Term], Iterable[object]]


class _Given(NamedTuple):
    """An argument, by the numbers of its module and in that one, and the call that it is of."""

    number: tuple[int, int]
    holder: Function
    call: int


class References:
    """Finds the calls that are given a function.

    What a name stands for is looked up once, where a function is asked for that it may stand for:
    at once where that may have another name. To know an attribute of an object takes types.
    """

    def __init__(self, program: Program, targets: _Targets) -> None:
        self._program = program
        self._targets = targets
        self._named: dict[Function, list[_Given]] = defaultdict(list)
        #: the modules in which it is not looked up so far, by the name that is written
        self._waiting = dict(program.lookup.given)
        self._attributes: dict[str, list[tuple[_Given, Term]]] = defaultdict(list)
        self._by_target: Query[str, dict[object, list[_Given]]] = Query(program.uses, self._find)
        self._holding = program.function_holding_names
        self._look_up([name for name in self._waiting if self._may_be_another(name)])

    def _may_be_another(self, name: str) -> bool:
        """Whether what is written so may have been defined under another name."""
        return not name or name in self._holding or not self._program.is_clear(name)

    def _look_up(self, names: Iterable[str]) -> None:
        for name in names:
            for position, module in self._waiting.pop(name, ()):
                for holder, each in given_in(module, name):
                    self._note(_Given((position, each.number), holder, each.event), each.term)

    def _note(self, given: _Given, term: Term) -> None:
        symbol = self._program.symbol(given.holder, term)
        if isinstance(symbol, Function):
            self._named[symbol].append(given)
        elif isinstance(symbol, Variable) or self._is_holding(term):
            for target in self._targets(given.holder, term):
                if isinstance(target, Function):
                    self._named[target].append(given)
        elif symbol is None and isinstance(term, Attribute):
            self._attributes[self._method(term.name)].append((given, term))

    def _is_holding(self, term: Term) -> bool:
        return isinstance(term, Attribute) and term.name in self._holding

    def _method(self, attribute: str) -> str:
        """The name of the methods that an attribute of an object may be: its own, if any has it."""
        return attribute if attribute in self._program.methods_named else OPERATOR

    def to(self, function: Function) -> list[tuple[Function, int]]:
        """The call events that are given the function as an argument, in order."""
        name = function.name
        self._look_up([name])
        found = [*self._named.get(function, ()), *self._by_target(name).get(function, ())]
        return [(given.holder, given.call) for given in sorted(found, key=lambda g: g.number)]

    def _find(self, name: str) -> dict[object, list[_Given]]:
        if name == OPERATOR:
            self._look_up([n for n in self._waiting if self._method(n) == name])
        else:
            self._look_up([name])
        found: dict[object, list[_Given]] = defaultdict(list)
        for given, term in self._attributes.get(name, ()):
            for target in self._targets(given.holder, term):
                found[target].append(given)
        return found
