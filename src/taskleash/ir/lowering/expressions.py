"""Lowering of expressions: what each stands for, and the events on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import libcst as cst

from taskleash.ir.lowering.conditions import is_literal, lower_test
from taskleash.ir.lowering.displays import (
    lower_binary,
    lower_comprehension,
    lower_dict,
    lower_dict_call,
    lower_sequence,
)
from taskleash.ir.lowering.frame import either, lookup, merge_envs
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.lowering.targets import assign, read_subscript
from taskleash.ir.model import Arg, Await, Block, Call, Give, If, Store, Test, Use
from taskleash.ir.terms import (
    TEXT,
    Alts,
    Attribute,
    Awaited,
    Bound,
    Constant,
    Display,
    Element,
    Item,
    Nested,
    Parameter,
    Result,
    Spread,
    Super,
)
from taskleash.ir.types import HOLDING_EXPRESSIONS, dotted_name, written
from taskleash.models.table import MODELS
from taskleash.models.vocabulary import logs

# -- source text reduced to what a formatter leaves alone

_TOKEN = re.compile(
    r"""
    (?P<comment> \# [^\n]* )
    | (?: (?<!\w) [bfrtu]{1,2} )?
      (?P<quote> \"{3} | ''' | ["'] ) (?P<string> (?: [^\\] | \\. )*? ) (?P=quote)
    | (?P<number> (?<![\w.]) \.? \d [\w.]* )
    | (?P<layout> [\s()\\] | , (?= (?: \s | \\ | \#[^\n]*\n )* [])}] ) )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def normalised(code: str) -> str:
    """The code without layout, comments, trailing commas, parentheses and quotes.

    Formatters add and remove parentheses, choose quotes, join strings and spell numbers alike. The
    result is for comparison: what differs in nothing else becomes equal.
    """
    return _TOKEN.sub(_kept, code.replace("\r\n", "\n"))


def _kept(token: re.Match[str]) -> str:
    if token["string"] is not None:
        return token["string"].replace("\\", "")
    return _zeros(token["number"].lower()) if token["number"] else ""


def _zeros(number: str) -> str:
    """The number with a digit at each side of its point."""
    return re.sub(r"(?<=\d)\.(?!\d)", ".0", re.sub(r"(?<!\d)\.", "0.", number))


#: how the names of classes end that are raised
_RAISED = ("Error", "Exception", "Warning")
_FOLLOWED = (Result, Bound, Element, Item, Display, Parameter, Attribute)
_CONSTANTS = frozenset({"None", "True", "False", "Ellipsis", "NotImplemented"})
_SPAWNING = MODELS.spawn_words | MODELS.spawn_classes


class ExpressionLowering(Lowering):
    """Lowers expressions of one function into its frame; returns what each stands for."""

    def expr(self, node: cst.CSTNode | None) -> Alts:
        """The alternatives that an expression stands for; its events are emitted in order."""
        if node is None:
            return ()
        lower = _EXPRESSIONS.get(type(node))
        if lower is not None:
            return lower(self, node)
        for child in node.children:
            if isinstance(child, HOLDING_EXPRESSIONS):
                self.read(child)
        return ()

    def read(self, node: cst.CSTNode) -> Alts:
        """Lower an expression whose value goes somewhere that is not followed."""
        value = self.expr(node)
        followed = tuple(term for term in value if isinstance(term, _FOLLOWED))
        if followed:
            self.frame.emit(Use(self.frame.statement, "read", followed))
        return value

    # -- names and parts

    def _name(self, node: cst.Name) -> Alts:
        if node.value in _CONSTANTS:
            return (Constant(node.value),)
        return lookup(self.frame, node.value)

    def _attribute(self, node: cst.Attribute) -> Alts:
        name = node.attr.value
        return tuple(Attribute(base, name) for base in self.expr(node.value))

    def _constant(self, node: cst.CSTNode) -> Alts:
        text = getattr(node, "value", "…")
        return (Constant(text if len(text) <= 40 else "…"),)

    def _starred(self, node: cst.StarredElement) -> Alts:
        return tuple(Spread(term) for term in self.expr(node.value))

    # -- calls

    def _call(self, node: cst.Call) -> Alts:
        special = self._reflection(node)
        if special is None:
            special = lower_dict_call(self, node)
        if special is not None:
            return special
        func = self.expr(node.func)
        text = written(node.func)
        args = _without_wording(text, tuple(self._arg(arg) for arg in node.args))
        if text == "super":
            return (Super(),)
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
        return (Result(index),)

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
            found = tuple(Attribute(term, attribute) for term in base)
            default = self.expr(node.args[2].value) if len(node.args) > 2 else ()
            # That it may be None is no news of an attribute.
            return either(found, default) if default not in ((), (Constant("None"),)) else found
        if node.func.value == "setattr" and len(node.args) == 3:
            base = self.expr(node.args[0].value)
            value = self.expr(node.args[2].value)
            for term in base:
                self.frame.emit(Store(self.spans.of(node), Attribute(term, attribute), value))
            return ()
        return None

    def _await(self, node: cst.Await) -> Alts:
        value = self.expr(node.expression)
        self.frame.emit(Await(self.spans.of(node), value))
        return tuple(Awaited(term) for term in value)

    def _yield(self, node: cst.Yield) -> Alts:
        value: Alts = ()
        if isinstance(node.value, cst.From):
            value = self.expr(node.value.item)
            if self.frame.is_driven:
                self.frame.emit(Await(self.spans.of(node), value))
                return tuple(Awaited(term) for term in value)
            if self.frame.qualname.endswith("__await__"):
                self.frame.emit(Await(self.spans.of(node), value))
        elif node.value is not None:
            value = self.expr(node.value)
        self.frame.is_generator = True
        self.frame.emit(Give(self.spans.of(node), "yield", value))
        return ()

    def _lambda(self, node: cst.Lambda) -> Alts:
        return (Nested(self.module.lower_lambda(node, self)),)

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
        return either(left, right)

    def _conditional(self, node: cst.IfExp) -> Alts:
        test = self.test(node.test)
        then, left = self._nested(node.body)
        orelse, right = self._nested(node.orelse)
        if then.items or orelse.items:
            self.frame.items.append(If(test, then, orelse, self.frame.statement[0]))
        return either(left, right)

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
        value = self.read(node.expression)
        is_number = isinstance(node.expression, cst.Integer | cst.Float)
        if is_number and isinstance(node.operator, cst.Minus):
            return tuple(Constant(f"-{term.text}") for term in value if isinstance(term, Constant))
        return ()

    def _compare(self, node: cst.Comparison) -> Alts:
        lower_test(self, node)
        return ()

    def _walrus(self, node: cst.NamedExpr) -> Alts:
        value = self.expr(node.value)
        self.assign(node.target, value)
        return value

    # -- targets

    def assign(self, target: cst.BaseExpression, value: Alts, op: str = "") -> None:
        """Bind a target: a local name, or a store event for everything else."""
        assign(self, target, value, op)


_EXPRESSIONS: dict[type[cst.CSTNode], Callable[..., Alts]] = {
    cst.Name: ExpressionLowering._name,
    cst.Attribute: ExpressionLowering._attribute,
    cst.Subscript: read_subscript,
    cst.Call: ExpressionLowering._call,
    cst.Await: ExpressionLowering._await,
    cst.Yield: ExpressionLowering._yield,
    cst.Lambda: ExpressionLowering._lambda,
    cst.BooleanOperation: ExpressionLowering._boolean,
    cst.IfExp: ExpressionLowering._conditional,
    cst.UnaryOperation: ExpressionLowering._unary,
    cst.Comparison: ExpressionLowering._compare,
    cst.BinaryOperation: lower_binary,
    cst.NamedExpr: ExpressionLowering._walrus,
    cst.Tuple: lower_sequence,
    cst.List: lower_sequence,
    cst.Set: lower_sequence,
    cst.Dict: lower_dict,
    cst.ListComp: lower_comprehension,
    cst.SetComp: lower_comprehension,
    cst.DictComp: lower_comprehension,
    cst.GeneratorExp: lower_comprehension,
    cst.StarredElement: ExpressionLowering._starred,
    cst.SimpleString: ExpressionLowering._constant,
    cst.Integer: ExpressionLowering._constant,
    cst.Float: ExpressionLowering._constant,
}


def _without_wording(called: str, args: tuple[Arg, ...]) -> tuple[Arg, ...]:
    """The arguments of a call, but for the words in which it logs, prints or raises something.

    These are changed more often than most, and nothing hangs on them.
    """
    if called != "print" and not logs(called) and not called.rstrip("_").endswith(_RAISED):
        return args
    return tuple([replace(arg, value=(TEXT,)) if _is_prose(arg.value) else arg for arg in args])


def _is_prose(value: Alts) -> bool:
    """Whether a value is a text of several words."""
    said = value[0] if len(value) == 1 else None
    return isinstance(said, Constant) and said.is_text and " " in said.text
