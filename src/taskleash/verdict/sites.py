"""A verdict put together as a site: what the policy leaves to the signs, and the words for it."""

from __future__ import annotations

from taskleash.dataflow.trail import CANCELLING, Op
from taskleash.lifecycle.overridden import Overridden
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.verdict.doubts.unknown import unknowns
from taskleash.verdict.elements.containers import is_counted, is_keyed
from taskleash.verdict.model import (
    DROPPED,
    DROPS,
    NOT_LOOKED_AT,
    Cell,
    Defect,
    Ending,
    Handle,
    Lifetime,
    Multiplicity,
    Site,
    Span,
    State,
    Unknown,
)
from taskleash.verdict.owner import has_own_state, owner_of, replaced, task_attributes
from taskleash.verdict.policy import Verdict, decide
from taskleash.verdict.shares import of_a_place
from taskleash.verdict.signs import Signs
from taskleash.verdict.survival.vanishing import vanishing
from taskleash.verdict.wording.describe import holder, often
from taskleash.verdict.wording.heavy import heavy
from taskleash.verdict.wording.keeping_alive import captures
from taskleash.verdict.wording.lives import standing
from taskleash.verdict.wording.narrate import evidence
from taskleash.verdict.wording.promptness import promptness

_STATES = {"none": State.NO, "partial": State.PARTIAL}
_UNKNOWN = "unknown"


def completed(signs: Signs, verdict: Verdict) -> Verdict:
    """The verdict with what the policy leaves to the signs."""
    handle, ending = verdict.handle, verdict.ending
    tracked, cleaned = verdict.tracked, verdict.cleaned
    if not handle:
        handle = _observed_handle(signs)
    if ending == "here":
        ending = "cancelled" if signs.ended_here == "cancelled" else "awaited"
        cleaned = signs.ended_here
    elif ending == "there":
        ending = "cancelled" if signs.ended_there == "cancelled" else "awaited"
        cleaned = signs.ended_there
    elif ending == "users":
        ending = "none"
    if tracked == "kept":
        tracked = "singleton" if signs.singleton else "tracked"
    risk, defect = verdict.risk, verdict.defect
    if ending == "callers":
        worst = signs.callers[0]
        risk, defect = worst.risk, worst.defect
        tracked, cleaned = worst.tracked, worst.cleaned
        ending = worst.ending
        if defect in DROPS:
            defect = Defect.DROPPED_WRAPPER_RESULT
            if any(c.risk is not worst.risk for c in signs.callers):
                ending, tracked, cleaned = "partial", "partial", "partial"
    return Verdict(handle, ending, risk, defect, tracked, cleaned)


def _observed_handle(signs: Signs) -> str:
    if all(place.kind == "local" for place in signs.places):
        return "escapes" if signs.given else "local"
    keeping = [
        op
        for op in signs.trail.of("store", "contain")
        if op.place is not None and op.place.kind != "local"
    ]
    own = any(
        op.root is not None and (not op.calls or op.function.name == "__init__") for op in keeping
    )
    return "stored" if own else "escapes"


def to_site(signs: Signs, verdict: Verdict, calls: Calls) -> Site:
    """The site as it is reported."""
    spawn = signs.spawn
    call = spawn.call
    captured = captures(signs, calls)
    owner = owner_of(spawn.function)
    return Site(
        path=spawn.function.module.path,
        span=Span(*call.pos),
        statement=Span(*call.statement),
        call=call.text,
        task=spawn.task,
        scope=spawn.function.qualname,
        handle=Handle(verdict.handle),
        ending=Ending(verdict.ending),
        lifetime=Lifetime(signs.lifetime),
        multiplicity=Multiplicity(signs.multiplicity),
        risk=verdict.risk,
        tracked=_cell(verdict.tracked),
        cleaned=_cell(verdict.cleaned),
        defect=verdict.defect,
        evidence=evidence(signs, decide(signs), _left_out(signs, calls)),
        holder=holder(signs),
        captures=captured,
        often=often(signs, calls),
        code=call.code or call.text,
        in_async=spawn.function.facts.is_async,
        local=signs.local,
        holding=(signs.holding or spawn.function).name,
        is_for_a_turn=signs.is_for_a_turn,
        unseen=signs.unseen,
        never_fails=signs.never_fails,
        vanishing=vanishing(calls, spawn) if verdict.defect in DROPPED else NOT_LOOKED_AT,
        prompt=promptness(calls, spawn) if verdict.defect is not None else State.UNKNOWN,
        teardowns=signs.teardowns,
        replaced=replaced(owner, signs.teardowns),
        has_own_state=has_own_state(owner),
        task_attributes=task_attributes(owner),
        is_closure=any(f.parent in spawn.function.nesting for f in spawn.started),
        restarts_itself=signs.overwrite is not None and signs.overwrite.is_by_itself,
        gives_task=spawn.gives_task,
        in_one_step=signs.in_one_step,
        unannounced=signs.unannounced and not signs.callers,
        captured=signs.captured,
        is_bounded=is_bounded(signs),
        is_keyed=is_keyed(signs.trail),
        share=of_a_place(signs, verdict),
        standing=standing(signs, calls),
        heavy=heavy(signs, calls, captured),
        class_name=owner.facts.qualname if owner is not None else "",
        on_completion=on_completion(signs, verdict),
        at_teardown=at_teardown(signs, verdict),
        undecided=undecided(signs, verdict),
        swept=signs.swept is not None,
    )


def _left_out(signs: Signs, calls: Calls) -> set[Function]:
    """The methods with an ending to which the object with the spawn does not come."""
    methods = dict.fromkeys(op.site[0].method for op, _ in signs.ended_there_by)
    return Overridden(calls).left_out(signs.spawn.function, methods)


def undecided(signs: Signs, verdict: Verdict) -> tuple[Unknown, ...]:
    """Why more is not known of a site; what was sought to no end may have made it another one."""
    is_open = _UNKNOWN in (verdict.tracked, verdict.cleaned) or bool(signs.trail.unknown)
    return unknowns(signs) if is_open else ()


def is_bounded(signs: Signs) -> bool:
    """Whether a check in the function with the spawn keeps the tasks from adding up."""
    guarded = signs.guard is not None and signs.overwrite is None
    return guarded or is_counted(signs.trail)


def _cell(how: str) -> Cell:
    if how == _UNKNOWN:
        return Cell(State.UNKNOWN, "none")
    return Cell(_STATES.get(how, State.YES), how)


# -- what ends a task when it is done, and what ends it at teardown, each told by itself
#
# A verdict names one ending, the one that decides. A task can have both.


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
        # Told to end, it still ends by itself.
        is_told = verdict.defect is Defect.TEARDOWN_IGNORES and bool(signs.flagged)
        return State.PARTIAL if torn_down or is_told or any(map(_cancels, ends)) else State.NO
    by_flag = verdict.cleaned == "self-managed" and bool(signs.flagged)
    stops = verdict.cleaned in _AT_TEARDOWN or torn_down or by_flag
    return State.YES if stops else State.NO


def _cancels(op: Op) -> bool:
    return op.kind in CANCELLING
