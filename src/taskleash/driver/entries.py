"""From the verdicts to what is reported: rules applied, suppressions seen to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from taskleash.classify.fingerprint import fingerprints
from taskleash.classify.model import Site
from taskleash.driver.folders import Rules
from taskleash.driver.inputs import Input
from taskleash.fixes.choice import FixChoice
from taskleash.reporters.report import Entry
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import also, diagnose, names
from taskleash.source.loading import InvalidSource
from taskleash.source.suppressions import Suppressions, suppressions

_NO_COMMENTS = Suppressions()


def entries(
    sites: list[Site],
    enabled: Rules,
    inputs: Mapping[str, Input],
    choice: FixChoice,
    heeds_comments: bool = True,
) -> tuple[Entry, ...]:
    """An entry for each site, in their order.

    ``inputs`` are the files that they are in, ``choice`` tells which fixes are applied.
    Where comments are not heeded, they silence nothing.
    """
    codes = [enabled.of(inputs[site.path].file) for site in sites]
    diagnosed = [(site, diagnose(site, on)) for site, on in zip(sites, codes, strict=True)]
    marks = fingerprints([(found.code if found else "", site) for site, found in diagnosed])
    silenceable = diagnosed if heeds_comments else []
    paths = dict.fromkeys(site.path for site, found in silenceable if found is not None)
    comments = {path: _suppressions(inputs[path]) for path in paths}
    made = (
        _entry(site, found, mark, comments.get(site.path, _NO_COMMENTS), choice)
        for (site, found), mark in zip(diagnosed, marks, strict=True)
    )
    return tuple(
        replace(entry, also=also(entry.site, on, entry.rule))
        for entry, on in zip(made, codes, strict=True)
    )


def _suppressions(item: Input) -> Suppressions:
    try:
        return suppressions(item.text(), names())
    except InvalidSource:
        # The file vanished after it was parsed: its verdicts stand.
        return Suppressions()


def _entry(
    site: Site, found: Diagnostic | None, mark: str, comments: Suppressions, choice: FixChoice
) -> Entry:
    if found is None:
        return Entry(site, mark)
    return Entry(
        site,
        mark,
        rule=found.code,
        said=found.said,
        fixes=choice.offers(found.code, found.fixes),
        suppressed=comments.covers(found.code, comment_lines(site)),
    )


def comment_lines(site: Site) -> tuple[int, ...]:
    """The lines where a comment silences the site, the most fitting first."""
    call = range(site.span.line, site.span.end_line + 1)
    return tuple(dict.fromkeys((*call, site.statement.end_line, site.statement.line)))
