"""The lines that close a report for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taskleash.classify.model import Risk
from taskleash.reporters import words
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report


def closing(report: Report, options: RenderOptions) -> list[str]:
    """The last lines of a report: what a scan counted, or how a check went; none when quiet."""
    if options.quiet:
        return []
    if options.command == "check":
        return [_outcome(report, options.unicode), *_offers([*report.entries, *report.errors])]
    return [inventory(report)]


def inventory(report: Report) -> str:
    """All sites in one line: ``3 tasks in 2 files: 1 high, 2 sound. 1 fixable with --fix.``"""
    if not report.entries:
        return f"No tasks in {words.plural(report.files, 'file')}."
    files = len({entry.site.path for entry in report.entries})
    tasks = f"{words.plural(len(report.entries), 'task')} in {words.plural(files, 'file')}"
    line = f"{tasks}: {', '.join(_risks(report.entries))}."
    fixable = sum(map(is_fixable, report.entries))
    return f"{line} {fixable} fixable with --fix." if fixable else line


def is_fixable(entry: Entry | FileError) -> bool:
    """Whether the run's fixes mend the finding; a silenced one is left alone."""
    return not entry.silenced and any(fix.allowed for fix in entry.fixes)


def count_hidden(entries: Iterable[Entry | FileError]) -> int:
    """How many findings only such fixes could mend as the run does not allow."""
    return sum(
        bool(entry.fixes) and not entry.silenced and not is_fixable(entry) for entry in entries
    )


def _risks(entries: Iterable[Entry]) -> list[str]:
    sites = [entry.site for entry in entries]
    high = sum(site.risk is Risk.HIGH for site in sites)
    low = sum(site.risk is Risk.LOW for site in sites)
    dormant = sum(site.risk is Risk.LOW and site.dormant for site in sites)
    asleep = f" ({dormant} {words.DORMANT})" if dormant else ""
    counts = ((high, "high"), (low, f"low{asleep}"), (len(sites) - high - low, "sound"))
    return [f"{count} {word}" for count, word in counts if count]


def _outcome(report: Report, unicode: bool) -> str:
    """What a check found; in brackets what was fixed, and what the baseline holds back."""
    remaining = sum(not entry.silenced for entry in report.entries) + len(report.errors)
    notes = [f"{report.fixed} fixed, {remaining} remaining"] if report.fixed else []
    if report.known and report.baseline:
        known = words.plural(report.known, "known finding")
        notes.append(f"{known} in {inert(report.baseline, unicode)}")
    bracket = f" ({'; '.join(notes)})" if notes else ""
    if remaining or report.fixed:
        return f"Found {words.plural(remaining + report.fixed, 'error')}{bracket}."
    return f"All checks passed!{bracket}"


def _offers(entries: Sequence[Entry | FileError]) -> list[str]:
    fixable, hidden = sum(map(is_fixable, entries)), count_hidden(entries)
    more = f"{words.plural(hidden, 'unsafe fix')} available with `--fix --unsafe-fixes`"
    if not fixable:
        return [f"{more}."] if hidden else []
    return [f"[*] {fixable} fixable with `--fix`{f' ({more})' if hidden else ''}."]
