"""Ways on which a wait is cancelled, and that is caught: what it gives back is not there then.

``for task in pending`` behind the handler goes over what the name had before the wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from taskleash.controlflow.exceptions import Raised
from taskleash.controlflow.nesting import catches_only_cancellation
from taskleash.controlflow.outcome import Leak
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Await, Call
from taskleash.ir.terms import Awaited, Built, Result, Spread, Term
from taskleash.semantics.entities import Function
from taskleash.verdict.doubts.unasked import Asking, tries
from taskleash.verdict.elements.elements import terms_of
from taskleash.verdict.ways.waiting import is_under_deadline

#: the events at which operations end the task for certain
Stops = Callable[[list[Op]], list[EndingEvent]]


def left_by_a_stop(trail: Trail, endings: Sequence[Op], stops: Stops) -> tuple[Leak, ...] | None:
    """The ways out past a wait that is cancelled, and past what ends only what the wait gives.

    None where the search ran out of its bound before it found such a way.
    """
    function, carriers = trail.function, frozenset(trail.terms_in(trail.function))
    is_complete = True
    for wait in trail.of("wait"):
        if wait.function is not function or wait.calls or not isinstance(wait.event, Await):
            continue
        if not _is_caught(function, wait.index):
            continue
        given = {term for term in carriers if _comes_of(term, wait.event)}
        of_given = {op for op in endings if op.function is function and _is_of(op, carriers, given)}
        if not of_given:
            continue
        others = [op for op in endings if op is not wait and op not in of_given]
        passing = {Raised.STOPPED, *([Raised.TIMEOUT] if is_under_deadline(wait) else [])}
        ends = [*stops(others), EndingEvent(wait.index, frozenset(passing))]
        asking = Asking(function, trail.index, carriers - given)
        found = function.paths.search(
            [trail.index], ends, asking.carriers, is_closed=asking.is_open
        )
        if found.leaks:
            return found.leaks
        is_complete = is_complete and found.is_complete
    return () if is_complete else None


def _is_caught(function: Function, wait: int) -> bool:
    """Whether the function goes on where a wait of its own is cancelled, or its time is up."""
    graph = function.paths.graph
    return any(
        kind in graph.blocks[number].caught
        for number in graph.blocks_of(wait)
        for kind in (Raised.STOPPED, Raised.TIMEOUT)
    )


def _comes_of(term: Term, wait: Await) -> bool:
    """Whether a term is one of the two sets that a wait gives, or of what is in them."""
    while isinstance(term, Built):
        if isinstance(term, Awaited) and term.base in wait.value:
            return True
        term = term.base
    return False


def _is_of(op: Op, carriers: Set[Term], given: Set[Term]) -> bool:
    """Whether an operation is done with nothing that has the task but what a wait has given."""
    held = {term for term in terms_of(op) if term in carriers}
    return bool(held) and all(
        term in given or _is_made_of(op.function, term, carriers, given) for term in held
    )


def _is_made_of(function: Function, term: Term, carriers: Set[Term], given: Set[Term]) -> bool:
    """Whether it is what a call gives that is handed such things alone: ``gather(*pending)``."""
    call = function.events[term.event] if isinstance(term, Result) else None
    passed = [each for arg in call.args for each in arg.value] if isinstance(call, Call) else []
    held = {each.base if isinstance(each, Spread) else each for each in passed}
    return not held.isdisjoint(carriers) and held & carriers <= given


def is_stopped(function: Function, leaks: Sequence[Leak]) -> bool:
    """Whether a way past the endings is that of a cancellation which is caught."""
    stops = {
        handler.line
        for item in tries(function.facts.body)
        for handler in item.handlers
        if catches_only_cancellation(handler)
    }
    return any(e.kind == "handler" and e.line in stops for leak in leaks for e in leak.steps)
