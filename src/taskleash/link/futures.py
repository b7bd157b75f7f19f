"""Values that are futures already: what would start a coroutine starts nothing with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from taskleash.facts.model import Call, Give
from taskleash.facts.terms import Attribute, Element, Parameter, Result, Term
from taskleash.link.calls import Calls, given
from taskleash.link.contents import contents
from taskleash.link.entities import Function
from taskleash.link.inference import is_external
from taskleash.models.api import Handle
from taskleash.models.callables import FUTURE_MAKERS
from taskleash.models.containers import HANDLE_ATTRIBUTES
from taskleash.models.table import MODELS, TASKS

#: classes of futures, and functions that give one
_FUTURES = TASKS | MODELS.handling(Handle.GATHERS)

#: whether a call event of a function starts a task
IsSpawn: TypeAlias = Callable[[Function, int], bool]
#: the parameters whose callers were asked, and whether for what they hold
_Asked: TypeAlias = set[tuple[Function, Parameter, bool]]


def holds_future(
    calls: Calls,
    function: Function,
    term: Term,
    is_spawn: IsSpawn,
    asked: _Asked | None = None,
) -> bool:
    """Whether a term is a task or another future.

    A parameter is one, or the elements of a parameter are, where every caller gives such, as far up
    as there are callers. Those ``asked`` before are answered there: it takes all to be one.
    """
    if isinstance(term, Result):
        call = function.call(term.event)
        if _makes_coroutine(calls, function, call):
            return False
        if is_spawn(function, term.event) or _gives_kept(calls, function, call):
            return True
    if is_external(calls.inference.types(function, term), _FUTURES):
        return True
    if _is_asked_as_one(function, term):
        return True
    before: _Asked = set() if asked is None else asked
    if isinstance(term, Element):
        return _are_futures(calls, function, term.base, is_spawn, before)
    if not isinstance(term, Parameter) or (function, term, False) in before:
        return isinstance(term, Parameter)
    before.add((function, term, False))
    return _is_given(
        calls,
        function,
        term,
        lambda caller, value: holds_future(calls, caller, value, is_spawn, before),
    )


def _are_futures(
    calls: Calls,
    function: Function,
    container: Term,
    is_spawn: IsSpawn,
    asked: _Asked,
) -> bool:
    """Whether all that is seen to be put into a container is."""
    if isinstance(container, Parameter):
        if (function, container, True) in asked:
            return True
        asked.add((function, container, True))
        return _is_given(
            calls,
            function,
            container,
            lambda caller, value: _are_futures(calls, caller, value, is_spawn, asked),
        )
    held = list(contents(calls.inference, function, container))
    return bool(held) and all(
        holds_future(calls, home, term, is_spawn, asked) for home, term in held
    )


def _is_given(
    calls: Calls,
    function: Function,
    parameter: Parameter,
    fits: Callable[[Function, Term], bool],
) -> bool:
    """Whether what every caller gives for a parameter fits."""
    values = [
        (caller, value)
        for caller, index in calls.callers(function)
        for value in given(function, caller.call(index)).get(parameter.name, (parameter,))
    ]
    return bool(values) and all(
        (caller, value) != (function, parameter) and fits(caller, value) for caller, value in values
    )


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


def _gives_attribute(function: Function) -> bool:
    given_back = [e for e in function.events if isinstance(e, Give) and e.kind == "return"]
    if function.facts.is_async or function.facts.is_generator:
        return False
    return bool(given_back) and all(
        bool(event.value) and all(isinstance(term, Attribute) for term in event.value)
        for event in given_back
    )
