"""What a run of a program showed, as data."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from taskleash.verdict.model import Risk


@dataclass(frozen=True)
class Location:
    """A line of code; ``column`` is 1-based, 0 where it is unknown."""

    path: str
    line: int
    column: int
    function: str


@dataclass(frozen=True)
class Counts:
    """What became of tasks.

    ``collected``: let go of by everybody before they were done. ``unseen``: failed and gone, and
    nobody had looked. ``held``: failed, nobody has looked, and something still holds them.
    ``left``: alive as their loop was closed. ``alive``: not done when the record ends. ``kept``:
    something else than the loop held them when they were done. ``longest`` is in seconds.
    """

    started: int = 0
    finished: int = 0
    cancelled: int = 0
    failed: int = 0
    collected: int = 0
    unseen: int = 0
    held: int = 0
    left: int = 0
    kept: int = 0
    alive: int = 0
    peak: int = 0
    longest: float = 0.0

    @property
    def lost(self) -> int:
        """Tasks that nobody had an eye on: collected half-way, or failed unseen."""
        return self.collected + self.unseen

    def __add__(self, other: Counts) -> Counts:
        """Both together; of peaks and longest lives the greater one."""
        together: dict[str, Any] = {}
        for field in fields(self):
            pair = getattr(self, field.name), getattr(other, field.name)
            together[field.name] = max(pair) if field.name in _HIGHEST else sum(pair)
        return Counts(**together)


_HIGHEST = frozenset({"peak", "longest"})


@dataclass(frozen=True)
class Wait:
    """What a living task was seen to wait for: ``kind`` and ``what`` as `runtime.waits` has it."""

    kind: str
    what: str
    path: str
    line: int
    age: float


@dataclass(frozen=True)
class Caller:
    """A caller of the function that spawns, with its share of the counts."""

    place: Location
    counts: Counts


@dataclass(frozen=True)
class TracedSite:
    """A spawn site as it was seen; ``how`` is ``spawn``, ``main`` or ``callback``.

    ``library`` is true where it lies outside of the program. ``waits`` are those of tasks that were
    left or alive, else of some that were seen on the way.
    """

    place: Location
    tasks: tuple[str, ...]
    how: str
    library: bool
    counts: Counts
    callers: tuple[Caller, ...] = ()
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True)
class TracedLoop:
    """A loop: how many tasks it had, all and active, at seconds since its process began."""

    process: int
    kind: str
    closed: bool
    samples: tuple[tuple[float, int, int], ...]


@dataclass(frozen=True)
class TracedProcess:
    """A process that was observed; ``ended`` is false where it had no time to say so."""

    pid: int
    command: tuple[str, ...]
    python: str
    ended: bool


@dataclass(frozen=True)
class Alarm:
    """More tasks alive than allowed; ``at`` is in seconds since the command began."""

    at: float
    alive: int
    top: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Moment:
    """The spawn sites while the command runs; ``samples`` are the living tasks so far."""

    at: float
    sites: tuple[TracedSite, ...]
    samples: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Trace:
    """A whole run. ``samples`` are the living tasks of all processes over time, ``files`` those of
    the program that were loaded, as far as its processes could say so."""

    command: tuple[str, ...]
    status: int
    seconds: float
    warn_alive: int
    processes: tuple[TracedProcess, ...] = ()
    loops: tuple[TracedLoop, ...] = ()
    sites: tuple[TracedSite, ...] = ()
    samples: tuple[tuple[float, int], ...] = ()
    alarms: tuple[Alarm, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def spawns(self) -> tuple[TracedSite, ...]:
        """The sites that the program itself spawns at."""
        return tuple(site for site in self.sites if site.how != "main")

    @property
    def total(self) -> Counts:
        """The counts of all spawns."""
        return sum((site.counts for site in self.spawns), Counts())

    def risk_of(self, site: TracedSite) -> Risk:
        """What the run says of a site: high where tasks were lost or piled up, low where some were
        left, or failed and nobody has looked so far."""
        counts = site.counts
        if site.how == "main" or (site.library and not site.callers):
            return Risk.NONE
        if counts.lost or max(counts.left, counts.alive) > self.warn_alive:
            return Risk.HIGH
        return Risk.LOW if counts.held or counts.left or counts.alive else Risk.NONE
