"""The functions of a file that a coroutine comes to, and what runs as part of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.tree import Method, Tree, children, dotted, param_names


@dataclass(frozen=True)
class Coroutine:
    """A coroutine function of the file, with the class whose method it is."""

    function: cst.FunctionDef
    method: Method | None


def reached(tree: Tree, coroutine: Coroutine) -> Iterator[Coroutine]:
    """A function of the file, and those of it that it calls."""
    pending, seen = [coroutine], {id(coroutine.function)}
    while pending:
        current = pending.pop()
        yield current
        for node in own(current.function.body):
            if isinstance(node, cst.Call):
                found = called(tree, node, current.method, node)
                if found is not None and id(found.function) not in seen:
                    seen.add(id(found.function))
                    pending.append(found)


def called(
    tree: Tree, call: cst.Call, method: Method | None, place: cst.CSTNode
) -> Coroutine | None:
    """The function of the file that a call at a place in a method, if it is in one, leads to."""
    text = dotted(call.func)
    base, _, name = text.rpartition(".")
    if method is not None and base and base == method.instance:
        for each in tree.methods(method.cls):
            if each.function.name.value == name:
                return Coroutine(each.function, each)
        return None
    if base or not name or _is_variable(tree, place, name):
        return None
    for line in _functions_around(tree, place):
        if line.name.value == name:
            return Coroutine(line, tree.method(line))
    return None


def _is_variable(tree: Tree, place: cst.CSTNode, name: str) -> bool:
    """Whether a name at a place is a variable or a parameter of the function around it."""
    scope = tree.scope(place)
    return isinstance(scope, cst.FunctionDef) and name in _variables(scope)


@lru_cache(maxsize=64)
def _variables(function: cst.FunctionDef) -> frozenset[str]:
    """What a function is given, and what it sets."""
    names = (t for t, _, _ in assignments(function.body) if isinstance(t, cst.Name))
    return frozenset({*param_names(function.params), *(each.value for each in names)})


def _functions_around(tree: Tree, node: cst.CSTNode) -> Iterator[cst.FunctionDef]:
    """The functions in the functions around a node, from the inside, and those of the module."""
    for parent, _ in tree.around(node):
        if isinstance(parent, cst.FunctionDef):
            yield from _functions_in(parent)
    yield from (line for line in tree.module.body if isinstance(line, cst.FunctionDef))


@lru_cache(maxsize=64)
def _functions_in(function: cst.FunctionDef) -> tuple[cst.FunctionDef, ...]:
    return tuple(each for each in own(function.body) if isinstance(each, cst.FunctionDef))


def own(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What runs as part of a body: functions that are only defined in it are left out."""
    pending = list(reversed(children(node)))
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, cst.FunctionDef | cst.Lambda):
            pending.extend(reversed(children(current)))
