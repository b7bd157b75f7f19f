"""What an object is whose class its function does not tell: where it comes from says it."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.ir.terms import Alts, Attribute, Constant, Result, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, External, Function
from taskleash.verdict.survival.origins import Origins
from taskleash.verdict.survival.passed import Value

_NONE = Constant("None")


class Receivers:
    """Answers what classes values have, and what attributes keep."""

    def __init__(self, calls: Calls, origins: Origins) -> None:
        self._calls = calls
        self._origins = origins

    def classes(self, function: Function, term: Term) -> tuple[Class, ...]:
        """The classes of a value; none where that of one of those that are given is not known."""
        known = self._calls.inference.classes(function, term)
        if known:
            return known
        found: dict[Class, None] = {}
        for origin in self._origins.of(function, term):
            classes = self._calls.inference.classes(origin.function, origin.term)
            if not classes:
                return ()
            found |= dict.fromkeys(classes)
        return tuple(found)

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
