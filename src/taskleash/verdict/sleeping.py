"""Sites that feature flags keep from running: their verdict stays as what it would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from taskleash.dormancy.dead import Barrier
from taskleash.dormancy.dormant import Dormant
from taskleash.dormancy.reach import Place
from taskleash.ir.feature_flags import FeatureFlags
from taskleash.ir.model import Pos
from taskleash.semantics.calls import Calls
from taskleash.semantics.program import Program
from taskleash.verdict.model import Evidence, Risk, Site

_MAX_BARRIERS = 3


def with_dormancy(calls: Calls, flags: FeatureFlags, sites: Iterable[Site]) -> list[Site]:
    """The sites, those marked that the flags keep from running."""
    dormant = Dormant(calls, flags)
    found = list(sites)
    if dormant.is_idle:
        return found
    places = places_of(calls.program, found)
    return [_asleep(site, dormant.barriers(places[key(site)])) for site in found]


def places_of(program: Program, sites: Iterable[Site]) -> dict[tuple[str, Pos], Place]:
    """Every call in the files of some sites by its file and its position."""
    paths = {site.path for site in sites}
    return {
        (module.path, call.pos): (function, index)
        for module in program.modules
        if module.path in paths
        for function in module.in_order
        for index, call in function.calls()
    }


def key(site: Site) -> tuple[str, Pos]:
    """The file and the position of a site."""
    span = site.span
    return site.path, (span.line, span.column, span.end_line, span.end_column)


def _asleep(site: Site, barriers: list[Barrier]) -> Site:
    if not barriers:
        return site
    steps = tuple(Evidence(b.path, b.line, 1, b.guard.reason) for b in barriers[:_MAX_BARRIERS])
    return replace(
        site,
        dormant=True,
        would_be=site.risk,
        guard=barriers[0].guard.flag,
        risk=Risk.LOW if site.risk is Risk.HIGH else site.risk,
        evidence=(*steps, *site.evidence),
    )
