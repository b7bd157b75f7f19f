"""The plan: what to mend first, how, and what to leave as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from taskleash.audit.model import Audited
from taskleash.fixes.choice import FixChoice, FixOffer
from taskleash.records import dataclass
from taskleash.rules.model import Applicability
from taskleash.verdict.model import Lifetime, Multiplicity, Risk, Site, State, Word

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


class PlanReason(Word):
    """Why nothing is to be done about a task."""

    SOUND = "sound"
    SUPPRESSED = "suppressed"
    KNOWN = "known"
    UNREPORTED = "unreported"


#: from so much harm on a finding ranks one higher than its risk alone would have it
_MUCH = 6
_RANKS = {
    Risk.HIGH: (Priority.P1, Priority.P0),
    Risk.LOW: (Priority.P2, Priority.P1),
    Risk.NONE: (Priority.P2, Priority.P2),
}
_COST = {Effort.APPLY: 0, Effort.REVIEW: 1, Effort.HAND: 2}


@dataclass(frozen=True)
class Harm:
    """What a finding does, as three factors from 1 to 3.

    ``often``: once, for each call, for each one of which it is known where it comes from, or in a
    loop. ``keeps``: nothing, something, something heavy. ``lasts``: it ends by itself, that is not
    known or something ends it at times, nothing ends it.
    """

    often: int
    keeps: int
    lasts: int

    @property
    def total(self) -> int:
        """The factors together: from 1 to 27."""
        return self.often * self.keeps * self.lasts


@dataclass(frozen=True)
class Step(Generic[E]):
    """One finding to mend.

    Its priority comes from its risk and its ``harm``. ``fix`` is the recommended one, None where it
    takes a person; ``alternatives`` are the others.
    """

    entry: E
    priority: Priority
    harm: Harm
    fix: FixOffer | None
    alternatives: tuple[FixOffer, ...]
    effort: Effort


@dataclass(frozen=True)
class FlagDecision(Generic[E]):
    """Steps that matter only where a flag is on; their harm is what it would be then."""

    flag: str
    steps: tuple[Step[E], ...]


@dataclass(frozen=True)
class Unchanged(Generic[E]):
    """A task that needs no change, and why."""

    entry: E
    reason: PlanReason


@dataclass(frozen=True)
class Plan(Generic[E]):
    """All of it: ``steps`` by priority, ``decisions`` by flag, ``unchanged`` by place.

    Steps of one priority come by harm, and of equal harm the cheapest first.
    """

    steps: tuple[Step[E], ...]
    decisions: tuple[FlagDecision[E], ...]
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
    decisions = (FlagDecision(flag, _ranked(guarded[flag])) for flag in sorted(guarded))
    return Plan(_ranked(steps), tuple(decisions), tuple(unchanged))


def _reason(entry: Audited) -> PlanReason | None:
    if entry.site.risk is Risk.NONE and not entry.rule:
        return PlanReason.SOUND
    if entry.suppressed:
        return PlanReason.SUPPRESSED
    if entry.known:
        return PlanReason.KNOWN
    return None if entry.rule else PlanReason.UNREPORTED


def _step(entry: E) -> Step[E]:
    harm = _harm(entry.site)
    fix, alternatives = _fixes(entry)
    return Step(entry, _priority(entry.site, harm), harm, fix, alternatives, effort_of(fix))


def _harm(site: Site) -> Harm:
    keeps = 3 if site.heavy else 2 if site.captures else 1
    return Harm(_often(site), keeps, _lasts(site))


def _often(site: Site) -> int:
    if site.multiplicity is Multiplicity.PER_CALL:
        # What leads to the call stands behind a comma.
        return 3 if "," in site.runs else 2
    return 3 if site.multiplicity is Multiplicity.LOOP else 1


def _lasts(site: Site) -> int:
    if site.lifetime is Lifetime.SHORT:
        return 1
    is_endless = site.lifetime is Lifetime.ENDLESS
    return 3 if is_endless and site.cleaned.state is State.NO else 2


def _priority(site: Site, harm: Harm) -> Priority:
    risk = site.would_be if site.dormant and site.would_be is not None else site.risk
    return _RANKS[risk][harm.total >= _MUCH]


def _fixes(entry: Audited) -> tuple[FixOffer | None, tuple[FixOffer, ...]]:
    """The fix that was found to work, and the others in the order in which a run tries them."""
    if entry.patch is None:
        return None, ()
    offers = {offer.kind: offer for offer in entry.fixes}
    first = offers.pop(entry.patch.kind)
    every = [replace(offer, allowed=True) for offer in offers.values()]
    kinds = FixChoice(unsafe=True).kinds(entry.site, every)
    return first, tuple(offers[kind] for kind in kinds)


def effort_of(fix: FixOffer | None) -> Effort:
    """What it costs to make a fix, or to mend a finding without one."""
    if fix is None:
        return Effort.HAND
    return Effort.APPLY if fix.applicability == Applicability.SAFE else Effort.REVIEW


def _ranked(steps: Iterable[Step[E]]) -> tuple[Step[E], ...]:
    return tuple(sorted(steps, key=_urgency))


def _urgency(step: Step[E]) -> tuple[int, int, int, str, int, int]:
    site = step.entry.site
    urgency = list(Priority).index(step.priority), -step.harm.total, _COST[step.effort]
    return *urgency, site.path, site.span.line, site.span.column
