"""Whether a call is sure to give a task, and nothing else, to its caller."""

from __future__ import annotations

from taskleash.ir.terms import Awaited, Result, Term
from taskleash.models.classes import SAME_RESULT
from taskleash.query import Query, first_found
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import kind_of

_HANDLES = frozenset({"task", "threadsafe"})


def gives_task(calls: Calls, caller: Function, index: int) -> bool:
    """Whether the value of a call, awaited where it is a coroutine's, is a task in any case.

    False also where it is not known which functions the call reaches, or what they give.
    """
    return calls.shared(_Results).gives(caller, index)


class _Results:
    """What functions give back; one that gives what a call of itself gives is sure of nothing."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._returns_task: Query[Function, bool] = Query(
            calls.program.uses, self._find, False, first_found
        )

    def gives(self, caller: Function, index: int) -> bool:
        """Whether a call gives a task in any case."""
        callees = self.calls.callees(caller, caller.call(index))
        functions = [c for c in callees if isinstance(c, Function)]
        concrete = [f for f in functions if "abstractmethod" not in f.decorators]
        return (
            bool(concrete)
            and len(functions) == len(callees)
            and self.calls.is_sure(caller, index)
            and all(map(self._returns_task, concrete))
        )

    def _find(self, function: Function) -> bool:
        """Whether every way out of a function but an exception gives a task."""
        facts = function.facts
        if facts.is_generator or not function.decorators <= SAME_RESULT:
            return False
        if facts.kind != "lambda" and function.paths.graph.falls_through:
            return False
        given = function.returned
        terms = [term for value in given for term in value]
        return all(given) and bool(terms) and all(self._is_task(function, term) for term in terms)

    def _is_task(self, function: Function, term: Term) -> bool:
        """Whether a term is a task: a spawn's, or that of a call or an await that gives it."""
        awaited = isinstance(term, Awaited)
        while isinstance(term, Awaited):
            term = term.base
        if not isinstance(term, Result):
            return False
        index = term.event
        if not awaited:
            kind = kind_of(self.calls, function, index, function.call(index))
            if kind in _HANDLES:
                return True
        callees = self.calls.callees(function, function.call(index))
        is_async = {c.facts.is_async for c in callees if isinstance(c, Function)}
        return is_async == {awaited} and self.gives(function, index)
