"""The scan as Markdown, for a pull request or a wiki: the table, then every finding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.reporters import words
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.rows import Row, rows
from taskleash.reporters.summary import closing

#: what GitHub takes as the summary of a step
_MAX_BYTES = 1024 * 1024
_ROOM_FOR_NOTE = 200
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&|~#$@]")


def render(report: Report, options: RenderOptions) -> str:
    """Blocks with an empty line between them; a report without findings is table and summary."""
    blocks = [f"# {words.TITLE}"]
    if found := rows((entry.site for entry in report.entries), options.by):
        blocks.append(_table(found))
    blocks += map(_text, closing(report, options))
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
    head = [_columns(words.HEADINGS), _columns("---" for _ in words.HEADINGS)]
    return "\n".join([*head, *(_columns(_cells(row)) for row in found)])


def _columns(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> list[str]:
    more = f", {words.ellipsis(unicode=True)}" if len(row.tasks) > 1 else ""
    return [
        _code(row.path),
        ",".join(map(str, row.lines)),
        _code(row.tasks[0]) + more,
        words.cell(row.tracked, unicode=True),
        words.cell(row.cleaned, unicode=True),
        words.risk(row.risk, row.dormant, unicode=True),
    ]


def _finding(entry: Entry) -> str:
    site = entry.site
    place = _place(site.path, site.span.line, site.span.column)
    lines = [f"- {place} **{entry.rule}** {_text(entry.message)}"]
    for step in site.evidence:
        lines.append(f"  - {_place(step.path, step.line)} {_text(step.message)}")
    return "\n".join(lines)


def _error(error: FileError) -> str:
    place = _place(error.path, error.line, error.column)
    return f"- {place} **{error.code}** {_text(error.message)}"


def _place(path: str, *position: int) -> str:
    return _code(":".join([path, *map(str, position)]))


def _text(message: str) -> str:
    """A message: what stands between backticks is code, the rest shows as it is written."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:
        return _escaped(message)
    return "".join(_code(p) if i % 2 else _escaped(p) for i, p in enumerate(pieces))


def _code(text: str) -> str:
    """The text as code, or merely escaped where no code span can hold it, in a table or not."""
    shown = inert(text)
    return _escaped(shown) if re.search(r"[`|]|^\s*$|^ | $", shown) else f"`{shown}`"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", inert(text))
