"""Paths on which a task is never put into the container by which its function ends it.

``if job.waits: tasks.append(task)`` before ``gather(*tasks)``: the tasks of the others run on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.controlflow.assumptions import parts
from taskleash.controlflow.outcome import PathOutcome
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Await, Call, Event
from taskleash.ir.terms import Attribute, Display, Result, Term
from taskleash.semantics.entities import Function


def left_out(trail: Trail, ops: Iterable[Op], stops: Iterable[EndingEvent]) -> PathOutcome | None:
    """The paths from the spawn past all that puts the task into a container, and past other ends.

    ``ops`` end the task in its function, at the ``stops``. None where no container
    is filled on the way, or where one has the task otherwise.
    """
    function, held = trail.function, trail.terms_in(trail.function)
    puts = {op.root for op in trail.of("contain") if op.root is not None}
    containers = {term for term, depth in held.items() if depth > 0}
    handles = {term for term in held.keys() - containers if not _is_of(function, term, containers)}
    if not puts or any(_is_made_with(function, term, handles) for term in containers):
        return None
    by_way = {op.root for op in ops if op.root is not None}
    by_way = {root for root in by_way if _is_done_with(function, root, containers, handles)}
    if not by_way:
        return None
    ends = [stop for stop in stops if stop.event not in by_way]
    return function.paths.search([trail.index], [*ends, *map(EndingEvent, puts)], handles)


def _is_made_with(function: Function, term: Term, handles: set[Term]) -> bool:
    """Whether a container is written down with the task in it."""
    if not isinstance(term, Display):
        return False
    items = function.facts.collections[term.number].items
    return any(not handles.isdisjoint(parts(each)) for item in items for each in item)


def _is_done_with(
    function: Function, index: int, containers: set[Term], handles: set[Term]
) -> bool:
    """Whether what is done at an event is done with what containers have, and no handle."""
    terms = list(_terms(function.events[index]))
    return handles.isdisjoint(terms) and any(_is_of(function, t, containers) for t in terms)


def _is_of(function: Function, term: Term, containers: set[Term]) -> bool:
    """Whether a term is a container, one of what it has, or what a call makes of these."""
    pending, seen = [term], {term}
    while pending:
        for part in parts(pending.pop()):
            if part in containers:
                return True
            if isinstance(part, Result):
                given = set(_terms(function.events[part.event])) - seen
                seen |= given
                pending += given
    return False


def _terms(event: Event) -> Iterator[Term]:
    """What an event is done with: what is awaited, the receiver of a call and its arguments."""
    if isinstance(event, Await):
        yield from event.value
    elif isinstance(event, Call):
        yield from (func.base for func in event.func if isinstance(func, Attribute))
        yield from (term for arg in event.args for term in arg.value)
