"""Attributes that a value names: ``getattr(self, name)``, ``setattr(owner, attribute, task)``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from taskleash.ir.model import Call
from taskleash.ir.terms import Alts, Attribute, Bound, Constant, Element, Parameter, Result, Term
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.container_contents import Content
from taskleash.semantics.entities import Function, Variable
from taskleash.semantics.loads import Load, NamedLoads, load

_NONE = NamedLoads()
#: an attribute as a term of a function
AttributeOf: TypeAlias = tuple[Function, Attribute]


class Reflection:
    """Finds out which attributes are meant where their names are values."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def named(self, name: str) -> NamedLoads:
        """What calls of ``getattr`` give for an attribute of this name."""
        return self._loads.get(name, _NONE)

    @cached_property
    def _loads(self) -> dict[str, NamedLoads]:
        found: dict[str, list[Load]] = defaultdict(list)
        for function, index in self._calls.program.lookup.calls("getattr"):
            for home, term in self.attributes(function, function.call(index)):
                known = load(self._calls.inference, home, term)
                found[term.name].append(replace(known, function=function, term=Result(index)))
        return {name: NamedLoads(loads) for name, loads in found.items()}

    def attributes(self, function: Function, call: Call) -> list[AttributeOf]:
        """The attributes that a call of ``getattr`` or ``setattr`` may name."""
        if len(call.args) < 2 or any(arg.key for arg in call.args):
            return []
        base, named = call.args[0].value, call.args[1].value
        found: list[AttributeOf] = [
            (function, Attribute(owner, name))
            for name in self._names(function, named)
            for owner in base
        ]
        for parameter in (term.name for term in named if isinstance(term, Parameter)):
            found += self._handed(function, base, parameter)
        return found

    def _handed(self, function: Function, base: Alts, parameter: str) -> Iterator[AttributeOf]:
        """What callers name, of their own objects where they hand in these, too."""
        for caller, index in self._calls.callers(function):
            handed = given(function, caller.call(index))
            for name in self._names(caller, handed.get(parameter, ())):
                for owner in base:
                    own = handed.get(owner.name, ()) if isinstance(owner, Parameter) else ()
                    for term in own:
                        yield caller, Attribute(term, name)
                    if not own:
                        yield function, Attribute(owner, name)

    def _names(self, function: Function, value: Alts) -> Iterator[str]:
        """The strings that a value may be, as far as they are written in the program."""
        pending = [(function, term) for term in reversed(value)]
        seen: set[Content] = set()
        while pending:
            home, term = pending.pop()
            if (home, term) in seen:
                continue
            seen.add((home, term))
            if isinstance(term, Constant):
                name = term.text[1:-1]
                if term.text[:1] in "\"'" and name.isidentifier():
                    yield name
            elif isinstance(term, Element):
                pending += reversed(list(self._items(home, term.base)))
            elif isinstance(term, Bound):
                owner, local = self._calls.program.home(home, term)
                pending += [(owner, t) for t in reversed(owner.facts.defs.get(local, ()))]

    def _items(self, function: Function, container: Term) -> Iterator[Content]:
        """What a container has in it, also one that is a constant of a module or a class."""
        yield from self._calls.inference.contents(function, container)
        for body, name in self._constants(function, container):
            for term in body.facts.defs.get(name, ()):
                yield from self._calls.inference.contents(body, term)

    def _constants(self, function: Function, term: Term) -> Iterator[tuple[Function, str]]:
        """The constants that a term may stand for, each with the module or class that has it."""
        symbol = self._calls.program.symbol(function, term)
        if isinstance(symbol, Variable):
            yield symbol.module.body, symbol.name
        elif isinstance(term, Attribute):
            for cls in self._calls.inference.classes(function, term.base):
                bodies = (base.body for base in cls.mro)
                nearest = next((b for b in bodies if b and term.name in b.facts.defs), None)
                if nearest is not None:
                    yield nearest, term.name
