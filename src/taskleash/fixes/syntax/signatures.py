"""What the functions of a file give back."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name


def gives_nothing(tree: Tree, tasks: Sequence[str]) -> bool:
    """Whether every function of these names is in the file and annotated to give None."""
    names = {task.rpartition(".")[2] for task in tasks}
    found: dict[str, bool] = {}
    for function in tree.of(cst.FunctionDef, *names) if names else ():
        if (name := function.name.value) in names:
            note = function.returns
            nothing = note is not None and last_name(note.annotation) == "None"
            found[name] = nothing and found.get(name, True)
    return bool(names) and names == found.keys() and all(found.values())


def wrappers(tree: Tree, scopes: Sequence[str]) -> frozenset[str]:
    """The functions that start a task and give it back, and those that pass it on.

    ``scopes`` are the qualified names of the former.
    """
    found = {scope.rpartition(".")[2] for scope in scopes}
    # Without any there is nothing to pass on, and a file may have very many functions.
    while found and (passing := _passing_on(tree, found) - found):
        found |= passing
    return frozenset(found)


def _passing_on(tree: Tree, names: set[str]) -> set[str]:
    """The functions of the file that give back what one of these gives."""
    functions = tree.of(cst.FunctionDef, *names)
    return {each.name.value for each in functions if _passes_on(each, names)}


def called_on_instance(method: Method) -> set[str]:
    """The methods that a method calls on its own instance."""
    return called_on(method.function.body, method.instance)


def called_on(node: cst.CSTNode, instance: str) -> set[str]:
    """The methods that code calls on an instance by its name."""
    return {
        each.func.attr.value
        for each in inside(node)
        if isinstance(each, cst.Call)
        and isinstance(each.func, cst.Attribute)
        and dotted(each.func.value) == instance
    }


def reaches(tree: Tree, cls: cst.ClassDef, start: str, goal: str) -> bool:
    """Whether one method of a class comes to another by calls on the instance."""
    methods = {method.function.name.value: method for method in tree.methods(cls)}
    pending, seen = {start}, set[str]()
    while pending:
        name = pending.pop()
        if name == goal:
            return True
        seen.add(name)
        if name in methods:
            pending |= called_on_instance(methods[name]) - seen
    return False


def _passes_on(function: cst.FunctionDef, names: set[str]) -> bool:
    return any(
        isinstance(node, cst.Return)
        and isinstance(node.value, cst.Call)
        and last_name(node.value.func) in names
        for node in inside(function.body, *names)
    )
