"""The static verdict on each spawn site beside what a run showed of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from taskleash.trace.model import Counts, Location, Trace, Wait
from taskleash.verdict.model import Risk, Site, Span, Word

#: so many tasks have to run to their end before that says something against a verdict
ENOUGH = 1000

# waits that keep a task alive whoever holds it
_KEEPING = frozenset({"timer", "io", "executor"})


class Finding(Word):
    """What a run says of a verdict."""

    PROVEN = "proven"
    CONTRADICTED = "contradicted"
    OPEN = "open"


@dataclass(frozen=True)
class Observation:
    """What was seen of a site: ``sentence`` says what it proves, empty where it proves nothing.

    ``loaded`` is true where its file is known to have been loaded in the run.
    """

    counts: Counts
    finding: Finding = Finding.OPEN
    sentence: str = ""
    waits: tuple[Wait, ...] = ()
    loaded: bool = False

    @property
    def weight(self) -> int:
        """How much it says of the verdict: 0 where all is open, more for what proves it."""
        return list(reversed(Finding)).index(self.finding)

    @property
    def short(self) -> str:
        """The counts in some words: ``20 started, 3 lost, peak 20``, or ``never ran``.

        ``not seen`` where the run does not even show that the file was loaded.
        """
        counts = self.counts
        if not counts.started:
            return "never ran" if self.loaded else "not seen"
        lost = f", {counts.lost} lost" if counts.lost else ""
        left = max(counts.left, counts.alive)
        return (
            f"{counts.started} started{lost}{f', {left} left' if left else ''}, peak {counts.peak}"
        )


def observations(sites: Sequence[Site], trace: Trace) -> list[Observation]:
    """What the run showed of each site, in their order.

    A traced place belongs to the site whose call it lies in, the innermost of several. A function
    that spawns counts for the line in it, and for that of its caller.
    """
    by_path: dict[str, list[int]] = defaultdict(list)
    for index, site in enumerate(sites):
        by_path[site.path].append(index)
    counts = [Counts()] * len(sites)
    waits: list[tuple[Wait, ...]] = [()] * len(sites)
    for traced in trace.spawns:
        shares = [(traced.place, traced.counts)]
        shares += [(caller.place, caller.counts) for caller in traced.callers]
        for place, share in shares:
            found = _innermost(place, [(i, sites[i].span) for i in by_path.get(place.path, ())])
            if found is not None:
                counts[found] = counts[found] + share
                waits[found] += traced.waits
    files = frozenset(trace.files)
    loaded = [site.path in files for site in sites]
    return [_judged(*each) for each in zip(sites, counts, waits, loaded, strict=True)]


def together(seen: Sequence[Observation]) -> Observation:
    """Several observations as one, the worst finding first."""
    counts = sum((each.counts for each in seen), Counts())
    findings = {each.finding for each in seen}
    worst = next((finding for finding in Finding if finding in findings), Finding.OPEN)
    return Observation(counts, worst, loaded=all(each.loaded for each in seen))


def _innermost(place: Location, spans: Sequence[tuple[int, Span]]) -> int | None:
    """The index of the span that a place lies in; without a column, of the first such call."""
    at = (place.line, place.column)
    inside = [
        (span, index)
        for index, span in spans
        if span.line <= place.line <= span.end_line
        and (not place.column or (span.line, span.column) <= at < (span.end_line, span.end_column))
    ]
    if not inside:
        return None
    return max(inside, key=lambda found: (found[0].line, found[0].column))[1]


def _judged(site: Site, counts: Counts, waits: tuple[Wait, ...], loaded: bool) -> Observation:
    seen = Observation(counts, waits=waits, loaded=loaded)
    if not counts.started:
        return seen
    if counts.lost:
        what = _lost(counts)
        if site.risk is Risk.NONE:
            sentence = f"judged sound, yet {what} of {counts.started} tasks"
            return replace(seen, finding=Finding.CONTRADICTED, sentence=sentence)
        return replace(seen, finding=Finding.PROVEN, sentence=f"proven: {what}")
    if site.risk is Risk.NONE:
        return seen
    if counts.left or counts.alive:
        left = max(counts.left, counts.alive)
        sentence = f"proven: {left} of {counts.started} tasks were alive as their loop was closed"
        return replace(seen, finding=Finding.PROVEN, sentence=sentence)
    return _ran_to_its_end(site, seen)


def _lost(counts: Counts) -> str:
    said = (
        (counts.collected, "collected before done"),
        (counts.unseen, "failed and nobody looked"),
    )
    return ", ".join(f"{count} {words}" for count, words in said if count)


def _ran_to_its_end(site: Site, seen: Observation) -> Observation:
    """What it proves that all tasks of a site that is judged a leak came to their end."""
    counts = seen.counts
    done = counts.finished + counts.cancelled + counts.failed
    if site.risk is Risk.HIGH and done >= ENOUGH and counts.kept == done and not counts.held:
        sentence = (
            f"judged a leak, yet all {done} tasks came to their end, and something held each of "
            "them when it did"
        )
        return replace(seen, finding=Finding.CONTRADICTED, sentence=sentence)
    kinds = {wait.kind for wait in seen.waits}
    if kinds and kinds <= _KEEPING:
        what = ", ".join(sorted({wait.what for wait in seen.waits if wait.what}))
        sentence = (
            f"none was lost, which proves little: seen waiting for `{what}` only, which holds it"
        )
        return replace(seen, sentence=sentence)
    return seen
