"""What the page shows, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Any

from taskleash.fixes.choice import FixOffer
from taskleash.fixes.text.patch import Patch
from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.details import facts
from taskleash.reporters.excerpt import read_lines
from taskleash.reporters.html import charts
from taskleash.reporters.html.audit import Audit, audit
from taskleash.reporters.html.highlight import Code, highlighted
from taskleash.reporters.html.prose import pieces
from taskleash.reporters.html.risks import DORMANT, RISKS
from taskleash.reporters.html.scan import ScanData, SiteRow, scan
from taskleash.reporters.inert import inert
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.summary import closing
from taskleash.verdict.model import Site

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
    scan: ScanData
    risks: dict[str, str]
    endings: dict[str, str]
    counts: dict[str, int]
    overall: Sequence[charts.Segment]
    bars: Sequence[charts.Bar]
    ring: Sequence[charts.Segment]
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


def _audit(report: Report, found: ScanData, say: Language) -> Audit:
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


def _sites(rows: Sequence[SiteRow], say: Language) -> list[dict[str, Any]]:
    """The data of each row, in the order of the rows; each file is read once."""
    by_place = sorted(range(len(rows)), key=lambda i: rows[i].entry.site.path)
    source = lru_cache(maxsize=1)(read_lines)
    made = {i: site_data(rows[i].entry, source(rows[i].entry.site.path), say) for i in by_place}
    return [made[i] for i in range(len(rows))]


# -- what a row opens to, as data: the page builds it only when it is asked for


def site_data(entry: Entry, source: Sequence[str], say: Language) -> dict[str, Any]:
    """Message, scope, place, excerpt, facts, evidence and fixes; texts in turns prose and code."""
    site = entry.site
    place = f"{site.path}:{site.span.line}:{site.span.column}"
    return {
        "message": pieces(say.told(entry.said)),
        "scope": inert(site.scope),
        "call": inert(site.call),
        "place": inert(place),
        "source": excerpt(site, source),
        "facts": [
            (say(label), pieces(text)) for label, text in facts(inert_entry(entry, True), say)
        ],
        "evidence": [
            (inert(f"{step.path}:{step.line}"), pieces(say.told(step.said)))
            for step in (*site.evidence, *entry.related)
        ],
        "fixes": [_fix(entry, offer, say) for offer in _ordered(entry)],
    }


def _ordered(entry: Entry) -> list[FixOffer]:
    """The fixes, those whose change is known first, the recommended one before all."""
    order = [patch.kind for patch in entry.patches]
    return sorted(entry.fixes, key=lambda o: order.index(o.kind) if o.kind in order else len(order))


def _fix(entry: Entry, offer: FixOffer, say: Language) -> dict[str, Any]:
    patch = next((each for each in entry.patches if each.kind == offer.kind), None)
    return {
        "kind": offer.kind,
        "safe": offer.applicability == "safe",
        "applicability": say(offer.applicability),
        "what": say(words.FIXES[offer.kind]),
        "note": pieces(say.told(patch.note)) if patch else [],
        "diff": diff(patch) if patch else [],
    }


# -- the source around a site, and the diff of a fix, as data for a page


_BEFORE = 6
_AFTER = 4
_LONGEST_STATEMENT = 16

#: number, whether it is the site's, code
SourceLine = tuple[int, bool, Code]
#: the sign (``+``, ``-``, ``@`` or a space), code
DiffLine = tuple[str, Code]


def excerpt(site: Site, source: Sequence[str]) -> list[SourceLine]:
    """The lines around the site, its own marked; none where the source ends before it."""
    start = site.span.line
    if start > len(source):
        return []
    end = min(max(start, site.span.end_line), start + _LONGEST_STATEMENT)
    first = max(1, min(site.statement.line, start) - _BEFORE, start - _LONGEST_STATEMENT)
    last = min(len(source), end + _AFTER)
    while last > end and not source[last - 1].strip():
        last -= 1
    code = highlighted(source[first - 1 : last], start - first)
    return [(n, start <= n <= end, line) for n, line in enumerate(code, first)]


def diff(patch: Patch) -> list[DiffLine]:
    """The lines of a fix's diff, without the names of the file."""
    return [line for hunk in _hunks(patch.diff.split("\n")) for line in _hunk(hunk)]


def _hunks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each hunk, its heading first."""
    hunk: list[str] = []
    for line in lines:
        if line.startswith("@@"):
            if hunk:
                yield hunk
            hunk = [line]
        elif hunk:
            hunk.append(line)
    if hunk:
        yield hunk


def _hunk(lines: Sequence[str]) -> Iterator[DiffLine]:
    heading, *body = lines
    yield "@", [heading]
    shown = [line for line in body if line and not line.startswith("\\")]
    changed = next((i for i, line in enumerate(shown) if line[0] != " "), 0)
    code = highlighted([line[1:] for line in shown], changed)
    yield from zip((line[0] for line in shown), code, strict=True)
