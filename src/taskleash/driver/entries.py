"""From the verdicts to what is reported: rules applied, suppressions seen to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from taskleash.driver.comments import CommentsByPath
from taskleash.driver.folders import Rules
from taskleash.driver.inputs import Input
from taskleash.fixes.choice import FixChoice
from taskleash.reporters.report import Entry
from taskleash.rules.model import Diagnostic
from taskleash.rules.registry import also, diagnose
from taskleash.source.suppressions import Suppressions
from taskleash.verdict.fingerprint import fingerprints
from taskleash.verdict.model import Site

_NO_COMMENTS = Suppressions()


def entries(
    sites: list[Site],
    enabled: Rules,
    inputs: Mapping[str, Input],
    comments: CommentsByPath,
    choice: FixChoice,
    heeds_comments: bool = True,
) -> tuple[Entry, ...]:
    """An entry for each site, in their order.

    ``inputs`` are the files that they are in, ``comments`` what is written there. ``choice`` tells
    which fixes are applied.
    Where comments are not heeded, they silence nothing.
    """
    codes = [enabled.of(inputs[site.path].file) for site in sites]
    diagnosed = [(site, diagnose(site, on)) for site, on in zip(sites, codes, strict=True)]
    marks = fingerprints([(found.code if found else "", site) for site, found in diagnosed])

    def silenced(path: str) -> Suppressions:
        return comments.of(path).silenced if heeds_comments else _NO_COMMENTS

    made = (
        _entry(site, found, mark, silenced, choice)
        for (site, found), mark in zip(diagnosed, marks, strict=True)
    )
    return tuple(
        replace(entry, also=also(entry.site, on, entry.rule))
        for entry, on in zip(made, codes, strict=True)
    )


def _entry(
    site: Site,
    found: Diagnostic | None,
    mark: str,
    silenced: Callable[[str], Suppressions],
    choice: FixChoice,
) -> Entry:
    if found is None:
        return Entry(site, mark)
    return Entry(
        site,
        mark,
        rule=found.code,
        said=found.said,
        fixes=choice.offers(found.code, found.fixes, site),
        suppressed=silenced(site.path).covers(found.code, comment_lines(site)),
    )


def comment_lines(site: Site) -> tuple[int, ...]:
    """The lines where a comment silences the site, the most fitting first."""
    call = range(site.span.line, site.span.end_line + 1)
    return tuple(dict.fromkeys((*call, site.statement.end_line, site.statement.line)))
