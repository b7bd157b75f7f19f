"""The evidence: each step of a verdict as a place and a sentence."""

from __future__ import annotations

from taskleash.classify.model import Evidence
from taskleash.classify.signs import CallerVerdict, Signs
from taskleash.link.places import term_text
from taskleash.link.program import Function
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
    "wrap_future": "awaited",
    "complete": "awaited as it completes",
    "run": "run to its end by the loop",
    "done": "polled until it is done",
    "outcome": "its outcome is read",
}
_MAX_STEPS = 8


def evidence(signs: Signs, row: str) -> tuple[Evidence, ...]:
    """The steps that led to the row of the policy, in the order a reader wants them."""
    steps: list[Evidence] = []
    steps.extend(_holding(signs))
    steps.extend(_guards(signs))
    if signs.overwrite is not None and "replaced" in row:
        op = signs.overwrite.op
        steps.append(
            step(
                op.function,
                op.index,
                f"overwritten here while the earlier task may still run: {signs.overwrite.reason}",
            )
        )
    steps.extend(_endings(signs))
    steps.extend(_callers(signs.callers))
    if signs.leaks and signs.partly_here:
        steps.append(_leak(signs))
    if not steps:
        steps.append(_nothing(signs))
    return tuple(dict.fromkeys(steps))[:_MAX_STEPS]


def step(function: Function, index: int, message: str) -> Evidence:
    """An evidence step at an event."""
    pos = function.events[index].pos
    return Evidence(function.module.path, pos[0], pos[1], message)


def _holding(signs: Signs) -> list[Evidence]:
    found = []
    for op in signs.trail.of("store", "contain"):
        if op.place is None or not op.place.text:
            continue
        verb = "stored in" if op.kind == "store" and op.place.depth == 0 else "kept in"
        weak = ", matched by its name only" if op.weak else ""
        found.append(step(op.function, op.index, f"{verb} `{op.place.text}`{weak}"))
    if signs.owner:
        found.append(
            step(
                signs.spawn.function,
                signs.spawn.index,
                f"`{signs.owner}` owns it and ends it when it is left",
            )
        )
    if signs.spawn.kind == "foreign":
        found.append(
            step(
                signs.spawn.function,
                signs.spawn.index,
                f"handed to `{signs.spawn.call.text}`, which is not part of the program",
            )
        )
    return found[:3]


def _guards(signs: Signs) -> list[Evidence]:
    if signs.once and signs.places:
        return [
            step(
                signs.spawn.function,
                signs.spawn.index,
                "started once only: a check comes before it",
            )
        ]
    return []


def _endings(signs: Signs) -> list[Evidence]:
    found: list[Evidence] = []
    if signs.ended_here or signs.partly_here:
        found.extend(_ending(op, "") for op in signs.ended_here_by[:2])
    found.extend(_ending(op, why) for op, why in signs.ended_there_by[:3])
    if not signs.ended_there:
        for op in signs.ended_elsewhere[:2]:
            verb = _VERBS.get(op.kind, "ended")
            found.append(step(op.function, op.index, f"{verb} in `{op.function.qualname}` only"))
    for op in signs.self_removing[:1]:
        found.append(step(op.function, op.index, "removed again when it is done"))
    for function, index, name in signs.flagged[:1]:
        found.append(step(function, index, f"`{function.qualname}` ends its loop through `{name}`"))
    if signs.abandoned is not None:
        op = signs.abandoned
        found.append(
            step(op.function, op.index, "`wait` returns and leaves what is pending running")
        )
    if signs.handed_on is not None and not found:
        op = signs.handed_on
        found.append(step(op.function, op.index, f"handed to `{op.detail}`"))
    return found


def _ending(op: Op, why: str) -> Evidence:
    verb = _VERBS.get(op.kind, "ended")
    function, index = op.site
    through = ""
    if op.calls and op.function is not function:
        through = f" by `{op.function.name}`"
    weak = ", matched by its name only" if op.weak else ""
    where = f" in {why}" if why else f" in `{function.qualname}`"
    return step(function, index, f"{verb}{through}{where}{weak}")


def _callers(callers: list[CallerVerdict]) -> list[Evidence]:
    if not callers:
        return []
    worst = callers[0]
    said = {
        "discarded": "which drops the task that it gets",
        "local": "which sees to its end"
        if worst.risk.value == "none"
        else "which ends it only partly",
    }.get(worst.handle, "which keeps it")
    message = f"returned to `{worst.function.qualname}`, {said}"
    return [step(worst.function, worst.index, message), *worst.because[:2]]


def _leak(signs: Signs) -> Evidence:
    function = signs.spawn.function
    line = signs.leaks[0] or signs.spawn.call.pos[0]
    what = "returns while the task runs" if signs.leaks[0] else "can end while the task runs"
    return Evidence(function.module.path, line, 1, f"`{function.qualname}` {what}")


def _nothing(signs: Signs) -> Evidence:
    spawn = signs.spawn
    line = spawn.call.pos[2]
    if spawn.kind == "coroutine":
        message = "the coroutine is made and dropped; it never runs"
    elif signs.callbacks:
        message = f"nothing holds it after line {line}; a callback does not keep it alive"
    else:
        message = f"nothing holds it after line {line}"
    return step(spawn.function, spawn.index, message)


def holder(signs: Signs) -> str:
    """Where the handle is kept, as written."""
    for op in signs.trail.of("store", "contain"):
        if op.place is not None and op.place.text and op.place.kind != "local":
            return op.place.text
    if signs.owner:
        return signs.owner
    for op in signs.trail.of("contain"):
        if op.place is not None:
            return op.place.text
    names = signs.spawn.function.uses.names.get(signs.spawn.result)
    return names[0] if names else ""


def captures(signs: Signs) -> tuple[str, ...]:
    """What the running task keeps alive: the instance it runs on, and what it is given."""
    spawn = signs.spawn
    found: list[str] = []
    for arg in spawn.call.args[:1]:
        for term in arg.value:
            if term[0] != "s":
                continue
            call = spawn.function.call(term[1])
            for func in call.func:
                if func[0] == "a":
                    found.append(_described(spawn.function, func[1]))
            found.extend(a.text.partition(".")[0] for a in call.args if a.text)
    for function in spawn.started:
        if function.facts.parent and function.parent is not None:
            found.extend(_free(function))
    owner = spawn.function.method.owner
    named = [f"{n} ({owner.name})" if owner and n in ("self", "cls") else n for n in found if n]
    return tuple(dict.fromkeys(named))


def _described(function: Function, term: tuple[object, ...]) -> str:
    return term_text(function, term).partition(".")[0]


def _free(function: Function) -> list[str]:
    """The variables of enclosing functions that a nested function reads."""
    terms = [*function.uses.roles, *function.uses.derived]
    return sorted({term[2] for term in terms if term[0] == "f"})


def runs(signs: Signs) -> str:
    """How often the site runs, in words."""
    function = signs.spawn.function
    name = function.method.qualname
    if function.facts.kind == "module":
        return "once, when the module is imported"
    if signs.multiplicity == "loop":
        return f"in a loop of `{name}`, once for each turn"
    if signs.multiplicity == "once":
        return f"once for each `{function.method.owner.name}`" if function.method.owner else "once"
    return f"once for each call of `{name}`"
