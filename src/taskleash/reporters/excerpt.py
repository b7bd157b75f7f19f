"""Source excerpts: the reported line in its context, read anew from the file."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.classify.model import Site
from taskleash.reporters.cells import cell_len
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line, Piece
from taskleash.source.loading import InvalidSource, decode, read_bytes

_CONTEXT = 2
#: so many lines of a call over several lines are shown beside its first
_MORE = 3
_TAB = 4


def read_lines(path: str) -> list[str]:
    """The file's lines as a parser counts them; a file that cannot be read has none."""
    try:
        text = decode(read_bytes(path))
    except InvalidSource:
        return []
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def excerpt(site: Site, source: Sequence[str], unicode: bool) -> list[Line]:
    """The line where the call starts, two lines before it, and carets under the call.

    Of a call over several lines the next ones follow, where the coroutine stands.

    ``source`` is the file's lines; the excerpt is empty where it ends before the reported line.
    """
    last = site.span.line
    if last > len(source):
        return []
    margin = len(str(min(site.span.end_line, last + _MORE)))
    bar: Piece = (f"{' ' * margin} |", "blue")
    lines: list[Line] = [[bar]]
    for number in range(max(1, last - _CONTEXT), last + 1):
        code = _shown(source[number - 1], unicode).rstrip()
        lines.append([(f"{number:>{margin}} |", "blue"), (f" {code}" if code else "", "")])
    lines.append([bar, *_carets(site, source[last - 1], unicode)])
    for number in range(last + 1, min(site.span.end_line, last + _MORE, len(source)) + 1):
        code = _shown(source[number - 1], unicode).rstrip()
        lines.append([(f"{number:>{margin}} |", "blue"), (f" {code}" if code else "", "")])
    return [*lines, [bar]]


def _carets(site: Site, line: str, unicode: bool) -> list[Piece]:
    start = cell_len(_shown(line[: site.span.column - 1], unicode))
    end = cell_len(_shown(line[: _mark_end(site, line)], unicode))
    return [(" " * (start + 1), ""), ("^" * max(1, end - start), "bold red")]


def _mark_end(site: Site, line: str) -> int:
    """Where the mark ends: after the called name, or with the span's part of its first line."""
    start = site.span.column - 1
    if site.call and line.startswith(site.call, start):
        return start + len(site.call)
    return site.span.end_column - 1 if site.span.end_line == site.span.line else len(line.rstrip())


def _shown(text: str, unicode: bool) -> str:
    """The text as a terminal is to show it, its tabs turned to spaces."""
    shown, *rest = (inert(piece, unicode) for piece in text.split("\t"))
    for piece in rest:
        shown += " " * (_TAB - cell_len(shown) % _TAB) + piece
    return shown
