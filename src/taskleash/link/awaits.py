"""Where a function waits for what something stands for."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.facts.model import Await, Call
from taskleash.facts.terms import Attribute, Result, Spread, Term
from taskleash.link.entities import Function


def waits_for(function: Function, term: Term) -> Iterator[int]:
    """The awaits of a function for a task, an event or a future, among others or up to a deadline.

    ``await gather(other, self.task)``, ``await wait_for(self.closed.wait(), 3)``.
    """
    for index, event in enumerate(function.events):
        if isinstance(event, Await) and term in _awaited(function, event, term):
            yield index


def _awaited(function: Function, event: Await, term: Term) -> dict[Term, None]:
    """All that an await waits for: what gathers and shields are given, however deep."""
    found: dict[Term, None] = {}
    pending = list(event.value)
    for waited in pending:
        if waited in found:
            continue
        found[waited] = None
        if isinstance(waited, Spread):
            pending.append(waited.base)
        if not isinstance(waited, Result) or not isinstance(function.events[waited.event], Call):
            continue
        call = function.call(waited.event)
        if Attribute(term, "wait") in call.func:
            pending.append(term)
        else:
            pending.extend(each for arg in call.args for each in arg.value)
    return found
