"""Imports that a fix makes at the top of a file, and that stand elsewhere in it as well.

Some only type checkers follow, others are made where a function needs them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial

import libcst as cst

from taskleash.fixes.syntax.edits import Edits
from taskleash.fixes.syntax.tree import Tree, inside, last_name, place_in

_GUARD = "TYPE_CHECKING"


def drop_repeated(module: cst.Module, edits: Edits, modules: Collection[str]) -> None:
    """Take imports of modules, which are now made at the top of the file, out of the guard.

    A guard around nothing else stays as it is.
    """
    for line in module.body:
        if not isinstance(line, cst.If) or last_name(line.test) != _GUARD:
            continue
        block = line.body
        if not isinstance(block, cst.IndentedBlock):
            continue
        repeated = [id(each) for each in block.body if _imported(each) in modules]
        if repeated and len(repeated) < len(block.body):
            kept = [index for index, each in enumerate(block.body) if id(each) not in repeated]
            edits.change(block, partial(_with_only, kept=kept))


def drop_local(
    tree: Tree, edits: Edits, modules: Collection[str], calls: Iterable[cst.Call]
) -> None:
    """Take imports of modules, which are now made at the top, out of the functions of calls.

    One that a comment stands beside is left where it is; what stands above it goes on to the next
    statement. What was imported under another name gets its own.
    """
    for call in calls if modules else ():
        for block, child in tree.around(call):
            if not isinstance(block, cst.IndentedBlock):
                continue
            at = place_in(block, child)
            for line, after in zip(block.body[:at], block.body[1 : at + 1], strict=True):
                if not isinstance(line, cst.SimpleStatementLine):
                    continue
                renamed = _renamed(tree, line, modules)
                if not renamed and _imported(line) not in modules:
                    continue
                if line.trailing_whitespace.comment is None:
                    for name, module in renamed:
                        edits.change(name, partial(_put_for, module))
                    edits.expand(line, lambda _: [])
                    above = line.leading_lines if _has_comment(line) else ()
                    if above or line is block.body[0]:
                        edits.change(after, partial(_led, above=above))


def _renamed(
    tree: Tree, line: cst.SimpleStatementLine, modules: Collection[str]
) -> list[tuple[cst.Name, str]]:
    """The uses of a module that a line imports under another name, each with the module's own.

    There are none where a function has another use for either name.
    """
    small = line.body[0]
    alias = small.names[0] if isinstance(small, cst.Import) and len(small.names) == 1 else None
    scope = tree.scope(line)
    if alias is None or not isinstance(scope, cst.FunctionDef) or len(line.body) != 1:
        return []
    module, name = alias.evaluated_name, alias.evaluated_alias
    if module not in modules or not name:
        return []
    mentioned = [n.value for n in inside(scope) if isinstance(n, cst.Name)]
    names = [n for n in inside(scope) if isinstance(n, cst.Name) and n.value == name]
    used = [n for n in names if _is_owner(tree, n)]
    # The import mentions each of them once.
    is_plain = len(used) == len(names) - 1 and mentioned.count(module) == 1
    return [(n, module) for n in used] if is_plain else []


def _put_for(module: str, _: cst.CSTNode) -> cst.Name:
    return cst.Name(module)


def _is_owner(tree: Tree, name: cst.Name) -> bool:
    parent = tree.parent(name)
    return isinstance(parent, cst.Attribute) and parent.value is name


def _has_comment(line: cst.SimpleStatementLine) -> bool:
    return any(each.comment is not None for each in line.leading_lines)


def _led(statement: cst.BaseStatement, above: Sequence[cst.EmptyLine]) -> cst.BaseStatement:
    """The statement below these lines, without the blank lines that stood above it."""
    lines = list(getattr(statement, "leading_lines", ()))
    while lines and lines[0].comment is None:
        lines.pop(0)
    return statement.with_changes(leading_lines=[*above, *lines])


def _imported(line: cst.CSTNode) -> str:
    """The module that a line imports under its own name, and nothing else; else empty."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Import) or len(small.names) != 1:
        return ""
    (alias,) = small.names
    return alias.evaluated_name if alias.evaluated_alias is None else ""


def _with_only(block: cst.IndentedBlock, kept: list[int]) -> cst.IndentedBlock:
    first, *others = (block.body[index] for index in kept)
    lines = list(getattr(first, "leading_lines", ()))
    while lines and lines[0].comment is None and kept[0] > 0:
        lines.pop(0)
    return block.with_changes(body=[first.with_changes(leading_lines=lines), *others])
