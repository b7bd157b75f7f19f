"""A report beside an earlier one, which `scan --format json` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from taskleash.reporters.report import Change, Comparison, Entry, Past, Report
from taskleash.source.reading import read_regular

_MOST_BYTES = 512 << 20
_RANK = {"high": 2, "low": 1, "none": 0}


class BadReport(Exception):
    """A file that is no such report; the message names it and says why."""


def read(path: str) -> tuple[Past, ...]:
    """The findings of an earlier report that nothing silenced; raises BadReport."""
    try:
        document = json.loads(read_regular(path, _MOST_BYTES))
        sites = document["sites"]
        return tuple(_past(site) for site in sites if site["rule"] and not _silenced(site))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadReport(f"{path}: cannot be read: {reason}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadReport(f"{path}: no report: write one with scan --format json={path}") from None


def compared(report: Report, before: tuple[Past, ...], path: str) -> Report:
    """The report with what is new in it, mended and worse since the earlier one."""
    found = [entry for entry in report.entries if _counts(entry)]
    earlier, mended = _matched(found, before)
    told = iter([_change(entry, past) for entry, past in zip(found, earlier, strict=True)])
    entries = tuple(
        replace(entry, change=next(told)) if _counts(entry) else entry for entry in report.entries
    )
    return replace(
        report,
        entries=entries,
        compared=Comparison(
            path=path,
            before=len(before),
            now=len(found),
            new=tuple(_of(entry) for entry in entries if entry.change is Change.NEW),
            mended=mended,
            worsened=tuple(_of(entry) for entry in entries if entry.change is Change.WORSENED),
        ),
    )


def _counts(entry: Entry) -> bool:
    return bool(entry.rule) and not entry.silenced


def _change(entry: Entry, past: Past | None) -> Change:
    if past is None:
        return Change.NEW
    return Change.WORSENED if _is_worse(entry, past) else Change.UNCHANGED


def _matched(
    found: Sequence[Entry], before: Iterable[Past]
) -> tuple[list[Past | None], tuple[Past, ...]]:
    """The earlier finding that each one was, and those that are no more.

    One in the same file comes first; then one of any other, as after a renaming.
    """
    left = list(before)
    earlier: list[Past | None] = [None] * len(found)
    for same_file in (True, False):
        by_key: dict[tuple[str, str], list[Past]] = {}
        for past in left:
            by_key.setdefault((past.path if same_file else "", past.fingerprint), []).append(past)
        for index, entry in enumerate(found):
            key = (entry.site.path if same_file else "", entry.fingerprint)
            if earlier[index] is None and by_key.get(key):
                earlier[index] = by_key[key].pop(0)
        left = [past for pasts in by_key.values() for past in pasts]
    return earlier, tuple(left)


def _is_worse(entry: Entry, past: Past) -> bool:
    return _RANK[str(entry.site.risk)] > _RANK.get(past.risk, 0)


def _of(entry: Entry) -> Past:
    site = entry.site
    return Past(site.path, site.span.line, entry.rule, site.task, str(site.risk), entry.fingerprint)


def _past(site: dict[str, Any]) -> Past:
    texts = (site["path"], site["rule"], site["task"], site["risk"], site["fingerprint"])
    if not all(isinstance(text, str) for text in texts) or type(site["line"]) is not int:
        raise TypeError
    path, rule, task, risk, fingerprint = texts
    return Past(path, site["line"], rule, task, risk, fingerprint)


def _silenced(site: dict[str, Any]) -> bool:
    return bool(site.get("suppressed") or site.get("known"))
