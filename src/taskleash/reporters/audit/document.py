"""The whole audit of a scan as one Markdown document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from taskleash.audit.components import Component, package_card, score_card
from taskleash.audit.lifetimes import Life, life_table
from taskleash.audit.model import risk_rank
from taskleash.audit.plan import plan
from taskleash.audit.watch import COMMAND, LINES, watched
from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.audit.decisions import conclusion
from taskleash.reporters.audit.detail import Detail
from taskleash.reporters.audit.plan_section import plan_section
from taskleash.reporters.audit.words import (
    COMPONENT_HEADINGS,
    LIFETIME_HEADINGS,
    PACKAGE_HEADINGS,
)
from taskleash.reporters.details import facts, reasons
from taskleash.reporters.excerpt import excerpt, read_lines
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, fenced, table, text
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.rows import ReportRow, rows
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


def _cells(of: ReportRow, say: Language) -> list[str]:
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


# -- the findings in Markdown: each with its source, and the facts behind it


Source = Callable[[str], Sequence[str]]


def findings_section(
    entries: Iterable[Entry], source: Source, detail: Detail, say: Language
) -> Iterator[str]:
    """The blocks of each finding, worst first, then by place.

    ``source`` gives the lines of a file, none where it cannot be read.
    """
    for entry in sorted(entries, key=lambda e: risk_rank(e.site.risk, e.site.dormant)):
        yield _title(entry)
        yield _message(entry, say)
        if detail.excerpts and (lines := excerpt(entry.site, source(entry.site.path), True)):
            yield fenced(("".join(piece for piece, _ in line) for line in lines), "text")
        if detail.facts:
            yield _facts(entry, say)


def _title(entry: Entry) -> str:
    site = entry.site
    return f"### {code(f'{site.path}:{site.span.line}')} {code(site.task)}"


def _message(entry: Entry, say: Language) -> str:
    site = entry.site
    risk = words.labelled(site.risk, site.dormant, say)
    return f"{risk} **{entry.rule}** {text(say.told(entry.said))}"


def _facts(entry: Entry, say: Language) -> str:
    """A list of the facts, the steps of the evidence below the last."""
    shown = inert_entry(entry, unicode=True)
    items = [f"- **{say(label)}** {text(said)}" for label, said in facts(shown, say)]
    steps = reasons(shown)
    if steps:
        items.append(f"- **{say(words.WHY_LABEL)}**")
    for step in steps:
        items.append(f"  - {code(f'{step.path}:{step.line}')} {text(say.told(step.said))}")
    return "\n".join(items)


# -- what to watch while the program runs, in Markdown


def monitoring_section(entries: Iterable[Entry], say: Language) -> Iterator[str]:
    """The sites, the threshold and the lines to add; nothing where no site is at risk."""
    sites = watched([inert_entry(entry, unicode=True) for entry in entries])
    if not sites:
        return
    yield f"## {say('Monitoring')}"
    yield text(phrases.to_watch(sites, say))
    yield text(phrases.threshold(say))
    yield fenced(LINES, "python")
    yield text(phrases.without_a_change(say))
    yield fenced([COMMAND], "sh")


# -- the lifetime table and the score card in Markdown


def lifetime_section(entries: Iterable[Entry], say: Language) -> Iterator[str]:
    """The table of what runs for long; nothing where nothing does."""
    lives = life_table([inert_entry(entry, unicode=True) for entry in entries])
    if lives:
        yield f"## {say('Long-running tasks')}"
        yield table(map(say, LIFETIME_HEADINGS), (_life(life, say) for life in lives))


def score_section(entries: Sequence[Entry], say: Language) -> Iterator[str]:
    """The score card: packages where there are several, then classes and modules."""
    packages, components = package_card(entries), score_card(entries)
    if not components:
        return
    yield f"## {say('Score card')}"
    if len(packages) > 1:
        rows = ([code(each.path), *_figures(each, say)] for each in packages)
        yield table(map(say, PACKAGE_HEADINGS), rows)
    rows = ([code(each.name), code(each.path), *_figures(each, say)] for each in components)
    yield table(map(say, COMPONENT_HEADINGS), rows)


def _life(life: Life, say: Language) -> list[str]:
    place, swallows = phrases.place(life.site), phrases.swallows(life)
    return [
        code(life.site.task),
        code(place),
        text(phrases.lives_with(life, say)),
        words.mark(phrases.end_state(life), text(phrases.ended_by(life, say))),
        text(phrases.period(life)),
        code(swallows) if swallows else "",
        words.risk(life.risk, life.site.dormant, unicode=True, say=say),
    ]


def _figures(of: Component, say: Language) -> list[str]:
    score = words.score(of.score, of.risk, of.dormant, unicode=True, say=say)
    return [str(of.tasks), *phrases.percentages(of), score]
