"""Lowering of conditions: what each asks, so that paths can be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from taskleash.ir.lowering.displays import lower_for_each
from taskleash.ir.lowering.frame import source_of
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.lowering.targets import constant_key
from taskleash.ir.model import Call, Test, TestKind, Use
from taskleash.ir.terms import Alts, Attribute, Constant, Global, Result, Term, last_name
from taskleash.models.settings import FOR_TYPES

_OF_ALL: dict[str, TestKind] = {"all": "all", "any": "any"}
_OPERATORS: dict[type[cst.BaseCompOp], str] = {
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.In: "in",
    cst.NotIn: "not in",
    cst.Is: "is",
    cst.IsNot: "is not",
}

_CONDITIONS = (cst.BooleanOperation, cst.Comparison, cst.UnaryOperation)


def is_literal(test: Test) -> bool:
    """Whether the source itself may say what a condition, or a part of it, comes to."""
    if test.kind in ("true", "false") or any(last_name(term) == FOR_TYPES for term in test.value):
        return True
    return any(map(is_literal, test.parts))


def lower_test(lowering: Lowering, node: cst.BaseExpression) -> Test:
    """Lower a condition, keeping what it asks."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return Test("not", parts=(lower_test(lowering, node.expression),))
    if isinstance(node, cst.BooleanOperation):
        kind: TestKind = "and" if isinstance(node.operator, cst.And) else "or"
        return Test(kind, parts=(lower_test(lowering, node.left), lower_test(lowering, node.right)))
    if isinstance(node, cst.Comparison):
        return _comparison(lowering, node)
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        return Test("true" if node.value == "True" else "false")
    if isinstance(node, cst.Integer):
        return Test("false" if node.value == "0" else "true")
    if (each := _over_each(node)) is not None:
        return Test(each[0], parts=(lower_for_each(lowering, each[1]),))
    if (asked := _asks_class(lowering, node)) is not None:
        return asked
    if (kept := _asks_attribute(lowering, node)) is not None:
        return kept
    value = lowering.expr(node)
    if _asks_done(node):
        receivers = tuple(term for f in _callee(lowering, value) for term in f)
        return Test("done", receivers, text=source_of(node))
    if isinstance(node, cst.Call) and (measured := _measured(lowering, value)):
        lowering.frame.emit(Use(lowering.frame.statement, "test", measured))
        return Test("truth", measured)
    lowering.frame.emit(Use(lowering.frame.statement, "test", value))
    text = source_of(node) if len(node.children) < 4 else ""
    asked = Test("truth", value, text=text, key=_key(node))
    bound = lowering.named.get(node.value) if isinstance(node, cst.Name) else None
    return lower_test(lowering, bound) if bound else asked


def named_by(statements: Sequence[cst.CSTNode], place: int) -> dict[str, cst.BaseExpression]:
    """The condition that a statement binds to a name, for the one behind it that asks for that.

    Neither of them calls what might change the answer of the other: only whether a task is over. A
    name that is asked for again stands for itself, so that the two are known to have one answer.
    """
    statement = statements[place]
    if not isinstance(statement, cst.If) or not place:
        return {}
    before = statements[place - 1]
    line = before.body[-1] if isinstance(before, cst.SimpleStatementLine) else None
    if not isinstance(line, cst.Assign) or len(line.targets) != 1:
        return {}
    target, value = line.targets[0].target, line.value
    is_condition = isinstance(value, _CONDITIONS) or _asks_done(value)
    if not isinstance(target, cst.Name) or not is_condition:
        return {}
    name = target.value
    if not _only_asks(value, but=name) or not _only_asks(statement.test):
        return {}
    behind = "".join(map(source_of, statements[place:]))
    return {name: value} if len(re.findall(rf"\b{name}\b", behind)) == 1 else {}


def _only_asks(node: cst.CSTNode, but: str = "") -> bool:
    """Whether a condition is made of attributes, constants and names alone, ``but`` for one.

    It may ask besides whether one of these is ``done()``.
    """
    if isinstance(node, cst.Name):
        return node.value != but
    if isinstance(node, cst.Attribute):
        return _only_asks(node.value, but)
    if isinstance(node, cst.UnaryOperation):
        return _only_asks(node.expression, but)
    if isinstance(node, cst.BooleanOperation):
        return _only_asks(node.left, but) and _only_asks(node.right, but)
    if isinstance(node, cst.Comparison):
        sides = (node.left, *(each.comparator for each in node.comparisons))
        return all(_only_asks(side, but) for side in sides)
    if isinstance(node, cst.Call):
        return _asks_done(node) and _only_asks(node.func, but)
    return isinstance(node, cst.Integer | cst.SimpleString)


def _asks_attribute(lowering: Lowering, node: cst.BaseExpression) -> Test | None:
    """``hasattr`` with a constant name: an attribute that has a handle is there, and not None."""
    if not isinstance(node, cst.Call) or len(node.args) != 2:
        return None
    base, name = (arg.value for arg in node.args)
    if not isinstance(node.func, cst.Name) or node.func.value != "hasattr":
        return None
    if not isinstance(name, cst.SimpleString) or not isinstance(name.evaluated_value, str):
        return None
    attribute = name.evaluated_value
    value = tuple(Attribute(term, attribute) for term in lowering.expr(base))
    lowering.frame.emit(Use(lowering.frame.statement, "test", value))
    return Test("not", parts=(Test("none", value),))


def _over_each(node: cst.BaseExpression) -> tuple[TestKind, cst.BaseSimpleComp] | None:
    """``all(… for x in xs)`` or ``any(…)``, which leave no element out."""
    if not isinstance(node, cst.Call) or len(node.args) != 1 or node.args[0].star:
        return None
    over, func = node.args[0].value, node.func
    kind = _OF_ALL.get(func.value) if isinstance(func, cst.Name) else None
    if kind is None:
        return None
    if not isinstance(over, cst.GeneratorExp | cst.ListComp | cst.SetComp):
        return None
    return None if over.for_in.ifs or over.for_in.inner_for_in else (kind, over)


def _key(node: cst.BaseExpression) -> str:
    """The constant string of a subscript, as written."""
    if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
        return ""
    index = node.slice[0].slice
    key = index.value if isinstance(index, cst.Index) else None
    return key.value if isinstance(key, cst.SimpleString) else ""


def _callee(lowering: Lowering, value: Alts) -> list[Alts]:
    """The receivers of the method calls that the terms stand for."""
    found: list[Alts] = []
    for term in value:
        if isinstance(term, Result):
            event = lowering.frame.events[term.event]
            if isinstance(event, Call):
                found.append(tuple(func.base for func in event.func if isinstance(func, Attribute)))
    return found


def _comparison(lowering: Lowering, node: cst.Comparison) -> Test:
    left = lowering.expr(node.left)
    if len(node.comparisons) == 1:
        target = node.comparisons[0]
        if isinstance(target.comparator, cst.Name) and target.comparator.value == "None":
            lowering.frame.emit(Use(lowering.frame.statement, "test", left))
            asks_none = Test("none", left, text=source_of(node.left))
            if isinstance(target.operator, cst.Is | cst.Equal):
                return asks_none
            if isinstance(target.operator, cst.IsNot | cst.NotEqual):
                return Test("not", parts=(asks_none,))
        if (filled := _asks_filled(node.left, target)) is not None:
            asked = _measured(lowering, left) or left
            lowering.frame.emit(Use(lowering.frame.statement, "test", asked))
            truth = Test("truth", asked)
            return truth if filled else Test("not", parts=(truth,))
    others = [_other_side(lowering, target.comparator) for target in node.comparisons]
    text = source_of(node)
    if len(others) > 1:
        return Test("other", left, text=text, key=_key(node.left))
    op = _OPERATORS[type(node.comparisons[0].operator)]
    if op in ("in", "not in"):
        lowering.frame.emit(Use(lowering.frame.statement, "test", others[0]))
    return compared(left, op, others[0], text, _key(node.left))


def compared(left: Alts, op: str, right: Alts, text: str, key: str = "") -> Test:
    """A condition that compares two values."""
    return Test("other", left, text=text, key=key, op=op if left and right else "", other=right)


def _other_side(lowering: Lowering, node: cst.BaseExpression) -> Alts:
    """What a value is compared with; a collection of constants is a constant itself."""
    if isinstance(node, cst.Tuple | cst.List | cst.Set) and node.elements:
        texts = [constant_key(element.value) for element in node.elements]
        known = [text for text in texts if text is not None]
        if len(known) == len(texts):
            return (Constant(f"({', '.join(known)},)"),)
    return lowering.expr(node)


#: what `asyncio.isfuture` asks for
_FUTURE: Alts = (Attribute(Global("asyncio"), "Future"),)


def _asks_class(lowering: Lowering, node: cst.BaseExpression) -> Test | None:
    """``isinstance(x, C)`` as a comparison, and ``isfuture(x)``, which asks for a class as well."""
    if not isinstance(node, cst.Call) or len(node.args) not in (1, 2):
        return None
    name = source_of(node.func).rpartition(".")[2]
    if name != ("isinstance" if len(node.args) == 2 else "isfuture"):
        return None
    value = lowering.expr(node)
    events = (lowering.frame.events[term.event] for term in value if isinstance(term, Result))
    for event in events:
        if isinstance(event, Call):
            left, *right = (arg.value for arg in event.args)
            return compared(left, "isinstance", right[0] if right else _FUTURE, source_of(node))
    return None


def _asks_filled(left: cst.BaseExpression, target: cst.ComparisonTarget) -> bool | None:
    """Whether a comparison asks that a container is not empty (True) or that it is (False).

    ``x != []`` and ``len(x) > 0``, or ``x == []`` and ``len(x) == 0``; None for any other.
    """
    measured = (
        isinstance(left, cst.Call) and isinstance(left.func, cst.Name) and left.func.value == "len"
    )
    comparator = target.comparator
    if measured:
        if not isinstance(comparator, cst.Integer) or comparator.value != "0":
            return None
    elif not isinstance(comparator, cst.List | cst.Tuple | cst.Dict) or comparator.elements:
        return None
    if isinstance(target.operator, cst.Equal):
        return False
    if isinstance(target.operator, cst.NotEqual):
        return True
    return True if measured and isinstance(target.operator, cst.GreaterThan) else None


def _measured(lowering: Lowering, value: Alts) -> Alts:
    """What ``len`` or ``bool`` is asked of, where the value is its result."""
    found: list[Term] = []
    for term in value:
        event = lowering.frame.events[term.event] if isinstance(term, Result) else None
        if isinstance(event, Call) and event.text in ("bool", "len") and event.args:
            found.extend(event.args[0].value)
    return tuple(found)


def _asks_done(node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in ("done", "cancelled", "cancelling")
        and not node.args
    )
