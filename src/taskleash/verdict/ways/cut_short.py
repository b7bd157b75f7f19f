"""Coroutines that are cancelled while they wait, as the usual way to stop them.

What ends a task behind such a wait is not come to then, unless it is in a ``finally`` around it, or
in a handler that catches the cancellation.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.nesting import catches_cancellation, events_in
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import AWAITING, CANCELLING, Site
from taskleash.ir.model import Await, Loop, Try
from taskleash.ir.terms import Result
from taskleash.lifecycle.lifetime import Lifetimes
from taskleash.lifecycle.supervisors import Supervisors
from taskleash.semantics.context import around, in_loop
from taskleash.semantics.entities import Function
from taskleash.semantics.mains import Mains
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.helpers import carriers_in
from taskleash.verdict.ways.inside import Inside


class CutShort:
    """Answers whether the usual stop of a coroutine passes by what ends its own task."""

    def __init__(self, inside: Inside, supervisors: Supervisors, mains: Mains) -> None:
        self.inside = inside
        self.lifetimes = inside.calls.shared(Lifetimes)
        self.supervisors = supervisors
        self.mains = mains

    def by(self, signs: Signs) -> Site | None:
        """The cancel of a teardown that stops the coroutine while its endless task runs on."""
        function, trail = signs.spawn.function, signs.trail
        if not signs.ended_here or not signs.endless or not function.facts.is_async:
            return None
        if trail.given or any(o.kind not in CANCELLING for o in signs.ended_here_by):
            return None
        if signs.places and not _is_ended_here_alone(signs):
            return None
        if function.facts.is_generator or self.mains.runner(function):
            return None
        endings = self.inside.endings(signs)
        waits = [
            index
            for index in self._waits(function, signs.spawn.index)
            if not _is_seen_to(function, index, endings)
        ]
        if not waits:
            return None
        carriers = carriers_in(trail, function)
        outcome = function.paths.search([trail.index], endings, carriers, waits)
        if not outcome.is_complete or not outcome.reached:
            return None
        return self.supervisors.cancelled_by(function)

    def _waits(self, function: Function, spawn: int) -> Iterator[int]:
        """Where a function waits behind a spawn for as long as a loop of it, or of others, goes on.

        A single wait for anything else may be short: nothing says that a cancel would meet it.
        """
        for index, event in enumerate(function.events):
            loop = in_loop(function, index)
            if index <= spawn or (loop is not None and spawn in events_in(loop.body)):
                continue
            if loop is None:
                if isinstance(event, Await) and self._is_endless(function, event):
                    yield index
            elif isinstance(event, Await) or _is_asynchronous(function, index):
                yield index

    def _is_endless(self, function: Function, wait: Await) -> bool:
        """Whether what is awaited is a coroutine of the program that never ends by itself."""
        made = [
            (term.event, callee)
            for term in wait.value
            if isinstance(term, Result)
            for callee in self.inside.calls.callees(function, function.call(term.event))
        ]
        return bool(made) and all(
            isinstance(callee, Function)
            and self.lifetimes.of_call(function, index, callee) == "endless"
            for index, callee in made
        )


def _is_ended_here_alone(signs: Signs) -> bool:
    """Whether nothing but the function itself ends the task by way of the slot that keeps it."""
    function = signs.spawn.function
    is_slot = all(place.kind == "attribute" and not place.depth for place in signs.places)
    ends = signs.trail.of(*CANCELLING, *AWAITING)
    return is_slot and all(op.site[0] is function for op in ends)


def _is_asynchronous(function: Function, index: int) -> bool:
    """Whether an event is in a loop that waits for its next item."""
    return any(
        isinstance(frame.item, Loop) and frame.item.kind == "async for" and frame.branch == "body"
        for frame in around(function, index)
    )


def _is_seen_to(function: Function, index: int, endings: list[EndingEvent]) -> bool:
    """Whether a cancellation that comes at an event is caught, or meets an ending on its way."""
    ends = {ending.event for ending in endings}
    for frame in around(function, index):
        item = frame.item
        if not isinstance(item, Try):
            continue
        if not item.handlers and not item.final.items:
            # A context manager may end the task by what it closes.
            return True
        if frame.branch != "final" and not ends.isdisjoint(events_in(item.final)):
            return True
        if frame.branch == "body" and any(map(catches_cancellation, item.handlers)):
            return True
    return False
