"""Which fixes a source turns out not to allow, so that none is offered that would be refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from taskleash.driver.cache.memory import Memory
from taskleash.driver.fixing.manner import manner_of
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import GUESSED, UNTRIED
from taskleash.fixes.model import Manner
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import diagnose
from taskleash.rules.selection import resolve_codes
from taskleash.sentences import Said
from taskleash.source.loading import InvalidSource
from taskleash.verdict.model import Site

#: a site and what a rule says of it
_Tried: TypeAlias = tuple[Site, Diagnostic]


def fitted(
    sites: Sequence[Site],
    changed: Collection[str] | None,
    inputs: Mapping[str, Input],
    settings: Settings,
    memory: Memory | None = None,
) -> tuple[Site, ...]:
    """The sites, with the kinds of fixes that cannot be made where they are reported.

    Those that are not in ``changed`` files keep what is known of them; None stands for all files.
    The ``memory`` has what was tried before, where it lasts.
    """
    if changed is not None:
        sites = [_untried(site) if site.path in changed else site for site in sites]
    usual = resolve_codes((), ())
    found = {
        site: diagnose(site, usual)
        for site in sites
        if site.defect and site.path in inputs and (changed is None or site.path in changed)
    }
    tried: dict[str, list[_Tried]] = defaultdict(list)
    for site, each in found.items():
        if each and _is_doubtful(each):
            tried[site.path].append((site, each))
    memory = memory or Memory()
    unfit: dict[Site, Site] = {}
    for path, targets in tried.items():
        fitting = _fitted_in(inputs[path], targets, settings, memory)
        unfit |= dict(zip((site for site, _ in targets), fitting, strict=True))
    return tuple(unfit.get(site, site) for site in sites)


def _fitted_in(
    item: Input, tried: Sequence[_Tried], settings: Settings, memory: Memory
) -> tuple[Site, ...]:
    """The sites of one file, tried unless the same was tried before."""
    manner = manner_of(item.path, settings)
    sites = tuple(site for site, _ in tried)
    asked = memory.fitting_key(item, manner, sites)
    known = memory.fitting(asked)
    if known is None or tuple(map(_untried, known)) != sites:
        known = with_deep_stack(partial(_all_tried, tried, item, manner), LINKER_MEGABYTES)
        memory.keep_fitting(asked, known)
    return known


def _untried(site: Site) -> Site:
    return replace(site, unfit=(), guessed=())


def _is_doubtful(diagnostic: Diagnostic) -> bool:
    return bool(diagnostic.fixes) and diagnostic.code not in UNTRIED


def _all_tried(tried: Sequence[_Tried], item: Input, manner: Manner) -> tuple[Site, ...]:
    try:
        text = item.text()
    except InvalidSource:
        # The file vanished after it was parsed: its verdicts stand.
        return tuple(site for site, _ in tried)
    return tuple(_with_tried(site, diagnostic, text, manner) for site, diagnostic in tried)


def _with_tried(site: Site, diagnostic: Diagnostic, text: str, manner: Manner) -> Site:
    """The site, with the kinds of fixes its file does not allow, and those that are guesses."""
    unfit: list[tuple[str, Said]] = []
    guessed: list[tuple[str, Said]] = []
    for fix in diagnostic.fixes:
        against = partial(_against, site, diagnostic.code, fix.kind, text, manner)
        if reasons := against(frozenset()):
            unfit += reasons
        elif fix.kind in GUESSED:
            guessed += against(frozenset({fix.kind}))
    return replace(site, unfit=tuple(unfit), guessed=tuple(guessed))


def _against(
    site: Site, code: str, kind: str, text: str, manner: Manner, unasked: frozenset[str]
) -> list[tuple[str, Said]]:
    """Why a kind of fix cannot be made in a file with this text; see `Target` of ``unasked``."""
    # Imported here because a run that finds nothing has no use for what changes files.
    from taskleash.fixes.mend import mend
    from taskleash.fixes.model import Target

    target = Target(site, code, (kind,), unasked)
    return [(kind, left.reason) for left in mend(text, [target], manner).left]
