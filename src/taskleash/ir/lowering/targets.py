"""Lowering of what is assigned to: names are bound, all else is stored to, sequences unpacked."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from taskleash.ir.lowering.frame import MAX_ALTS, either, kept_as_key, lookup, merge
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import (
    EACH,
    FLAGS,
    SOME,
    Alts,
    Attribute,
    Constant,
    Display,
    Element,
    Global,
    Item,
    Local,
    Nested,
    Result,
    Spread,
    Term,
)
from taskleash.ir.types import dotted_name
from taskleash.models.table import MODELS

#: to read a longer number takes time that grows with its square
_MAX_DIGITS = 1000


def assign(lowering: Lowering, target: cst.BaseExpression, value: Alts, op: str = "") -> None:
    """Bind a target: a local name, or a store event for everything else."""
    frame = lowering.frame
    if isinstance(target, cst.Name):
        _assign_name(lowering, target, value, op)
    elif isinstance(target, cst.Attribute):
        pos = lowering.spans.of(target)
        for base in lowering.expr(target.value):
            frame.emit(Store(pos, Attribute(base, target.attr.value), value, op))
    elif isinstance(target, cst.Subscript):
        pos = lowering.spans.of(target)
        elements, keys = subscripted(lowering, target)
        for term in elements:
            frame.emit(Store(pos, term, value, op, keys))
        # ``d[k] = v`` keeps what a call gave as ``k``, as ``d |= {k}`` would.
        key = kept_as_key(keys)
        for base in (term.base for term in elements if key and isinstance(term, Element)):
            frame.emit(Store(pos, base, (frame.collect("set", (key,)),), "|="))
    elif isinstance(target, cst.Tuple | cst.List):
        for inner, part in parts(lowering, target.elements, value):
            assign(lowering, inner, part)


def _assign_name(lowering: Lowering, target: cst.Name, value: Alts, op: str) -> None:
    frame, name = lowering.frame, target.value
    pos = lowering.spans.of(target)
    if name in frame.global_names or (frame.kind == "module" and frame.parent is None):
        frame.emit(Store(pos, Global(name), value, op))
        if frame.kind != "module":
            return
    if name in frame.nonlocal_names:
        frame.emit(Store(pos, lookup(frame, name)[0], value, op))
        return
    if not op:
        frame.define(name, value)
        if frame.kind == "function" and value and FLAGS.issuperset(value):
            frame.emit(Store(pos, Local(name), value))
        if frame.kind == "class" and _spawns(lowering, value):
            frame.emit(Store(pos, Attribute(Nested(frame.owner), name), value))
        return
    before = lookup(frame, name)
    for term in before:
        if not isinstance(term, Constant):
            frame.emit(Store(pos, term, value, op))
    # A container grows in place; a number is another one.
    if any(isinstance(term, Constant) for term in before):
        frame.define(name, either(tuple(t for t in before if not isinstance(t, Constant)), ()))


def _spawns(lowering: Lowering, value: Alts) -> bool:
    """Whether a value may be a task, by what is called."""
    events = (lowering.frame.events[term.event] for term in value if isinstance(term, Result))
    return any(
        isinstance(e, Call) and e.text.rpartition(".")[2] in MODELS.spawn_words for e in events
    )


def bind(lowering: Lowering, target: cst.BaseExpression, value: Alts) -> None:
    """Bind a comprehension's own names, which end with it."""
    if isinstance(target, cst.Name):
        if len(value) > MAX_ALTS:
            lowering.frame.define(target.value, value)
        else:
            lowering.frame.env[target.value] = value
    elif isinstance(target, cst.Tuple | cst.List):
        for inner, part in parts(lowering, target.elements, value):
            bind(lowering, inner, part)


# -- unpacking


def parts(
    lowering: Lowering, targets: Sequence[cst.BaseElement], value: Alts
) -> list[tuple[cst.BaseExpression, Alts]]:
    """The targets in a sequence, each with the part of the value that it gets."""
    stars = [i for i, target in enumerate(targets) if isinstance(target, cst.StarredElement)]
    star = stars[0] if stars else -1
    taken = split(lowering, value, len(targets), star)
    return [(target.value, part) for target, part in zip(targets, taken, strict=True)]


def split(lowering: Lowering, value: Alts, count: int, star: int) -> list[Alts]:
    """So many parts of a value that is unpacked; the one at ``star`` (-1: none) gets the rest."""
    found: list[Alts] = []
    for index in range(count):
        if index == star:
            found.append(_rest(lowering, value, star, count - star - 1))
        else:
            found.append(unpacked(lowering, value, index - count * (-1 < star < index)))
    return found


def unpacked(lowering: Lowering, value: Alts, index: int) -> Alts:
    """Item number ``index`` of a value that is unpacked; from the end where it is negative."""
    found: list[Alts] = []
    for term in value:
        items = written_items(lowering, term)
        if items is not None and -len(items) <= index < len(items):
            found.append(items[index])
        else:
            found.append((Item(term, index),))
    return merge(*found) if found else ()


def _rest(lowering: Lowering, value: Alts, before: int, after: int) -> Alts:
    """A container of what is left between the first and the last items."""
    found: list[Term] = []
    for term in value:
        items = written_items(lowering, term)
        if items is None or len(items) < before + after:
            bounds = f"{before}:{-after or ''}"
            found.append(lowering.frame.collect("rest", [(Spread(term),)], [bounds]))
        else:
            found.append(lowering.frame.collect("list", items[before : len(items) - after]))
    return tuple(found)


def written_items(lowering: Lowering, term: Term) -> tuple[Alts, ...] | None:
    """The items of a tuple or list whose source shows which is where."""
    if not isinstance(term, Display):
        return None
    made = lowering.frame.collections[term.number]
    if made.kind not in ("tuple", "list") or term.number in lowering.frame.comprehensions:
        return None
    spread = any(isinstance(inner, Spread) for item in made.items for inner in item)
    return None if spread else made.items


def written_keys(lowering: Lowering, term: Term) -> frozenset[str]:
    """The constant keys that a dict has, as far as its source shows them."""
    if not isinstance(term, Display) or not _is_untouched(lowering, term):
        return frozenset()
    return frozenset(filter(None, lowering.frame.collections[term.number].keys))


# -- subscripts


def subscripted(lowering: Lowering, node: cst.Subscript) -> tuple[Alts, Alts]:
    """The places that a subscript names, and its key if it is a single one."""
    base = lowering.expr(node.value)
    if len(node.slice) == 1 and isinstance(index := node.slice[0].slice, cst.Index):
        key = lowering.expr(index.value)
        return tuple(Element(t, _key(lowering, index.value, key, t)) for t in base), key
    is_slice = False
    for element in node.slice:
        if isinstance(element.slice, cst.Slice):
            is_slice = True
            for bound in (element.slice.lower, element.slice.upper, element.slice.step):
                lowering.expr(bound)
        elif isinstance(element.slice, cst.Index):
            lowering.expr(element.slice.value)
    return (base if is_slice else tuple(Element(term, SOME) for term in base)), ()


def read_subscript(lowering: Lowering, node: cst.Subscript) -> Alts:
    """What a subscript gives: an element, the item that the source shows, or a part."""
    places, _ = subscripted(lowering, node)
    if is_part(node):
        bounds = _bounds(node)
        return tuple(lowering.frame.collect("rest", [(Spread(t),)], bounds) for t in places)
    # Of a display that is subscripted on the spot, the other items are lost there and then.
    is_named = not isinstance(node.value, cst.Tuple | cst.List | cst.Dict)
    found: list[Alts] = []
    for place in places:
        item = _written_item(lowering, place) if is_named else None
        found.append((place,) if item is None else item)
    return merge(*found) if found else ()


def _bounds(node: cst.Subscript) -> list[str]:
    """The numbers of a slice, as ``1:-1``, where they are written plainly."""
    part = node.slice[0].slice
    if not isinstance(part, cst.Slice) or part.step is not None:
        return []
    numbers = [constant_key(each) if each else "" for each in (part.lower, part.upper)]
    if any(each is None or each.strip("-0123456789") for each in numbers):
        return []
    return [":".join(each or "" for each in numbers)]


def is_part(node: cst.Subscript) -> bool:
    """Whether a subscript is a slice that may leave something out."""
    return len(node.slice) == 1 and any(
        isinstance(element.slice, cst.Slice) and (element.slice.lower or element.slice.upper)
        for element in node.slice
    )


def _written_item(lowering: Lowering, place: Term) -> Alts | None:
    """The item of a display that a constant key picks, unless it may have been replaced."""
    if not isinstance(place, Element) or not place.is_constant:
        return None
    made = place.base
    if not isinstance(made, Display):
        return None
    collection = lowering.frame.collections[made.number]
    if collection.kind != "tuple" and not _is_untouched(lowering, made):
        return None
    if collection.kind == "dict":
        places = [i for i, key in enumerate(collection.keys) if key == place.key]
        spread = any(isinstance(term, Spread) for item in collection.items for term in item)
        return collection.items[places[-1]] if places and not spread else None
    items = written_items(lowering, made) or ()
    index = int(place.key) if place.key.lstrip("-").isdecimal() else len(items)
    return items[index] if -len(items) <= index < len(items) else None


def _is_untouched(lowering: Lowering, made: Display) -> bool:
    """Whether a list is as it was written: not made before a loop, not changed, not handed on."""
    if made.number < lowering.frame.made_before_loop:
        return False
    for event in lowering.frame.events:
        if isinstance(event, Store) and (
            made in event.value or made is getattr(event.target, "base", event.target)
        ):
            return False
        if isinstance(event, Call) and (
            any(isinstance(func, Attribute) and func.base is made for func in event.func)
            or any(made in arg.value for arg in event.args)
        ):
            return False
    return True


def _key(lowering: Lowering, node: cst.BaseExpression, key: Alts, base: Term) -> str:
    """How the element under a key is named."""
    if any(goes_over(lowering, term, base) for term in key):
        return EACH
    if (constant := constant_key(node)) is not None:
        return constant
    return dotted_name(node) or SOME


def constant_key(node: cst.BaseExpression) -> str | None:
    """A constant key, the same however it is written; None for anything else."""
    if isinstance(node, cst.Name) and node.value in ("None", "True", "False"):
        return node.value
    if isinstance(node, cst.SimpleString):
        value = ast.literal_eval(node.value)
        return repr(value) if isinstance(value, str) else None
    if isinstance(node, cst.Integer):
        text = node.value
    elif (
        isinstance(node, cst.UnaryOperation)
        and isinstance(node.operator, cst.Minus)
        and isinstance(node.expression, cst.Integer)
    ):
        text = f"-{node.expression.value}"
    else:
        return None
    return repr(ast.literal_eval(text)) if len(text) <= _MAX_DIGITS else None


def goes_over(lowering: Lowering, key: Term, base: Term) -> bool:
    """Whether a key is had by going over the container itself: each element in turn then."""
    if isinstance(key, Item):
        key = key.base
    return isinstance(key, Element) and key.key == EACH and _leads(lowering, key.base, base, 4)


def _leads(lowering: Lowering, source: Term, base: Term, steps: int) -> bool:
    """Whether what is gone over is a container, its keys, a copy of it, or the range of it."""
    if source is base:
        return True
    if not steps or not isinstance(source, Result):
        return False
    event = lowering.frame.events[source.event]
    if not isinstance(event, Call):
        return False
    given = [term for arg in event.args for term in arg.value]
    given.extend(func.base for func in event.func if isinstance(func, Attribute))
    return any(_leads(lowering, term, base, steps - 1) for term in given)


def measured(lowering: Lowering, source: Alts) -> Alts:
    """What a loop goes over by way of its indices: ``for i in range(len(tasks))``."""
    found = source
    for name in ("range", "len"):
        events = [lowering.frame.events[term.event] for term in found if isinstance(term, Result)]
        calls = [e for e in events if isinstance(e, Call) and e.text == name and len(e.args) == 1]
        found = tuple(term for call in calls for term in call.args[0].value)
    return found
