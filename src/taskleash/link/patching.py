"""Classes whose methods are replaced at run time: what a call of one does is not certain."""

from __future__ import annotations

from taskleash.facts.model import Alts, Call
from taskleash.link.calls import Calls, given
from taskleash.link.entities import Class, Function

_MAX_DEPTH = 4


def is_patched(calls: Calls, function: Function, call: Call) -> bool:
    """Whether the method that a call names is looked up on a class that is patched.

    A class is patched where ``setattr(cls, name, ...)`` is called with a name that is computed, in
    the function that knows the class or in one that it is handed to.
    """
    receivers = {
        cls
        for term in call.func
        if term[0] == "a"
        for cls in calls.inference.classes(function, term[1])
    }
    patched = _patched(calls) if receivers else frozenset()
    return any(not patched.isdisjoint(cls.mro) for cls in receivers)


def _patched(calls: Calls) -> frozenset[Class]:
    return frozenset(
        cls
        for function, index in calls.program.calls_named.get("setattr", ())
        if len(function.call(index).args) == 3
        and all(term[0] != "c" for term in function.call(index).args[1].value)
        for cls in _classes(calls, function, function.call(index).args[0].value, 0)
    )


def _classes(calls: Calls, function: Function, value: Alts, depth: int) -> set[Class]:
    """The classes themselves, not instances of them, that a value may be."""
    found: set[Class] = set()
    for term in value:
        symbol = calls.program.symbol(function, term)
        if isinstance(symbol, Class):
            found.add(symbol)
        elif term[0] == "p" and term[1] != function.self_name and depth < _MAX_DEPTH:
            for caller, index in calls.callers(function):
                value = given(function, caller.call(index)).get(term[1], ())
                found |= _classes(calls, caller, value, depth + 1)
    return found
