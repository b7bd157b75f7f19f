"""What a container is by the time that a task is put into it."""

from __future__ import annotations

from taskleash.facts.catalogue import WEAK_KEYED
from taskleash.facts.model import Call, Store, Term
from taskleash.link.context import around
from taskleash.link.entities import Function
from taskleash.link.inference import Inference, is_external
from taskleash.link.trail import Op, Trail

_MAKERS = frozenset({"set", "list", "dict", "deque", "defaultdict", "WeakSet"})


def collects(trail: Trail) -> bool:
    """Whether a container that outlives the function takes one handle after the other."""
    return any(
        op.place is not None
        and op.place.depth > 0
        and op.place.kind not in ("local", "handed in")
        and not made_afresh(op)
        for op in trail.of("contain", "store")
    )


def emptied(trail: Trail) -> bool:
    """Whether anything but a constructor empties or replaces the container."""
    return any(
        op.function.name not in ("__init__", "__post_init__")
        and op.function.facts.kind == "function"
        for op in trail.of("clear", "clear-slot")
        if op.depth > 0 or op.kind == "clear-slot"
    )


def made_afresh(op: Op) -> bool:
    """Whether the same call of the function made the container first, on every way to the task.

    Such a container holds the tasks of one call: it is replaced, it does not grow.
    """
    event = op.event
    if isinstance(event, Store):
        return _replaces(op.function, event)
    if not isinstance(event, Call):
        return False
    filled = {func[1] for func in event.func if func[0] == "a"}
    return any(
        isinstance(made, Store)
        and made.target in filled
        and all(_is_new(op, term) for term in made.value)
        and _leads_to(op, index)
        for index, made in enumerate(op.function.events[: op.index])
    )


def with_its_key(inference: Inference, trail: Trail) -> bool:
    """Whether it is the value of a weak key: it leaves the container with the key, if it ends."""
    filled = [
        (op.function, term[1])
        for op in trail.of("contain", "store")
        if isinstance(op.event, Store)
        for term in (op.event.target,)
        if term[0] == "e"
    ]
    return any(is_external(inference.types(*each), WEAK_KEYED) for each in filled)


def _replaces(function: Function, event: Store) -> bool:
    """Whether a container is stored that is written there, without one from before."""
    if event.op or event.target[0] == "e":
        return False
    made = [function.facts.collections[term[1]] for term in event.value if term[0] == "l"]
    old = any(term[0] == "*" for each in made for alts in each.items for term in alts)
    return len(made) == len(event.value) and not old


def _is_new(op: Op, term: Term) -> bool:
    """Whether a value is a container that is made here."""
    if term[0] == "s":
        return op.function.call(term[1]).text.rpartition(".")[2] in _MAKERS
    return bool(term[0] == "l")


def _leads_to(op: Op, index: int) -> bool:
    """Whether an earlier event is on every way to the operation."""
    before = around(op.function, index)
    return around(op.function, op.index)[: len(before)] == before
