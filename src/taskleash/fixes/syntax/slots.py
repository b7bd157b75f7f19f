"""Attributes that hold one task: whether they are there before the first one starts."""

from __future__ import annotations

import re

import libcst as cst

from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import attribute_values
from taskleash.fixes.syntax.insertion import constructor_place
from taskleash.fixes.syntax.keepers import Home, put_in_constructor
from taskleash.fixes.syntax.tree import Method, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.classes import FIELDS
from taskleash.sentences import sentence

#: what runs for every new instance
_CONSTRUCTORS = frozenset({"__init__", "__post_init__", "__attrs_post_init__"})
_NAME = re.compile(r"\w+")


def is_optional(work: Work, method: Method, attribute: str, site_has_state: bool) -> bool:
    """Whether an attribute of the instance can be None; made so where it could be missing.

    ``site_has_state`` tells that every instance runs the ``__init__`` of the class. Raises
    `CannotMend` where the attribute can be missing.
    """
    cls, tree = method.cls, work.tree
    values = attribute_values(tree, cls, attribute)
    made = [m.function for m in tree.methods(cls) if m.function.name.value in _CONSTRUCTORS]
    if _is_set_in(cls, attribute) or any(_is_set_in(each, attribute) for each in made):
        return any(
            (value is not None and _may_be_none(value)) or (note is not None and _allows_none(note))
            for value, note in values
        )
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


def _may_be_none(value: cst.BaseExpression) -> bool:
    """Whether a value is None on some way, or is the field of a class with None for its default."""
    if isinstance(value, cst.IfExp):
        return _may_be_none(value.body) or _may_be_none(value.orelse)
    default = _default(value)
    return dotted(value) == "None" or (default is not None and dotted(default) == "None")


def _allows_none(note: cst.Annotation) -> bool:
    """Whether an annotation says that there may be no value."""
    told = note.annotation
    text = told.evaluated_value if isinstance(told, cst.SimpleString) else None
    if isinstance(text, str):
        return not {"None", "Optional"}.isdisjoint(_NAME.findall(text))
    names = (each.value for each in inside(told) if isinstance(each, cst.Name))
    return not {"None", "Optional"}.isdisjoint(names)


def _default(value: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """What a field of a class begins with: ``field(default=None)``, ``Field(None)``."""
    if not _is_field(value) or not isinstance(value, cst.Call):
        return None
    named = {arg.keyword.value: arg.value for arg in value.args if arg.keyword is not None}
    first = [arg.value for arg in value.args if arg.keyword is None and not arg.star]
    return named.get("default", first[0] if first else None)


def _is_field(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.Call) and last_name(value.func) in FIELDS


def _is_left_out(value: cst.BaseExpression | None) -> bool:
    """Whether the constructor neither takes nor sets a field: ``field(init=False)``."""
    if not _is_field(value) or not isinstance(value, cst.Call) or _default(value) is not None:
        return False
    named = {arg.keyword.value: arg.value for arg in value.args if arg.keyword is not None}
    is_made = any("factory" in name for name in named)
    return not is_made and "init" in named and dotted(named["init"]) == "False"


def _is_set_in(node: cst.ClassDef | cst.FunctionDef, attribute: str) -> bool:
    """Whether a constructor or a class body sets the attribute whatever happens."""
    lines = [line for line in node.body.body if isinstance(line, cst.SimpleStatementLine)]
    targets: list[cst.BaseExpression] = []
    for small in (small for line in lines for small in line.body):
        if isinstance(small, cst.Assign):
            targets += [each.target for each in small.targets]
        elif (
            isinstance(small, cst.AnnAssign)
            and small.value is not None
            and not _is_left_out(small.value)
        ):
            targets.append(small.target)
    return any(last_name(target) == attribute for target in targets)
