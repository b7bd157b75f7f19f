"""The numbers behind the charts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from taskleash.reporters.html.risks import RISKS, risk_of
from taskleash.verdict.model import Site, State

_MOST = 10
UNKNOWN = "unknown"
_RADIUS = 40
CIRCUMFERENCE = 2 * math.pi * _RADIUS
#: how tasks are cleaned up, the best first
CLEANED = (
    "awaited",
    "gathered",
    "cancelled",
    "owner",
    "self-managed",
    "partial",
    UNKNOWN,
    "none",
)


@dataclass(frozen=True)
class Segment:
    """A part of a bar or a ring: what it stands for, how many, where it begins and how long it is.

    Both lengths are in the chart's own units.
    """

    key: str
    count: int
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """One component's bar; ``component`` is its index, its parts are the risks of its tasks."""

    component: int
    parts: tuple[Segment, ...]

    @property
    def total(self) -> int:
        """How many tasks the component has."""
        return sum(part.count for part in self.parts)


def risk_bars(sites: Iterable[tuple[int, Site]]) -> tuple[Bar, ...]:
    """The bars of the components with most at risk, of at most ten; the longest takes 100 units.

    ``sites`` come with the index of their component.
    """
    counts: dict[int, Counter[str]] = {}
    for component, site in sites:
        counts.setdefault(component, Counter())[risk_of(site)] += 1
    worst = sorted(counts, key=lambda c: ([-counts[c][risk] for risk in RISKS], c))[:_MOST]
    longest = max((counts[c].total() for c in worst), default=1)
    return tuple(Bar(c, _parts(counts[c], RISKS, 100 / longest)) for c in worst)


def risk_bar(sites: Iterable[Site]) -> tuple[Segment, ...]:
    """How the risks share 100 units."""
    counts = Counter(risk_of(site) for site in sites)
    return _parts(counts, RISKS, 100 / max(1, counts.total()))


def ending_ring(sites: Iterable[Site]) -> tuple[Segment, ...]:
    """How what cleans tasks up shares the ring; what occurs, the best first."""
    cells = (site.cleaned for site in sites)
    counts = Counter(UNKNOWN if c.state is State.UNKNOWN else c.how for c in cells)
    return _parts(counts, CLEANED, CIRCUMFERENCE / max(1, counts.total()))


def _parts(counts: Counter[str], keys: Sequence[str], unit: float) -> tuple[Segment, ...]:
    parts, before = [], 0
    for key in keys:
        if counts[key]:
            parts.append(
                Segment(key, counts[key], round(before * unit, 3), round(counts[key] * unit, 3))
            )
        before += counts[key]
    return tuple(parts)
