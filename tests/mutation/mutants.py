"""Programs with one small fault: another comparison, the other branch, a step that is left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A text put in the place of one piece of a file; lines are 1-based, columns bytes."""

    path: Path
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    def applied(self, data: bytes) -> bytes:
        """The file with the fault."""
        lines = data.splitlines(keepends=True)
        before = lines[self.line - 1][: self.column]
        after = lines[self.end_line - 1][self.end_column :]
        new = before + self.text.encode() + after
        return b"".join([*lines[: self.line - 1], new, *lines[self.end_line :]])

    def shown(self, data: bytes) -> str:
        """The first line of the piece, and what is there now."""
        line = data.splitlines()[self.line - 1].decode().strip()
        return f"{self.path.name}:{self.line}: {line}   ->   {self.text}"


def mutants(path: Path) -> list[Mutant]:
    """All that can be made of a file, in its order."""
    tree = ast.parse(path.read_bytes())
    found = [
        Mutant(path, old.lineno, old.col_offset, old.end_lineno, old.end_col_offset, new)
        for top in tree.body
        for node in ast.walk(top)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        for part in ast.walk(statement)
        for old, new in _faults(part)
        if old.end_lineno is not None and old.end_col_offset is not None
    ]
    return sorted(dict.fromkeys(found), key=lambda each: (each.line, each.column, each.text))


def _faults(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What in a node may be replaced, and by what."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        other = _OTHER.get(type(node.ops[0]))
        if other is not None:
            yield node, _text(ast.Compare(node.left, [other()], node.comparators))
    elif isinstance(node, ast.BoolOp):
        yield node, _text(ast.BoolOp(_OTHER[type(node.op)](), node.values))
        yield node, _text(node.values[0])
    elif isinstance(node, ast.BinOp) and type(node.op) in (ast.Add, ast.Sub):
        yield node, _text(ast.BinOp(node.left, _OTHER[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, _text(node.operand)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield node, str(not node.value)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield node, str(node.value + 1)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        yield node.test, _text(ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.Continue):
        yield node, "break"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield node, "pass"
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield node, "return None"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _text(node: ast.expr) -> str:
    """The code of an expression, whatever stands around it."""
    return f"({ast.unparse(ast.fix_missing_locations(node))})"
