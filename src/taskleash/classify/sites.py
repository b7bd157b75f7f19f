"""A verdict put together as a site: what the policy leaves to the signs, and the words for it."""

from __future__ import annotations

from taskleash.classify.containers import is_counted, is_keyed
from taskleash.classify.describe import holder, often
from taskleash.classify.endings import at_teardown, on_completion
from taskleash.classify.heavy import heavy
from taskleash.classify.keeping_alive import captures
from taskleash.classify.model import (
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
from taskleash.classify.narrate import evidence
from taskleash.classify.owner import has_own_state, owner_of, replaced, task_attributes
from taskleash.classify.policy import Verdict, decide
from taskleash.classify.promptness import promptness
from taskleash.classify.shares import of_a_place
from taskleash.classify.signs import Signs
from taskleash.classify.standing import standing
from taskleash.classify.unknown import unknowns
from taskleash.classify.vanishing import vanishing
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.link.overridden import Overridden

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
