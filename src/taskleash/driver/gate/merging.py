"""One finding for one defect, where several sites have it.

A function that returns its task and the callers that drop it, the tasks of a container that one
teardown forgets: the finding stands at the first of the sites that nothing silences, and names the
others. Each site keeps its verdict and its own place in a baseline, so that a comment or a baseline
silences that place alone, and the finding moves on to the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from taskleash.reporters.report import Entry
from taskleash.verdict.model import Part, Site

_ORDER = tuple(Part)


def merged(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries, those of one defect in one; silenced ones stay as they are."""
    entries = tuple(entries)
    shared: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if (name := _defect(entry.rule, entry.site)) is not None:
            shared[name].append(entry)
    first: dict[int, Entry] = {}
    for several in shared.values():
        open_ones = [entry for entry in several if not entry.silenced]
        # The finding is not where the task starts as long as a drop of it is known.
        is_dropped = any(_part(entry) is not Part.STARTS for entry in several)
        left_out = [e for e in open_ones if is_dropped and _part(e) is Part.STARTS]
        standing = [e for e in open_ones if not (is_dropped and _part(e) is Part.STARTS)]
        ordered = sorted(standing, key=lambda entry: _ORDER.index(_part(entry)))
        for entry in ordered[:1]:
            first[id(entry)] = replace(entry, merged=(*ordered[1:], *left_out))
    return tuple(
        first.get(id(entry), entry)
        for entry in entries
        if entry.silenced or _defect(entry.rule, entry.site) is None or id(entry) in first
    )


def defects(found: Iterable[tuple[str, Site]]) -> int:
    """How many defects these are, each given by its rule and one of its sites."""
    return len({_defect(rule, site) or index for index, (rule, site) in enumerate(found)})


def defects_of(entries: Iterable[Entry]) -> int:
    """How many defects the entries are of."""
    return defects((entry.rule, entry.site) for entry in entries)


def _defect(rule: str, site: Site) -> tuple[str, str] | None:
    return (rule, site.share.defect) if rule and site.share is not None else None


def _part(entry: Entry) -> Part:
    assert entry.site.share is not None
    return entry.site.share.part
