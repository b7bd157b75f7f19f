"""Which names a new variable, attribute or function may take."""

from __future__ import annotations

import builtins
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

import libcst as cst

from taskleash.fixes.syntax.tree import Tree, inside

_BUILTINS = frozenset(dir(builtins))


@lru_cache(maxsize=32)
def variables(node: cst.CSTNode) -> frozenset[str]:
    """Every name that code in the node may bind or read as a variable."""
    skipped: set[int] = set()
    found: set[str] = set()
    for each in inside(node):
        if isinstance(each, cst.Attribute):
            skipped.add(id(each.attr))
        elif isinstance(each, cst.Arg) and each.keyword is not None:
            skipped.add(id(each.keyword))
        elif isinstance(each, cst.Name) and id(each) not in skipped:
            found.add(each.value)
    return frozenset(found)


class Variables:
    """The same of a whole file; only what is asked for is looked up."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[str, bool] = {}

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        if name not in self._known:
            named = (each for each in self._tree.of(cst.Name, name) if each.value == name)
            self._known[name] = any(map(self._is_variable, named))
        return self._known[name]

    def _is_variable(self, name: cst.Name) -> bool:
        parent = self._tree.parent(name)
        if isinstance(parent, cst.Attribute):
            return parent.value is name
        return not (isinstance(parent, cst.Arg) and parent.keyword is name)


@lru_cache(maxsize=4)
def attributes(node: cst.CSTNode) -> frozenset[str]:
    """Every name that code in the node may use as an attribute, fields and methods included."""
    found: set[str] = set()
    for each in inside(node):
        if isinstance(each, cst.Attribute):
            found.add(each.attr.value)
        elif isinstance(each, cst.ClassDef):
            for inner in each.body.body:
                found |= variables(inner)
        elif isinstance(each, cst.SimpleString):
            # slots, getattr() and the like
            found.add(str(each.raw_value))
    return frozenset(found)


def free(wanted: Iterable[str], *taken: Container[str]) -> str:
    """The first of the wanted names that is not taken, else the first one with a number."""
    used = (*taken, _BUILTINS)
    return next(name for name in _candidates([*wanted]) if not any(name in each for each in used))


def _candidates(names: list[str]) -> Iterator[str]:
    yield from names
    number = 2
    while True:
        yield f"{names[0]}_{number}"
        number += 1
