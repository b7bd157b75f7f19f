"""Source excerpts: the reported line in its context, read anew from the file."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.reporters.cells import cell_len
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line, Piece
from taskleash.source.loading import InvalidSource, decode, read_bytes
from taskleash.verdict.model import Site

_CONTEXT = 2
#: so many lines of a call over several lines are shown beside its first
_MORE = 3
_TAB = 4
#: what is shown of a longer line
_WIDEST = 400
#: so much of it stands before the call
_LEAD = 80


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
    dots = "…" if unicode else "..."
    lines: list[Line] = [[bar]]
    for number in range(max(1, last - _CONTEXT), last):
        code = _shown(_shortened(source[number - 1], 0, dots), unicode).rstrip()
        lines.append([(f"{number:>{margin}} |", "blue"), (f" {code}" if code else "", "")])
    line, start, end = source[last - 1], site.span.column - 1, _mark_end(site, source[last - 1])
    first = _first_shown(line, start)
    head = dots if first else ""
    shown = _shown(_shortened(line, first, dots), unicode).rstrip()
    lines.append([(f"{last:>{margin}} |", "blue"), (f" {shown}", "")])
    end = min(end, first + _WIDEST)
    lines.append([bar, *_carets(head + line[first:start], line[start:end], unicode)])
    for number in range(last + 1, min(site.span.end_line, last + _MORE, len(source)) + 1):
        code = _shown(_shortened(source[number - 1], 0, dots), unicode).rstrip()
        lines.append([(f"{number:>{margin}} |", "blue"), (f" {code}" if code else "", "")])
    return [*lines, [bar]]


def _first_shown(line: str, column: int) -> int:
    """Where the shown part of a line starts that is too long to be shown as a whole."""
    return max(0, column - _LEAD) if len(line) > _WIDEST else 0


def _shortened(line: str, first: int, dots: str) -> str:
    """The part of a line that is shown, with dots for what is left out on either side."""
    rest = dots if len(line) > first + _WIDEST else ""
    return (dots if first else "") + line[first : first + _WIDEST] + rest


def _carets(before: str, marked: str, unicode: bool) -> list[Piece]:
    start = cell_len(_shown(before, unicode))
    end = cell_len(_shown(before + marked, unicode))
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
