"""Events that are handed to a coroutine, and that its loop asks whether to go on."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.nesting import loops
from taskleash.ir.model import Test, tests
from taskleash.ir.terms import Alts, Attribute, Parameter, Result, Term
from taskleash.lifecycle.stop_flags import Flags, exit_tests
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function


def handed_ends(calls: Calls, flags: Flags, coroutine: Function) -> Iterator[str]:
    """The parameters whose events end a coroutine's loops, and that somebody may set.

    A teardown sets them, or users of the program hand them in.
    """
    for name in dict.fromkeys(_asked(coroutine)):
        if _may_be_set(calls, flags, coroutine, name):
            yield name


def _asked(coroutine: Function) -> Iterator[str]:
    """The parameters of which the loops ask whether they are set."""
    for loop in loops(coroutine.facts.body):
        for test, _ in exit_tests(loop):
            yield from _events(coroutine, test)


def _events(coroutine: Function, test: Test) -> Iterator[str]:
    results = (t for part in tests(test) for t in part.value if isinstance(t, Result))
    for func in (func for term in results for func in coroutine.call(term.event).func):
        base = func.base if isinstance(func, Attribute) and func.name == "is_set" else None
        if isinstance(base, Parameter):
            yield base.name


def _may_be_set(calls: Calls, flags: Flags, coroutine: Function, name: str) -> bool:
    pending, seen = [(coroutine, name)], {(coroutine, name)}
    while pending:
        function, parameter = pending.pop()
        callers = calls.callers(function)
        if not callers:
            return True
        for caller, index in callers:
            for term in _given(function, parameter, caller, index):
                if _is_set_at_the_end(calls, flags, caller, term):
                    return True
                if isinstance(term, Parameter) and (caller, term.name) not in seen:
                    seen.add((caller, term.name))
                    pending.append((caller, term.name))
    return False


def _given(function: Function, parameter: str, caller: Function, index: int) -> Alts:
    return given(function, caller.call(index)).get(parameter, ())


def _is_set_at_the_end(calls: Calls, flags: Flags, function: Function, term: Term) -> bool:
    if not isinstance(term, Attribute):
        return False
    holders = set(calls.inference.classes(function, term.base))
    return any(True for _ in flags.sets(holders, term.name, tested=False))
