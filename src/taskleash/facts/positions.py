"""Positions of syntax nodes without a metadata wrapper.

The wrapper copies the whole tree and records every node. Here the module is rendered once with the
library's own code generator while the token count at the start and end of the wanted nodes is
noted; offsets, lines and columns follow from the lengths of the tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from types import TracebackType
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from taskleash.facts.model import Pos

_NEWLINE = re.compile(r"\r\n?|\n")
_WANTED: tuple[type[cst.CSTNode], ...] = (
    cst.Call,
    cst.Await,
    cst.Attribute,
    cst.Name,
    cst.Subscript,
    cst.BaseSmallStatement,
    cst.BaseCompoundStatement,
    cst.BaseSuite,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.MatchCase,
    cst.Yield,
    cst.Lambda,
)


class _Recording:
    """Notes the token count before and after a node's own tokens, parentheses left out."""

    __slots__ = ("node", "ranges", "tokens")

    def __init__(self, node: cst.CSTNode, state: _State) -> None:
        self.node = node
        self.tokens = state.tokens
        self.ranges = state.ranges

    def __enter__(self) -> None:
        self.ranges[id(self.node)] = (len(self.tokens), -1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        start, _ = self.ranges[id(self.node)]
        self.ranges[id(self.node)] = (start, len(self.tokens))


class _Ignored:
    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None


_IGNORED = _Ignored()


class _State(CodegenState):
    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.ranges: dict[int, tuple[int, int]] = {}

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, **_: Any
    ) -> _Recording | _Ignored:
        return _Recording(node, self) if _is_wanted(type(node)) else _IGNORED


@cache
def _is_wanted(kind: type[cst.CSTNode]) -> bool:
    return issubclass(kind, _WANTED)


class Positions:
    """Where the nodes of one module stand; lines and columns are 1-based, ends exclusive.

    So many lines come ``before`` the module in its file.
    """

    def __init__(self, module: cst.Module, before: int = 0) -> None:
        self._before = before
        state = _State(module)
        module._codegen(state)
        self._tokens = state.tokens
        self._ranges = state.ranges
        self._offsets = [0, *accumulate(map(len, state.tokens))]
        self._text = "".join(state.tokens)
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
        return "".join(self._tokens[start:end])

    def _range(self, node: cst.CSTNode) -> tuple[int, int]:
        """Token counts; the renderer takes back a newline that the end of the file lacks."""
        start, end = self._ranges[id(node)]
        return start, min(end, len(self._tokens))

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._lines, offset)
        return line + self._before, offset - self._lines[line - 1] + 1
