"""Where a function waits for what something stands for."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.ir.model import Await, Call
from taskleash.ir.terms import Alts, Attribute, Result, Spread, Term
from taskleash.models.waits import FROM_A_THREAD
from taskleash.semantics.entities import Function


def waits_for(function: Function, term: Term) -> Iterator[int]:
    """The awaits of a function for a task, an event or a future, among others or up to a deadline.

    ``await gather(other, self.task)``, ``await wait_for(self.closed.wait(), 3)``. Another thread
    has the loop wait: ``run_coroutine_threadsafe(self.closed.wait(), loop)``.
    """
    for index, event in enumerate(function.events):
        value: Alts = ()
        if isinstance(event, Await):
            value = event.value
        elif isinstance(event, Call) and event.text.rpartition(".")[2] == FROM_A_THREAD:
            value = event.args[0].value if event.args else ()
        if value and term in _awaited(function, value, term):
            yield index


def awaited_at(function: Function, index: int) -> int | None:
    """The await by which the coroutine that a call makes has run to its end; None without one."""
    made = Result(index)
    for at, event in enumerate(function.events):
        if isinstance(event, Await) and made in event.value:
            return at
    return None


def done_at(caller: Function, index: int) -> int:
    """The event by which a call has run to its end: its await, if it is awaited."""
    at = awaited_at(caller, index)
    return index if at is None else at


def asked_to_wait(function: Function, waited: Term) -> Iterator[Term]:
    """The objects of whose ``wait()`` a term is the result: events, conditions, processes."""
    if not isinstance(waited, Result):
        return
    call = function.events[waited.event]
    for func in call.func if isinstance(call, Call) else ():
        if isinstance(func, Attribute) and func.name == "wait":
            yield func.base


def _awaited(function: Function, value: Alts, term: Term) -> dict[Term, None]:
    """All that an await waits for: what gathers and shields are given, however deep."""
    found: dict[Term, None] = {}
    pending = list(value)
    for waited in pending:
        if waited in found:
            continue
        found[waited] = None
        if isinstance(waited, Spread):
            pending.append(waited.base)
        if not isinstance(waited, Result) or not isinstance(function.events[waited.event], Call):
            continue
        call = function.call(waited.event)
        if term in asked_to_wait(function, waited):
            pending.append(term)
        else:
            pending.extend(each for arg in call.args for each in arg.value)
    return found
