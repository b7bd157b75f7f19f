"""Which setting a value was read from: an attribute, a key, an environment variable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.facts.catalogue import (
    SETTING_CONVERTERS,
    SETTING_FILTERS,
    SETTING_READERS,
    TRUTH_WORDS,
)
from taskleash.facts.model import Alts, Call, Give, Term, Test
from taskleash.link.calls import Calls
from taskleash.link.entities import Function, Variable
from taskleash.link.teardown import words

_MAX_STEPS = 6
_PROPERTIES = frozenset({"property", "cached_property"})


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
            base = next((term[1] for term in value if term[0] == "e"), ())
            name = _text(test.key)
            yield Reading(name, _name(function, base)) if name else None
            return
        for term in value:
            if term[0] != "c" or term[1] not in ("None", "False", '""', "''", "0"):
                found = self.reading(function, term, _MAX_STEPS)
                yield found or _local(function, test, term)

    def reading(self, function: Function, term: Term, steps: int) -> Reading | None:
        """What the term was read from, at most so many steps away."""
        if steps <= 0:
            return None
        tag = term[0]
        if tag == "n":
            return self._global(function, term, steps)
        if tag == "a":
            return self._attribute(function, term, steps)
        if tag in ("v", "f"):
            home, name = self.calls.program.home(function, term)
            defs = [t for t in home.facts.defs.get(name, ()) if t != term]
            return self._same(home, defs, steps)
        if tag == "s":
            return self._call(function, function.call(term[1]), steps)
        return self.reading(function, term[1], steps - 1) if tag == "w" else None

    def _same(self, function: Function, terms: list[Term], steps: int) -> Reading | None:
        """What all the terms were read from, if that is one setting."""
        found = {self.reading(function, term, steps - 1) for term in terms}
        return found.pop() if len(found) == 1 else None

    def _global(self, function: Function, term: Term, steps: int) -> Reading | None:
        symbol = self.calls.program.symbol(function, term)
        if isinstance(symbol, Variable):
            body = symbol.module.body
            defs = list(body.facts.defs.get(symbol.name, ()))
            return Reading(symbol.name, source=self._same(body, defs, steps))
        return Reading(str(term[1]).rpartition(".")[2])

    def _attribute(self, function: Function, term: Term, steps: int) -> Reading | None:
        section, source = _name(function, term[1]), None
        for cls in self.calls.inference.classes(function, term[1]):
            for base in cls.mro:
                for method in base.own_methods(term[2]):
                    return (
                        self._returned(method, steps) if method.decorators & _PROPERTIES else None
                    )
            stored = [
                (method, value)
                for base in cls.mro
                for method, event in base.stores.get(term[2], ())
                for value in event.value or (("c", ""),)
            ]
            found = {self.reading(method, value, steps - 1) for method, value in stored}
            source = found.pop() if len(found) == 1 else source
        return Reading(term[2], section, source)

    def _call(self, function: Function, call: Call, steps: int) -> Reading | None:
        last = call.text.rpartition(".")[2]
        first = call.args[0] if call.args and not call.args[0].key else None
        if first is not None and last.lower() in SETTING_READERS:
            names = [_text(term[1]) for term in first.value if term[0] == "c"]
            if len(names) == 1 and names[0]:
                receiver = call.text.rpartition(".")[0].rpartition(".")[2]
                return Reading(names[0].rpartition(".")[2], receiver)
        if last in SETTING_FILTERS:
            receivers = [term[1] for term in call.func if term[0] == "a"]
            return self._same(function, receivers, steps)
        if first is not None and (last in SETTING_CONVERTERS or TRUTH_WORDS & set(words(last))):
            return self._same(function, list(first.value), steps)
        callees = self.calls.callees(function, call)
        if len(callees) == 1 and isinstance(callees[0], Function):
            return self._returned(callees[0], steps)
        return None

    def _returned(self, function: Function, steps: int) -> Reading | None:
        gives = [e for e in function.events if isinstance(e, Give) and e.kind == "return"]
        if len(gives) != 1 or not gives[0].value:
            return None
        return self._same(function, list(gives[0].value), steps)


def _local(function: Function, test: Test, term: Term) -> Reading | None:
    """A local variable that has the name of the setting it was given."""
    is_local = test.text.isidentifier() and test.text in function.facts.defs
    return Reading(test.text) if is_local and term[0] != "p" else None


def _text(constant: str) -> str:
    """The string that a literal stands for; empty for any other constant."""
    try:
        value = ast.literal_eval(constant)
    except (ValueError, SyntaxError):
        return ""
    return value if isinstance(value, str) else ""


def _name(function: Function, term: Term) -> str:
    """What code calls the value of a term."""
    if not term:
        return ""
    if term[0] == "s":
        return function.call(term[1]).text.rpartition(".")[2]
    if term[0] in ("a", "n", "p", "v", "f"):
        return str(term[-1]).rpartition(".")[2]
    return _name(function, term[1]) if term[0] in ("w", "m", "e", "i") else ""
