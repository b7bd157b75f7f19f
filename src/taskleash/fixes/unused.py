"""Imports that a fix leaves without a use."""

from __future__ import annotations

from collections import Counter

import libcst as cst

from taskleash.fixes.tree import dotted, inside


def without_unused(before: cst.Module, after: cst.Module, module: str) -> cst.Module:
    """The module without the imports of another one that it used before and no longer does."""
    used, using = _uses(before), _uses(after)
    gone = {name for name in used if used[name] > 1 and using[name] == 1}
    body = list(after.body)
    for line in after.body:
        if isinstance(line, cst.SimpleStatementLine) and _imports_only(line, module, gone):
            at = next(index for index, each in enumerate(body) if each is line)
            _remove(body, at)
    return after.with_changes(body=body)


def _uses(module: cst.Module) -> Counter[str]:
    """How often each name stands in a module; a string that has it may be an annotation."""
    found: Counter[str] = Counter()
    for node in inside(module):
        if isinstance(node, cst.Name):
            found[node.value] += 1
        elif isinstance(node, cst.SimpleString):
            found.update(str(node.value).strip("'\"").replace("[", ".").split("."))
    return found


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
    if at < len(body) and not body[at].leading_lines:
        body[at] = body[at].with_changes(leading_lines=removed.leading_lines)
