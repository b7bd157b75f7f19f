"""What an object was given by others, or has given to them: its teardown leaves that alone."""

from __future__ import annotations

from functools import partial

import libcst as cst

from taskleash.fixes.meaning.coroutines import root_of
from taskleash.fixes.meaning.following import own
from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import attribute_values
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, param_names
from taskleash.sentences import sentence

#: what puts a task into a set or a list
_ADDING = ("add", "append")


def check_given(tree: Tree, task: str, started: cst.BaseExpression, starting: Method) -> None:
    """Raise `CannotMend` where work belongs to an object that others have given to this one.

    What it is told here it does for whoever called this one, and goes on with after its end.
    """
    text = dotted(started.func) if isinstance(started, cst.Call) else ""
    root, _, rest = text.partition(".")
    owner, _, method = rest.partition(".")
    if root != starting.instance or not method or "." in method:
        return
    assert isinstance(started, cst.Call)
    values = [value for value, _ in attribute_values(tree, starting.cls, owner)]
    is_told = any(root_of(arg.value) not in ("", root) for arg in started.args)
    if is_told and values and all(map(partial(_is_given, tree), values)):
        raise CannotMend(
            sentence(
                "`{task}` is the work of `{place}`, which was given to the object",
                task=task,
                place=f"{root}.{owner}",
            )
        )


def check_shared(tree: Tree, cls: cst.ClassDef, place: str, attribute: str) -> None:
    """Raise `CannotMend` where others are given the method that keeps a task in a container.

    How their tasks are to end nobody knows here.
    """
    keepers = {m.function.name.value for m in tree.methods(cls) if _keeps_given(m, attribute)}
    for node in inside(cls):
        if not isinstance(node, cst.Arg):
            continue
        base, _, name = dotted(node.value).rpartition(".")
        method = tree.method(node) if name in keepers else None
        if method is not None and base == method.instance:
            raise CannotMend(
                sentence("others keep tasks in `{place}` by `{name}`", place=place, name=name)
            )


def _keeps_given(method: Method, attribute: str) -> bool:
    """Whether a method puts what it is given into a container of the object."""
    params = param_names(method.function.params)
    return any(
        isinstance(node, cst.Call)
        and dotted(node.func) in {f"{method.instance}.{attribute}.{add}" for add in _ADDING}
        and bool(node.args)
        and dotted(node.args[0].value) in params
        for node in own(method.function.body)
    )


def _is_given(tree: Tree, value: cst.BaseExpression | None) -> bool:
    """Whether a value is a parameter of the method that it stands in."""
    method = tree.method(value) if isinstance(value, cst.Name) else None
    return (
        method is not None
        and isinstance(value, cst.Name)
        and value.value in param_names(method.function.params)
    )
