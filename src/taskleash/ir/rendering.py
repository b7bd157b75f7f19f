"""A module rendered to text, with where its nodes begin and end in it.

The library's metadata wrapper records every node, which takes several times as long as parsing.
Here the module is rendered with the library's own code generator while the token count at the start
and end of the wanted nodes is noted. That way is not part of the library's public interface: it is
tried on a small module first, and where it does not give what is expected, the wrapper is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from types import TracebackType
from typing import Any

import libcst as cst

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
_WITH_BODY = (
    cst.BaseCompoundStatement,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.MatchCase,
)
_SAMPLE = "def f():\n    await (g(a.b))\n"
_IGNORED = nullcontext()


@dataclass(frozen=True)
class Rendered:
    """``ranges`` has, by the `id` of each wanted node, where in ``offsets`` its start and end are.

    Offsets count in the ``text``. A range can end beyond them, where the text ends without the
    newline that it would have. ``whole`` has the same of statements, with all that stands above and
    beside them, where that was asked for and is known.
    """

    text: str
    ranges: Mapping[int, tuple[int, int]]
    offsets: Sequence[int]
    whole: Mapping[int, tuple[int, int]] = field(default_factory=dict)


def rendered(module: cst.Module, with_whole: bool = False) -> Rendered:
    """The text of a module and the places of the nodes in it; parentheses are no part of a node."""
    return noted(module, with_whole) if can_note() else measured(module)


def noted(module: cst.Module, with_whole: bool = False) -> Rendered:
    """The same by the library's code generator, where `can_note` is true."""
    state = _state_class(with_whole)(module.default_indent, module.default_newline)
    state.ranges, state.whole = {}, {}
    module._codegen(state)
    offsets = [0, *accumulate(map(len, state.tokens))]
    return Rendered("".join(state.tokens), state.ranges, offsets, state.whole)


def measured(module: cst.Module) -> Rendered:
    """The same by the library's public metadata, much slower."""
    # Imported here because it is slow to import, and hardly ever used.
    from libcst.metadata import (
        CodePosition,
        MetadataWrapper,
        PositionProvider,
        WhitespaceInclusivePositionProvider,
    )

    text = module.code
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    inner, whole = (
        wrapper.resolve(provider)
        for provider in (PositionProvider, WhitespaceInclusivePositionProvider)
    )
    lines = [0, *(match.end() for match in _NEWLINE.finditer(text))]
    ranges: dict[int, tuple[int, int]] = {}

    def offset(place: CodePosition) -> int:
        # The newline that the end of the file lacks is counted all the same.
        return lines[place.line - 1] + place.column if place.line <= len(lines) else len(text)

    for node, place in inner.items():
        if _is_wanted(type(node)):
            start, end = place.start, place.end
            # The generator counts the space around lines to what has a body, and to the body.
            if isinstance(node, cst.IndentedBlock) and node.body:
                start, end = whole[node.body[0]].start, whole[node.body[-1]].end
            elif isinstance(node, _WITH_BODY):
                end = whole[node].end
            ranges[id(node)] = offset(start), offset(end)
    return Rendered(text, ranges, range(len(text) + 1))


@cache
def can_note() -> bool:
    """Whether the code generator of the installed library works as is known of it."""
    try:
        module = cst.parse_module(_SAMPLE)
        found = noted(module)
        node = module.body[0]
        assert isinstance(node, cst.FunctionDef)
        start, end = found.ranges[id(node.name)]
        return (
            found.text == _SAMPLE and found.text[found.offsets[start] : found.offsets[end]] == "f"
        )
    except Exception:
        # Whatever is wrong with it: there is another way.
        return False


@cache
def _state_class(with_whole: bool) -> Any:
    from libcst._nodes.internal import CodegenState

    class State(CodegenState):
        ranges: dict[int, tuple[int, int]]
        whole: dict[int, tuple[int, int]]

        def record_syntactic_position(  # type: ignore[override]
            self, node: cst.CSTNode, **_: object
        ) -> AbstractContextManager[None]:
            if _is_wanted(type(node)):
                return _Recording(node, self.tokens, self.ranges)
            return _IGNORED

    class WholeState(State):
        def before_codegen(self, node: cst.CSTNode) -> None:
            if _is_statement(type(node)):
                self.whole[id(node)] = (len(self.tokens), -1)

        def after_codegen(self, node: cst.CSTNode) -> None:
            if _is_statement(type(node)):
                self.whole[id(node)] = (self.whole[id(node)][0], len(self.tokens))

    return WholeState if with_whole else State


@cache
def _is_statement(kind: type[cst.CSTNode]) -> bool:
    return issubclass(kind, cst.BaseStatement)


@cache
def _is_wanted(kind: type[cst.CSTNode]) -> bool:
    return issubclass(kind, _WANTED)


class _Recording(AbstractContextManager[None]):
    """Notes the token count before and after a node's own tokens, parentheses left out."""

    __slots__ = ("node", "ranges", "tokens")

    def __init__(
        self, node: cst.CSTNode, tokens: list[str], ranges: dict[int, tuple[int, int]]
    ) -> None:
        self.node = node
        self.tokens = tokens
        self.ranges = ranges

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
