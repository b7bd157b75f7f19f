"""How many tasks a container has beside one of them, and where that one stands.

Only what is proven is told: a container that more may be put into than is seen has no places.
"""

from __future__ import annotations

import sys

from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Loop, Store
from taskleash.ir.terms import (
    SOME,
    Alts,
    Attribute,
    Awaited,
    Display,
    Element,
    Global,
    Result,
    Spread,
    Term,
)
from taskleash.models.containers import NEW_CONTAINERS
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.elements.containers import made_afresh
from taskleash.verdict.elements.portions import MOVING, Placement, changes

#: where one of many may stand of which it is not known
FIRST, LAST = Placement(0, -sys.maxsize, SOME), Placement(sys.maxsize, -1, SOME)
_OF_MANY = (FIRST, LAST)
#: methods that put one behind all others
_BEHIND = frozenset({"append", "put_nowait"})
_MAKERS = frozenset(name.rpartition(".")[2] for name in NEW_CONTAINERS)


def standings(trail: Trail, container: Term, is_repeated: bool = False) -> tuple[Placement, ...]:
    """Where the task may stand in a container; empty where that is not known.

    The container is one that the function with the spawn has, or an attribute or a global.
    ``is_repeated`` says that other calls of the function put theirs beside it.
    """
    if isinstance(container, Attribute | Global):
        return _kept(trail, is_repeated)
    function = trail.function
    if isinstance(container, Display):
        items = _flat(function, container)
        if items is None:
            return ()
        if any(_is_of(trail, alts) for alts in items):
            return _written(trail, container, items)
        return _filled(trail, container) if not items else ()
    if isinstance(container, Result):
        call = function.call(container.event)
        is_new = not call.args and call.text.rpartition(".")[2] in _MAKERS
        return _filled(trail, container) if is_new else ()
    return ()


def _is_of(trail: Trail, alts: Alts) -> bool:
    """Whether an item is the task: what the call gives, or what awaiting that does."""
    given = Result(trail.index)
    return given in alts or Awaited(given) in alts


def _flat(function: Function, container: Display) -> list[Alts] | None:
    """The items of a collection, those of others that it takes in too; None if not all are seen."""
    made = function.facts.collections[container.number]
    if made.kind == "mix" and len(made.items) == 1:
        # Multiplied, it has the same ones several times.
        return None
    found: list[Alts] = []
    for alts in made.items:
        if not any(isinstance(term, Spread) for term in alts):
            found.append(alts)
            continue
        (spread, *others) = alts
        base = spread.base if isinstance(spread, Spread) and not others else None
        if not isinstance(base, Display) or changes(function, base):
            return None
        inner = _flat(function, base)
        if inner is None:
            return None
        found += inner
    return found


def _written(trail: Trail, container: Display, items: list[Alts]) -> tuple[Placement, ...]:
    """Of a collection that has the task as it is written."""
    function = trail.function
    made = function.facts.collections[container.number]
    changed = changes(function, container)
    if any(name in MOVING for name, _ in changed) and len(changed) > 1:
        return ()
    loop = in_loop(function, trail.index)
    if loop is not None and loop.kind == "comprehension":
        return _OF_MANY if _goes_over_many(function, loop) else ()
    if loop is not None:
        return ()
    more = [event for name, event in changed if name not in MOVING]
    (number, *others) = [i for i, alts in enumerate(items) if _is_of(trail, alts)]
    if others or any(len(alts) > 1 for alts in items):
        return ()
    if made.kind == "set":
        return _OF_MANY if len(items) > 1 else () if more else (Placement(0, -1, is_alone=True),)
    end = None if more else number - len(items)
    key = made.keys[number] if made.kind == "dict" and len(made.keys) == len(items) else ""
    return (Placement(number, end, key, len(items) == 1 and not more),)


def _goes_over_many(function: Function, loop: Loop) -> bool:
    """Whether a comprehension may have more than one turn: what it goes over is not one thing."""
    over = loop.test.value
    return not any(
        isinstance(term, Display) and len(function.facts.collections[term.number].items) < 2
        for term in over
    )


def _filled(trail: Trail, container: Term) -> tuple[Placement, ...]:
    """Of a container that is made empty, and that the task is put into later."""
    function = trail.function
    changed = changes(function, container)
    puts = [(name, event) for name, event in changed if name not in MOVING or name == "insert"]
    own = {op.index for op in trail.of("contain", "store") if op.function is function}
    mine = [(name, event) for name, event in puts if event in own]
    if len(mine) != 1:
        return ()
    ((name, event),) = mine
    moved = [name for name, _ in changed if name in MOVING]
    loop = in_loop(function, event)
    if loop is not None and len(moved) < 2 and function.paths.graph.comes_back(event):
        return _OF_MANY if _is_made_before(function, container, loop) else ()
    others = [each for _, each in puts if each != event]
    if (
        loop is not None
        or len(moved) > 1
        or any(in_loop(function, each) is not None for each in others)
    ):
        return ()
    graph = function.paths.graph
    before = [each for each in others if graph.dominates(each, event)]
    behind = [each for each in others if graph.dominates(event, each)]
    is_counted = name in _BEHIND | {"[]"} and all(
        each in _BEHIND | {"[]"} for each, other in puts if other != event
    )
    key = _key(function, event)
    if not others:
        return (Placement(0, -1, key, is_alone=True),)
    if len(before) + len(behind) < len(others):
        return (Placement(key=key),) if key else ()
    if not is_counted:
        return (Placement(key=key),) if key else _OF_MANY
    return (Placement(len(before), -1 - len(behind), key),)


def _kept(trail: Trail, is_repeated: bool) -> tuple[Placement, ...]:
    """Of the place that keeps the task, by the one event that puts it there."""
    function = trail.function
    puts = [op for op in trail.of("store", "contain") if op.place and op.place.kind != "local"]
    if len({(op.function, op.index) for op in puts}) != 1 or len({op.place for op in puts}) != 1:
        return ()
    (put,) = {op.index: op for op in puts}.values()
    if put.function is not function or put.place is None or put.place.depth != 1:
        return ()
    others = _put_elsewhere(trail, put)
    event = put.event
    if isinstance(event, Store) and isinstance(event.target, Element):
        key = _key(function, put.index)
        if key:
            return (Placement(0, -1, key, is_alone=True) if not others else Placement(key=key),)
    elif isinstance(event, Store):
        items = [_flat(function, t) for t in event.value if isinstance(t, Display)]
        whole = [t for t in event.value if isinstance(t, Display)]
        if len(whole) != 1 or items[0] is None or others or is_repeated:
            return ()
        is_in_it = any(_is_of(trail, alts) for alts in items[0])
        return _written(trail, whole[0], items[0]) if is_in_it else ()
    if in_loop(function, put.index) is not None:
        is_new = made_afresh(put)
        return _OF_MANY if function.paths.graph.comes_back(put.index) and not is_new else ()
    if is_repeated and not isinstance(event, Store):
        return _OF_MANY
    return ()


def _put_elsewhere(trail: Trail, put: Op) -> list[Op]:
    """What else is put into the place of the task, or in its stead."""
    found: list[Op] = []
    for op in trail.of("grow", "replace", "contain", "shrink", "clear"):
        event = op.event
        is_empty = isinstance(event, Store) and all(
            isinstance(t, Display) and not op.function.facts.collections[t.number].items
            for t in event.value
        )
        if op.kind in ("shrink", "clear") or is_empty or op.site == put.site:
            continue
        found.append(op)
    return found


def _is_made_before(function: Function, container: Term, loop: Loop) -> bool:
    """Whether no turn of a loop makes a container anew."""
    if isinstance(container, Display):
        return container.number < loop.made
    return isinstance(container, Result) and in_loop(function, container.event) is not loop


def _key(function: Function, event: int) -> str:
    """The constant key that a store puts something under."""
    stored = function.events[event]
    target = stored.target if isinstance(stored, Store) else None
    return target.key if isinstance(target, Element) and target.is_constant else ""
