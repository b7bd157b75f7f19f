"""Why a site got its verdict and what mends it, as labelled lines."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.audit.growth import growth
from taskleash.audit.lifetimes import Life, life_table
from taskleash.fixes.choice import FixOffer
from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.cells import cell_len
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line
from taskleash.reporters.report import Entry
from taskleash.reporters.series import series
from taskleash.verdict.model import Defect, Evidence, Handle, Lifetime, Site, State

_INDENT = "   "
_LABEL_WIDTH = 10
_OFFER_WIDTH = 17


def details(entry: Entry, options: RenderOptions) -> list[Line]:
    """The lines of the block, a label only where it changes; nothing is said of what is unknown."""
    lines: list[Line] = []
    previous = ""
    for label, text in _all(inert_entry(entry, options.unicode), options.say):
        head = "" if label == previous else options.say(label)
        if label == words.KEEPS_LABEL:
            # Nothing but names: on a terminal they need no marks.
            text = text.replace("`", "")
        lines.append([(_INDENT + _padded(head, _LABEL_WIDTH), "bold"), (text, "")])
        previous = label
    return lines


def facts(entry: Entry, say: Language) -> Iterator[tuple[str, str]]:
    """The label and what is said under it, of each fact about an inert entry but its evidence.

    Labels are English.
    """
    site = entry.site
    (life,) = life_table([entry]) or (None,)
    if site.dormant and site.guard:
        yield words.DORMANT, _dormant(site, say)
    yield words.RUNS_LABEL, _runs(site, say)
    if found := growth(site):
        yield words.ADDS_UP_LABEL, phrases.adds_up(site, found, say)
    yield words.HELD_BY_LABEL, _held_by(site, say)
    yield words.ENDED_BY_LABEL, _ended_by(site, life, say)
    if life is not None:
        yield words.LIFETIME_LABEL, _lives_with(life, say)
    if site.captures:
        yield words.KEEPS_LABEL, _keeps(site, say)
    if entry.observed is not None:
        seen = entry.observed
        yield words.OBSERVED_LABEL, seen.short
        if seen.sentence:
            yield words.OBSERVED_LABEL, seen.sentence


def reasons(entry: Entry) -> tuple[Evidence, ...]:
    """The evidence that the facts do not say already: that a task is dropped, they do."""
    return entry.leads if entry.site.handle is Handle.DISCARDED else entry.site.evidence


def _all(entry: Entry, say: Language) -> Iterator[tuple[str, str]]:
    yield from facts(entry, say)
    for step in reasons(entry):
        yield words.WHY_LABEL, f"{step.path}:{step.line}: {say.told(step.said)}"
    for unknown in entry.site.undecided:
        yield words.UNKNOWN_LABEL, f"{unknown.path}:{unknown.line}: {say.told(unknown.said)}"
    for fix in entry.fixes:
        yield words.FIX_LABEL, _offer(fix, say)
    for step in entry.related:
        yield words.ALSO_LABEL, f"{step.path}:{step.line}: {say.told(step.said)}"
    if entry.rule:
        yield words.MORE_LABEL, say(words.MORE, code=entry.rule)


def _dormant(site: Site, say: Language) -> str:
    flag, risk = f"`{site.guard}`", words.tag("", site.would_be or site.risk, False, say)
    return say("runs only where {flag} is on; its risk is {risk} then", flag=flag, risk=risk)


def _runs(site: Site, say: Language) -> str:
    runs = say.told(site.often) or say(words.RUNS[site.multiplicity])
    endless = site.lifetime is Lifetime.ENDLESS
    return say("; ").join([runs, say(words.ENDLESS)]) if endless else runs


def _held_by(site: Site, say: Language) -> str:
    if site.handle is Handle.DISCARDED and site.local and site.is_for_a_turn:
        return say("`{name}` until the next turn of the loop", name=site.local)
    if site.handle is Handle.DISCARDED and site.local:
        return say("`{name}` until `{function}` returns", name=site.local, function=site.holding)
    if site.handle is Handle.DISCARDED:
        return say("nothing after line {line}", line=site.statement.end_line)
    if named := site.holder or (site.local if site.handle is Handle.LOCAL else ""):
        return f"`{named}`"
    if site.tracked.state is State.UNKNOWN:
        return say(words.UNKNOWN_LABEL)
    if site.handle is Handle.OWNED and site.cleaned.state is State.UNKNOWN:
        return say("an owner")
    return say(words.HELD_BY[site.handle])


def _ended_by(site: Site, life: Life | None, say: Language) -> str:
    if site.cleaned.state is State.UNKNOWN:
        return say(words.UNKNOWN_LABEL)
    if site.swept and site.handle is Handle.DISCARDED:
        return say(words.ENDED_BY_THE_SWEEP)
    if life is None and site.defect is Defect.TEARDOWN_IGNORES:
        return say(words.ENDED_BY_ITSELF_ONLY)
    if life is None:
        return say(words.ENDED_BY[site.cleaned.how])
    ended = phrases.ended_by(life, say)
    partly = life.standing.stopped_by and phrases.end_state(life) is State.PARTIAL
    if partly and site.defect in (Defect.TEARDOWN_IGNORES, Defect.NEVER_ENDED):
        return say("{name}, and nothing waits until it is through", name=ended)
    return say("{name} on some paths only", name=ended) if partly else ended


def _lives_with(life: Life, say: Language) -> str:
    said = [phrases.lives_with(life, say)]
    if life.standing.period:
        said.append(say("sleeps {seconds} in each turn", seconds=phrases.period(life)))
    if life.standing.swallows is not None:
        said.append(say("swallows its cancellation at {place}", place=phrases.swallows(life)))
    return say("; ").join(said)


def _keeps(site: Site, say: Language) -> str:
    captures, members = (
        series((f"`{name}`" for name in names), say) for names in (site.captures, site.heavy)
    )
    if not site.heavy:
        return captures
    return say("{captures}; heavy: {members}", captures=captures, members=members)


def _offer(fix: FixOffer, say: Language) -> str:
    offer = say(words.OFFER, kind=fix.kind, applicability=say(fix.applicability))
    does = say(words.FIXES[fix.kind])
    said = does if fix.tried else say(words.WHERE_IT_FITS, does=does)
    return _padded(offer, _OFFER_WIDTH) + said


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
