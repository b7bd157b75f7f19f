"""Values that are futures already: what would start a coroutine starts nothing with them."""

from __future__ import annotations

from typing import TypeAlias

from taskleash.ir.model import Call
from taskleash.ir.terms import Attribute, Awaited, Element, Parameter, Result, Term
from taskleash.models.api import Effect, Starts
from taskleash.models.callables import FUTURE_MAKERS
from taskleash.models.containers import HANDLE_ATTRIBUTES
from taskleash.models.table import MODELS, TASKS
from taskleash.semantics.apis import api_of
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.types import is_external

#: classes of futures, and functions that give one
_FUTURES = TASKS | MODELS.handling(Effect.GATHERS) | MODELS.handling(Effect.SHIELDS)

#: a value of a function, and whether it is what it holds that is asked about
_Value: TypeAlias = tuple[Function, Term, bool]


def holds_future(calls: Calls, function: Function, term: Term) -> bool:
    """Whether a term is a task or another future.

    A parameter is one, or the elements of a parameter are, where every caller gives such, as far up
    as there are callers; those that only hand on what each other gives are taken to.
    """
    pending: list[_Value] = [(function, term, False)]
    seen: set[_Value] = set()
    while pending:
        value = pending.pop()
        if value in seen:
            continue
        seen.add(value)
        others = _others(calls, value)
        if others is None:
            return False
        pending += others
    return True


def _others(calls: Calls, value: _Value) -> list[_Value] | None:
    """The values that have to be futures if this one is: none if it is, None if it is not."""
    function, term, is_container = value
    if isinstance(term, Parameter) and (is_container or not _is_one(calls, function, term)):
        return _given_for(calls, function, term, is_container)
    if is_container:
        held = calls.inference.contents(function, term)
        return [(home, each, False) for home, each in held] or None
    if isinstance(term, Result):
        call = function.call(term.event)
        if _makes_coroutine(calls, function, call):
            return None
        if _starts_task(calls, function, call) or _gives_kept(calls, function, call):
            return []
    if isinstance(term, Result | Awaited) and (back := _given_back(calls, function, term)):
        return back
    if _is_one(calls, function, term):
        return []
    return [(function, term.base, True)] if isinstance(term, Element) else None


def _is_one(calls: Calls, function: Function, term: Term) -> bool:
    """Whether a value by itself is seen to be a future."""
    types = calls.inference.types(function, term)
    return is_external(types, _FUTURES) or _is_asked_as_one(function, term)


def _given_for(
    calls: Calls, function: Function, parameter: Parameter, is_container: bool
) -> list[_Value] | None:
    """What the callers give for a parameter; None where there are none, or it is left out."""
    values = [
        (caller, value, is_container)
        for caller, index in calls.callers(function)
        for value in given(function, caller.call(index)).get(parameter.name, (parameter,))
    ]
    return None if (function, parameter, is_container) in values else values or None


def _is_asked_as_one(function: Function, term: Term) -> bool:
    """Whether a function calls a method on a value that only futures have: ``x.done()``."""
    return any(
        isinstance(attribute, Attribute)
        and attribute.name in HANDLE_ATTRIBUTES
        and any(
            role.kind == "func" and function.call(role.index).func == (attribute,)
            for role in function.uses.roles.get(attribute, ())
        )
        for attribute in function.uses.derived.get(term, ())
    )


def _starts_task(calls: Calls, function: Function, call: Call) -> bool:
    api = api_of(calls, function, call)
    return api is not None and api.starts is Starts.TASK


def _makes_coroutine(calls: Calls, function: Function, call: Call) -> bool:
    return any(
        isinstance(callee, Function) and callee.facts.is_async and not callee.facts.is_generator
        for callee in calls.callees(function, call)
    )


def _gives_kept(calls: Calls, function: Function, call: Call) -> bool:
    """Whether a call gives a new future, or only what plain functions have from an attribute."""
    if call.text.rpartition(".")[2] in FUTURE_MAKERS:
        return True
    callees = calls.callees(function, call)
    return bool(callees) and all(isinstance(c, Function) and _gives_attribute(c) for c in callees)


def _given_back(calls: Calls, function: Function, term: Result | Awaited) -> list[_Value]:
    """What the functions of the program return that give a value; nothing if others may, too.

    What is awaited comes from coroutine functions.
    """
    made = term.base if isinstance(term, Awaited) else term
    callees = calls.callees(function, function.call(made.event)) if isinstance(made, Result) else ()
    giving = [each for each in callees if isinstance(each, Function) and not each.is_abstract]
    if any(not isinstance(each, Function) for each in callees) or not all(
        each.returned
        and not each.facts.is_generator
        and each.facts.is_async == isinstance(term, Awaited)
        for each in giving
    ):
        return []
    return [(each, back, False) for each in giving for value in each.returned for back in value]


def _gives_attribute(function: Function) -> bool:
    if function.facts.is_async or function.facts.is_generator:
        return False
    return bool(function.returned) and all(
        bool(value) and all(isinstance(term, Attribute) for term in value)
        for value in function.returned
    )
