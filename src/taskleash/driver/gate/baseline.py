"""Known findings told from new ones.

A finding is known where the baseline has its fingerprint for its file, or for a file that has it no
more: a renamed file, a function that moved. So a copy of a known finding is a new one.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from taskleash.driver.gate.baseline_file import KnownFinding
from taskleash.reporters.report import Entry, Report
from taskleash.rules.registry import diagnose
from taskleash.verdict.fingerprint import fingerprint


@dataclass(frozen=True)
class BesideBaseline:
    """A report beside a baseline.

    ``entries`` are the report's, the known ones marked; ``current`` are the baseline's findings
    that are still there, at the place where they are now, and those that this run did not look at;
    ``stale`` those that are gone.
    """

    entries: tuple[Entry, ...]
    current: tuple[KnownFinding, ...]
    stale: tuple[KnownFinding, ...]


def known_findings(report: Report) -> list[KnownFinding]:
    """The findings of a report as a baseline lists them; what a comment silences needs no entry."""
    return [_known(entry) for entry in report.entries if _counts(entry)]


def compare(report: Report, baseline: Sequence[KnownFinding]) -> BesideBaseline:
    """Match the findings of a report, unfiltered, with those of a baseline."""
    wanted = Counter(baseline)
    findings = {i: _known(entry) for i, entry in enumerate(report.entries) if _counts(entry)}
    matched: dict[int, KnownFinding] = {}
    for index, finding in findings.items():
        if wanted[finding]:
            wanted[finding] -= 1
            matched[index] = finding
    looked_at = report.scanned - {error.path for error in report.errors if error.is_invalid}
    left = _gone_from(wanted.elements(), looked_at)
    for index, finding in findings.items():
        if index not in matched and (others := left[finding.fingerprint]):
            wanted[others.pop(0)] -= 1
            matched[index] = finding
    unselected = _unselected(report)
    stale: list[KnownFinding] = []
    unseen: list[KnownFinding] = []
    for known in wanted.elements():
        gone = _is_gone(known.path, looked_at) and not _is_among(known, unselected)
        (stale if gone else unseen).append(known)
    return BesideBaseline(
        entries=tuple(
            replace(entry, known=True) if index in matched else entry
            for index, entry in enumerate(report.entries)
        ),
        current=(*matched.values(), *unseen),
        stale=tuple(sorted(stale)),
    )


def _counts(entry: Entry) -> bool:
    return bool(entry.rule) and not entry.suppressed


def _known(entry: Entry) -> KnownFinding:
    site = entry.site
    return KnownFinding(site.path, entry.rule, site.scope, fingerprint(entry.rule, site))


def _gone_from(
    left: Iterable[KnownFinding], looked_at: frozenset[str]
) -> dict[str, list[KnownFinding]]:
    """The findings that their files no longer have, by fingerprint, sorted."""
    found: dict[str, list[KnownFinding]] = defaultdict(list)
    for known in sorted(left):
        if _is_gone(known.path, looked_at):
            found[known.fingerprint].append(known)
    return found


def _is_gone(path: str, looked_at: frozenset[str]) -> bool:
    """Whether what was not found in a file is not there: it was looked at, or there is none."""
    return path in looked_at or not os.path.exists(path)


def _unselected(report: Report) -> dict[tuple[str, str], list[Entry]]:
    """The sites that no selected rule reports, by path and scope."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in report.entries:
        if not entry.rule:
            found[entry.site.path, entry.site.scope].append(entry)
    return found


def _is_among(known: KnownFinding, unselected: dict[tuple[str, str], list[Entry]]) -> bool:
    """Whether a finding would be reported if its rule were selected."""
    return any(
        fingerprint(known.rule, entry.site) == known.fingerprint
        and diagnose(entry.site, frozenset({known.rule})) is not None
        for entry in unselected.get((known.path, known.scope), ())
    )
