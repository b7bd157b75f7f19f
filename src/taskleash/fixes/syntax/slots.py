"""Attributes that hold one task: whether they are there before the first one starts."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import attribute_values
from taskleash.fixes.syntax.insertion import constructor_place
from taskleash.fixes.syntax.keepers import Home, put_in_constructor
from taskleash.fixes.syntax.tree import Method, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.sentences import sentence


def is_optional(work: Work, method: Method, attribute: str, site_has_state: bool) -> bool:
    """Whether an attribute of the instance can be None; made so where it could be missing.

    ``site_has_state`` tells that every instance runs the ``__init__`` of the class. Raises
    `CannotMend` where the attribute can be missing.
    """
    cls, tree = method.cls, work.tree
    values = attribute_values(tree, cls, attribute)
    init = next((m for m in tree.methods(cls) if m.function.name.value == "__init__"), None)
    if _is_set_in(cls, attribute) or (init is not None and _is_set_in(init.function, attribute)):
        return any(isinstance(value, cst.Name) and value.value == "None" for value, _ in values)
    if not site_has_state or constructor_place(tree, cls, work.uses) is None:
        raise CannotMend(
            sentence(
                "`{attribute}` can be missing before the first task starts", attribute=attribute
            )
        )
    if ("slot " + attribute, id(cls)) not in work.draft.made:
        work.draft.made["slot " + attribute, id(cls)] = attribute
        task = "" if any(note is not None for _, note in values) else work.task_type()
        typed = f": {task} | None" if task else ""
        put_in_constructor(work, Home(cls), f"{{instance}}.{attribute}{typed} = None")
    return True


def _is_set_in(node: cst.ClassDef | cst.FunctionDef, attribute: str) -> bool:
    """Whether a constructor or a class body sets the attribute whatever happens."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    targets: list[cst.BaseExpression] = []
    for small in (small for line in lines for small in line.body):
        if isinstance(small, cst.Assign):
            targets += [each.target for each in small.targets]
        elif isinstance(small, cst.AnnAssign) and small.value is not None:
            targets.append(small.target)
    return any(last_name(target) == attribute for target in targets)
