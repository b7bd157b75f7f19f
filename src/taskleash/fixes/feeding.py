"""Which statements of a teardown end a task that the object keeps, which may start others."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.containers import attribute_values
from taskleash.fixes.tree import Method, Tree, dotted, inside, last_name
from taskleash.models.api import Starts
from taskleash.models.table import MODELS

_SPAWNING = MODELS.bare_names(Starts.TASK)


def ends_a_task(tree: Tree, method: Method, line: cst.CSTNode) -> bool:
    """Whether a statement cancels or awaits a task in an attribute of the instance, no more."""
    found = False
    for node in inside(line):
        if isinstance(node, cst.Attribute) and dotted(node.value) == method.instance:
            if _is_task(tree, method.cls, node.attr.value):
                found = True
            elif isinstance(tree.parent(node), cst.Call | cst.Attribute):
                # Something else of the object is taken down here, too.
                return False
    return found


def _is_task(tree: Tree, cls: cst.ClassDef, name: str) -> bool:
    return any(
        isinstance(value, cst.Call) and last_name(value.func) in _SPAWNING
        for value, _ in attribute_values(tree, cls, name)
    )
