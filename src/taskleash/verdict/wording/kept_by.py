"""Who keeps a task: an owner that sees to its end, and the places that it is put into."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.trail import Op
from taskleash.ir.known import OWNER_CALLS
from taskleash.ir.model import Store
from taskleash.ir.terms import Element
from taskleash.sentences import Sentence, claim, sentence
from taskleash.verdict.model import Evidence
from taskleash.verdict.signs import Signs
from taskleash.verdict.wording.steps import step, weakly


def who_keeps(signs: Signs) -> Iterator[Evidence]:
    """Who owns the task that a site starts, and each place that its function puts it into."""
    spawn = signs.spawn
    if spawn.kind == "owner":
        yield step(spawn.function, spawn.index, _owned(signs))
        if spawn.api is not None and spawn.api.endless and signs.endless:
            yield step(spawn.function, spawn.index, sentence(spawn.api.endless))
    if spawn.kind == "foreign":
        message = sentence(
            "handed to `{callee}`: what that does with the task is not known",
            callee=spawn.call.text,
        )
        yield step(spawn.function, spawn.index, message)
    if spawn.kind == "safe":
        message = sentence("`{callee}` is listed in `safe-calls`", callee=spawn.call.text)
        yield step(spawn.function, spawn.index, message)
    said: set[str] = set()
    for op in signs.trail.of("store", "contain"):
        place = op.place
        if place is None or not place.text or place.text in said:
            continue
        # A coroutine may keep its own task.
        if op.root is None and op.function not in spawn.started:
            continue
        if _is_taken_out_of_another(op):
            continue
        said.add(place.text)
        text, values = claim("kept in `{place}`"), dict[str, str]()
        if op.kind == "store" and place.depth == 0:
            text = claim("stored in `{place}`")
        elif op.kind == "contain" and _last_name(op.detail) not in ("", _last_name(place.text)):
            text, values = claim("kept in `{name}`, which is `{place}`"), {"name": op.detail}
        told = sentence(text, place=place.text, **values)
        yield step(op.function, op.index, weakly(op, told))


def _last_name(text: str) -> str:
    """The last name of a dotted one, without what stands in brackets after it."""
    return text.rpartition(".")[2].partition("[")[0]


def _is_taken_out_of_another(op: Op) -> bool:
    """Whether a name of the module only goes over what a container keeps: ``for task in TASKS``."""
    event = op.event
    if op.function.facts.kind != "module" or not isinstance(event, Store) or not event.value:
        return False
    return all(isinstance(term, Element) for term in event.value)


def _owned(signs: Signs) -> Sentence:
    """Who owns a task and sees to its end, and who says so."""
    spawn = signs.spawn
    api, callee = spawn.api, spawn.call.text
    if api is not None and api.keeper:
        return sentence(api.keeper)
    if api is not None and api in spawn.function.module.program.known.told:
        if api.source == OWNER_CALLS:
            return sentence("`{callee}` is listed in `owner-calls`", callee=callee)
        text = claim("`{callee}` keeps it and sees to its end, as `{source}` says")
        return sentence(text, callee=callee, source=api.source)
    if not signs.owner:
        return sentence(
            "what `{callee}` belongs to owns it and ends it when it is left", callee=callee
        )
    return sentence("`{owner}` owns it and ends it when it is left", owner=signs.owner)
