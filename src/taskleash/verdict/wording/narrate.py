"""The evidence: each step of a verdict as a place and a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from taskleash.lifecycle.guards import NEXT_TURN
from taskleash.lifecycle.sweeps import LoopEnd
from taskleash.models.api import Gives
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import NEVER_RUN
from taskleash.sentences import Line, claim, sentence
from taskleash.verdict.model import Evidence
from taskleash.verdict.policy import Ground, Row, doubts
from taskleash.verdict.signs import CallerVerdict, Signs
from taskleash.verdict.wording.kept_by import who_keeps
from taskleash.verdict.wording.leaving import way_out, way_past
from taskleash.verdict.wording.steps import definition, ending, held_by_a_local, step

_MAX_STEPS = 8


def evidence(signs: Signs, row: Row, left_out: Collection[Function] = ()) -> tuple[Evidence, ...]:
    """The steps that led to the row of the policy, in the order a reader wants them.

    Nothing is said of endings in methods that are ``left_out``, where there are others.
    """
    if row.verdict.handle == "discarded":
        swept = () if signs.swept is None else (_loop_end(signs, signs.swept),)
        return (*_dropped(signs), *swept)
    steps = [
        *who_keeps(signs),
        *_guards(signs),
        *_overwrite(signs, row),
        *_takeover(signs, row),
        *_endings(signs, row, left_out),
    ]
    if row.verdict.ending == "callers":
        steps.extend(_callers(signs.callers))
    elif row.verdict.handle == "escapes" and signs.unannounced:
        function = signs.spawn.function
        message = sentence(
            "`{function}` is annotated to return nothing: no caller looks for a task",
            function=function.qualname,
        )
        steps.append(step(function, signs.spawn.index, message))
    elif row.verdict.ending == "users":
        steps.append(_users(signs))
    return tuple(dict.fromkeys(steps))[:_MAX_STEPS] or (_nothing(signs),)


def _users(signs: Signs) -> Evidence:
    """That callers answer for a task, of whom none is here."""
    function = signs.spawn.function
    text = claim("returned to whoever calls `{function}`; nothing here does")
    if signs.handed_out is not None:
        caller, index = signs.handed_out
        text = claim("returned to whoever calls `{function}`, which is handed to `{callee}` here")
        callee = caller.call(index).text
        return step(caller, index, sentence(text, function=function.qualname, callee=callee))
    if signs.tested:
        text = claim("returned to whoever calls `{function}`; here only tests do")
    if signs.may_be_called is not None:
        text = claim("returned to whoever calls `{function}`; no call here is known to do so")
    if signs.passed_by:
        text = claim("returned to whoever calls `{function}`; no call here comes to this one")
    return step(function, signs.spawn.index, sentence(text, function=function.qualname))


_STARTS_ONLY = frozenset({Gives.START, Gives.COROUTINE})
_CHECKS = {
    "asked": claim("started only where no earlier task runs: the handle is asked for here"),
    "ended": claim("started only once the earlier task is ended here"),
    "flag": claim("started once only: state that is set with it is asked for here"),
    "state": claim(
        "state that is set with it is asked for here: it is not started again as long as that holds"
    ),
    "either": claim(
        "state that is set with it is asked for here, or else something that starts it all the same"
    ),
    "exit": claim("not started again where this leaves the function"),
}


def _guards(signs: Signs) -> Iterator[Evidence]:
    guard = signs.guard
    # Where a second spawn gets past it, it tells nothing.
    if guard is not None and signs.places and signs.overwrite is None:
        if not guard.is_certain:
            return
        path = guard.function.module.path
        yield Evidence(path, guard.line, 1, sentence(_CHECKS[guard.how]))


def _overwrite(signs: Signs, row: Row) -> Iterator[Evidence]:
    if row.tells is Ground.UNREACHED:
        yield step(signs.spawn.function, signs.spawn.index, signs.unreached)
    if row.tells is Ground.REPLACED:
        # A local name has no other who fills it.
        found, spawn = signs.overwrite, signs.spawn
        store = (found.op.function, found.op.index) if found is not None else None
        message = sentence(
            "overwritten here while the earlier task may still run: {reason}",
            reason=found.reason if found is not None else NEXT_TURN,
        )
        yield step(*(store or (spawn.function, spawn.index)), message)


def _takeover(signs: Signs, row: Row) -> Iterator[Evidence]:
    if signs.takeover is not None and row.tells is Ground.SUCCESSOR:
        first, removal = signs.takeover.first, signs.takeover.removal
        yield step(first.function, first.index, signs.takeover.said)
        message = sentence(
            "empties the place at its end without asking whether its own handle is there"
        )
        yield step(removal.function, removal.index, message)


def _endings(signs: Signs, row: Row, left_out: Collection[Function]) -> Iterator[Evidence]:
    ended_there_by = [
        (op, why) for op, why in signs.ended_there_by if op.site[0].method not in left_out
    ] or signs.ended_there_by
    api = signs.spawn.api
    # What is awaited there is over once the task has started, or is to.
    only_started = signs.spawn.kind == "owner" and api is not None and api.gives in _STARTS_ONLY
    if (signs.ended_here or signs.partly_here) and not only_started:
        # What the way to a teardown says more of is told there.
        again = {(op.site, op.kind) for op, _ in ended_there_by[:3]}
        if signs.cut_short is not None:
            again |= {(op.site, op.kind) for op in signs.ended_elsewhere[:2]}
        found = [op for op in signs.ended_here_by if (op.site, op.kind) not in again]
        # What waits for it tells more than what asks.
        for op in sorted(found, key=lambda op: op.kind == "done")[:2]:
            yield ending(op)
    for op, why in ended_there_by[:3]:
        if signs.ended_there or op not in signs.ended_elsewhere:
            yield ending(op, why)
    if not signs.ended_there:
        yield from _elsewhere(signs)
    yield from _removal(signs)
    yield from _teardown(signs, row)
    if signs.loop_end is not None and row.tells is Ground.LOOP_END:
        yield _loop_end(signs, signs.loop_end)
    if signs.main is not None and row.tells is Ground.MAIN:
        name = signs.spawn.function.qualname
        text = _LAST_IN_ITS_LOOP
        if signs.main[0] is signs.spawn.function:
            text = claim(
                "`{function}` runs the loop itself, and then cancels what is left of its tasks"
            )
        yield step(*signs.main, sentence(text, function=name))
        return
    if signs.cut_short is not None:
        stop, index = signs.cut_short
        message = sentence(
            "`{teardown}` cancels `{function}` where that waits: it does not come to the ending",
            teardown=stop.qualname,
            function=signs.spawn.function.qualname,
        )
        yield step(stop, index, message)
    if signs.abandoned is not None:
        message = sentence("`wait` returns and leaves what is pending running")
        yield step(signs.abandoned.function, signs.abandoned.index, message)
        if (turns := signs.called_in_turns) is not None:
            text = claim("each turn of a loop in `{function}` calls it")
            yield step(*turns, sentence(text, function=turns[0].qualname))
    if signs.handed_on is not None and not signs.ended_here and not signs.ended_there:
        op = signs.handed_on
        text = claim("handed to `{callee}`: what that does with the task is not known")
        yield step(op.function, op.index, sentence(text, callee=op.detail))
    if signs.leaks and signs.partly_here and not doubts(signs, row):
        yield way_out(signs)


_LAST_IN_ITS_LOOP = claim("the loop ends as soon as `{function}` does, which cancels what is left")


def _loop_end(signs: Signs, end: LoopEnd) -> Evidence:
    if end.op is not None:
        return ending(end.op, end.why)
    said = sentence(_LAST_IN_ITS_LOOP, function=signs.spawn.function.qualname)
    return step(*end.site, said)


def _elsewhere(signs: Signs) -> Iterator[Evidence]:
    """What ends it where no teardown is, and why the teardowns do not count."""
    for op in signs.ended_elsewhere[:2]:
        yield ending(op, sentence("`{function}` only", function=op.site[0].qualname))
    if signs.passing is not None:
        yield way_past(signs.passing)
    for _, forgotten in signs.forgotten[:1]:
        kept = forgotten.kept
        message = sentence(
            "nothing calls `{method}` of what `{place}` keeps",
            method=forgotten.method.qualname,
            place=kept.attribute,
        )
        yield step(kept.function, kept.index, message)
    if signs.overridden is not None:
        override, method = signs.overridden
        message = sentence(
            "`{override}` stands in place of `{method}`, and does not call it",
            override=override.qualname,
            method=method.qualname,
        )
        yield definition(override, message)
    if signs.bypassed is not None:
        way = signs.bypassed
        message = sentence(
            "`{caller}` takes it down by `{method}`, which does not lead there",
            caller=way.caller.qualname,
            method=way.method.qualname,
        )
        yield step(way.caller, way.index, message)


def _removal(signs: Signs) -> Iterator[Evidence]:
    """What lets go of the handle when the task is done, or at another time."""
    for op in signs.self_removing[:1]:
        own = op.function in signs.spawn.started
        if not signs.removed_at_its_end:
            said = sentence("taken out in `{function}`", function=op.function.qualname)
        elif own and op.depth:
            said = sentence("the coroutine takes it out itself")
        elif own:
            said = sentence("the coroutine clears the handle itself")
        else:
            said = sentence("taken out when it is done")
        yield step(op.function, op.index, said)


_ONLY_SET = claim("`{function}` only sets `{name}`: its loop goes on until it asks for that")
_ONLY_WOKEN = claim("`{function}` wakes its loop through `{name}`, and that goes on")


def _teardown(signs: Signs, row: Row) -> Iterator[Evidence]:
    """What a teardown does about the task other than ending it, or that it does nothing."""
    ends = [*signs.ended_elsewhere, *(op for op, _ in signs.ended_there_by)]
    is_ended_in = {op.site[0].method for op in ends}
    passes_over = row.tells is Ground.PASSED_OVER and signs.owner_teardown not in is_ended_in
    if passes_over and signs.owner_teardown is not None:
        place = next(p for p in signs.places if p.cls is not None)
        message = sentence(
            "`{teardown}` neither cancels nor awaits what `{place}` keeps",
            teardown=signs.owner_teardown.qualname,
            place=place.name,
        )
        yield definition(signs.owner_teardown, message)
    for function, index, name in signs.announced[:1] if row.tells is Ground.ANNOUNCED else ():
        text = claim("`{function}` waits for `{name}`, set as it ends")
        yield step(function, index, sentence(text, function=function.qualname, name=name))
    for function, index, name in signs.failed[:1] if row.tells is Ground.FAILED else ():
        text = claim("`{function}` fails what it waits for, in `{name}`")
        yield step(function, index, sentence(text, function=function.qualname, name=name))
    if row.tells in (Ground.FLAG, Ground.UNHEARD):
        for function, index, name in signs.flagged[:1]:
            text = claim("`{function}` ends its loop through `{name}`")
            if row.tells is Ground.UNHEARD:
                text = _ONLY_WOKEN if signs.endless else _ONLY_SET
            yield step(function, index, sentence(text, function=function.qualname, name=name))


def telling(steps: Sequence[Evidence]) -> Sequence[Evidence]:
    """What is told of another's evidence: what holds the task, and the last steps, which decide."""
    return steps if len(steps) <= 3 else (steps[0], *steps[-2:])


def _callers(callers: list[CallerVerdict]) -> list[Evidence]:
    if not callers:
        return []
    worst = callers[0]
    text = {
        "discarded": claim("returned to `{function}`, which drops the task that it gets"),
        "local": claim("returned to `{function}`, which sees to its end")
        if worst.risk.value == "none"
        else claim("returned to `{function}`, which ends it only partly"),
        "escapes": claim("returned to `{function}`, which returns it too"),
    }.get(worst.handle, claim("returned to `{function}`, which keeps it"))
    message = sentence(text, function=worst.function.qualname)
    name, is_for_a_turn = worst.local
    if worst.handle == "discarded" and name and not is_for_a_turn:
        message = sentence(
            "returned to `{function}`, where only `{name}` holds it, until that returns",
            function=worst.function.qualname,
            name=name,
        )
    return [step(worst.function, worst.index, message), *telling(worst.because)]


def _dropped(signs: Signs) -> Iterator[Evidence]:
    """Where a handle goes that nothing keeps."""
    if signs.refused is not None:
        op = signs.refused
        message = sentence(
            "`{callee}` takes coroutines only: given a task it raises `TypeError`", callee=op.detail
        )
        yield step(op.function, op.index, message)
    if signs.unreached:
        yield step(signs.spawn.function, signs.spawn.index, signs.unreached)
    for op in signs.trail.of("weakly")[:1]:
        message = sentence(
            "`{place}` holds it weakly: that does not keep the task alive", place=op.detail
        )
        yield step(op.function, op.index, message)
        yield from map(ending, signs.weakly_ended[:2])
    seen = signs.trail.of("seen", "outcome") if signs.spawn.kind == "threadsafe" else ()
    for op in seen[:1]:
        yield step(op.function, op.index, sentence("a done callback looks at its outcome"))
    if not seen:
        yield _nothing(signs)
    if signs.in_one_step and signs.spawn.kind not in NEVER_RUN:
        started = signs.spawn.started[0]
        message = sentence(
            "`{coroutine}` waits for nothing: it is over in its first step", coroutine=started.name
        )
        yield definition(started, message)


def _nothing(signs: Signs) -> Evidence:
    spawn = signs.spawn
    line = Line(spawn.function.module.path, spawn.call.pos[2])
    if spawn.kind == "coroutine":
        message = sentence("the coroutine is made and dropped; it never runs")
    elif spawn.is_refused:
        message = sentence(
            "`{callee}` raises `TypeError`: the function that it is given is not called",
            callee=spawn.call.text.rpartition(".")[2],
        )
    elif spawn.kind == "callback":
        message = sentence(
            "`{callee}` takes plain functions: nothing runs what a coroutine function gives",
            callee=spawn.call.text.rpartition(".")[2],
        )
    elif signs.local:
        return held_by_a_local(signs)
    elif signs.callbacks:
        message = sentence(
            "nothing holds it after line {line}; a callback does not keep it alive", line=line
        )
    else:
        message = sentence("nothing holds it after line {line}", line=line)
    return step(spawn.function, spawn.index, message)
