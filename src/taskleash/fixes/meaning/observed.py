"""Whether anything but their own pruning looks at the tasks in a set."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.syntax.tree import Tree

#: what fills and prunes a set, and looks at nothing in it
_PRUNING = frozenset({"add", "discard", "remove"})


def is_observed(
    tree: Tree, cls: cst.ClassDef | None, name: str, apart_from: cst.FunctionDef | None = None
) -> bool:
    """Whether the file reads, awaits, iterates, cancels or measures a set, or hands it on.

    ``cls`` is the class whose instances have it, None where it is one of the module. A task that
    joins a set that is observed is waited for, or counted, by somebody who knows nothing of it.
    What the function ``apart_from`` does is left out.
    """
    looking = [node for node in _mentions(tree, cls, name) if not _is_pruning(tree, node)]
    return any(apart_from is None or tree.outermost(node) is not apart_from for node in looking)


def _mentions(tree: Tree, cls: cst.ClassDef | None, name: str) -> list[cst.CSTNode]:
    """The nodes of the file that name a set of the module, or of the instances of a class."""
    if cls is None:
        names = (node for node in tree.of(cst.Name, name) if node.value == name)
        return [node for node in names if not _is_member(tree, node)]
    attributes = (node for node in tree.of(cst.Attribute, name) if node.attr.value == name)
    return [node for node in attributes if not _is_of_another(tree, node, cls)]


def _is_member(tree: Tree, node: cst.Name) -> bool:
    """Whether a name is that of an attribute, or of an argument."""
    parent = tree.parent(node)
    if isinstance(parent, cst.Attribute):
        return parent.attr is node
    return isinstance(parent, cst.Arg) and parent.keyword is node


def _is_of_another(tree: Tree, node: cst.Attribute, cls: cst.ClassDef) -> bool:
    """Whether an attribute is that of the instance of another class of the file."""
    method = tree.method(node)
    return (
        method is not None
        and method.cls is not cls
        and isinstance(node.value, cst.Name)
        and node.value.value == method.instance
        and not method.cls.bases
    )


def _is_pruning(tree: Tree, node: cst.CSTNode) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.AssignTarget | cst.AnnAssign | cst.NameItem):
        return True
    if not isinstance(parent, cst.Attribute) or parent.value is not node:
        return False
    if parent.attr.value not in _PRUNING:
        return False
    outer = tree.parent(parent)
    if isinstance(outer, cst.Arg):
        call = tree.parent(outer)
        registers = isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute)
        return registers and call.func.attr.value == "add_done_callback"  # type: ignore[union-attr]
    # What it gives is looked at by nobody where the call is a statement, or the value of a lambda.
    around = tree.parent(outer) if isinstance(outer, cst.Call) else None
    return isinstance(around, cst.Expr | cst.Lambda)
