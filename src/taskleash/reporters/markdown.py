"""The scan as Markdown, for a pull request or a wiki: the table, then every finding."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.reporters import words
from taskleash.reporters.markup import code, row, text
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.rows import Row, rows
from taskleash.reporters.summary import closing

#: what GitHub takes as the summary of a step
_MAX_BYTES = 1024 * 1024
_ROOM_FOR_NOTE = 200


def render(report: Report, options: RenderOptions) -> str:
    """Blocks with an empty line between them; a report without findings is table and summary."""
    blocks = [f"# {words.TITLE}"]
    if found := rows((entry.site for entry in report.entries), options.by):
        blocks.append(_table(found))
    blocks += map(text, closing(report, options))
    findings = [_finding(e) for e in report.entries if e.rule and not e.silenced]
    findings += [_error(error) for error in report.errors if not error.is_invalid]
    invalid = [_error(error) for error in report.errors if error.is_invalid]
    for title, items in ((words.FINDINGS, findings), (words.ERRORS, invalid)):
        if items:
            blocks += [f"## {title}", "\n".join(items)]
    return _fitting("\n\n".join(blocks) + "\n")


def _fitting(text: str) -> str:
    """The text, cut after a line where a job summary would not take all of it."""
    data = text.encode("utf-8")
    if len(data) <= _MAX_BYTES:
        return text
    lines = data[: _MAX_BYTES - _ROOM_FOR_NOTE].decode("utf-8", "ignore").split("\n")[:-1]
    left_out = text.count("\n") - len(lines)
    return "\n".join([*lines, "", words.left_out(left_out), ""])


def _table(found: Iterable[Row]) -> str:
    head = [row(words.HEADINGS), row("---" for _ in words.HEADINGS)]
    return "\n".join([*head, *(row(_cells(each)) for each in found)])


def _cells(of: Row) -> list[str]:
    more = f", {words.ellipsis(unicode=True)}" if len(of.tasks) > 1 else ""
    return [
        code(of.path),
        ",".join(map(str, of.lines)),
        code(of.tasks[0]) + more,
        words.cell(of.tracked, unicode=True),
        words.cell(of.cleaned, unicode=True),
        words.risk(of.risk, of.dormant, unicode=True),
    ]


def _finding(entry: Entry) -> str:
    site = entry.site
    place = _place(site.path, site.span.line, site.span.column)
    lines = [f"- {place} **{entry.rule}** {text(entry.message)}"]
    for step in site.evidence:
        lines.append(f"  - {_place(step.path, step.line)} {text(step.message)}")
    return "\n".join(lines)


def _error(error: FileError) -> str:
    place = _place(error.path, error.line, error.column)
    return f"- {place} **{error.code}** {text(error.message)}"


def _place(path: str, *position: int) -> str:
    return code(":".join([path, *map(str, position)]))
