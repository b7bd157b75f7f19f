"""The evidence: each step of a verdict as a place and a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.classify.model import Evidence
from taskleash.classify.policy import Row
from taskleash.classify.signs import CallerVerdict, Signs
from taskleash.link.entities import Function
from taskleash.link.trail import Op

_VERBS = {
    "cancel": "cancelled",
    "cancel-ref": "its `cancel` is registered",
    "await": "awaited",
    "waited": "awaited",
    "gather": "gathered",
    "wait": "waited for",
    "wait_for": "awaited with a timeout",
    "shield": "awaited through `shield`",
    "deadline": "awaited through `shield` up to a deadline",
    "wrap_future": "awaited",
    "complete": "awaited as it completes",
    "run": "run to its end by the loop",
    "done": "polled until it is done",
    "outcome": "its outcome is read",
    "test": "waited for until none is left",
}
_MAX_STEPS = 8


def evidence(signs: Signs, row: Row) -> tuple[Evidence, ...]:
    """The steps that led to the row of the policy, in the order a reader wants them."""
    if row.verdict.handle == "discarded":
        return tuple(_dropped(signs))
    steps = [
        *_holding(signs),
        *_guards(signs),
        *_overwrite(signs, row),
        *_takeover(signs, row),
        *_endings(signs, row),
    ]
    if row.verdict.ending == "callers":
        steps.extend(_callers(signs.callers))
    elif row.verdict.handle == "escapes" and signs.unannounced:
        function = signs.spawn.function
        message = (
            f"`{function.qualname}` is annotated to return nothing: no caller looks for a task"
        )
        steps.append(step(function, signs.spawn.index, message))
    elif row.verdict.ending == "users":
        function = signs.spawn.function
        said = "here only tests do" if signs.tested else "nothing here does"
        said = "no call here comes to this one" if signs.passed_by else said
        message = f"returned to whoever calls `{function.qualname}`; {said}"
        steps.append(step(function, signs.spawn.index, message))
    return tuple(dict.fromkeys(steps))[:_MAX_STEPS] or (_nothing(signs),)


def step(function: Function, index: int, message: str) -> Evidence:
    """An evidence step at an event."""
    pos = function.events[index].pos
    return Evidence(function.module.path, pos[0], pos[1], message)


def _holding(signs: Signs) -> Iterator[Evidence]:
    spawn = signs.spawn
    if signs.owner:
        message = f"`{signs.owner}` owns it and ends it when it is left"
        if spawn.api is not None and spawn.api.keeper:
            message = spawn.api.keeper
        yield step(spawn.function, spawn.index, message)
        if spawn.api is not None and spawn.api.endless and signs.endless:
            yield step(spawn.function, spawn.index, spawn.api.endless)
    if spawn.kind == "foreign":
        message = f"handed to `{spawn.call.text}`, which is not part of the program"
        yield step(spawn.function, spawn.index, message)
    if spawn.kind == "safe":
        message = f"`{spawn.call.text}` is listed in `safe-calls`"
        yield step(spawn.function, spawn.index, message)
    said: set[str] = set()
    for op in signs.trail.of("store", "contain"):
        place = op.place
        if place is None or not place.text or place.text in said or op.root is None:
            continue
        said.add(place.text)
        verb = "stored in" if op.kind == "store" and place.depth == 0 else "kept in"
        yield step(op.function, op.index, f"{verb} `{place.text}`{_weakly(op)}")


_CHECKS = {
    "asked": "started only where no earlier task runs: the handle is asked for here",
    "ended": "started only once the earlier task is ended here",
    "flag": "started once only: state that is set with it is asked for here",
    "exit": "not started again where this leaves the function",
}


def _guards(signs: Signs) -> Iterator[Evidence]:
    guard = signs.guard
    # Where a second spawn gets past it, it tells nothing.
    if guard is not None and signs.places and signs.overwrite is None:
        path = guard.function.module.path
        yield Evidence(path, guard.line, 1, _CHECKS[guard.how])


def _overwrite(signs: Signs, row: Row) -> Iterator[Evidence]:
    if signs.overwrite is not None and "replaced" in row.name:
        op, reason = signs.overwrite.op, signs.overwrite.reason
        message = f"overwritten here while the earlier task may still run: {reason}"
        yield step(op.function, op.index, message)


def _takeover(signs: Signs, row: Row) -> Iterator[Evidence]:
    if signs.takeover is not None and "successor" in row.name:
        cancel, removal = signs.takeover.cancel, signs.takeover.removal
        message = "cancelled without waiting for its end: the next task may be stored before that"
        yield step(cancel.function, cancel.index, message)
        message = "empties the place at its end without asking whether its own handle is there"
        yield step(removal.function, removal.index, message)


def _endings(signs: Signs, row: Row) -> Iterator[Evidence]:
    if signs.ended_here or signs.partly_here:
        for op in signs.ended_here_by[:2]:
            yield _ending(op, "")
    for op, why in signs.ended_there_by[:3]:
        yield _ending(op, why)
    if not signs.ended_there:
        for op in signs.ended_elsewhere[:2]:
            yield _ending(op, f"`{op.site[0].qualname}` only")
        for op, kept in signs.forgotten[:1]:
            message = (
                f"nothing calls `{op.site[0].method.qualname}` of what `{kept.attribute}` keeps"
            )
            yield step(kept.function, kept.index, message)
    for op in signs.self_removing[:1]:
        own = op.function in signs.spawn.started
        how = "the coroutine clears the handle itself" if own else "taken out when it is done"
        yield step(op.function, op.index, how)
    if "passes over it" in row.name:
        place = next(p for p in signs.places if p.cls is not None)
        message = f"`{signs.owner_teardown}` neither cancels nor awaits what `{place.name}` keeps"
        yield step(signs.spawn.function, signs.spawn.index, message)
    for function, index, name in signs.announced[:1] if "as it ends" in row.name else ():
        yield step(function, index, f"`{function.qualname}` waits for `{name}`, set as it ends")
    for function, index, name in signs.failed[:1] if row.name == "removes itself" else ():
        message = f"`{function.qualname}` fails what it waits for, in `{name}`"
        yield step(function, index, message)
    if "flag" in row.name:
        for function, index, name in signs.flagged[:1]:
            yield step(function, index, f"`{function.qualname}` ends its loop through `{name}`")
    if signs.main is not None and "main coroutine" in row.name:
        name = signs.spawn.function.qualname
        how = "is run as the main coroutine: the loop's end cancels it"
        if signs.main[0] is signs.spawn.function:
            how = "runs the loop itself, and then cancels what is left of its tasks"
        yield step(*signs.main, f"`{name}` {how}")
        return
    if signs.abandoned is not None:
        op = signs.abandoned
        yield step(op.function, op.index, "`wait` returns and leaves what is pending running")
    if signs.handed_on is not None and not signs.ended_here and not signs.ended_there:
        op = signs.handed_on
        yield step(op.function, op.index, f"handed to `{op.detail}`")
    if signs.leaks and signs.partly_here:
        yield _leak(signs)


def _ending(op: Op, why: str) -> Evidence:
    verb = _VERBS.get(op.kind, "ended")
    function, index = op.site
    by = f" by `{op.function.name}`" if op.calls and op.function is not function else ""
    return step(function, index, f"{verb}{by} in {why or f'`{function.qualname}`'}{_weakly(op)}")


def _weakly(op: Op) -> str:
    return ", matched by its name only" if op.weak else ""


def _callers(callers: list[CallerVerdict]) -> list[Evidence]:
    if not callers:
        return []
    worst = callers[0]
    said = {
        "discarded": "which drops the task that it gets",
        "local": "which sees to its end"
        if worst.risk.value == "none"
        else "which ends it only partly",
        "escapes": "which returns it too",
    }.get(worst.handle, "which keeps it")
    message = f"returned to `{worst.function.qualname}`, {said}"
    return [step(worst.function, worst.index, message), *worst.because[:2]]


def _leak(signs: Signs) -> Evidence:
    function = signs.spawn.function
    returned = signs.leaks[0].line
    line = returned or signs.spawn.call.pos[0]
    what = "returns while the task runs" if returned else "can end while the task runs"
    return Evidence(function.module.path, line, 1, f"`{function.qualname}` {what}")


def _dropped(signs: Signs) -> Iterator[Evidence]:
    """Where a handle goes that nothing keeps."""
    if signs.refused is not None:
        op = signs.refused
        message = f"`{op.detail}` takes coroutines only: given a task it raises `TypeError`"
        yield step(op.function, op.index, message)
    if signs.unreached:
        message = f"every instance has `{signs.unreached}`: as it is, control never comes here"
        yield step(signs.spawn.function, signs.spawn.index, message)
    for op in signs.trail.of("weakly")[:1]:
        message = f"`{op.detail}` holds it weakly: that does not keep the task alive"
        yield step(op.function, op.index, message)
        yield from (_ending(ending, "") for ending in signs.weakly_ended[:2])
    seen = signs.trail.of("seen", "outcome") if signs.spawn.kind == "threadsafe" else ()
    for op in seen[:1]:
        yield step(op.function, op.index, "a done callback looks at its outcome")
    if not seen:
        yield _nothing(signs)
    if signs.in_one_step and signs.spawn.kind not in ("coroutine", "callback"):
        started = signs.spawn.started[0]
        message = f"`{started.name}` waits for nothing: it is over in its first step"
        yield Evidence(started.module.path, started.facts.line, 1, message)


def _nothing(signs: Signs) -> Evidence:
    spawn = signs.spawn
    line = spawn.call.pos[2]
    if spawn.kind == "coroutine":
        message = "the coroutine is made and dropped; it never runs"
    elif spawn.kind == "callback":
        taker = spawn.call.text.rpartition(".")[2]
        message = f"`{taker}` takes plain functions: nothing runs what a coroutine function gives"
    elif signs.callbacks:
        message = f"nothing holds it after line {line}; a callback does not keep it alive"
    else:
        message = f"nothing holds it after line {line}"
    return step(spawn.function, spawn.index, message)
