"""The fix *cancel-previous*: the earlier task is cancelled before the next takes its place."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.containers import assignments
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.names import variables
from taskleash.fixes.slots import is_optional
from taskleash.fixes.spots import Spot, spot_of
from taskleash.fixes.teardowns import cancelling_one
from taskleash.fixes.tree import Tree, dotted, inside
from taskleash.fixes.work import Work


def cancel_previous(work: Work, target: Target, call: cst.Call) -> str:
    """Cancel the task that a call is about to replace; says so.

    Raises `CannotMend` where it cannot be told what it replaces.
    """
    spot, scope = spot_of(work.tree, call), work.tree.scope(call)
    holder = spot.holder
    if holder is None or not isinstance(scope, cst.FunctionDef) or len(holder.body) != 1:
        raise CannotMend("no assignment of its own replaces the earlier task")
    slot, text = _slot(work, spot, scope)
    optional = _can_be_none(work, target, call, slot, text)
    work.claim(holder)
    lines = cancelling_one(work, scope, text)
    if optional:
        lines = [f"if {text} is not None:", *(f"    {line}" for line in lines)]
    work.edits.insert_before(holder, work.statements(holder, "\n".join(lines)))
    return f"cancel the earlier task in `{text}` first"


def _slot(work: Work, spot: Spot, scope: cst.FunctionDef) -> tuple[cst.BaseExpression | None, str]:
    """The place that keeps the task, as far as the statement itself names it, and its text."""
    holder = spot.holder
    assert holder is not None
    small = holder.body[0]
    if spot.kind == "name" and not _is_global(work.tree, scope, spot.name):
        text = _stored_as(scope, spot.name)
        root = text.partition(".")[0]
        if not root or root not in _known_before(scope, spot.call):
            raise CannotMend("the variable belongs to this call alone")
        return None, text
    if not isinstance(small, cst.Assign) or small.value is not spot.call or len(small.targets) > 1:
        raise CannotMend("no assignment of its own replaces the earlier task")
    slot = small.targets[0].target
    if not dotted(slot):
        raise CannotMend("the place of the earlier task is worked out anew")
    return slot, dotted(slot)


def _stored_as(scope: cst.FunctionDef, name: str) -> str:
    """The attribute that the function sets to the variable; empty where there is none."""
    for target, value, _ in assignments(scope.body):
        if isinstance(value, cst.Name) and value.value == name and "." in dotted(target):
            return dotted(target)
    return ""


def _known_before(scope: cst.FunctionDef, node: cst.CSTNode) -> set[str]:
    """The names that stand in a function before one of its nodes."""
    found = set(variables(scope.params))
    for each in inside(scope.body):
        if each is node:
            break
        if isinstance(each, cst.Name):
            found.add(each.value)
    return found


def _is_global(tree: Tree, scope: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, cst.Global | cst.Nonlocal)
        and name in {item.name.value for item in node.names}
        for node in inside(scope.body)
    )


def _can_be_none(
    work: Work, target: Target, call: cst.Call, slot: cst.BaseExpression | None, text: str
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
