"""Which statements of a teardown end what may start further tasks of the object."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.containers import attribute_values
from taskleash.fixes.places import is_text
from taskleash.fixes.tree import Method, Tree, dotted, inside, last_name
from taskleash.models.api import Starts
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import MODELS

_SPAWNING = MODELS.bare_names(Starts.TASK)


def ends_a_task(tree: Tree, method: Method, line: cst.CSTNode) -> bool:
    """Whether a statement ends a task of the instance, or what calls that, and no more."""
    if inner := _called(tree, method, line):
        body = inner.function.body.body
        lines = [each for each in body if isinstance(each, cst.CSTNode)]
        return any(ends_a_task(tree, inner, each) for each in lines) and all(
            ends_a_task(tree, inner, each) or is_text(each) or _is_flag(each) for each in lines
        )
    found = False
    for node in inside(line):
        if isinstance(node, cst.Attribute) and dotted(node.value) == method.instance:
            if _is_task(tree, method.cls, node.attr.value) or _is_ended(tree, method, node):
                found = True
            elif isinstance(tree.parent(node), cst.Call | cst.Attribute):
                # Something else of the object is taken down here, too.
                return False
    return found


def _is_flag(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Assign) else None
    return isinstance(value, cst.Name) and value.value in ("True", "False", "None")


def _called(tree: Tree, method: Method, line: cst.CSTNode) -> Method | None:
    """The other method of the class that a statement calls, without giving it anything."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Expr) else None
    value = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(value, cst.Call) or value.args:
        return None
    base, _, name = dotted(value.func).rpartition(".")
    if not base or base != method.instance or name == method.function.name.value:
        return None
    return next((m for m in tree.methods(method.cls) if m.function.name.value == name), None)


def _is_ended(tree: Tree, method: Method, node: cst.Attribute) -> bool:
    """Whether an attribute, which was made with the instance at hand, is taken down."""
    parent = tree.parent(node)
    if not isinstance(parent, cst.Attribute) or not LIFECYCLE.ends(parent.attr.value):
        return False
    values = attribute_values(tree, method.cls, node.attr.value)
    return any(
        isinstance(arg.value, cst.Name) and arg.value.value == method.instance
        for value, _ in values
        if isinstance(value, cst.Call)
        for arg in value.args
    )


def _is_task(tree: Tree, cls: cst.ClassDef, name: str) -> bool:
    return any(
        isinstance(value, cst.Call) and last_name(value.func) in _SPAWNING
        for value, _ in attribute_values(tree, cls, name)
    )
