"""Imports that a fix leaves without a use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import dropwhile, takewhile

import libcst as cst

from taskleash.fixes.syntax.tree import children, dotted, inside
from taskleash.fixes.text.alignment import common


def without_unused(before: cst.Module, after: cst.Module, module: str) -> cst.Module:
    """The module without the imports of another one that it used before and no longer does."""
    used, using = uses(before), _uses_after(before, after)
    gone = {name for name in used if used[name] > 1 and using[name] == 1}
    if not gone:
        return after
    body = list(after.body)
    for line in after.body:
        if isinstance(line, cst.SimpleStatementLine) and _imports_only(line, module, gone):
            at = next(index for index, each in enumerate(body) if each is line)
            _remove(body, at)
    return after.with_changes(body=body)


def _uses_after(before: cst.Module, after: cst.Module) -> Counter[str]:
    """The uses in a module that was made of another one: what both have is not counted again."""
    found = uses(before).copy()
    pairs: list[tuple[cst.CSTNode, cst.CSTNode]] = [(before, after)]
    while pairs:
        old, new = pairs.pop()
        found.subtract(_own_uses(old))
        found.update(_own_uses(new))
        gone, come = _apart(_parts(old), _parts(new))
        # What is new comes before what was there: a variable before the function that uses it.
        alike = _alike_at_end(gone, come)
        pairs += zip(gone[len(gone) - alike :], come[len(come) - alike :], strict=True)
        for node in gone[: len(gone) - alike]:
            found.subtract(_counted(node))
        for node in come[: len(come) - alike]:
            found.update(_counted(node))
    return found


def _alike_at_end(old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode]) -> int:
    """How many of the last nodes are of the same types, in order."""
    pairs = zip(reversed(old), reversed(new), strict=False)
    return sum(1 for _ in takewhile(lambda pair: type(pair[0]) is type(pair[1]), pairs))


def _parts(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """The nodes right inside a node that have names in them."""
    return node.body if isinstance(node, cst.Module | cst.IndentedBlock) else children(node)


def _apart(
    old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode]
) -> tuple[list[cst.CSTNode], list[cst.CSTNode]]:
    """The nodes of either that are not in the other."""
    # Most are the same: they are passed over in whole stretches.
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    olds, news = set(map(id, old)), set(map(id, new))
    return [n for n in old if id(n) not in news], [n for n in new if id(n) not in olds]


@lru_cache(maxsize=1)
def uses(module: cst.Module) -> Counter[str]:
    """How often each name stands in a module; a string that has it may be an annotation."""
    return _counted(module)


def _counted(node: cst.CSTNode) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in inside(node):
        found.update(_own_uses(each))
    return found


def _own_uses(node: cst.CSTNode) -> list[str]:
    """The names that a node has by itself."""
    if isinstance(node, cst.Name):
        return [node.value]
    if isinstance(node, cst.SimpleString):
        return str(node.value).strip("'\"").replace("[", ".").split(".")
    return []


def _imports_only(line: cst.SimpleStatementLine, module: str, gone: set[str]) -> bool:
    small = line.body[0]
    if len(line.body) != 1 or line.trailing_whitespace.comment is not None:
        return False
    if any(each.comment is not None for each in line.leading_lines):
        return False
    if isinstance(small, cst.Import):
        plain = all(alias.evaluated_name == module for alias in small.names)
    elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
        plain = small.module is not None and dotted(small.module) == module
    else:
        return False
    assert not isinstance(small.names, cst.ImportStar)
    names = {alias.evaluated_alias or alias.evaluated_name for alias in small.names}
    return plain and names <= gone


def _remove(body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement], at: int) -> None:
    """Take out a statement; what follows it in its paragraph takes its place."""
    removed = body.pop(at)
    if at == len(body):
        return
    lines = list(body[at].leading_lines)
    if at == 0:
        # A file does not begin with a blank line.
        lines = list(dropwhile(lambda line: line.comment is None, lines))
    if not lines:
        lines = list(removed.leading_lines)
    body[at] = body[at].with_changes(leading_lines=lines)
