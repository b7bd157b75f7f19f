"""Whether a timer ends a wait: where it is given a number of seconds, rather than None."""

from __future__ import annotations

from taskleash.controlflow.nesting import events_in
from taskleash.ir.model import Call, TypeRef
from taskleash.ir.terms import (
    UNKNOWN,
    Alts,
    Attribute,
    Bound,
    Constant,
    Global,
    Parameter,
    Result,
    Term,
)
from taskleash.models.classes import TRANSPARENT
from taskleash.models.waits import NUMBER_TYPES, NUMBERS, TIME_LIMITS
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import with_blocks
from taskleash.semantics.entities import External, Function, Variable

_NONE = Constant("None")
_NO_NUMBERS = frozenset({_NONE, Constant("True"), Constant("False"), *UNKNOWN})


class Limits:
    """Answers what ends by a timer."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def within(self, function: Function) -> frozenset[int]:
        """The events in blocks that a timer ends."""
        return frozenset(
            index
            for managers, body in with_blocks(function, function.facts.body)
            if any(self._is_limit(function, term) for use in managers for term in use.value)
            for index in events_in(body)
        )

    def _is_limit(self, function: Function, term: Term) -> bool:
        made = function.events[term.event] if isinstance(term, Result) else None
        if not isinstance(made, Call) or not made.args:
            return False
        named = {c.dotted for c in self._calls.callees(function, made) if isinstance(c, External)}
        return bool(named & TIME_LIMITS) and self.is_number(function, made.args[0].value)

    def is_number(self, function: Function, value: Alts) -> bool:
        """Whether a value is a number, whatever it comes from; what is reckoned is one."""
        return all(self._is_number(function, term, set()) for term in value)

    def _is_number(self, function: Function, term: Term, seen: set[tuple[Function, Term]]) -> bool:
        if (function, term) in seen:
            return True
        seen.add((function, term))
        if isinstance(term, Constant):
            return term not in _NO_NUMBERS
        if isinstance(term, Parameter):
            return self._is_given_number(function, term, seen)
        if isinstance(term, Bound):
            home, name = self._calls.program.home(function, term)
            return self._are_numbers(home, home.facts.defs.get(name, ()), seen)
        if isinstance(term, Global):
            symbol = self._calls.program.symbol(function, term)
            if not isinstance(symbol, Variable):
                return False
            body = symbol.module.body
            return self._are_numbers(body, body.facts.defs.get(symbol.name, ()), seen)
        if isinstance(term, Attribute):
            return self._is_number_of_object(function, term, seen)
        if isinstance(term, Result):
            callees = self._calls.callees(function, function.call(term.event))
            return bool(callees) and all(
                is_of_numbers(c.facts.returns)
                if isinstance(c, Function)
                else isinstance(c, External) and c.dotted in NUMBERS
                for c in callees
            )
        return False

    def _are_numbers(
        self, function: Function, terms: Alts, seen: set[tuple[Function, Term]]
    ) -> bool:
        return bool(terms) and all(self._is_number(function, term, seen) for term in terms)

    def _is_given_number(
        self, function: Function, term: Parameter, seen: set[tuple[Function, Term]]
    ) -> bool:
        """By its annotation, or else by its default and what all callers give."""
        param = next((p for p in function.facts.params if p.name == term.name), None)
        if param is None:
            return False
        if param.annotation:
            return is_of_numbers(param.annotation)
        around = function.parent
        passed = [
            self._is_number(caller, each, seen)
            for caller, index in self._calls.callers(function)
            for each in given(function, caller.call(index)).get(term.name, ())
        ]
        defaults = [
            around is not None and self._is_number(around, each, seen) for each in param.default
        ]
        return bool(passed or defaults) and all(passed) and all(defaults)

    def _is_number_of_object(
        self, function: Function, term: Attribute, seen: set[tuple[Function, Term]]
    ) -> bool:
        """By the annotation of an attribute, or else by all that is stored in it."""
        classes = self._calls.inference.classes(function, term.base)
        if not classes:
            return False
        for cls in classes:
            naming = cls.naming(term.name)
            refs = [ref for base in naming if (ref := base.facts.fields.get(term.name))]
            if refs:
                if not is_of_numbers(refs[0]):
                    return False
                continue
            stored = [
                (method, event.value)
                for base in naming
                for method, event in base.stores.get(term.name, ())
            ]
            if not stored or not all(
                self._is_number(method, each, seen) for method, value in stored for each in value
            ):
                return False
        return True


def is_of_numbers(ref: TypeRef) -> bool:
    """Whether all values of a type as it is written are numbers; None is not."""
    if ref.last == "Annotated":
        return is_of_numbers(ref.args[0]) if ref.args else False
    if ref.name == "|" or (ref.last in TRANSPARENT and ref.last != "Optional"):
        return bool(ref.args) and all(is_of_numbers(part) for part in ref.args)
    return ref.last in NUMBER_TYPES
