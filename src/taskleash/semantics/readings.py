"""Which setting a value was read from: an attribute, a key, an environment variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.ir.model import Call, Test
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Bound,
    Constant,
    Element,
    Entered,
    Global,
    Item,
    Named,
    Parameter,
    Result,
    Term,
)
from taskleash.models.classes import PROPERTIES
from taskleash.models.settings import (
    SETTING_CONVERTERS,
    SETTING_FILTERS,
    SETTING_READERS,
    TRUTH_WORDS,
)
from taskleash.models.vocabulary import words
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function, Variable

_MAX_STEPS = 6
#: what stands for a setting that is missing
_MISSING = frozenset({"None", "False", '""', "''", "0"})


@dataclass(frozen=True)
class Reading:
    """A name that was read, from an object or a section that code calls ``section``.

    ``source`` is what the value was read from in the first place, where the program shows that.
    """

    name: str
    section: str = ""
    source: Reading | None = None


class Readings:
    """Answers what settings values come from."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def of(self, function: Function, value: Alts, test: Test) -> Iterator[Reading | None]:
        """A reading for each alternative of what a condition asks; None where there is none.

        What stands for a missing setting in the source (``None``, ``False``) is left out.
        """
        if test.key:
            base = next((term.base for term in value if isinstance(term, Element)), None)
            name = _text(test.key)
            section = _name(function, base) if base is not None else ""
            yield Reading(name, section) if name else None
            return
        for term in value:
            if not isinstance(term, Constant) or term.text not in _MISSING:
                found = self.reading(function, term, _MAX_STEPS)
                yield found or _local(function, test, term)

    def reading(self, function: Function, term: Term, steps: int) -> Reading | None:
        """What the term was read from, at most so many steps away."""
        if steps <= 0:
            return None
        if isinstance(term, Global):
            return self._global(function, term, steps)
        if isinstance(term, Attribute):
            return self._attribute(function, term, steps)
        if isinstance(term, Bound):
            home, name = self.calls.program.home(function, term)
            defs = [t for t in home.facts.defs.get(name, ()) if t != term]
            return self._same(home, defs, steps)
        if isinstance(term, Result):
            return self._call(function, function.call(term.event), steps)
        return self.reading(function, term.base, steps - 1) if isinstance(term, Awaited) else None

    def _same(self, function: Function, terms: list[Term], steps: int) -> Reading | None:
        """What all the terms were read from, if that is one setting."""
        found = {self.reading(function, term, steps - 1) for term in terms}
        return found.pop() if len(found) == 1 else None

    def _global(self, function: Function, term: Global, steps: int) -> Reading | None:
        symbol = self.calls.program.symbol(function, term)
        if isinstance(symbol, Variable):
            body = symbol.module.body
            defs = list(body.facts.defs.get(symbol.name, ()))
            return Reading(symbol.name, source=self._same(body, defs, steps))
        return Reading(term.name.rpartition(".")[2])

    def _attribute(self, function: Function, term: Attribute, steps: int) -> Reading | None:
        section, source = _name(function, term.base), None
        for cls in self.calls.inference.classes(function, term.base):
            for base in cls.mro:
                for method in base.own_methods(term.name):
                    return self._returned(method, steps) if method.decorators & PROPERTIES else None
            stored = [
                (method, value)
                for base in cls.mro
                for method, event in base.stores.get(term.name, ())
                for value in event.value or (Constant(""),)
            ]
            found = {self.reading(method, value, steps - 1) for method, value in stored}
            source = found.pop() if len(found) == 1 else source
        return Reading(term.name, section, source)

    def _call(self, function: Function, call: Call, steps: int) -> Reading | None:
        last = call.text.rpartition(".")[2]
        first = call.args[0] if call.args and not call.args[0].key else None
        if first is not None and last.lower() in SETTING_READERS:
            names = [_text(term.text) for term in first.value if isinstance(term, Constant)]
            if len(names) == 1 and names[0]:
                receiver = call.text.rpartition(".")[0].rpartition(".")[2]
                return Reading(names[0].rpartition(".")[2], receiver)
        if last in SETTING_FILTERS:
            receivers = [term.base for term in call.func if isinstance(term, Attribute)]
            return self._same(function, receivers, steps)
        if first is not None and (last in SETTING_CONVERTERS or TRUTH_WORDS & set(words(last))):
            return self._same(function, list(first.value), steps)
        callees = self.calls.callees(function, call)
        if len(callees) == 1 and isinstance(callees[0], Function):
            return self._returned(callees[0], steps)
        return None

    def _returned(self, function: Function, steps: int) -> Reading | None:
        if len(function.returned) != 1 or not function.returned[0]:
            return None
        return self._same(function, list(function.returned[0]), steps)


def _local(function: Function, test: Test, term: Term) -> Reading | None:
    """A local variable that has the name of the setting it was given."""
    is_local = test.text.isidentifier() and test.text in function.facts.defs
    return Reading(test.text) if is_local and not isinstance(term, Parameter) else None


def _text(constant: str) -> str:
    """The string that a literal stands for; empty for any other constant."""
    try:
        value = ast.literal_eval(constant)
    except (ValueError, SyntaxError):
        return ""
    return value if isinstance(value, str) else ""


def _name(function: Function, term: Term) -> str:
    """What code calls the value of a term."""
    if isinstance(term, Result):
        return function.call(term.event).text.rpartition(".")[2]
    if isinstance(term, Named):
        return term.name.rpartition(".")[2]
    return _name(function, term.base) if isinstance(term, (Awaited, Entered, Element, Item)) else ""
