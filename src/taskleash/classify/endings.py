"""What ends a task when it is done, and what ends it at teardown, each told by itself.

A verdict names one ending, the one that decides. A task can have both.
"""

from __future__ import annotations

from taskleash.classify.model import State
from taskleash.classify.policy import Verdict
from taskleash.classify.signs import Signs
from taskleash.link.trail import CANCELLING, Op

_PARTIAL = "partial"
_ON_COMPLETION = frozenset({"awaited", "gathered", "owner"})
_AT_TEARDOWN = frozenset({"cancelled", "owner"})


def on_completion(signs: Signs, verdict: Verdict) -> State:
    """Whether something awaits the task, or lets go of it when it is done."""
    if verdict.cleaned in _ON_COMPLETION or signs.self_removing:
        return State.YES
    # An await in a teardown is part of cancelling there.
    awaited = any(not why and not _cancels(op) for op, why in signs.ended_there_by)
    if verdict.cleaned != _PARTIAL:
        return State.YES if awaited else State.NO
    ends = (*signs.ended_here_by, *signs.ended_elsewhere)
    waits = awaited or signs.abandoned is not None or not all(map(_cancels, ends))
    return State.PARTIAL if waits else State.NO


def at_teardown(signs: Signs, verdict: Verdict) -> State:
    """Whether something stops the task when what it belongs to is taken down."""
    torn_down = any(why and _cancels(op) for op, why in signs.ended_there_by)
    if verdict.cleaned == _PARTIAL:
        ends = (*signs.ended_here_by, *signs.ended_elsewhere)
        return State.PARTIAL if torn_down or any(map(_cancels, ends)) else State.NO
    by_flag = verdict.cleaned == "self-managed" and bool(signs.flagged)
    stops = verdict.cleaned in _AT_TEARDOWN or torn_down or by_flag
    return State.YES if stops else State.NO


def _cancels(op: Op) -> bool:
    return op.kind in CANCELLING
