"""Which statements of a teardown end what may start further tasks of the object."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.containers import attribute_values
from taskleash.fixes.tree import Method, Tree, dotted, inside, last_name
from taskleash.models.api import Starts
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import MODELS

_SPAWNING = MODELS.bare_names(Starts.TASK)


def ends_a_task(tree: Tree, method: Method, line: cst.CSTNode) -> bool:
    """Whether a statement ends a task of the instance, or what calls that, and no more."""
    found = False
    for node in inside(line):
        if isinstance(node, cst.Attribute) and dotted(node.value) == method.instance:
            if _is_task(tree, method.cls, node.attr.value) or _is_ended(tree, method, node):
                found = True
            elif isinstance(tree.parent(node), cst.Call | cst.Attribute):
                # Something else of the object is taken down here, too.
                return False
    return found


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
