"""What the formats of a trace say alike: headings, cells, and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.audit.model import risk_rank
from taskleash.reporters.language import ENGLISH
from taskleash.trace.model import Alarm, Counts, Trace, TracedSite, Wait
from taskleash.verdict.model import Risk

HEADINGS = (
    "Place",
    "Task",
    "Started",
    "Failed",
    "Collected",
    "Unseen",
    "Held",
    "Left",
    "Alive",
    "Peak",
    "Longest",
)

#: what the headings mean that do not say it themselves
LEGEND = (
    "Collected: let go of by everybody before it was done. Unseen: failed and gone, and nobody "
    "had looked. Held: failed, nobody has looked so far. Left: alive as its loop was closed."
)

_count = ENGLISH.count


def ordered(trace: Trace) -> list[TracedSite]:
    """The spawn sites, the worst first, then those with the most living tasks."""

    def badness(site: TracedSite) -> tuple[int, int, int, str, int]:
        rank = risk_rank(trace.risk_of(site), False)
        counts = site.counts
        return rank, -counts.lost, -counts.peak, site.place.path, site.place.line

    return sorted(trace.spawns, key=badness)


def cells(site: TracedSite) -> Sequence[str]:
    """A row: what is 0 is a dash, so that the rest stands out."""
    counts = site.counts
    numbers = (
        counts.started,
        counts.failed,
        counts.collected,
        counts.unseen,
        counts.held,
        counts.left,
        counts.alive,
        counts.peak,
    )
    place = f"{site.place.path}:{site.place.line}"
    more = f", {len(site.tasks) - 1} more" if len(site.tasks) > 1 else ""
    shown = [str(number) if number else "-" for number in numbers]
    # How long tasks lived in a process that was killed is not known.
    longest = duration(counts.longest) if counts.longest else "-"
    return (place, site.tasks[0] + more, *shown, longest)


def duration(seconds: float) -> str:
    """A time in two or three digits: ``12 ms``, ``3.4 s``, ``12 min``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def remarks(trace: Trace) -> Iterator[str]:
    """What there is to say of single sites: what their tasks wait for, and who calls them."""
    for site in ordered(trace):
        if trace.risk_of(site) is Risk.NONE:
            continue
        place = f"{site.place.path}:{site.place.line}"
        for wait in site.waits[:2]:
            yield f"{place} waits for {waited(wait)}"
        for caller in site.callers:
            at = f"{caller.place.path}:{caller.place.line}"
            yield f"{place} called at {at} ({caller.place.function}): {outcome(caller.counts)}"


def waited(wait: Wait) -> str:
    """What a task was seen to wait for: ``Event.wait at app.py:9, for 3.4 s``."""
    at = f" at {wait.path}:{wait.line}" if wait.path else ""
    return f"`{wait.what or 'its turn'}`{at}, {duration(wait.age)} after it was started"


def outcome(counts: Counts) -> str:
    """What became of the tasks: ``20 started, 3 collected before they were done``."""
    said = [f"{counts.started} started"]
    named = (
        (counts.collected, "collected before done"),
        (counts.unseen, "failed unseen"),
        (counts.held, "failed and still held"),
        (counts.left, "alive at the loop's close"),
        (counts.alive if not counts.left else 0, "alive at the end of the record"),
    )
    said += [f"{count} {words}" for count, words in named if count]
    return ", ".join([*said, f"peak {counts.peak}"])


def alarm(of: Alarm, warn_alive: int) -> str:
    """The alarm in one line: how many, above which threshold, from where."""
    top = ", ".join(f"{count} from {place}" for place, count in of.top)
    return f"{of.alive} tasks alive, more than {warn_alive}, {of.at:.0f} s after the start: {top}"


def closing(trace: Trace) -> Iterator[str]:
    """The lines that end a report."""
    total = trace.total
    sites = _count(len(trace.spawns), "spawn site")
    ended = f"{total.finished} finished, {total.cancelled} cancelled, {total.failed} failed"
    where = "1 process" if len(trace.processes) == 1 else f"{len(trace.processes)} processes"
    loops = _count(len(trace.loops), "loop")
    yield f"{_count(total.started, 'task')} from {sites} in {where}, {loops}: {ended}."
    risks = [trace.risk_of(site) for site in trace.spawns]
    yield f"{risks.count(Risk.HIGH)} high, {risks.count(Risk.LOW)} low."
    killed = [str(process.pid) for process in trace.processes if not process.ended]
    if killed:
        yield f"ended without a word, counted as far as known: {', '.join(killed)}"
    yield from trace.notes
