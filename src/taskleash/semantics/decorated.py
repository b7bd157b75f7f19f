"""Coroutine functions that a decorator makes into functions which start them as tasks.

``@background`` in front of ``async def work`` has ``work()`` call what ``background`` returns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from taskleash.ir.model import Decorator
from taskleash.ir.terms import Nested, Result, Term
from taskleash.semantics.entities import Function
from taskleash.semantics.program import Program


class Decorated:
    """What decorators of the program put in the place of coroutine functions."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def starters(self, function: Function) -> tuple[Function, ...]:
        """The functions that stand in a function's place and start what they stand for."""
        return self._starters.get(function, ())

    def of(self, starter: Function) -> tuple[Function, ...]:
        """The functions in whose place one stands."""
        return self._standing_for.get(starter, ())

    def by(self, maker: Function) -> tuple[Function, ...]:
        """The functions that the program decorates with one, which is called with each of them."""
        return self._decorated.get(maker, ())

    @cached_property
    def names(self) -> frozenset[str]:
        """The last parts of the names of all decorators."""
        return frozenset().union(*(f.decorators for f in self._program.functions()))

    @cached_property
    def _decorated(self) -> Mapping[Function, tuple[Function, ...]]:
        found: dict[Function, list[Function]] = defaultdict(list)
        for function in self._program.functions():
            home = function.parent
            for decorator in function.facts.decorators if home is not None else ():
                for maker in self._makers(home, decorator) if home is not None else ():
                    found[maker].append(function)
        return {maker: tuple(functions) for maker, functions in found.items()}

    @cached_property
    def _starters(self) -> Mapping[Function, tuple[Function, ...]]:
        found: dict[Function, tuple[Function, ...]] = {}
        for function in self._program.functions():
            if function.facts.is_async and function.facts.decorators:
                made = tuple(self._made_of(function))
                if made:
                    found[function] = made
        return found

    @cached_property
    def _standing_for(self) -> Mapping[Function, tuple[Function, ...]]:
        found: dict[Function, list[Function]] = defaultdict(list)
        for function, starters in self._starters.items():
            for starter in starters:
                found[starter].append(function)
        return {starter: tuple(functions) for starter, functions in found.items()}

    def _made_of(self, function: Function) -> Iterator[Function]:
        # The outermost one decides what the name stands for in the end.
        decorator = function.facts.decorators[0]
        home = function.parent
        if home is not None:
            for maker in self._makers(home, decorator):
                yield from (made for made in _returned(maker) if self._starts(made))

    def _makers(self, home: Function, decorator: Decorator) -> Iterator[Function]:
        """The functions that are called with what is decorated."""
        for term in decorator.value:
            if not decorator.called:
                yield from self._named(home, term)
            elif isinstance(term, Result):
                for func in home.call(term.event).func:
                    for outer in self._named(home, func):
                        yield from _returned(outer)

    def _named(self, home: Function, term: Term) -> Iterator[Function]:
        symbol = self._program.symbol(home, term)
        if isinstance(symbol, Function):
            yield symbol

    def _starts(self, function: Function) -> bool:
        """Whether a plain function by a name in it starts a task."""
        names = self._program.spawning_names
        return not function.facts.is_async and any(
            call.text.rpartition(".")[2] in names for _, call in function.calls()
        )


def _returned(maker: Function) -> Iterator[Function]:
    """The functions inside a function that it returns."""
    for value in maker.returned:
        for term in value:
            if isinstance(term, Nested) and term.key in maker.module.functions:
                yield maker.module.functions[term.key]
