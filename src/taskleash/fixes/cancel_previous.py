"""The fix *cancel-previous*: the earlier task is cancelled before the next takes its place."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.slots import is_optional
from taskleash.fixes.teardowns import cancelling_one
from taskleash.fixes.tree import Tree, dotted, inside
from taskleash.fixes.work import Work


def cancel_previous(work: Work, target: Target, call: cst.Call) -> str:
    """Cancel the task that a call is about to replace; says so.

    Raises `CannotMend` where it cannot be told what it replaces.
    """
    small, holder = work.tree.parent(call), work.tree.holder(call)
    scope = work.tree.scope(call)
    if not isinstance(small, cst.Assign) or len(small.targets) != 1 or holder is None:
        raise CannotMend("no assignment of its own replaces the earlier task")
    if not isinstance(scope, cst.FunctionDef) or len(holder.body) != 1:
        raise CannotMend("no assignment of its own replaces the earlier task")
    slot = small.targets[0].target
    text = dotted(slot)
    if isinstance(slot, cst.Name) and not _is_global(work.tree, scope, slot.value):
        raise CannotMend("the variable belongs to this call alone")
    if not text:
        raise CannotMend("the place of the earlier task is worked out anew")
    optional = _can_be_none(work, target, call, slot, text)
    work.claim(holder)
    lines = cancelling_one(work, scope, text)
    if optional:
        lines = [f"if {text} is not None:", *(f"    {line}" for line in lines)]
    work.edits.insert_before(holder, work.statements(holder, "\n".join(lines)))
    return f"cancel the earlier task in `{text}` first"


def _is_global(tree: Tree, scope: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, cst.Global | cst.Nonlocal)
        and name in {item.name.value for item in node.names}
        for node in inside(scope.body)
    )


def _can_be_none(
    work: Work, target: Target, call: cst.Call, slot: cst.BaseExpression, text: str
) -> bool:
    """Whether the place may hold None; raises `CannotMend` where it may not be there at all."""
    method = work.tree.method(call)
    base, _, attribute = text.rpartition(".")
    if method is not None and base and base == method.instance:
        return is_optional(work, method, attribute, target.site.has_own_state)
    for node in inside(work.module):
        if node is slot:
            continue
        same = isinstance(node, cst.Attribute) and node.attr.value == attribute
        if not base:
            same = isinstance(node, cst.Name) and node.value == text
        if same and not isinstance(work.tree.parent(node), cst.AssignTarget | cst.NameItem):
            return True
        if same and not base and work.tree.scope(node) is None:
            return True
    raise CannotMend(f"`{text}` can be missing before the first task starts")
