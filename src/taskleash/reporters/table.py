"""The scan table: who holds each task, who ends it, and how bad it is."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.classify.model import State
from taskleash.reporters import words
from taskleash.reporters.cells import cell_len, crop, shorten_path
from taskleash.reporters.headline import RISK_STYLE, error_line
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece, paint
from taskleash.reporters.report import Report
from taskleash.reporters.rows import Row, rows
from taskleash.reporters.summary import closing

_FILE, _LINES, _TASK = range(3)
_MARGIN = 1
_GAPS = (2, 1)

# What gives way, in this order, and the width that it keeps.
_FLOORS = ((_LINES, 12), (_TASK, 6), (_FILE, 12))

_CELL_STYLE = {State.YES: "", State.PARTIAL: "yellow", State.NO: "red"}


def render(report: Report, options: RenderOptions) -> str:
    """A row a file or a site, worst first, fitted to the width; then the summary and the errors.

    Columns keep a smallest width, which together need 69 cells: a narrower width is not met.
    """
    found = rows((entry.site for entry in report.entries), options.by)
    table = _table([_cells(row, options) for row in found], options) if found else []
    summary = [[(line, "")] for line in closing(report, options)]
    errors = [error_line(error, options.unicode) for error in report.errors]
    return paint([*table, *summary, *errors], options.color)


def _cells(row: Row, options: RenderOptions) -> list[Piece]:
    unicode, say = options.unicode, options.say
    more = f", {words.ellipsis(unicode)}" if len(row.tasks) > 1 else ""
    return [
        (inert(row.path, unicode), ""),
        (",".join(map(str, row.lines)), ""),
        (inert(row.tasks[0], unicode) + more, ""),
        (words.cell(row.tracked, unicode, say), _CELL_STYLE[row.tracked.state]),
        (words.cell(row.cleaned, unicode, say), _CELL_STYLE[row.cleaned.state]),
        (words.risk(row.risk, row.dormant, unicode, say), RISK_STYLE[row.risk]),
    ]


def _table(body: Sequence[list[Piece]], options: RenderOptions) -> list[Line]:
    lines = [[(options.say(heading), "bold") for heading in words.HEADINGS], *body]
    natural = [max(cell_len(text) for text, _ in column) for column in zip(*lines, strict=True)]
    widths, gap = _layout(natural, options.width)
    more = words.ellipsis(options.unicode)
    return [_line(_fitted(line, widths, more), widths, gap) for line in lines]


def _layout(natural: Sequence[int], width: int) -> tuple[list[int], int]:
    """The columns' widths and the gap between them that meet the width, as far as they can."""
    widths = list(natural)
    for gap in _GAPS:
        surplus = _MARGIN + sum(widths) + gap * (len(widths) - 1) - width
        if surplus <= 0:
            return widths, gap
    for column, floor in _FLOORS:
        cut = max(0, min(surplus, widths[column] - floor))
        widths[column] -= cut
        surplus -= cut
    return widths, gap


def _fitted(line: Sequence[Piece], widths: Sequence[int], more: str) -> list[Piece]:
    (path, style), (lines, _), (task, _), *verdict = line
    return [
        (shorten_path(path, widths[_FILE], more), style),
        (_crop_lines(lines, widths[_LINES], more), style),
        (crop(task, widths[_TASK], more), style),
        *verdict,
    ]


def _crop_lines(lines: str, width: int, more: str) -> str:
    """The first line numbers that fit, none of them cut."""
    if len(lines) <= width:
        return lines
    end = lines.rfind(",", 0, width - len(more))
    return lines[: end + 1] + more


def _line(line: Sequence[Piece], widths: Sequence[int], gap: int) -> list[Piece]:
    pieces: list[Piece] = [(" " * _MARGIN, "")]
    for (text, style), width in zip(line[:-1], widths[:-1], strict=True):
        padding = " " * (width + gap - cell_len(text))
        pieces += [(text, style), (padding, "")]
    return [*pieces, line[-1]]
