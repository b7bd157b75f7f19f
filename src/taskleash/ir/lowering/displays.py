"""Lowering of containers: displays, comprehensions, and what is made of other containers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import libcst as cst

from taskleash.ir.lowering.frame import kept_as_key, lookup, merge, merge_envs
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.lowering.scope import bound_names
from taskleash.ir.lowering.targets import bind, constant_key, measured, unpacked
from taskleash.ir.model import Await, Block, Call, CollectionKind, If, Loop, Test
from taskleash.ir.terms import (
    Alts,
    Constant,
    Display,
    Element,
    Global,
    Result,
    Spread,
    Term,
)
from taskleash.ir.types import constant_text
from taskleash.models.api import Effect
from taskleash.models.table import MODELS

_Content = TypeVar("_Content")

_KINDS: dict[type[cst.CSTNode], CollectionKind] = {
    cst.Tuple: "tuple",
    cst.List: "list",
    cst.Set: "set",
    cst.ListComp: "list",
    cst.SetComp: "set",
    cst.DictComp: "dict",
}


def lower_sequence(lowering: Lowering, node: cst.Tuple | cst.List | cst.Set) -> Alts:
    """A tuple, list or set, item by item."""
    items = [_element(lowering, element) for element in node.elements]
    return (lowering.frame.collect(_KINDS[type(node)], items),)


def _element(lowering: Lowering, element: cst.BaseElement) -> Alts:
    value = lowering.expr(element.value)
    return _spread(value) if isinstance(element, cst.StarredElement) else value


def _spread(value: Alts) -> Alts:
    return tuple(Spread(term) for term in value)


def lower_dict(lowering: Lowering, node: cst.Dict) -> Alts:
    """A dict: its values, and what calls gave as keys."""
    items: list[Alts] = []
    keys: list[str] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = kept_as_key(lowering.expr(element.key))
            keys += [_written_key(element.key), *([""] if key else [])]
            items += [lowering.expr(element.value), *([key] if key else [])]
        else:
            keys.append("")
            items.append(_spread(lowering.expr(element.value)))
    return (lowering.frame.collect("dict", items, keys if any(keys) else ()),)


def _written_key(node: cst.BaseExpression) -> str:
    """A string as a key, the same however it is written; empty for anything else."""
    text = constant_text(node)
    return (constant_key(node) or text) if text else ""


def lower_dict_call(lowering: Lowering, node: cst.Call) -> Alts | None:
    """``dict(a=x)``, ``dict(pairs)``, ``dict(other, b=y)``: what such a dict holds.

    None where it is another function, or is given nothing.
    """
    if not isinstance(node.func, cst.Name) or node.func.value != "dict" or not node.args:
        return None
    if lookup(lowering.frame, "dict") != (Global("dict"),):
        return None
    items: list[Alts] = []
    keys: list[str] = []
    for arg in node.args:
        value = lowering.expr(arg.value)
        if arg.keyword is not None:
            keys.append(repr(arg.keyword.value))
            items.append(value)
        else:
            pairs = () if arg.star else tuple(t for t in value if _has_pairs(lowering, t))
            for pair_keys, content in (_pair(lowering, term) for term in pairs):
                keys += pair_keys
                items += content
            if others := tuple(term for term in value if term not in pairs):
                keys.append("")
                items.append(_spread(others))
    return (lowering.frame.collect("dict", items, keys if any(keys) else ()),)


def _has_pairs(lowering: Lowering, term: Term) -> bool:
    """Whether a container has pairs of a key and a value."""
    if isinstance(term, Display):
        return lowering.frame.collections[term.number].kind != "dict"
    made = lowering.frame.events[term.event] if isinstance(term, Result) else None
    if not isinstance(made, Call):
        return False
    return made.text.endswith(".items") or any(
        isinstance(func, Global) and MODELS.handle(func.name) is Effect.ZIPS for func in made.func
    )


def _pair(lowering: Lowering, term: Term) -> tuple[list[str], list[Alts]]:
    """The keys and values of pairs: one by one where a display has them."""
    if isinstance(term, Result):
        return [""], [_second(lowering, term)]
    made = lowering.frame.collections[term.number] if isinstance(term, Display) else None
    keys: list[str] = []
    items: list[Alts] = []
    for item in made.items if made is not None else ():
        pair = tuple(Element(t.base) if isinstance(t, Spread) else t for t in item)
        key = unpacked(lowering, pair, 0)
        named = key[0].text if len(key) == 1 and isinstance(key[0], Constant) else ""
        keys.append(named if named.endswith(("'", '"')) else "")
        items.append(unpacked(lowering, pair, 1))
    return keys, items


def _second(lowering: Lowering, pairs: Result) -> Alts:
    """What ``zip(a, b)``, ``enumerate(b)`` or ``c.items()`` has second in each pair."""
    made = lowering.frame.events[pairs.event]
    args = made.args if isinstance(made, Call) else ()
    place = 1 if isinstance(made, Call) and made.text == "zip" else 0
    if len(args) > place and not any(arg.key for arg in args[: place + 1]):
        return tuple(Element(term) for term in args[place].value)
    return unpacked(lowering, (Element(pairs),), 1)


def lower_binary(lowering: Lowering, node: cst.BinaryOperation) -> Alts:
    """What an operation on containers makes; nothing for one on numbers."""
    left, right = lowering.expr(node.left), lowering.expr(node.right)
    operator = node.operator
    if isinstance(operator, cst.Multiply):
        repeated = tuple(term for term in merge(left, right) if isinstance(term, Display))
        return (_made(lowering, "mix", repeated),) if repeated else ()
    if isinstance(operator, cst.Add | cst.BitOr | cst.Subtract | cst.BitAnd):
        spread = left if isinstance(operator, cst.Subtract) else merge(left, right)
        if any(not isinstance(term, Constant) for term in spread):
            less = isinstance(operator, cst.Subtract | cst.BitAnd)
            return (_made(lowering, "rest" if less else "mix", spread),)
    return ()


def _made(lowering: Lowering, kind: CollectionKind, containers: Alts) -> Term:
    return lowering.frame.collect(kind, [(Spread(term),) for term in containers])


# -- comprehensions


def lower_comprehension(lowering: Lowering, node: cst.BaseComp) -> Alts:
    """A comprehension: a loop of its own; names that it binds with ``:=`` stay bound."""
    frame = lowering.frame
    content = _in_own_scope(lowering, node, lambda: _content(lowering, node))
    made = frame.collect(_KINDS.get(type(node), "generator"), [content])
    frame.comprehensions.add(made.number)
    return (made,)


def lower_for_each(lowering: Lowering, node: cst.BaseSimpleComp) -> Test:
    """What a comprehension asks of each element, where its values are but asked for."""
    return _in_own_scope(lowering, node, lambda: lowering.test(node.elt))


def _in_own_scope(
    lowering: Lowering, node: cst.BaseComp, content: Callable[[], _Content]
) -> _Content:
    """Lower the clauses of a comprehension around its content, then forget the names it binds."""
    frame = lowering.frame
    before = dict(frame.env)
    lowered = _clause(lowering, node.for_in, content)
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        for name in bound_names(clause.target):
            frame.env.pop(name, None)
            if name in before:
                frame.env[name] = before[name]
        clause = clause.inner_for_in
    frame.env = merge_envs([before, frame.env])
    return lowered


def _clause(lowering: Lowering, clause: cst.CompFor, content: Callable[[], _Content]) -> _Content:
    frame = lowering.frame
    source = lowering.expr(clause.iter)
    items, frame.items = frame.items, []
    if clause.asynchronous is not None:
        frame.emit(Await(frame.statement, ()))
    bind(lowering, clause.target, tuple(Element(term) for term in source))
    tests: list[tuple[Test, Block]] = []
    for condition in clause.ifs:
        test = lowering.test(condition.test)
        tests.append((test, frame.block(frame.items)))
        frame.items = []
    inner = clause.inner_for_in
    lowered = content() if inner is None else _clause(lowering, inner, content)
    body = frame.block(frame.items)
    for test, asked in reversed(tests):
        guarded = (If(test, body, Block(), frame.statement[0]),) if body.items else ()
        body = Block(asked.items + guarded)
    frame.items = items
    if body.items:
        over = Test("other", source + measured(lowering, source))
        items.append(Loop("comprehension", over, body, Block(), frame.statement[0]))
    return lowered


def _content(lowering: Lowering, node: cst.BaseComp) -> Alts:
    """What a comprehension holds: its values, and what calls gave as keys."""
    if isinstance(node, cst.DictComp):
        key = kept_as_key(lowering.expr(node.key))
        return merge(lowering.expr(node.value), key)
    return lowering.expr(node.elt)  # type: ignore[attr-defined]
