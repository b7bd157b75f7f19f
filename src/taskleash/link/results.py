"""Whether a call is sure to give a task, and nothing else, to its caller."""

from __future__ import annotations

from taskleash.facts.model import Give, Term
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.link.paths import falls_through
from taskleash.link.spawns import kind_of

_HANDLES = frozenset({"task", "threadsafe"})
#: decorators that leave alone what a function gives
_PLAIN_DECORATORS = frozenset({"staticmethod", "classmethod", "override", "final"})


def gives_task(calls: Calls, caller: Function, index: int) -> bool:
    """Whether the value of a call, awaited where it is a coroutine's, is a task in any case.

    False also where it is not known which functions the call reaches, or what they give.
    """
    return _gives(calls, caller, index, frozenset())


def _gives(calls: Calls, caller: Function, index: int, seen: frozenset[Function]) -> bool:
    callees = calls.callees(caller, caller.call(index))
    functions = [c for c in callees if isinstance(c, Function)]
    concrete = [f for f in functions if "abstractmethod" not in f.decorators]
    return (
        bool(concrete)
        and len(functions) == len(callees)
        and calls.is_sure(caller, index)
        and all(f not in seen and _returns_task(calls, f, seen | {f}) for f in concrete)
    )


def _returns_task(calls: Calls, function: Function, seen: frozenset[Function]) -> bool:
    """Whether every way out of a function but an exception gives a task."""
    facts = function.facts
    if facts.is_generator or not function.decorators <= _PLAIN_DECORATORS:
        return False
    if facts.kind != "lambda" and falls_through(function):
        return False
    given = [e.value for e in function.events if isinstance(e, Give) and e.kind == "return"]
    terms = [term for value in given for term in value]
    return all(given) and bool(terms) and all(_is_task(calls, function, t, seen) for t in terms)


def _is_task(calls: Calls, function: Function, term: Term, seen: frozenset[Function]) -> bool:
    """Whether a term is a task: a spawn's, or that of a call or an await of one that gives it."""
    awaited = term[0] == "w"
    while term[0] == "w":
        term = term[1]
    if term[0] != "s":
        return False
    index = term[1]
    if not awaited and kind_of(calls, function, index, function.call(index)) in _HANDLES:
        return True
    callees = calls.callees(function, function.call(index))
    is_async = {c.facts.is_async for c in callees if isinstance(c, Function)}
    return is_async == {awaited} and _gives(calls, function, index, seen)
