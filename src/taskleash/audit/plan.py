"""The plan: what to mend first, how, and what to leave as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from taskleash.audit.model import Audited
from taskleash.classify.model import Lifetime, Multiplicity, Risk, Site, Word
from taskleash.fixes.choice import FixChoice, FixOffer
from taskleash.rules.model import Applicability

E = TypeVar("E", bound=Audited)


class Priority(Word):
    """When to mend a finding: at once, next, or when there is time."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"


class Effort(Word):
    """What a fix costs: a command, a command and a review of what it changes, or handiwork."""

    APPLY = "apply"
    REVIEW = "review"
    HAND = "hand"


class Reason(Word):
    """Why nothing is to be done about a task."""

    SOUND = "sound"
    SUPPRESSED = "suppressed"
    KNOWN = "known"
    UNREPORTED = "unreported"


_WORST = {Risk.HIGH: 3, Risk.LOW: 1, Risk.NONE: 0}
_P0_FROM = 4
_P1_FROM = 3
_COST = {Effort.APPLY: 0, Effort.REVIEW: 1, Effort.HAND: 2}


@dataclass(frozen=True)
class Step(Generic[E]):
    """One finding to mend.

    ``harm`` is what its priority comes from: 3 for a high risk and 1 for a low one, 1 more where
    the task is started again and again, 1 more where it never ends or keeps something heavy alive.
    ``fix`` is the recommended one, None where it takes a person; ``alternatives`` are the others.
    """

    entry: E
    priority: Priority
    harm: int
    fix: FixOffer | None
    alternatives: tuple[FixOffer, ...]
    effort: Effort


@dataclass(frozen=True)
class Decision(Generic[E]):
    """Steps that matter only where a flag is on; their harm is what it would be then."""

    flag: str
    steps: tuple[Step[E], ...]


@dataclass(frozen=True)
class Unchanged(Generic[E]):
    """A task that needs no change, and why."""

    entry: E
    reason: Reason


@dataclass(frozen=True)
class Plan(Generic[E]):
    """All of it: ``steps`` by priority, ``decisions`` by flag, ``unchanged`` by place.

    Steps of one priority come by harm, and of equal harm the cheapest first.
    """

    steps: tuple[Step[E], ...]
    decisions: tuple[Decision[E], ...]
    unchanged: tuple[Unchanged[E], ...]


def plan(entries: Iterable[E]) -> Plan[E]:
    """The plan for what was found; every entry is in exactly one of its parts.

    The entries have the patches of their fixes: what has none is left to a person.
    """
    steps: list[Step[E]] = []
    guarded: dict[str, list[Step[E]]] = defaultdict(list)
    unchanged: list[Unchanged[E]] = []
    for entry in entries:
        reason = _reason(entry)
        if reason is not None:
            unchanged.append(Unchanged(entry, reason))
        elif entry.site.dormant:
            guarded[entry.site.guard].append(_step(entry))
        else:
            steps.append(_step(entry))
    decisions = (Decision(flag, _ranked(guarded[flag])) for flag in sorted(guarded))
    return Plan(_ranked(steps), tuple(decisions), tuple(unchanged))


def _reason(entry: Audited) -> Reason | None:
    if entry.site.risk is Risk.NONE and not entry.rule:
        return Reason.SOUND
    if entry.suppressed:
        return Reason.SUPPRESSED
    if entry.known:
        return Reason.KNOWN
    return None if entry.rule else Reason.UNREPORTED


def _step(entry: E) -> Step[E]:
    harm = _harm(entry.site)
    fix, alternatives = _fixes(entry)
    return Step(entry, _priority(harm), harm, fix, alternatives, _effort(fix))


def _harm(site: Site) -> int:
    risk = site.would_be if site.dormant and site.would_be is not None else site.risk
    again = site.multiplicity is not Multiplicity.ONCE
    lasting = bool(site.heavy) or site.lifetime is Lifetime.ENDLESS
    return _WORST[risk] + again + lasting


def _priority(harm: int) -> Priority:
    if harm >= _P0_FROM:
        return Priority.P0
    return Priority.P1 if harm >= _P1_FROM else Priority.P2


def _fixes(entry: Audited) -> tuple[FixOffer | None, tuple[FixOffer, ...]]:
    """The fix that was found to work, and the others in the order in which a run tries them."""
    if entry.patch is None:
        return None, ()
    offers = {offer.kind: offer for offer in entry.fixes}
    first = offers.pop(entry.patch.kind)
    every = [replace(offer, allowed=True) for offer in offers.values()]
    kinds = FixChoice(unsafe=True).kinds(entry.site, every)
    return first, tuple(offers[kind] for kind in kinds)


def _effort(fix: FixOffer | None) -> Effort:
    if fix is None:
        return Effort.HAND
    return Effort.APPLY if fix.applicability == Applicability.SAFE else Effort.REVIEW


def _ranked(steps: Iterable[Step[E]]) -> tuple[Step[E], ...]:
    return tuple(sorted(steps, key=_urgency))


def _urgency(step: Step[E]) -> tuple[int, int, str, int, int]:
    site = step.entry.site
    return -step.harm, _COST[step.effort], site.path, site.span.line, site.span.column
