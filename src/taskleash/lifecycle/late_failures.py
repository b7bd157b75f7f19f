"""Starts that fail once their task runs, and whose caller goes on all the same.

``self._reading = create_task(..)``, then ``raise`` where no answer comes: a loop that catches that,
and tries again, has another task started beside the first one.
"""

from __future__ import annotations

from taskleash.controlflow.exception_classes import Caught, caught
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.arrivals import Arrivals
from taskleash.dataflow.trail import Op, Site, Trail
from taskleash.ir.model import Exit, Handler, Loop, Try
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function


def fails_late(arrivals: Arrivals, trail: Trail, op: Op, site: Site) -> bool:
    """Whether a function raises behind the store of a task that runs, and a loop outlives that.

    The ``site`` calls the function of the store.
    """
    function = op.function
    # What makes the exception stands just before, in the same block.
    made = {
        order: exit_
        for order, exit_, frames in function.levels.exits
        if exit_.kind == "raise"
        and order > op.index
        and around(function, order) == frames
        and _is_outlived(*site, exit_)
    }
    if not made:
        return False
    endings = map(EndingEvent, arrivals.endings.events(trail, function) - {op.index})
    carriers = arrivals.carriers(trail, function)
    return bool(function.paths.search([op.index], endings, carriers, made).reached)


def _is_outlived(caller: Function, index: int, raised: Exit) -> bool:
    """Whether what a call raises is caught for certain in the loop around, and not raised on."""
    for frame in reversed(around(caller, index)):
        if isinstance(frame.item, Loop):
            return False
        if not isinstance(frame.item, Try) or frame.branch != "body":
            continue
        for handler in frame.item.handlers:
            outcome = _caught(handler, raised)
            if outcome is Caught.YES:
                return not _raises_on(handler)
            if outcome is Caught.MAYBE:
                return False
    return False


def _caught(handler: Handler, raised: Exit) -> Caught:
    if raised.raises:
        return caught(handler, raised.raises)
    is_broad = not handler.types or not BROAD_EXCEPTIONS.isdisjoint(handler.types)
    return Caught.YES if is_broad else Caught.MAYBE


def _raises_on(handler: Handler) -> bool:
    last = handler.body.items[-1] if handler.body.items else None
    return isinstance(last, Exit) and last.kind == "raise"
