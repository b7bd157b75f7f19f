"""Containers of tasks, as far as one file tells: of which kind they are, and who reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import libcst as cst

from taskleash.fixes.syntax.tree import Tree, dotted, inside, last_name

_KINDS = {
    "set": "set", "Set": "set", "MutableSet": "set", "list": "list", "List": "list",
    "deque": "list", "dict": "dict", "Dict": "dict", "defaultdict": "dict", "OrderedDict": "dict",
}  # fmt: skip


@dataclass(frozen=True)
class Container:
    """A set, list or dict: ``text`` is what the code at a call names it."""

    kind: str
    text: str
    cls: cst.ClassDef | None

    def is_read(self, tree: Tree, growing: Collection[str]) -> bool:
        """Whether the file does more with it than make it, fill it and ask how much is in it."""
        name = self.text.rpartition(".")[2]
        named: Iterator[cst.CSTNode] = (
            node
            for node in tree.of(cst.Attribute, name)
            if node.attr.value == name and not _is_of_another(tree, node, self.cls)
        )
        if self.cls is None:
            named = (node for node in tree.of(cst.Name, name) if node.value == name)
        return any(not _is_harmless(tree, node, growing) for node in named)


def container_of(tree: Tree, node: cst.CSTNode, text: str) -> Container | None:
    """The container that code at a node calls ``text``: an attribute of its ``self``, a global."""
    base, _, name = text.rpartition(".")
    method = tree.method(node)
    if base and (method is None or base != method.instance):
        return None
    if _takes_containers(tree, text):
        return None
    cls = method.cls if base and method is not None else None
    kinds = {_kind(value, note) for value, note in _values(tree, cls, name)} - {""}
    return Container(kinds.pop(), text, cls) if len(kinds) == 1 else None


def _takes_containers(tree: Tree, text: str) -> bool:
    """Whether the tasks are in sets or lists, and these in the container."""
    name = text.rpartition(".")[2]
    calls = tree.of(cst.Call, name)
    return any(dotted(node.func) == f"{text}.setdefault" for node in calls) or any(
        node.attr.value in ("add", "append")
        and isinstance(node.value, cst.Subscript)
        and dotted(node.value.value) == text
        for node in tree.of(cst.Attribute, name)
    )


def attribute_values(
    tree: Tree, cls: cst.ClassDef, name: str
) -> list[tuple[cst.BaseExpression | None, cst.Annotation | None]]:
    """What the methods of a class, and its body, set an attribute to, and as what they declare it.

    The value is None where it is only declared.
    """
    return list(_values(tree, cls, name))


def _values(
    tree: Tree, cls: cst.ClassDef | None, name: str
) -> Iterator[tuple[cst.BaseExpression | None, cst.Annotation | None]]:
    for target, value, note in assignments(cls or tree.module):
        if cls is None:
            if isinstance(target, cst.Name) and target.value == name and _is_global(tree, target):
                yield value, note
        elif isinstance(target, cst.Attribute) and target.attr.value == name:
            method = tree.method(target)
            if method is not None and dotted(target.value) == method.instance:
                yield value, note
        elif isinstance(target, cst.Name) and target.value == name and tree.in_class_body(target):
            yield value, note


def assignments(
    node: cst.CSTNode,
) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression | None, cst.Annotation | None]]:
    """The targets in a node, each with the value and the annotation that it is given."""
    for each in inside(node):
        if isinstance(each, cst.Assign):
            for target in each.targets:
                yield target.target, each.value, None
        elif isinstance(each, cst.AnnAssign):
            yield each.target, each.value, each.annotation


def _is_global(tree: Tree, target: cst.CSTNode) -> bool:
    return tree.scope(target) is None and not tree.in_class_body(target)


def _kind(value: cst.BaseExpression | None, note: cst.Annotation | None) -> str:
    if isinstance(value, cst.Set | cst.SetComp):
        return "set"
    if isinstance(value, cst.List | cst.ListComp):
        return "list"
    if isinstance(value, cst.Dict | cst.DictComp):
        return "dict"
    if isinstance(value, cst.Call) and last_name(value.func) in _KINDS:
        return _KINDS[last_name(value.func)]
    return _KINDS.get(last_name(note.annotation), "") if note is not None else ""


def _is_of_another(tree: Tree, node: cst.Attribute, cls: cst.ClassDef | None) -> bool:
    """Whether an attribute is that of the instance of another class."""
    method = tree.method(node)
    return (
        method is not None and method.cls is not cls and dotted(node.value) == method.instance != ""
    )


def _is_harmless(tree: Tree, node: cst.CSTNode, growing: Collection[str]) -> bool:
    parent = tree.parent(node)
    if isinstance(parent, cst.AssignTarget | cst.AnnAssign | cst.Global):
        return True
    if isinstance(parent, cst.Attribute) and parent.value is node:
        return parent.attr.value in {*growing, "clear"}
    if isinstance(parent, cst.NameItem):
        return True
    if isinstance(parent, cst.Subscript):
        return parent.value is node and isinstance(tree.parent(parent), cst.AssignTarget)
    if isinstance(parent, cst.Arg):
        call = tree.parent(parent)
        return isinstance(call, cst.Call) and dotted(call.func) in ("len", "bool")
    return False
