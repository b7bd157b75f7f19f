"""What is not known of a site: no finding rests on it, and no acquittal is stated as a fact."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.semantics.entities import Function
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Ignorance, Unknown
from taskleash.verdict.policy import decide, doubts
from taskleash.verdict.signs import Signs
from taskleash.verdict.wording.steps import weakly


def unknowns(signs: Signs) -> tuple[Unknown, ...]:
    """The reasons, each once, in the order in which the handle comes by them."""
    return tuple(dict.fromkeys(_reasons(signs)))


def _reasons(signs: Signs) -> Iterator[Unknown]:
    spawn = signs.spawn
    if spawn.kind == "foreign":
        message = sentence(
            "whether `{callee}` ends the task is not known",
            callee=spawn.call.text,
        )
        yield unknown_at(Ignorance.FOREIGN_OWNER, message, spawn.function, spawn.index)
    yield from doubts(signs, decide(signs))
    for op in signs.trail.of("unknown"):
        message = sentence(
            "handed to `{callee}`: what that does with the task is not known", callee=op.detail
        )
        yield unknown_at(Ignorance.HANDED_ON, weakly(op, message), op.function, op.index)
    for left_out in signs.trail.unknown:
        yield unknown_at(Ignorance.TOO_FAR, left_out.reason, left_out.function, left_out.index)
    if signs.given and signs.may_be_called is not None:
        caller, index = signs.may_be_called
        message = sentence(
            "whether `{callee}` calls `{function}` is not known",
            callee=caller.call(index).text,
            function=spawn.function.qualname,
        )
        yield unknown_at(Ignorance.UNKNOWN_RECEIVER, message, caller, index)
    for answer in signs.callers:
        yield from answer.undecided
    if not signs.is_searched and not signs.trail.unknown:
        message = sentence(
            "`{function}` has more paths than are searched", function=spawn.function.qualname
        )
        yield unknown_at(Ignorance.TOO_MANY_PATHS, message, spawn.function, spawn.index)


def unknown_at(kind: Ignorance, message: Sentence, function: Function, index: int) -> Unknown:
    """A reason at an event of a function."""
    return Unknown(kind, message, function.module.path, function.events[index].pos[0])
