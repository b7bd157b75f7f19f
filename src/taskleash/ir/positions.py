"""Positions of syntax nodes, counted in a text that is rendered once."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

import libcst as cst

from taskleash.ir.model import Pos
from taskleash.ir.rendering import rendered

_NEWLINE = re.compile(r"\r\n?|\n")
_WALRUS = re.compile(":=")


class Positions:
    """Where the nodes of one module stand; lines and columns are 1-based, ends exclusive.

    So many lines come ``before`` the module in its file. `whole_text` may be asked ``with_whole``.
    """

    def __init__(self, module: cst.Module, before: int = 0, with_whole: bool = False) -> None:
        self._before = before
        found = rendered(module, with_whole)
        self._whole = found.whole
        self._text = found.text
        self._ranges = found.ranges
        self._offsets = found.offsets
        self._walruses = [m.start() for m in _WALRUS.finditer(self._text)]
        self._lines = [0, *(m.end() for m in _NEWLINE.finditer(self._text))]

    def of(self, node: cst.CSTNode) -> Pos:
        """The span of an expression or statement that was rendered with the module."""
        start, end = self._range(node)
        return (*self._place(self._offsets[start]), *self._place(self._offsets[end]))

    def until(self, node: cst.CSTNode, inner: cst.CSTNode) -> Pos:
        """The span of what a node has before one inside of it, without the space between them."""
        start, end = (self._offsets[self._range(each)[0]] for each in (node, inner))
        while self._text[end - 1].isspace():
            end -= 1
        return (*self._place(start), *self._place(end))

    def text(self, node: cst.CSTNode) -> str:
        """The source of an expression, as written."""
        start, end = self._range(node)
        return self._text[self._offsets[start] : self._offsets[end]]

    def whole_text(self, statement: cst.BaseStatement) -> str | None:
        """The lines of a statement and what stands above them; None where that is not known."""
        start, end = self._whole.get(id(statement), (0, -1))
        # The renderer has taken back the last newline where the module ends without one.
        is_known = 0 <= end < len(self._offsets)
        return self._text[self._offsets[start] : self._offsets[end]] if is_known else None

    @property
    def has_walrus(self) -> bool:
        """Whether ``:=`` stands anywhere in the module."""
        return bool(self._walruses)

    def may_hold_walrus(self, node: cst.CSTNode) -> bool:
        """Whether ``:=`` stands in a node, as far as its position is known."""
        if id(node) not in self._ranges:
            return True
        start, end = (self._offsets[place] for place in self._range(node))
        return bisect_left(self._walruses, start) < bisect_left(self._walruses, end)

    def _range(self, node: cst.CSTNode) -> tuple[int, int]:
        """Indices of offsets; the renderer takes back a newline that the end of the file lacks."""
        start, end = self._ranges[id(node)]
        return start, min(end, len(self._offsets) - 1)

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line + self._before, offset - self._lines[line - 1] + 1
