"""A report with what a traced run showed of each of its sites."""

from __future__ import annotations

from dataclasses import replace

from taskleash.reporters.report import Entry, Report
from taskleash.sentences import sentence
from taskleash.trace.joined import Observation, observations
from taskleash.trace.model import Trace


def observed(report: Report, trace: Trace) -> Report:
    """The report, each entry with its observation, which its message names too."""
    seen = observations([entry.site for entry in report.entries], trace)
    pairs = zip(report.entries, seen, strict=True)
    return replace(report, entries=tuple(_observed(*pair) for pair in pairs))


def _observed(entry: Entry, seen: Observation) -> Entry:
    said = entry.said
    if said:
        said = sentence("{said}; observed: {seen}", said=said, seen=seen.short)
    return replace(entry, observed=seen, said=said)
