"""Why a site got its verdict and what mends it, as labelled lines."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.classify.model import Handle, Lifetime, Site
from taskleash.fixes.choice import FixOffer
from taskleash.reporters import words
from taskleash.reporters.cells import cell_len
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line
from taskleash.reporters.report import Entry

_INDENT = "   "
_LABEL_WIDTH = 10
_OFFER_WIDTH = 17


def details(entry: Entry, options: RenderOptions) -> list[Line]:
    """The lines of the block, a label only where it changes; nothing is said of what is unknown."""
    lines: list[Line] = []
    previous = ""
    for label, text in facts(entry, options.unicode, options.say):
        head = "" if label == previous else options.say(label)
        lines.append([(_INDENT + _padded(head, _LABEL_WIDTH), "bold"), (text, "")])
        previous = label
    return lines


def facts(entry: Entry, unicode: bool, say: Language) -> Iterator[tuple[str, str]]:
    """The labels and what is said under them, foreign text made inert."""
    site = entry.site
    yield words.RUNS_LABEL, _runs(site, unicode, say)
    yield words.HELD_BY_LABEL, _held_by(site, unicode, say)
    yield words.ENDED_BY_LABEL, say(words.ENDED_BY[site.cleaned.how])
    if site.captures:
        yield words.KEEPS_LABEL, inert(", ".join(site.captures), unicode)
    for step in site.evidence:
        yield words.WHY_LABEL, inert(f"{step.path}:{step.line}: {step.message}", unicode)
    for fix in entry.fixes:
        yield words.FIX_LABEL, _offer(fix, say)
    if entry.rule:
        yield words.MORE_LABEL, f"taskleash rule {entry.rule}"


def _runs(site: Site, unicode: bool, say: Language) -> str:
    runs = inert(site.runs, unicode) or say(words.RUNS[site.multiplicity])
    return f"{runs}; {say(words.ENDLESS)}" if site.lifetime is Lifetime.ENDLESS else runs


def _held_by(site: Site, unicode: bool, say: Language) -> str:
    if site.handle is Handle.DISCARDED:
        return say("nothing after line {line}", line=site.statement.end_line)
    return f"`{inert(site.holder, unicode)}`" if site.holder else say(words.HELD_BY[site.handle])


def _offer(fix: FixOffer, say: Language) -> str:
    offer = f"{fix.kind} ({say(fix.applicability)})"
    return _padded(offer, _OFFER_WIDTH) + say(words.FIXES[fix.kind])


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
