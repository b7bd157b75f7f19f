"""Statements that end a task, taken away."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from support.programs import Program, marks

_GATHERING = frozenset({"gather", "wait", "wait_for"})


@dataclass(frozen=True)
class _Ending:
    """A statement that has its lines, ``first`` to ``last``, for itself."""

    first: int
    last: int
    column: int
    code: str


def endings(text: str) -> list[str]:
    """The statements of a file that cancel or await something, in order, as written."""
    return [ending.code for ending in _endings(text)]


def without_ending(program: Program, path: str, index: int) -> Program:
    """The program with ``pass`` in place of one of the statements that `endings` lists."""
    text = program.files[path]
    ending = _endings(text)[index]
    lines = text.split("\n")
    lines[ending.first - 1 : ending.last] = [lines[ending.first - 1][: ending.column] + "pass"]
    return program.with_file(path, "\n".join(lines))


@lru_cache(maxsize=1024)
def _endings(text: str) -> tuple[_Ending, ...]:
    # The parser of Python itself: each statement that is found is tried, and libcst takes long.
    lines = text.split("\n")
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and _ends(node.value) and node.end_lineno is not None:
            code = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            if _is_alone(node, lines) and not list(marks(code)):
                found.append(_Ending(node.lineno, node.end_lineno, node.col_offset, code.strip()))
    return tuple(sorted(found, key=lambda ending: ending.first))


def _is_alone(node: ast.Expr, lines: list[str]) -> bool:
    """Whether nothing but a comment stands on the statement's lines beside it."""
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    behind = lines[node.end_lineno - 1].encode()[node.end_col_offset :]
    return not before.strip() and (not behind.strip() or behind.strip().startswith(b"#"))


def _ends(value: ast.expr) -> bool:
    """Whether it is ``x.cancel()``, or awaits a name, an attribute or a gathering.

    A wait for the first of several ends none: it leaves the others to what comes after.
    """
    if isinstance(value, ast.Await):
        inner = value.value
        if isinstance(inner, ast.Call):
            is_for_all = all(keyword.arg != "return_when" for keyword in inner.keywords)
            return _called(inner) in _GATHERING and is_for_all
        return isinstance(inner, ast.Name | ast.Attribute)
    return isinstance(value, ast.Call) and _called(value) == "cancel"


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
