"""What a call cannot call, by its name alone: most calls need not be looked at any further."""

from __future__ import annotations

from taskleash.facts.model import Call, Term
from taskleash.link.calls import Calls
from taskleash.link.entities import Class, External, Function, Module
from taskleash.link.program import Program


def may_call(calls: Calls, function: Function, call: Call, names: frozenset[str]) -> bool:
    """Whether a call may reach something that has one of these bare names where it is defined.

    An attribute of an object has the name that the call is written with, unless it is itself an
    object that can be called.
    """
    return any(_may_be(calls.program, function, term, names) for term in call.func)


def _may_be(program: Program, function: Function, term: Term, names: frozenset[str]) -> bool:
    if term[0] == "a":
        if term[2] in names:
            return True
        if "__call__" in names and term[2] not in program.methods_named:
            return True
        if not isinstance(program.symbol(function, term[1]), Module):
            return False
    elif term[0] != "n":
        return True
    symbol = program.symbol(function, term)
    if isinstance(symbol, External):
        return symbol.dotted.rpartition(".")[2] in names
    # A variable may hold anything.
    return symbol.name in names if isinstance(symbol, Function | Class) else True
