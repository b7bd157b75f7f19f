"""Where a function waits for what something stands for."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.facts.model import Await, Call
from taskleash.facts.terms import Attribute, Result, Spread, Term
from taskleash.link.entities import Function

#: a wait for a shield of a gather of … is followed no further than this
_MOST = 32


def waits_for(function: Function, term: Term) -> Iterator[int]:
    """The awaits of a function for a task, an event or a future, among others or up to a deadline.

    ``await gather(other, self.task)``, ``await wait_for(self.closed.wait(), 3)``.
    """
    for index, event in enumerate(function.events):
        if isinstance(event, Await) and term in _awaited(function, event, term):
            yield index


def _awaited(function: Function, event: Await, term: Term) -> list[Term]:
    found = list(event.value)
    for waited in found:
        if isinstance(waited, Spread):
            found.append(waited.base)
        if not isinstance(waited, Result) or not isinstance(function.events[waited.event], Call):
            continue
        call = function.call(waited.event)
        if Attribute(term, "wait") in call.func:
            found.append(term)
        elif len(found) < _MOST:
            found.extend(each for arg in call.args for each in arg.value)
    return found
