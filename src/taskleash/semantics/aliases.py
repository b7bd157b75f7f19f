"""Calls that are not written with the name of what they call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeAlias

from taskleash.ir.model import Call
from taskleash.ir.terms import Attribute, Bound, Global, Nested, Result, Term
from taskleash.query import Query
from taskleash.semantics.entities import Function, Variable
from taskleash.semantics.lookup import CallSite
from taskleash.semantics.program import Program

#: what a call event of a function may call
_Callees: TypeAlias = Callable[[Function, Call], Iterable[object]]
#: call sites, by the functions that they may call
_CallsOf: TypeAlias = dict[Function, list[CallSite]]


class Aliases:
    """Finds the calls of functions by other names, and those of objects that attributes hold."""

    def __init__(self, program: Program, callees: _Callees) -> None:
        self._program = program
        self._callees = callees
        self._aliased: Query[None, _CallsOf] = Query(program.uses, self._find_aliased)
        self._called_objects: Query[None, _CallsOf] = Query(program.uses, self._find_objects)

    def calls(self, function: Function) -> list[CallSite]:
        """The calls that use another name than the function's own."""
        return self._aliased(None).get(function, [])

    def calls_of_objects(self, operator: Function) -> list[CallSite]:
        """The calls of objects that attributes hold, which may call this operator of theirs."""
        return self._called_objects(None).get(operator, [])

    def _find_aliased(self, _: None) -> _CallsOf:
        found: _CallsOf = defaultdict(list)
        program = self._program
        names = program.unclear_names | program.function_holding_names
        for caller, index in program.lookup.calls_of(names):
            call = caller.call(index)
            last = call.text.rpartition(".")[2]
            if any(self._may_be_alias(caller, term, last) for term in call.func):
                self._note(found, caller, index)
        return found

    def _find_objects(self, _: None) -> _CallsOf:
        found: _CallsOf = defaultdict(list)
        for caller, index in self._program.lookup.calls_of(self._program.holding_names):
            if any(self._may_be_object(caller, term) for term in caller.call(index).func):
                self._note(found, caller, index)
        return found

    def _note(self, found: _CallsOf, caller: Function, index: int) -> None:
        call = caller.call(index)
        for callee in self._callees(caller, call):
            if isinstance(callee, Function) and callee.name != call.text.rpartition(".")[2]:
                found[callee].append((caller, index))

    def _may_be_alias(self, caller: Function, term: Term, written: str) -> bool:
        """Whether a callable term may stand for a function of another name."""
        program = self._program
        if isinstance(term, (Global, Attribute)):
            if isinstance(term, Attribute) and term.name in program.function_holding_names:
                return True
            if isinstance(term, Attribute) and term.name in program.methods_named:
                return False
            if term.name == written and program.is_clear(written):
                return False
            symbol = program.symbol(caller, term)
            named = isinstance(symbol, Function) and symbol.name != written
            return named or isinstance(symbol, Variable)
        return isinstance(term, (Bound, Nested, Result))

    def _may_be_object(self, caller: Function, term: Term) -> bool:
        """Whether what is called is an attribute that may hold an object."""
        if not isinstance(term, Attribute) or term.name not in self._program.holding_names:
            return False
        return self._program.symbol(caller, term) is None
