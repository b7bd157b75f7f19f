"""The scan as Markdown, for a pull request or a wiki: the table, then every finding."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.reporters import words
from taskleash.reporters.language import Language
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
    say = options.say
    blocks = [f"# {say('Background tasks')}"]
    if found := rows((entry.site for entry in report.entries), options.by):
        blocks.append(_table(found, say))
    blocks += map(text, closing(report, options))
    findings = [_finding(e) for e in report.entries if e.rule and not e.silenced]
    findings += [_error(error) for error in report.errors if not error.is_invalid]
    invalid = [_error(error) for error in report.errors if error.is_invalid]
    titled = ((say("Findings"), findings), (say("Files that could not be analysed"), invalid))
    for title, items in titled:
        if items:
            blocks += [f"## {title}", "\n".join(items)]
    return _fitting("\n\n".join(blocks) + "\n", say)


def _fitting(text: str, say: Language) -> str:
    """The text, cut after a line where a job summary would not take all of it."""
    data = text.encode("utf-8")
    if len(data) <= _MAX_BYTES:
        return text
    lines = data[: _MAX_BYTES - _ROOM_FOR_NOTE].decode("utf-8", "ignore").split("\n")[:-1]
    left_out = text.count("\n") - len(lines)
    more = say.count(left_out, "further line")
    note = say("{lines} left out: too long for this format.", lines=more)
    return "\n".join([*lines, "", note, ""])


def _table(found: Iterable[Row], say: Language) -> str:
    head = [row(map(say, words.HEADINGS)), row("---" for _ in words.HEADINGS)]
    return "\n".join([*head, *(row(_cells(each, say)) for each in found)])


def _cells(of: Row, say: Language) -> list[str]:
    more = f", {words.ellipsis(unicode=True)}" if len(of.tasks) > 1 else ""
    return [
        code(of.path),
        ",".join(map(str, of.lines)),
        code(of.tasks[0]) + more,
        words.cell(of.tracked, unicode=True, say=say),
        words.cell(of.cleaned, unicode=True, say=say),
        words.risk(of.risk, of.dormant, unicode=True, say=say),
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
