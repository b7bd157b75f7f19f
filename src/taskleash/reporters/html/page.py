"""What the page shows, ready for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.excerpt import read_lines
from taskleash.reporters.html import charts
from taskleash.reporters.html.audit import Audit, audit
from taskleash.reporters.html.risks import DORMANT, RISKS
from taskleash.reporters.html.scan import Row, Scan, scan
from taskleash.reporters.html.sitedata import site_data
from taskleash.reporters.inert import inert
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import FileError, Report
from taskleash.reporters.summary import closing

#: how many rows a browser lays out before it is asked for more
_AT_ONCE = 200


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file apart from its sites."""

    place: str
    code: str
    message: str


@dataclass(frozen=True)
class Page:
    """The page's parts; ``counts`` are the tasks of each risk, ``risks`` the risks' words.

    ``at_once`` rows are shown at first. ``words`` are those of the script, ``data`` is what each
    row opens to.
    """

    title: str
    origin: str
    summary: Sequence[str]
    problems: Sequence[Problem]
    scan: Scan
    risks: dict[str, str]
    endings: dict[str, str]
    counts: dict[str, int]
    overall: Sequence[charts.Part]
    bars: Sequence[charts.Bar]
    ring: Sequence[charts.Part]
    audit: Audit
    ranking: str
    at_once: int
    words: dict[str, str]
    data: Sequence[dict[str, Any]]


def page(report: Report, options: RenderOptions) -> Page:
    """The report as a page."""
    say = options.say
    found = scan(report.entries, say)
    sites = [row.entry.site for row in found.rows]
    return Page(
        title=say("Background tasks"),
        origin=" · ".join(inert(part) for part in astuple(options.origin) if part),
        summary=closing(report, options),
        problems=[_problem(error) for error in report.errors],
        scan=found,
        risks=_risk_words(say),
        endings={key: say(key) for key in charts.CLEANED},
        counts={risk: sum(row.risk == risk for row in found.rows) for risk in RISKS},
        overall=charts.risk_bar(sites),
        bars=charts.risk_bars((row.component, row.entry.site) for row in found.rows),
        ring=charts.ending_ring(sites),
        audit=_audit(report, found, say),
        ranking=phrases.ranking(say),
        at_once=_AT_ONCE,
        words=_script_words(say),
        data=_sites(found.rows, say),
    )


def _audit(report: Report, found: Scan, say: Language) -> Audit:
    """The audit, of entries whose names do no harm."""
    index = {id(row.entry): i for i, row in enumerate(found.rows)}
    shown = [(inert_entry(entry, unicode=True), index[id(entry)]) for entry in report.entries]
    rows = {id(entry.site): i for entry, i in shown}
    return audit([entry for entry, _ in shown], rows, say)


def _risk_words(say: Language) -> dict[str, str]:
    named = {str(risk): words.tag("", risk, False, say) for risk in words.RISKS}
    return {**named, DORMANT: say(words.DORMANT)}


def _script_words(say: Language) -> dict[str, str]:
    """What the script says."""
    return {
        "shown": say("{shown} of {total} tasks"),
        "source": say("Source"),
        "evidence": say("Evidence"),
        "fixes": say("Fixes"),
        "noSource": say("The source is not at hand."),
        "noFix": say("There is no automatic fix."),
        "rest": say("Show {count} more"),
        "auto": say("Theme: auto"),
        "light": say("Theme: light"),
        "dark": say("Theme: dark"),
    }


def _problem(error: FileError) -> Problem:
    return Problem(inert(f"{error.path}:{error.line}:{error.column}"), error.code, error.message)


def _sites(rows: Sequence[Row], say: Language) -> list[dict[str, Any]]:
    """The data of each row, in the order of the rows; each file is read once."""
    by_place = sorted(range(len(rows)), key=lambda i: rows[i].entry.site.path)
    source = lru_cache(maxsize=1)(read_lines)
    made = {i: site_data(rows[i].entry, source(rows[i].entry.site.path), say) for i in by_place}
    return [made[i] for i in range(len(rows))]
