"""Attributes that a value names: ``getattr(self, name)``, ``setattr(owner, attribute, task)``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from taskleash.facts.model import Alts, Call, Term
from taskleash.link.calls import Calls, given
from taskleash.link.contents import Content, contents
from taskleash.link.entities import Function, Variable
from taskleash.link.loads import Load, NamedLoads, load

_MAX_DEPTH = 4
_NONE = NamedLoads()
#: an attribute as a term of a function
Attribute: TypeAlias = tuple[Function, Term]


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
        for function, index in self._calls.program.calls_named.get("getattr", ()):
            for home, term in self.attributes(function, function.call(index)):
                known = load(self._calls.inference, home, term)
                found[term[2]].append(replace(known, function=function, term=("s", index)))
        return {name: NamedLoads(loads) for name, loads in found.items()}

    def attributes(self, function: Function, call: Call) -> list[Attribute]:
        """The attributes that a call of ``getattr`` or ``setattr`` may name."""
        if len(call.args) < 2 or any(arg.key for arg in call.args):
            return []
        base, named = call.args[0].value, call.args[1].value
        found: list[Attribute] = [
            (function, ("a", owner, name))
            for name in self._names(function, named)
            for owner in base
        ]
        for parameter in (term[1] for term in named if term[0] == "p"):
            found += self._handed(function, base, parameter)
        return found

    def _handed(self, function: Function, base: Alts, parameter: str) -> Iterator[Attribute]:
        """What callers name, of their own objects where they hand in these, too."""
        for caller, index in self._calls.callers(function):
            handed = given(function, caller.call(index))
            for name in self._names(caller, handed.get(parameter, ())):
                for owner in base:
                    own = handed.get(owner[1], ()) if owner[0] == "p" else ()
                    for term in own:
                        yield caller, ("a", term, name)
                    if not own:
                        yield function, ("a", owner, name)

    def _names(self, function: Function, value: Alts, depth: int = 0) -> Iterator[str]:
        """The strings that a value may be, as far as they are written in the program."""
        for term in value if depth < _MAX_DEPTH else ():
            if term[0] == "c":
                name = term[1][1:-1]
                if term[1][:1] in "\"'" and name.isidentifier():
                    yield name
            elif term[0] == "e":
                for home, item in self._items(function, term[1]):
                    yield from self._names(home, (item,), depth + 1)
            elif term[0] in ("v", "f"):
                home, local = self._calls.program.home(function, term)
                yield from self._names(home, home.facts.defs.get(local, ()), depth + 1)

    def _items(self, function: Function, container: Term) -> Iterator[Content]:
        """What a container has in it, also one that is a constant of a module or a class."""
        yield from contents(self._calls.inference, function, container)
        for body, name in self._constants(function, container):
            for term in body.facts.defs.get(name, ()):
                yield from contents(self._calls.inference, body, term)

    def _constants(self, function: Function, term: Term) -> Iterator[tuple[Function, str]]:
        """The constants that a term may stand for, each with the module or class that has it."""
        symbol = self._calls.program.symbol(function, term)
        if isinstance(symbol, Variable):
            yield symbol.module.body, symbol.name
        elif term[0] == "a":
            for cls in self._calls.inference.classes(function, term[1]):
                bodies = (base.body for base in cls.mro)
                nearest = next((b for b in bodies if b and term[2] in b.facts.defs), None)
                if nearest is not None:
                    yield nearest, term[2]
