"""Where the value of a spawning call goes, as far as the syntax around it tells."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from taskleash.fixes.syntax.edits import Statements
from taskleash.fixes.syntax.new_statements import aligned, unindented
from taskleash.fixes.syntax.tree import Holder, Tree, inside
from taskleash.models.containers import PASSIVE_METHODS


@dataclass(frozen=True)
class Spot:
    """The place of a call.

    ``kind`` is *statement* (the call is one), *name* (one is assigned the call and nothing else),
    *return* (one returns it), *chain* (a method such as ``add_done_callback`` of the call is one),
    *condition* (so is a boolean or conditional expression that ends in the call) or *value*
    (anything else). In all but the last, ``holder`` has that statement only and new ones can stand
    beside it. ``call`` is what gives the task: the call, or its ``await``. ``is_negated`` tells
    that a condition must not hold.
    """

    kind: str
    call: cst.BaseExpression
    holder: Holder | None = None
    name: str = ""
    is_negated: bool = False

    def call_in(self, small: cst.BaseSmallStatement) -> cst.BaseExpression:
        """The call in its statement, the inside of which may have been changed."""
        value = _value_of(small)
        if self.kind == "chain":
            assert isinstance(value, cst.Call)
            assert isinstance(value.func, cst.Attribute)
            return unindented(value.func.value) if value.lpar else value.func.value
        if isinstance(value, cst.BooleanOperation):
            return value.right
        if self.kind == "condition":
            assert isinstance(value, cst.IfExp)
            return value.body
        return value

    def moved_in(self, small: cst.BaseSmallStatement, before: str) -> cst.BaseExpression:
        """The call in its statement, to stand behind other text; its lines stay aligned."""
        call = self.call_in(small)
        is_bare = self.kind == "statement" or (self.kind == "chain" and not _value_of(small).lpar)
        if not is_bare and self.kind not in ("name", "return"):
            return call
        known = {"name": f"{self.name} = ", "return": "return "}.get(self.kind, "")
        return aligned(call, len(known), len(before))

    def chained_in(self, small: cst.BaseSmallStatement, name: str) -> cst.BaseExpression:
        """What follows the call of a chain, with a name in the place of the call."""
        assert isinstance(small, cst.Expr)
        outer = small.value
        assert isinstance(outer, cst.Call)
        assert isinstance(outer.func, cst.Attribute)
        func = outer.func.with_changes(value=cst.Name(name), dot=cst.Dot())
        return outer.with_changes(func=func, lpar=[], rpar=[])

    def comments_in(self, small: cst.BaseSmallStatement) -> list[cst.EmptyLine]:
        """The comments between the call of a chain and what follows it."""
        assert isinstance(small, cst.Expr)
        assert isinstance(small.value, cst.Call)
        assert isinstance(small.value.func, cst.Attribute)
        found = [node for node in inside(small.value.func.dot) if isinstance(node, cst.Comment)]
        return [cst.EmptyLine(comment=comment) for comment in found]

    def as_if(self, small: cst.BaseSmallStatement, body: Statements) -> list[cst.BaseStatement]:
        """Statements under the condition of the call, where it has one."""
        if self.kind != "condition":
            return list(body)
        assert isinstance(small, cst.Expr)
        value = small.value
        test = value.left if isinstance(value, cst.BooleanOperation) else None
        if isinstance(value, cst.IfExp):
            test = value.test
        assert test is not None
        return [cst.If(_negated(test) if self.is_negated else test, cst.IndentedBlock(body))]


def _value_of(small: cst.BaseSmallStatement) -> cst.BaseExpression:
    assert isinstance(small, cst.Expr | cst.Assign | cst.AnnAssign | cst.Return)
    assert small.value is not None
    return small.value


def _negated(test: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return test.expression
    loose = isinstance(test, cst.BooleanOperation | cst.IfExp | cst.Lambda | cst.NamedExpr)
    if loose and not test.lpar:
        test = test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.UnaryOperation(cst.Not(), test)


def spot_of(tree: Tree, site: cst.Call) -> Spot:
    """Read the place of a call off the tree."""
    waited = tree.parent(site)
    call = waited if isinstance(waited, cst.Await) else site
    holder = tree.holder(call)
    value = Spot("value", call, holder)
    if holder is None or len(holder.body) != 1 or tree.in_class_body(call):
        return value
    small, parent = holder.body[0], tree.parent(call)
    if isinstance(small, cst.Expr):
        return _of_expression(tree, call, holder, small) or value
    if parent is small and isinstance(small, cst.Return):
        return Spot("return", call, holder)
    if parent is small and isinstance(small, cst.Assign) and len(small.targets) == 1:
        target = small.targets[0].target
    elif parent is small and isinstance(small, cst.AnnAssign):
        target = small.target
    else:
        return value
    if isinstance(target, cst.Name):
        return Spot("name", call, holder, name=target.value)
    return value


def _of_expression(
    tree: Tree, call: cst.BaseExpression, holder: Holder, small: cst.Expr
) -> Spot | None:
    outer, parent = small.value, tree.parent(call)
    if outer is call:
        return Spot("statement", call, holder)
    if parent is outer and isinstance(outer, cst.BooleanOperation) and outer.right is call:
        negated = isinstance(outer.operator, cst.Or)
        return Spot("condition", call, holder, is_negated=negated)
    if isinstance(outer, cst.IfExp) and outer.body is call and _is_nothing(outer.orelse):
        return Spot("condition", call, holder)
    if (
        isinstance(outer, cst.Call)
        and isinstance(outer.func, cst.Attribute)
        and outer.func.value is call
        and outer.func.attr.value in PASSIVE_METHODS
    ):
        return Spot("chain", call, holder)
    return None


def _is_nothing(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Ellipsis) or (
        isinstance(node, cst.Name) and node.value in ("None", "False")
    )
