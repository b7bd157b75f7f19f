"""What a container is by the time that a task is put into it."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.assumptions import parts
from taskleash.dataflow.trail import Op, OpKind, Place, Trail
from taskleash.ir.model import Block, Call, Exit, If, Store
from taskleash.ir.terms import Attribute, Built, Display, Element, Item, Result, Spread, Term
from taskleash.lifecycle.lifetime import Lifetimes
from taskleash.models.containers import GROWING, WEAK_KEYED
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.semantics.inference import Inference
from taskleash.semantics.types import is_external

_MAKERS = frozenset({"set", "list", "dict", "deque", "defaultdict", "WeakSet"})

#: operations that take one handle out of its container
TAKING_OUT: frozenset[OpKind] = frozenset({"shrink", "shrink-ref", "shrink-item"})


def keepers(trail: Trail, lifetimes: Lifetimes) -> list[Place]:
    """The places that keep the handle beyond the function, or as long as one that never returns.

    A container of such a function counts only where a callback takes out what is done.
    """
    places = [place for place in trail.places if place.kind != "local"]
    if places or not any(op.depth and _in_a_callback(trail, op) for op in trail.of(*TAKING_OUT)):
        return places
    own = [op.place for op in trail.of("contain") if op.place and op.place.kind == "local"]
    return [p for p in own if p.function and _lasts(trail, p.function, lifetimes)]


def _in_a_callback(trail: Trail, op: Op) -> bool:
    return op.kind == "shrink-ref" or op.function is not trail.function


def _lasts(trail: Trail, function: Function, lifetimes: Lifetimes) -> bool:
    """Whether a function never returns, and no turn of its loop makes the container anew."""
    return lifetimes.of(function) == "endless" and not any(
        depth and _made_in_a_turn(trail, term) for term, depth in trail.terms_in(function).items()
    )


def _made_in_a_turn(trail: Trail, term: Term) -> bool:
    """Whether a container is made anew in each turn of the loop that starts the task."""
    function = trail.function
    if isinstance(term, Display):
        loop = in_loop(function, trail.index)
        return loop is not None and loop.kind != "comprehension" and term.number >= loop.made
    if not isinstance(term, Result):
        return False
    call = function.call(term.event)
    return _makes(call) and not call.args and in_loop(function, term.event) is not None


def local_holder(trail: Trail, is_in_loop: bool = False) -> str:
    """The local of the spawning function that holds the handle, or a container of it; or empty.

    It does so until the function returns, used or not. In a loop only a container counts that no
    turn makes anew.
    """
    return next((name for name, _, _ in _local_holders(trail, is_in_loop)), "")


def held_locally(trail: Trail) -> tuple[str, bool]:
    """The local that holds the handle, and whether it does so for one turn of a loop only.

    What a wait gives back, ``done, pending = …``, and what is taken out of that may have another.
    """
    is_in_loop = in_loop(trail.function, trail.index) is not None
    for only_lasting in (True, False) if is_in_loop else (False,):
        for name, term, depth in _local_holders(trail, only_lasting):
            is_kept_by = isinstance(term, Attribute) or (depth and not isinstance(term, Item))
            if term == Result(trail.index) or is_kept_by:
                return name, is_in_loop and not only_lasting
    return "", False


def _local_holders(trail: Trail, is_in_loop: bool) -> Iterator[tuple[str, Term, int]]:
    function = trail.function
    if function.facts.kind not in ("function", "lambda"):
        return
    for term, depth in trail.terms_in(function).items():
        is_made_anew = depth > 0 and _made_in_a_turn(trail, term)
        # A record that has it stands in for the field.
        holder = term.base if isinstance(term, Attribute) and depth == 0 else term
        names = function.uses.names.get(holder)
        if names and not (is_in_loop and (not depth or is_made_anew)):
            yield names[0], term, depth


def is_counted(trail: Trail) -> bool:
    """Whether the function asks how many tasks there are in the container that it puts them in."""
    holders = {term for term, depth in trail.terms_in(trail.function).items() if depth > 0}
    return any(
        call.text == "len" and any(not holders.isdisjoint(arg.value) for arg in call.args)
        for _, call in trail.function.calls()
    )


def is_keyed(trail: Trail) -> bool:
    """Whether a container keeps the handle under a key, where the next one takes its place."""
    kept = [op.event for op in trail.of("contain") if op.place and op.place.kind != "local"]
    return bool(kept) and all(
        isinstance(event, Store) and isinstance(event.target, Element) for event in kept
    )


def collects(trail: Trail) -> bool:
    """Whether a container that outlives the function takes one handle after the other."""
    return any(
        op.place is not None
        and op.place.depth > 0
        and op.place.kind not in ("local", "handed in")
        and not made_afresh(op)
        and not _replaces(op)
        and not _is_in_one_slot(op)
        for op in trail.of("contain", "store")
    )


def _is_in_one_slot(op: Op) -> bool:
    """``self.tasks["main"] = task``: each store is under the same literal key."""
    target = op.event.target if isinstance(op.event, Store) else None
    return isinstance(target, Element) and all(
        part.is_constant for part in parts(target) if isinstance(part, Element)
    )


def _replaces(op: Op) -> bool:
    """``self.tasks = [spawn(), spawn()]``: a collection that has nothing of the one before."""
    event = op.event
    if op.kind != "store" or not isinstance(event, Store) or event.op:
        return False
    return all(
        isinstance(term, Display) and not any(_taken_over(op, term, event)) for term in event.value
    )


def rebuilds(op: Op) -> bool:
    """``self.tasks = [t for t in self.tasks if not t.done()]``: what is left of the one before.

    ``self.tasks + [task]`` and ``[*self.tasks, task]`` leave nothing out. A loop may put what is
    left into the new one, too.
    """
    event = op.event
    if op.kind != "replace" or not op.depth or not isinstance(event, Store):
        return False
    whole = Spread(event.target)
    return any(
        kind == "rest" or item != whole
        for term in event.value
        if isinstance(term, Display)
        for kind, item in _taken_over(op, term, event)
    ) or any(_is_filled_with_some(op.function, term, event.target) for term in event.value)


def _is_filled_with_some(function: Function, filled: Term, replaced: Term) -> bool:
    """Whether a loop over what is replaced puts only some of its elements into the new one."""
    if not isinstance(filled, Display):
        return False
    return any(
        role.kind == "func"
        and _is_passed_over_in_some_turns(function, role.index)
        and any(
            isinstance(term, Element) and _mentions(term, replaced)
            for arg in function.call(role.index).args
            for term in arg.value
        )
        for name in GROWING
        for role in function.uses.roles.get(Attribute(filled, name), ())
    )


def _is_passed_over_in_some_turns(function: Function, index: int) -> bool:
    """Whether a turn of the loop around an event can end without it."""
    loop = in_loop(function, index)
    if loop is None:
        return False
    return index not in loop.body.items or any(
        isinstance(item, If) and any(map(_goes_on, (item.then, item.orelse)))
        for item in loop.body.items
    )


def _goes_on(block: Block) -> bool:
    last = block.items[-1] if block.items else None
    return isinstance(last, Exit) and last.kind == "continue"


def _taken_over(op: Op, collection: Display, event: Store) -> Iterator[tuple[str, Term]]:
    """What a collection has of the one that it replaces: each item, and the kind it stands in."""
    collections = op.function.facts.collections
    kind = collections[collection.number].kind
    for item in (item for alts in collections[collection.number].items for item in alts):
        inner = item.base if isinstance(item, Spread) else item
        if isinstance(inner, Display) and inner.number < collection.number:
            yield from _taken_over(op, inner, event)
        elif _mentions(item, event.target):
            yield kind, item


def _mentions(term: Term, wanted: Term) -> bool:
    return term is wanted or (isinstance(term, Built) and _mentions(term.base, wanted))


def emptied(trail: Trail) -> bool:
    """Whether anything but a constructor empties or replaces the container."""
    return any(
        not LIFECYCLE.constructs(op.function.name) and op.function.facts.kind == "function"
        for op in trail.of("clear", "clear-slot")
        if op.depth > 0 or op.kind == "clear-slot"
    )


def made_afresh(op: Op) -> bool:
    """Whether the same call of the function made the container first, on every way to the task.

    Such a container holds the tasks of one call: it is replaced, it does not grow.
    """
    event = op.event
    if not isinstance(event, Call):
        return False
    filled = {func.base for func in event.func if isinstance(func, Attribute)}
    return any(
        isinstance(made, Store)
        and made.target in filled
        and all(_is_new(op, term) for term in made.value)
        and op.function.paths.graph.dominates(index, op.index)
        for index, made in enumerate(op.function.events[: op.index])
    )


def with_its_key(inference: Inference, trail: Trail) -> bool:
    """Whether it is the value of a weak key: it leaves the container with the key, if it ends."""
    filled = [
        (op.function, term.base)
        for op in trail.of("contain", "store")
        if isinstance(op.event, Store)
        for term in (op.event.target,)
        if isinstance(term, Element)
    ]
    return any(is_external(inference.types(*each), WEAK_KEYED) for each in filled)


def _is_new(op: Op, term: Term) -> bool:
    """Whether a value is a container that is made here."""
    if isinstance(term, Result):
        return _makes(op.function.call(term.event))
    return isinstance(term, Display)


def _makes(call: Call) -> bool:
    """Whether a call by its name makes a container."""
    return call.text.rpartition(".")[2] in _MAKERS
