"""A changed module's text, made of the texts of what did not change.

A report shows the fix of each finding by itself: to render the whole file for each of them takes a
time that grows with the square of the findings.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from taskleash.fixes.syntax.tree import Tree

_MARK = "__mark__"
_MARKED = cst.SimpleStatementLine([cst.Expr(cst.Name(_MARK))])


class Rendering:
    """Renders what fixes make of one module, and remembers the statements of that module."""

    def __init__(self, tree: Tree) -> None:
        module = tree.module
        self._module = module
        self._positions = tree.positions
        self._texts: dict[int, str] = {}
        self._own: set[int] = set()
        for statement in module.body:
            self._note(statement)

    def _note(self, statement: cst.CSTNode) -> None:
        self._own.add(id(statement))
        if isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
            for each in statement.body.body:
                self._note(each)

    def code(self, module: cst.Module) -> str:
        """The module's text; it has the layout of the one that it was made of."""
        shell = module.with_changes(body=[_MARKED]).code
        head, mark, tail = shell.partition(_MARK + module.default_newline)
        if not mark or _MARK in tail:
            return module.code
        return head + "".join(map(self._text, module.body)) + tail

    def _text(self, statement: cst.BaseStatement) -> str:
        """The text of a statement of the module."""
        if id(statement) not in self._own:
            return self._changed(statement)
        return self._own_text(statement, self._module.code_for_node)

    def _own_text(
        self, statement: cst.BaseStatement, render: Callable[[cst.BaseStatement], str]
    ) -> str:
        """The text of a statement that has not changed, rendered once where it is not known."""
        text = self._texts.get(id(statement)) or self._positions.whole_text(statement)
        self._texts[id(statement)] = text = text or render(statement)
        return text

    def _changed(self, statement: cst.BaseStatement) -> str:
        block = statement.body if isinstance(statement, cst.ClassDef) else None
        whole = self._module.code_for_node
        if not isinstance(block, cst.IndentedBlock):
            return whole(statement)
        shell = whole(statement.with_changes(body=block.with_changes(body=[_MARKED])))
        indent = self._module.default_indent if block.indent is None else block.indent
        head, mark, tail = shell.partition(indent + _MARK + self._module.default_newline)
        if not mark or _MARK in tail:
            return whole(statement)
        return head + "".join(self._in_block(each, block) for each in block.body) + tail

    def _in_block(self, statement: cst.BaseStatement, block: cst.IndentedBlock) -> str:
        """The text of a statement in the body of a class of the module."""

        def alone(each: cst.BaseStatement) -> str:
            code = self._module.code_for_node(cst.IndentedBlock([each], indent=block.indent))
            return code.removeprefix(self._module.default_newline)

        if id(statement) not in self._own:
            return alone(statement)
        return self._own_text(statement, alone)
