"""When a function runs, by its name and its decorators: at the start, or for each event."""

from __future__ import annotations

from taskleash.link.entities import Function
from taskleash.models.lifecycle import LIFECYCLE


def is_start(function: Function) -> bool:
    """Whether by its name a function sets up its owner: ``__init__``, ``start`` and the like."""
    return LIFECYCLE.sets_up(function.method.name)


def is_event_handler(function: Function) -> bool:
    """Whether a function runs once for each event: by its name or a registering decorator."""
    method = function.method
    if LIFECYCLE.has_counterpart(method.name):
        return False
    return LIFECYCLE.is_event(method.name) or any(
        (d.called or "." in d.text) and LIFECYCLE.registers_for_events(d.text.rpartition(".")[2])
        for d in method.facts.decorators
    )
