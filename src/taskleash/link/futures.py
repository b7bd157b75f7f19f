"""Calls that give a future which no coroutine of theirs runs for."""

from __future__ import annotations

from taskleash.facts.model import Call, Give
from taskleash.facts.terms import Attribute
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.models.callables import FUTURE_MAKERS


def gives_kept(calls: Calls, function: Function, call: Call) -> bool:
    """Whether a call gives a new future, or only what plain functions have from an attribute."""
    if call.text.rpartition(".")[2] in FUTURE_MAKERS:
        return True
    callees = calls.callees(function, call)
    return bool(callees) and all(isinstance(c, Function) and _gives_attribute(c) for c in callees)


def _gives_attribute(function: Function) -> bool:
    given = [e for e in function.events if isinstance(e, Give) and e.kind == "return"]
    if function.facts.is_async or function.facts.is_generator:
        return False
    return bool(given) and all(
        bool(event.value) and all(isinstance(term, Attribute) for term in event.value)
        for event in given
    )
