"""What an object is whose class its function does not tell: what the callers give says it."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.facts.terms import Alts, Attribute, Constant, Outer, Parameter, Result, Term
from taskleash.link.calls import Calls, given
from taskleash.link.entities import Class, External, Function

#: a value, and the function whose it is
Value = tuple[Function, Term]
_NONE = Constant("None")


class Receivers:
    """Answers what callers give, for parameters and for attributes that are set from them."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def classes(self, function: Function, term: Term) -> tuple[Class, ...]:
        """The classes of a value; none where that of one of those that are given is not known."""
        known = self._calls.inference.classes(function, term)
        if known:
            return known
        found: dict[Class, None] = {}
        for home, each in self.given(function, term) or ():
            classes = self._calls.inference.classes(home, each)
            if not classes:
                return ()
            found |= dict.fromkeys(classes)
        return tuple(found)

    def given(self, function: Function, term: Term) -> tuple[Value, ...] | None:
        """What callers give for a value; None where it is not of those that come from callers.

        What comes from outside of the program is a parameter again.
        """
        found: dict[Value, None] = {}
        pending, seen = [(function, term)], {(function, term)}
        is_given = False
        while pending:
            home, each = pending.pop()
            if isinstance(each, Outer):
                home, name = self._calls.program.home(home, each)
                each = Parameter(name) if Parameter(name) in home.facts.defs.get(name, ()) else each
            sources = self._sources(home, each)
            if sources is None:
                found[home, each] = None
                continue
            is_given = True
            if not sources:
                found[home, each] = None
            pending += [value for value in sources if value not in seen]
            seen.update(sources)
        return tuple(found) if is_given else None

    def _sources(self, function: Function, term: Term) -> list[Value] | None:
        """The values that one comes from: none for a parameter that nobody at hand gives."""
        if isinstance(term, Parameter) and term.name != function.self_name:
            return [
                (caller, each)
                for caller, index in self._passing(function)
                for each in given(function, caller.call(index)).get(term.name, ())
                if each != _NONE
            ]
        if isinstance(term, Attribute):
            return list(self._stored(function, term)) or None
        return None

    def _passing(self, function: Function) -> Iterator[tuple[Function, int]]:
        yield from self._calls.callers(function)
        if function.name == "__init__" and function.owner is not None:
            yield from self._calls.constructions(function.owner)

    def _stored(self, function: Function, term: Attribute) -> Iterator[Value]:
        for cls in self._calls.inference.classes(function, term.base):
            for base in cls.naming(term.name):
                for method, event in base.stores.get(term.name, ()):
                    yield from ((method, each) for each in event.value if each != _NONE)

    def stored(self, function: Function, term: Attribute) -> Alts:
        """All that the methods of its object store in an attribute, None left out."""
        return tuple(each for _, each in self._stored(function, term))

    def made_by_default(self, function: Function, term: Attribute) -> Iterator[str]:
        """What a ``defaultdict`` in an attribute makes for a key that it does not have."""
        for method, each in self._stored(function, term):
            if not isinstance(each, Result):
                continue
            call = method.call(each.event)
            named = self._calls.callees(method, call)
            if External("collections.defaultdict") in named and call.args:
                for factory in call.args[0].value:
                    symbol = self._calls.program.symbol(method, factory)
                    yield symbol.dotted if isinstance(symbol, External) else ""
