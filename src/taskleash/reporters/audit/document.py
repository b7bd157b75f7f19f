"""The whole audit of a scan as one Markdown document."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from taskleash.audit.plan import plan
from taskleash.reporters import words
from taskleash.reporters.audit.decisions import conclusion
from taskleash.reporters.audit.detail import Detail
from taskleash.reporters.audit.findings_section import Source, findings_section
from taskleash.reporters.audit.monitoring_section import monitoring_section
from taskleash.reporters.audit.plan_section import plan_section
from taskleash.reporters.audit.tables_section import lifetime_section, score_section
from taskleash.reporters.excerpt import read_lines
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, table, text
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import FileError, Report
from taskleash.reporters.rows import Row, rows
from taskleash.reporters.summary import closing


def document(report: Report, options: RenderOptions, detail: Detail) -> Iterator[str]:
    """The blocks: scan table, findings, lifetimes, score card, plan, monitoring, bad files."""
    say, entries = options.say, report.entries
    source: Source = lru_cache(maxsize=1)(read_lines)
    yield f"# {say('Background tasks')}"
    made = plan([inert_entry(entry, unicode=True) for entry in entries])
    if entries:
        yield f"**{text(conclusion(made, say))}**"
    yield from scan_table(report, options)
    yield from closing_lines(report, options)
    found = [entry for entry in entries if entry.rule and not entry.silenced]
    comments = [error for error in report.errors if not error.is_invalid]
    if found or comments:
        yield f"## {say('Findings')}"
        yield from findings_section(found, source, detail, say)
    if comments:
        yield f"### {say('Comments')}"
        yield "\n".join(error_item(error, say) for error in comments)
    yield from lifetime_section(entries, say)
    yield from score_section(entries, say)
    yield from plan_section(made, detail, say)
    yield from monitoring_section(entries, say)
    if invalid := [error for error in report.errors if error.is_invalid]:
        yield f"## {say('Files that could not be analysed')}"
        yield "\n".join(error_item(error, say) for error in invalid)
    if detail.note:
        yield text(say(detail.note))


def closing_lines(report: Report, options: RenderOptions) -> Iterator[str]:
    """The summary; its mark of what is fixable stands at no finding here."""
    for line in closing(report, options):
        yield text(line.removeprefix("[*] "))


def scan_table(report: Report, options: RenderOptions) -> Iterator[str]:
    """The scan table by file, or by site where that was asked for; nothing without a task."""
    say = options.say
    if found := rows(report.entries, options.by):
        seen = [words.OBSERVED] if found[0].observed is not None else []
        headings = map(say, [*words.HEADINGS, *seen])
        yield table(headings, (_cells(each, say) for each in found))


def _cells(of: Row, say: Language) -> list[str]:
    more = f", {words.ellipsis(unicode=True)}" if len(of.tasks) > 1 else ""
    seen = [of.observed.short] if of.observed is not None else []
    return [
        code(of.path),
        ",".join(map(str, of.lines)),
        code(of.tasks[0]) + more + of.rest(say),
        words.cell(of.tracked, unicode=True, say=say),
        words.cell(of.cleaned, unicode=True, say=say),
        words.risk(of.risk, of.dormant, True, say, of.is_silenced),
        *seen,
    ]


def error_item(error: FileError, say: Language) -> str:
    """What is wrong with a file, as an item of a list."""
    place = code(f"{error.path}:{error.line}:{error.column}")
    return f"- {place} **{words.tag(error.code, error.risk, False, say)}** {text(error.message)}"
