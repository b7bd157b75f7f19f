"""Annotations and base classes as plain references, and what expressions are made of."""

from __future__ import annotations

import libcst as cst

from taskleash.ir.model import NO_TYPE, TypeRef
from taskleash.ir.names import respell

#: the nodes in an expression that are expressions, or may hold some
HOLDING_EXPRESSIONS: tuple[type[cst.CSTNode], ...] = (
    cst.BaseExpression,
    cst.BaseFormattedStringContent,
    cst.BaseTemplatedStringContent,
    cst.Arg,
    cst.BaseElement,
    cst.SubscriptElement,
    cst.BaseSlice,
)


def dotted_name(node: cst.CSTNode) -> str:
    """``a.b.c`` for a name or a chain of attributes on one, else an empty string."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


def constant_text(node: cst.CSTNode) -> str:
    """A constant string as written; empty for anything else."""
    return node.value if isinstance(node, cst.SimpleString) else ""


def written(node: cst.CSTNode) -> str:
    """A short rendering of a callee: names and attributes as written, calls as ``name()``."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{written(node.value)}.{node.attr.value}"
    if isinstance(node, cst.Call):
        return f"{written(node.func)}()"
    if isinstance(node, cst.Subscript):
        return f"{written(node.value)}[…]"
    if isinstance(node, cst.Await):
        return f"(await {written(node.expression)})"
    return "…"


def type_ref(node: cst.BaseExpression | None) -> TypeRef:
    """An annotation as a reference; unions are named ``|``.

    Quoted annotations are read too. What is not a type expression gives an empty reference.
    """
    if isinstance(node, cst.Name | cst.Attribute):
        name = dotted_name(node)
        return TypeRef(name)
    if isinstance(node, cst.Subscript):
        name = dotted_name(node.value)
        values = [each.slice.value for each in node.slice if isinstance(each.slice, cst.Index)]
        inner = tuple(map(type_ref, values))
        if name.rpartition(".")[2] == "Annotated":
            inner = (*inner[:1], *map(_annotation, values[1:]))
        return TypeRef(name, inner) if name else NO_TYPE
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return TypeRef("|", (type_ref(node.left), type_ref(node.right)))
    if isinstance(node, cst.SimpleString):
        return _quoted(node)
    return NO_TYPE


def _annotation(node: cst.BaseExpression) -> TypeRef:
    """What stands beside a type in ``Annotated``; of a call what is called and is given names."""
    name = dotted_name(node.func) if isinstance(node, cst.Call) else ""
    if not isinstance(node, cst.Call) or not name:
        return type_ref(node)
    return TypeRef(f"{name}()", tuple(TypeRef(dotted_name(arg.value)) for arg in node.args))


def _quoted(node: cst.SimpleString) -> TypeRef:
    value = node.evaluated_value
    if not isinstance(value, str):
        return NO_TYPE
    try:
        tree = cst.parse_expression(value)
        respell(tree, value)
        return type_ref(tree)
    except cst.ParserSyntaxError:
        return NO_TYPE
