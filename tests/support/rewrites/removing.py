"""Statements that end a task, taken away."""

# The names of visitor methods are those of the nodes, as libcst wants it.
# ruff: noqa: N802
from __future__ import annotations

import libcst as cst

from support.programs import Program, marks

_GATHERING = frozenset({"gather", "wait", "wait_for"})


def endings(text: str) -> list[str]:
    """The statements of a file that cancel or await something, in order, as written."""
    finding = _Endings(None)
    cst.parse_module(text).visit(finding)
    return finding.found


def without_ending(program: Program, path: str, index: int) -> Program:
    """The program with ``pass`` in place of one of the statements that `endings` lists."""
    tree = cst.parse_module(program.files[path])
    return program.with_file(path, tree.visit(_Endings(index)).code)


class _Endings(cst.CSTTransformer):
    def __init__(self, remove: int | None) -> None:
        super().__init__()
        self.remove = remove
        self.found: list[str] = []

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        if len(original_node.body) != 1 or not _ends(original_node.body[0]):
            return updated_node
        code = cst.Module([original_node]).code
        if list(marks(code)):
            return updated_node
        self.found.append(code.strip())
        if len(self.found) - 1 != self.remove:
            return updated_node
        return updated_node.with_changes(body=[cst.Pass()])


def _ends(node: cst.BaseSmallStatement) -> bool:
    """Whether a statement is ``x.cancel()``, or awaits a name, an attribute or a gathering."""
    if not isinstance(node, cst.Expr):
        return False
    value = node.value
    if isinstance(value, cst.Await):
        inner = value.expression
        if isinstance(inner, cst.Call):
            return _called(inner) in _GATHERING
        return isinstance(inner, cst.Name | cst.Attribute)
    return isinstance(value, cst.Call) and _called(value) == "cancel"


def _called(node: cst.Call) -> str:
    if isinstance(node.func, cst.Attribute):
        return node.func.attr.value
    return node.func.value if isinstance(node.func, cst.Name) else ""
