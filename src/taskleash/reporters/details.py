"""Why a site got its verdict and what mends it, as labelled lines."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.classify.model import Handle, Lifetime, Site
from taskleash.fixes.choice import FixOffer
from taskleash.reporters import words
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line
from taskleash.reporters.report import Entry

_INDENT = "   "
_LABEL_WIDTH = 10
_OFFER_WIDTH = 17


def details(entry: Entry, unicode: bool) -> list[Line]:
    """The lines of the block, a label only where it changes; nothing is said of what is unknown."""
    lines: list[Line] = []
    previous = ""
    for label, text in _facts(entry):
        head = "" if label == previous else label
        lines.append([(f"{_INDENT}{head:<{_LABEL_WIDTH}}", "bold"), (inert(text, unicode), "")])
        previous = label
    return lines


def _facts(entry: Entry) -> Iterator[tuple[str, str]]:
    site = entry.site
    yield "runs", _runs(site)
    yield "held by", _held_by(site)
    yield "ended by", words.ENDED_BY[site.cleaned.how]
    if site.captures:
        yield "keeps", ", ".join(site.captures)
    for step in site.evidence:
        yield "why", f"{step.path}:{step.line}: {step.message}"
    for fix in entry.fixes:
        yield "fix", _offer(fix)
    if entry.rule:
        yield "more", f"taskleash rule {entry.rule}"


def _runs(site: Site) -> str:
    runs = site.runs or words.RUNS[site.multiplicity]
    return f"{runs}; {words.ENDLESS}" if site.lifetime is Lifetime.ENDLESS else runs


def _held_by(site: Site) -> str:
    if site.handle is Handle.DISCARDED:
        return words.nothing_after(site.statement.end_line)
    return f"`{site.holder}`" if site.holder else words.HELD_BY[site.handle]


def _offer(fix: FixOffer) -> str:
    offer = f"{fix.kind} ({fix.applicability})"
    return f"{offer:<{_OFFER_WIDTH}}{words.FIXES[fix.kind]}"
