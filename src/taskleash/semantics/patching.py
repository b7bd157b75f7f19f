"""Classes whose methods are replaced at run time: what a call of one does is not certain."""

from __future__ import annotations

from taskleash.ir.model import Call
from taskleash.ir.terms import Alts, Attribute, Constant, Parameter, Term
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function


def is_patched(calls: Calls, function: Function, call: Call) -> bool:
    """Whether the method that a call names is looked up on a class that is patched.

    A class is patched where ``setattr(cls, name, ...)`` is called with a name that is computed, in
    the function that knows the class or in one that it is handed to.
    """
    receivers = {
        cls
        for term in call.func
        if isinstance(term, Attribute)
        for cls in calls.inference.classes(function, term.base)
    }
    patched = _patched(calls) if receivers else frozenset()
    return any(not patched.isdisjoint(cls.mro) for cls in receivers)


def _patched(calls: Calls) -> frozenset[Class]:
    return frozenset(
        cls
        for function, index in calls.program.lookup.calls("setattr")
        if len(function.call(index).args) == 3
        and all(not isinstance(term, Constant) for term in function.call(index).args[1].value)
        for cls in _classes(calls, function, function.call(index).args[0].value)
    )


def _classes(calls: Calls, function: Function, value: Alts) -> set[Class]:
    """The classes themselves, not instances of them, that a value may be, or callers hand in."""
    found: set[Class] = set()
    seen: set[tuple[Function, Term]] = set()
    pending = [(function, term) for term in value]
    while pending:
        home, term = pending.pop()
        if (home, term) in seen:
            continue
        seen.add((home, term))
        symbol = calls.program.symbol(home, term)
        if isinstance(symbol, Class):
            found.add(symbol)
        elif isinstance(term, Parameter) and term.name != home.self_name:
            for caller, index in calls.callers(home):
                handed = given(home, caller.call(index)).get(term.name, ())
                pending += [(caller, each) for each in handed]
    return found


def is_asked_about(function: Function, call: Call) -> bool:
    """Whether the function asks if the callee is a coroutine function: it may be another one.

    Who asks that of one method of an object has others in its place as well.
    """
    bases = {func.base for func in call.func if isinstance(func, Attribute)}
    return any(
        other.text.rpartition(".")[2] == "iscoroutinefunction"
        and any(
            term in call.func or (isinstance(term, Attribute) and term.base in bases)
            for arg in other.args
            for term in arg.value
        )
        for _, other in function.calls()
    )
