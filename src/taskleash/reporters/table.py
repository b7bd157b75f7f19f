"""The tables of a scan for a terminal: tasks by file or by site, components, lifetimes."""

from __future__ import annotations

import re

from taskleash.reporters import words
from taskleash.reporters.cells import cell_len, crop, shorten_path
from taskleash.reporters.grid import Column, grid
from taskleash.reporters.headline import RISK_STYLE, error_line
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece, link_to, paint
from taskleash.reporters.report import Report
from taskleash.reporters.rows import ReportRow, rows
from taskleash.reporters.summary import closing
from taskleash.verdict.model import State

CELL_STYLE = {State.YES: "", State.PARTIAL: "yellow", State.NO: "red", State.UNKNOWN: "yellow"}


def render(report: Report, options: RenderOptions) -> str:
    """The table that ``options.by`` names, worst first, fitted to the width; summary and errors.

    Columns keep a smallest width, which together need 69 cells: a narrower width is not met.
    """
    summary = [[(line, "")] for line in closing(report, options)]
    errors = [error_line(error, options.unicode, options.say) for error in report.errors]
    return paint([*_table(report, options), *summary, *errors], options.color)


def _table(report: Report, options: RenderOptions) -> list[Line]:
    # Imported here because the usual table has no use for them.
    if options.by == "component":
        from taskleash.reporters.audit.component_table import component_table

        return component_table(report.entries, options)
    if options.by == "lifetime":
        from taskleash.reporters.audit.lifetime_table import lifetime_table

        return lifetime_table(report.entries, options)
    found = rows(report.entries, options.by)
    if not found:
        return []
    columns = [*_COLUMNS, Column(words.OBSERVED)] if found[0].observed is not None else _COLUMNS
    return grid(columns, [_cells(row, options) for row in found], options)


def _cells(row: ReportRow, options: RenderOptions) -> list[Piece]:
    unicode, say = options.unicode, options.say
    more = f", {words.ellipsis(unicode)}" if len(row.tasks) > 1 else ""
    seen = [(row.observed.short, "")] if row.observed is not None else []
    link = link_to(row.path, row.lines[0]) if options.links else ""
    return [
        (inert(row.path, unicode), link),
        (",".join(map(str, row.lines)), link),
        (inert(row.tasks[0], unicode) + more + row.rest(say), ""),
        (words.cell(row.tracked, unicode, say), CELL_STYLE[row.tracked.state]),
        (words.cell(row.cleaned, unicode, say), CELL_STYLE[row.cleaned.state]),
        (words.risk(row.risk, row.dormant, unicode, say, row.is_silenced), _style(row)),
        *seen,
    ]


def _style(row: ReportRow) -> str:
    return "dim" if row.is_silenced else RISK_STYLE[row.risk]


def _crop_lines(lines: str, width: int, more: str) -> str:
    """The first line numbers that fit, none of them cut."""
    if len(lines) <= width:
        return lines
    end = lines.rfind(",", 0, width - len(more))
    return lines[: end + 1] + more


def _crop_task(task: str, width: int, more: str) -> str:
    """The name's beginning, and what is merged beside it where there is room for both."""
    found = _REST.search(task)
    rest = found[0] if found else ""
    room = width - cell_len(rest)
    if cell_len(task) <= width or room < _SHORTEST_NAME:
        return crop(task, width, more)
    return crop(task.removesuffix(rest), room, more) + rest


_SHORTEST_NAME = 5
_REST = re.compile(r"(?: \+| \(|（).*")
_FILE, _LINES, _TASK, *_VERDICT = words.HEADINGS
_COLUMNS = (
    Column(_FILE, gives=((2, 32), (4, 12)), fit=shorten_path),
    Column(_LINES, gives=((0, 12),), fit=_crop_lines),
    Column(_TASK, gives=((1, 14), (3, 6)), fit=_crop_task),
    *map(Column, _VERDICT),
)
