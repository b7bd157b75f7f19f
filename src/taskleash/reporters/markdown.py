"""Markdown: the whole audit of a scan, or what a check found, for a pull request or a job."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.reporters import words
from taskleash.reporters.audit.detail import LEVELS
from taskleash.reporters.audit.document import (
    closing_lines,
    document,
    error_item,
    scan_table,
)
from taskleash.reporters.inert import shown
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, text
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, Report

#: what GitHub takes as the summary of a step
_MAX_BYTES = 1024 * 1024
_ROOM_FOR_NOTE = 200


def render(report: Report, options: RenderOptions) -> str:
    """Blocks with an empty line between them, with as much detail as a job summary takes."""
    return shown(_rendered(report, options))


def _rendered(report: Report, options: RenderOptions) -> str:
    if options.command == "check":
        return _fitting(_joined(_check(report, options)), options.say)
    for detail in LEVELS:
        rendered = _joined(document(report, options, detail))
        if _fits(rendered):
            break
    return _fitting(rendered, options.say)


def _check(report: Report, options: RenderOptions) -> Iterator[str]:
    """The scan table, then every finding with its evidence; table and summary without one."""
    say = options.say
    yield f"# {say('Background tasks')}"
    yield from scan_table(report, options)
    yield from closing_lines(report, options)
    findings = [_finding(e, say) for e in report.entries if e.rule and not e.silenced]
    findings += [error_item(error, say) for error in report.errors if not error.is_invalid]
    invalid = [error_item(error, say) for error in report.errors if error.is_invalid]
    titled = ((say("Findings"), findings), (say("Files that could not be analysed"), invalid))
    for title, items in titled:
        if items:
            yield f"## {title}"
            yield "\n".join(items)


def _joined(blocks: Iterator[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _fits(rendered: str) -> bool:
    return len(rendered.encode("utf-8")) <= _MAX_BYTES


def _fitting(rendered: str, say: Language) -> str:
    """The text, cut after a line where a job summary would not take all of it."""
    if _fits(rendered):
        return rendered
    data = rendered.encode("utf-8")[: _MAX_BYTES - _ROOM_FOR_NOTE]
    lines = data.decode("utf-8", "ignore").split("\n")[:-1]
    left_out = rendered.count("\n") - len(lines)
    more = say.count(left_out, "further line")
    note = say("{lines} left out: too long for this format.", lines=more)
    return "\n".join([*lines, "", note, ""])


def _finding(entry: Entry, say: Language) -> str:
    site = entry.site
    place = _place(site.path, site.span.line, site.span.column)
    tag = words.tag(entry.rule, site.risk, site.dormant, say)
    lines = [f"- {place} **{tag}** {text(say.told(entry.said))}"]
    for step in (*site.evidence, *entry.related):
        lines.append(f"  - {_place(step.path, step.line)} {text(say.told(step.said))}")
    return "\n".join(lines)


def _place(path: str, *position: int) -> str:
    return code(":".join([path, *map(str, position)]))
