"""Which fixes a source turns out not to allow, so that none is offered that would be refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from taskleash.classify.model import Site
from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.inputs import Input
from taskleash.driver.manner import manner_of
from taskleash.driver.settings import Settings
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import diagnose
from taskleash.rules.selection import resolve_codes
from taskleash.sentences import Said
from taskleash.source.loading import InvalidSource

#: rules whose findings can nearly always be mended; to try them all would take longer than it tells
_MENDABLE = frozenset({"TL001", "TL002", "TL003"})


def fitted(
    sites: Sequence[Site],
    changed: Collection[str] | None,
    inputs: Mapping[str, Input],
    settings: Settings,
) -> tuple[Site, ...]:
    """The sites, with the kinds of fixes that cannot be made where they are reported.

    Those that are not in ``changed`` files keep what is known of them; None stands for all files.
    """
    if changed is not None:
        sites = [replace(site, unfit=()) if site.path in changed else site for site in sites]
    usual = resolve_codes((), ())
    found = {
        site: diagnose(site, usual)
        for site in sites
        if site.defect and site.path in inputs and (changed is None or site.path in changed)
    }
    tried = {site: each for site, each in found.items() if each and _is_doubtful(each)}
    if not tried:
        return tuple(sites)
    work = partial(_objections, tried, inputs, settings)
    unfit = with_deep_stack(work, LINKER_MEGABYTES)
    return tuple(replace(site, unfit=unfit[site]) if site in unfit else site for site in sites)


def _is_doubtful(diagnostic: Diagnostic) -> bool:
    return bool(diagnostic.fixes) and diagnostic.code not in _MENDABLE


def _objections(
    tried: Mapping[Site, Diagnostic], inputs: Mapping[str, Input], settings: Settings
) -> dict[Site, tuple[tuple[str, Said], ...]]:
    return {
        site: tuple(_against(site, diagnostic, inputs[site.path], settings))
        for site, diagnostic in tried.items()
    }


def _against(
    site: Site, diagnostic: Diagnostic, item: Input, settings: Settings
) -> Iterator[tuple[str, Said]]:
    """The kinds of fixes that cannot be made in the file as it is, and why."""
    # Imported here because a run that finds nothing has no use for what changes files.
    from taskleash.fixes.mend import mend
    from taskleash.fixes.model import Target

    try:
        text = item.text()
    except InvalidSource:
        # The file vanished after it was parsed: its verdicts stand.
        return
    for fix in diagnostic.fixes:
        target = Target(site, diagnostic.code, (fix.kind,))
        for left in mend(text, [target], manner_of(item.path, settings)).left:
            yield fix.kind, left.reason
