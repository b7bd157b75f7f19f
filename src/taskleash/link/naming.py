"""What a call cannot call, by its name alone: most calls need not be looked at any further."""

from __future__ import annotations

from taskleash.facts.model import Call
from taskleash.link.calls import Calls
from taskleash.link.entities import Function, Module


def may_call(calls: Calls, function: Function, call: Call, names: frozenset[str]) -> bool:
    """Whether a call may reach something that has one of these bare names where it is defined.

    An attribute of an object has the name that the call is written with, unless it is itself an
    object that can be called. Any other name may be an alias, so may that of a module's global.
    """
    program = calls.program
    for term in call.func:
        if term[0] != "a" or term[2] in names:
            return True
        if "__call__" in names and term[2] not in program.methods_named:
            return True
        if isinstance(program.symbol(function, term[1]), Module):
            return True
    return False
