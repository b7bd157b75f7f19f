"""Lowering of expressions: what each stands for, and the events on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from taskleash.facts.catalogue import SPAWN_CLASSES, SPAWN_WORDS
from taskleash.facts.conditions import is_literal, lower_test
from taskleash.facts.frame import Frame, kept_as_key, lookup, merge, merge_envs
from taskleash.facts.model import (
    Alts,
    Arg,
    Await,
    Block,
    Call,
    Give,
    If,
    Loop,
    Store,
    Test,
    Use,
)
from taskleash.facts.normal import normalised
from taskleash.facts.scope import bound_names
from taskleash.facts.types import dotted_name, written

if TYPE_CHECKING:
    from taskleash.facts.extract import ModuleLowering

_FOLLOWED = frozenset({"s", "v", "e", "f", "i", "l", "p", "a"})
_CONSTANTS = frozenset({"None", "True", "False", "Ellipsis", "NotImplemented"})
_TRUE = Test("true")
_SPAWNING = SPAWN_WORDS | SPAWN_CLASSES


class ExpressionLowering:
    """Lowers expressions of one function into its frame; returns what each stands for."""

    def __init__(self, module: ModuleLowering, frame: Frame) -> None:
        self.module = module
        self.frame = frame
        self.spans = module.spans

    def expr(self, node: cst.CSTNode | None) -> Alts:
        """The alternatives that an expression stands for; its events are emitted in order."""
        if node is None:
            return ()
        lower = _EXPRESSIONS.get(type(node))
        if lower is not None:
            return lower(self, node)
        for child in node.children:
            if isinstance(child, _WORTH_A_LOOK):
                self.read(child)
        return ()

    def read(self, node: cst.CSTNode) -> Alts:
        """Lower an expression whose value goes somewhere that is not followed."""
        value = self.expr(node)
        followed = tuple(term for term in value if term[0] in _FOLLOWED)
        if followed:
            self.frame.emit(Use(self.frame.statement, "read", followed))
        return value

    # -- names and parts

    def _name(self, node: cst.Name) -> Alts:
        if node.value in _CONSTANTS:
            return (("c", node.value),)
        return lookup(self.frame, node.value)

    def _attribute(self, node: cst.Attribute) -> Alts:
        name = node.attr.value
        return tuple(("a", base, name) for base in self.expr(node.value))

    def _subscript(self, node: cst.Subscript) -> Alts:
        return self._keyed(node)[0]

    def _keyed(self, node: cst.Subscript) -> tuple[Alts, Alts]:
        """What a subscript gives, and the key if it is a single one."""
        base = self.expr(node.value)
        sliced = False
        key: Alts = ()
        for element in node.slice:
            if isinstance(element.slice, cst.Slice):
                sliced = True
                for part in (element.slice.lower, element.slice.upper, element.slice.step):
                    self.expr(part)
            elif isinstance(element.slice, cst.Index):
                key = self.expr(element.slice.value)
        found = base if sliced else tuple(("e", term) for term in base)
        return found, key if len(node.slice) == 1 else ()

    def _constant(self, node: cst.CSTNode) -> Alts:
        text = getattr(node, "value", "…")
        return (("c", text if len(text) <= 40 else "…"),)

    def _starred(self, node: cst.StarredElement) -> Alts:
        return tuple(("*", term) for term in self.expr(node.value))

    # -- calls

    def _call(self, node: cst.Call) -> Alts:
        special = self._reflection(node)
        if special is not None:
            return special
        func = self.expr(node.func)
        args = tuple(self._arg(arg) for arg in node.args)
        text = written(node.func)
        if text == "super":
            return (("super",),)
        index = self.frame.emit(
            Call(
                pos=self.spans.of(node),
                statement=self.frame.statement,
                func=func,
                args=args,
                text=text,
                code=normalised(self.spans.text(node))
                if text.rpartition(".")[2] in _SPAWNING
                else text,
            )
        )
        return (("s", index),)

    def _arg(self, arg: cst.Arg) -> Arg:
        key = arg.keyword.value if arg.keyword is not None else arg.star
        value = arg.value
        if isinstance(value, cst.StarredElement):
            key, value = "*", value.value
        return Arg(key, self.expr(value), dotted_name(value))

    def _reflection(self, node: cst.Call) -> Alts | None:
        """``getattr``/``setattr`` with a constant name are plain loads and stores."""
        if not isinstance(node.func, cst.Name) or len(node.args) < 2:
            return None
        name = node.args[1].value
        if not isinstance(name, cst.SimpleString) or not isinstance(name.evaluated_value, str):
            return None
        attribute = name.evaluated_value
        if node.func.value == "getattr":
            base = self.expr(node.args[0].value)
            default = self.expr(node.args[2].value) if len(node.args) > 2 else ()
            return merge(tuple(("a", term, attribute) for term in base), default)
        if node.func.value == "setattr" and len(node.args) == 3:
            base = self.expr(node.args[0].value)
            value = self.expr(node.args[2].value)
            for term in base:
                self.frame.emit(Store(self.spans.of(node), ("a", term, attribute), value))
            return ()
        return None

    def _await(self, node: cst.Await) -> Alts:
        value = self.expr(node.expression)
        self.frame.emit(Await(self.spans.of(node), value))
        return tuple(("w", term) for term in value)

    def _yield(self, node: cst.Yield) -> Alts:
        value: Alts = ()
        if isinstance(node.value, cst.From):
            value = self.expr(node.value.item)
            if self.frame.qualname.endswith("__await__"):
                self.frame.emit(Await(self.spans.of(node), value))
        elif node.value is not None:
            value = self.expr(node.value)
        self.frame.is_generator = True
        self.frame.emit(Give(self.spans.of(node), "yield", value))
        return ()

    def _lambda(self, node: cst.Lambda) -> Alts:
        return (("q", self.module.lower_lambda(node, self.frame)),)

    # -- conditions

    def test(self, node: cst.BaseExpression) -> Test:
        """Lower a condition, keeping what it asks."""
        test = lower_test(self, node)
        self.frame.is_decided |= is_literal(test)
        return test

    def _boolean(self, node: cst.BooleanOperation) -> Alts:
        if isinstance(node.left, cst.BooleanOperation):
            left = self._boolean(node.left)
            test = Test("other")
        else:
            test = self.test(node.left)
            left = test.value if test.kind == "truth" else ()
        before = dict(self.frame.env)
        then, right = self._nested(node.right)
        if then.items:
            both = isinstance(node.operator, cst.And)
            line = self.frame.statement[0]
            branch = If(test, then, Block(), line) if both else If(test, Block(), then, line)
            self.frame.items.append(branch)
        self.frame.env = merge_envs([before, self.frame.env])
        return merge(left, right)

    def _conditional(self, node: cst.IfExp) -> Alts:
        test = self.test(node.test)
        then, left = self._nested(node.body)
        orelse, right = self._nested(node.orelse)
        if then.items or orelse.items:
            self.frame.items.append(If(test, then, orelse, self.frame.statement[0]))
        return merge(left, right)

    def _nested(self, node: cst.BaseExpression) -> tuple[Block, Alts]:
        items, self.frame.items = self.frame.items, []
        value = self.expr(node)
        block = self.frame.block(self.frame.items)
        self.frame.items = items
        return block, value

    def _unary(self, node: cst.UnaryOperation) -> Alts:
        if isinstance(node.operator, cst.Not):
            self.test(node.expression)
            return ()
        self.read(node.expression)
        return ()

    def _compare(self, node: cst.Comparison) -> Alts:
        lower_test(self, node)
        return ()

    def _binary(self, node: cst.BinaryOperation) -> Alts:
        left, right = self.expr(node.left), self.expr(node.right)
        if isinstance(node.operator, cst.Add | cst.BitOr | cst.Subtract | cst.BitAnd):
            spread = left if isinstance(node.operator, cst.Subtract) else merge(left, right)
            if any(term[0] != "c" for term in spread):
                less = isinstance(node.operator, cst.Subtract | cst.BitAnd)
                kind = "rest" if less else "mix"
                return (self.frame.collect(kind, [(("*", term),) for term in spread]),)
        return ()

    def _walrus(self, node: cst.NamedExpr) -> Alts:
        value = self.expr(node.value)
        self.assign(node.target, value)
        return value

    # -- collections

    def _sequence(self, node: cst.Tuple | cst.List | cst.Set) -> Alts:
        kind = type(node).__name__.lower()
        return (self.frame.collect(kind, [self._element(e) for e in node.elements]),)

    def _element(self, element: cst.BaseElement) -> Alts:
        return (
            self._starred(element)
            if isinstance(element, cst.StarredElement)
            else self.expr(element.value)
        )

    def _dict(self, node: cst.Dict) -> Alts:
        items: list[Alts] = []
        keys: list[str] = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key = kept_as_key(self.expr(element.key))
                keys += [constant_text(element.key), *([""] if key else [])]
                items += [self.expr(element.value), *([key] if key else [])]
            else:
                keys.append("")
                items.append(tuple(("*", term) for term in self.expr(element.value)))
        return (self.frame.collect("dict", items, keys if any(keys) else ()),)

    def _comprehension(self, node: cst.BaseComp) -> Alts:
        env, names = dict(self.frame.env), set(self.frame.local_names)
        kind = {cst.ListComp: "list", cst.SetComp: "set", cst.DictComp: "dict"}.get(
            type(node), "generator"
        )
        content = self._generators(node, node.for_in)
        self.frame.env, self.frame.local_names = env, names
        return (self.frame.collect(kind, [content]),)

    def _generators(self, node: cst.BaseComp, clause: cst.CompFor) -> Alts:
        source = self.expr(clause.iter)
        items, self.frame.items = self.frame.items, []
        self.bind_comprehension(clause.target, tuple(("e", term) for term in source))
        for condition in clause.ifs:
            self.test(condition.test)
        if clause.inner_for_in is not None:
            content = self._generators(node, clause.inner_for_in)
        elif isinstance(node, cst.DictComp):
            key = kept_as_key(self.expr(node.key))
            content = merge(self.expr(node.value), key)
        else:
            content = self.expr(node.elt)  # type: ignore[attr-defined]
        body = self.frame.block(self.frame.items)
        self.frame.items = items
        if body.items:
            items.append(Loop("comprehension", _TRUE, body, Block()))
        return content

    def bind_comprehension(self, target: cst.BaseExpression, value: Alts) -> None:
        """Bind a comprehension's own names, which end with it."""
        if isinstance(target, cst.Name):
            self.frame.env[target.value] = value
        elif isinstance(target, cst.Tuple | cst.List):
            for index, element in enumerate(target.elements):
                self.bind_comprehension(element.value, self.unpacked(value, index))
        else:
            for name in bound_names(target):
                self.frame.env[name] = value

    # -- targets

    def assign(self, target: cst.BaseExpression, value: Alts, op: str = "") -> None:
        """Bind a target: a local name, or a store event for everything else."""
        frame = self.frame
        if isinstance(target, cst.Name):
            self._assign_name(target, value, op)
        elif isinstance(target, cst.Attribute):
            pos = self.spans.of(target)
            for base in self.expr(target.value):
                frame.emit(Store(pos, ("a", base, target.attr.value), value, op))
        elif isinstance(target, cst.Subscript):
            pos = self.spans.of(target)
            elements, keys = self._keyed(target)
            for term in elements:
                frame.emit(Store(pos, term, value, op))
            # ``d[k] = v`` keeps what a call gave as ``k``, as ``d |= {k}`` would.
            key = kept_as_key(keys)
            for base in (term[1] for term in elements if key and term[0] == "e"):
                frame.emit(Store(pos, base, (frame.collect("set", (key,)),), "|="))
        elif isinstance(target, cst.Tuple | cst.List):
            for index, element in enumerate(target.elements):
                self.assign(element.value, self.unpacked(value, index))
        elif isinstance(target, cst.StarredElement):
            self.assign(target.value, value)

    def _assign_name(self, target: cst.Name, value: Alts, op: str) -> None:
        frame, name = self.frame, target.value
        if name in frame.global_names or (frame.kind == "module" and frame.parent is None):
            frame.emit(Store(self.spans.of(target), ("n", name), value, op))
            if frame.kind != "module":
                return
        if name in frame.nonlocal_names:
            frame.emit(Store(self.spans.of(target), lookup(frame, name)[0], value, op))
            return
        if op:
            for term in lookup(frame, name):
                frame.emit(Store(self.spans.of(target), term, value, op))
            return
        frame.define(name, value)

    def unpacked(self, value: Alts, index: int) -> Alts:
        """Item number ``index`` of a value that is unpacked."""
        found: list[Alts] = []
        for term in value:
            if term[0] == "l" and self.frame.collections[term[1]].kind in ("tuple", "list"):
                items = self.frame.collections[term[1]].items
                if index < len(items) and not any(t[0] == "*" for i in items for t in i):
                    found.append(items[index])
                    continue
            found.append((("i", term, index),))
        return merge(*found) if found else ()


def constant_text(node: cst.CSTNode) -> str:
    """A constant string as written; empty for anything else."""
    return node.value if isinstance(node, cst.SimpleString) else ""


_WORTH_A_LOOK = (
    cst.BaseExpression,
    cst.BaseFormattedStringContent,
    cst.Arg,
    cst.BaseElement,
    cst.SubscriptElement,
    cst.BaseSlice,
)

_EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., Alts]] = {
    cst.Name: ExpressionLowering._name,
    cst.Attribute: ExpressionLowering._attribute,
    cst.Subscript: ExpressionLowering._subscript,
    cst.Call: ExpressionLowering._call,
    cst.Await: ExpressionLowering._await,
    cst.Yield: ExpressionLowering._yield,
    cst.Lambda: ExpressionLowering._lambda,
    cst.BooleanOperation: ExpressionLowering._boolean,
    cst.IfExp: ExpressionLowering._conditional,
    cst.UnaryOperation: ExpressionLowering._unary,
    cst.Comparison: ExpressionLowering._compare,
    cst.BinaryOperation: ExpressionLowering._binary,
    cst.NamedExpr: ExpressionLowering._walrus,
    cst.Tuple: ExpressionLowering._sequence,
    cst.List: ExpressionLowering._sequence,
    cst.Set: ExpressionLowering._sequence,
    cst.Dict: ExpressionLowering._dict,
    cst.ListComp: ExpressionLowering._comprehension,
    cst.SetComp: ExpressionLowering._comprehension,
    cst.DictComp: ExpressionLowering._comprehension,
    cst.GeneratorExp: ExpressionLowering._comprehension,
    cst.StarredElement: ExpressionLowering._starred,
    cst.SimpleString: ExpressionLowering._constant,
    cst.Integer: ExpressionLowering._constant,
    cst.Float: ExpressionLowering._constant,
}
