"""Attributes that a value names: ``getattr(self, name)``, ``setattr(owner, attribute, task)``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from taskleash.facts.model import Alts, Call, Term
from taskleash.link.calls import Calls, given
from taskleash.link.contents import contents
from taskleash.link.entities import Class, Function, Variable
from taskleash.link.loads import Load, load

_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an object, which is a term of a function."""

    function: Function
    base: Term
    name: str

    @property
    def term(self) -> Term:
        """The attribute as a term of the function."""
        return ("a", self.base, self.name)


class Reflection:
    """Finds out which attributes are meant where their names are values."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    @cached_property
    def loads(self) -> dict[str, list[Load]]:
        """What calls of ``getattr`` give, by the name of the attribute."""
        found: dict[str, list[Load]] = defaultdict(list)
        for function, index in self._calls.program.calls_named.get("getattr", ()):
            for meant in self.attributes(function, function.call(index)):
                known = load(self._calls.inference, meant.function, meant.term)
                found[meant.name].append(replace(known, function=function, term=("s", index)))
        return found

    def attributes(self, function: Function, call: Call) -> list[Attribute]:
        """The attributes that a call of ``getattr`` or ``setattr`` may name."""
        if len(call.args) < 2 or any(arg.key for arg in call.args):
            return []
        base, named = call.args[0].value, call.args[1].value
        found = [
            Attribute(function, owner, name)
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
                        yield Attribute(caller, term, name)
                    if not own:
                        yield Attribute(function, owner, name)

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

    def _items(self, function: Function, container: Term) -> Iterator[tuple[Function, Term]]:
        """What a container has in it, also one that is a constant of a module or a class."""
        symbol = self._calls.program.symbol(function, container)
        if isinstance(symbol, Variable):
            home, name = symbol.module.body, symbol.name
            for term in home.facts.defs.get(name, ()):
                yield from contents(self._calls.inference, home, term)
        else:
            yield from contents(self._calls.inference, function, container)
        if container[0] == "a":
            for cls in self._calls.inference.classes(function, container[1]):
                yield from self._of_class(cls, container[2])

    def _of_class(self, cls: Class, name: str) -> Iterator[tuple[Function, Term]]:
        for body in (base.body for base in cls.mro):
            if body is not None and name in body.facts.defs:
                for term in body.facts.defs[name]:
                    yield from contents(self._calls.inference, body, term)
                return
