"""One step of the evidence: a place and what is seen there."""

from __future__ import annotations

from taskleash.dataflow.trail import Op
from taskleash.ir.model import Await
from taskleash.ir.terms import Result
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.sentences import NOTHING, Said, Sentence, claim, sentence
from taskleash.verdict.model import Evidence
from taskleash.verdict.policy import Verdict
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.waiting import has_deadline, is_partial

_VERBS = {
    "cancel": claim("cancelled {where}"),
    "cancel-ref": claim("its `cancel` is registered {where}"),
    "await": claim("awaited {where}"),
    "waited": claim("awaited {where}"),
    "gather": claim("gathered {where}"),
    "gathered": claim("awaited with others {where}"),
    "wait": claim("waited for {where}"),
    "wait up to": claim("waited for by a `wait` that may return earlier {where}"),
    "wait_for": claim("awaited with a timeout {where}"),
    "shield": claim("awaited through `shield` {where}"),
    "deadline": claim("awaited through `shield` up to a deadline {where}"),
    "wrap_future": claim("awaited {where}"),
    "complete": claim("awaited as it completes {where}"),
    "run": claim("run to its end by the loop {where}"),
    "done": claim("asked in a loop whether it is done {where}"),
    "required": claim("required to be done {where}"),
    "outcome": claim("its outcome is read {where}"),
    "test": claim("waited for until none is left {where}"),
}


def step(function: Function, index: int, said: Said) -> Evidence:
    """An evidence step at an event."""
    pos = function.events[index].pos
    return Evidence(function.module.path, pos[0], pos[1], said)


def definition(function: Function, said: Said) -> Evidence:
    """An evidence step at the line where a function is defined."""
    return Evidence(function.module.path, function.facts.line, 1, said)


def held_by_a_local(signs: Signs) -> Evidence:
    """The local that has a dropped task, or a container of it, until its function returns."""
    function, index = signs.spawn.function, signs.spawn.index
    if signs.holding is not None:
        text = claim("only `{name}` of `{function}` holds it, until that returns")
        said = sentence(text, name=signs.local, function=signs.holding.qualname)
        return definition(signs.holding, said)
    if signs.is_for_a_turn:
        text = claim("only `{name}` holds it, until the next turn of the loop")
        return step(function, index, sentence(text, name=signs.local))
    text = claim("only `{name}` holds it, until `{function}` returns")
    return step(function, index, sentence(text, name=signs.local, function=function.name))


def ending(op: Op, why: Said = NOTHING) -> Evidence:
    """How and where a task is ended; ``why`` says of a teardown what makes it one."""
    function, index = op.site
    place = why or f"`{function.qualname}`"
    where = sentence("in {place}", place=place)
    if op.calls and op.function is not function:
        where = sentence("by `{helper}` in {place}", helper=op.function.name, place=place)
    kind: str = "await" if op.kind == "wait_for" and not has_deadline(op) else op.kind
    if kind == "done" and in_loop(op.function, op.index) is None:
        kind = "required"
    if kind == "wait" and is_partial(op):
        kind = "wait up to"
    if kind == "gather" and not _is_made_here(op):
        kind = "gathered"
    return step(function, index, weakly(op, sentence(_VERBS[kind], where=where)))


def _is_made_here(op: Op) -> bool:
    """Whether what is awaited is the value of a call there, rather than of one made elsewhere."""
    event = op.event
    return not isinstance(event, Await) or any(isinstance(t, Result) for t in event.value)


def weakly(op: Op, said: Sentence) -> Sentence:
    """What is said of an operation, with how sure the link to it is."""
    return sentence("{said}, matched by its name only", said=said) if op.weak else said


def handed_to(wrapper: Function, verdict: Verdict) -> Sentence:
    """What a wrapper does with the task that it makes of what it is given."""
    text = claim("handed to `{callee}`, which keeps the task")
    if verdict.handle == "local" and verdict.ending == "partial":
        text = claim("handed to `{callee}`, which ends it only partly")
    elif verdict.tracked == "unknown":
        text = claim("handed to `{callee}`: where it goes from there is not known")
    return sentence(text, callee=wrapper.qualname)
