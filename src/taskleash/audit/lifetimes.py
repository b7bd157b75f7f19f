"""The lifetime table: what runs for long, what it lives with, and what ends it."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.audit.model import Audited, risk_rank
from taskleash.records import dataclass
from taskleash.verdict.model import Risk, Site, Standing, State

#: a task that cleans up after itself still goes on until the process ends
_RUNS_ON = "self-managed"


@dataclass(frozen=True)
class Life:
    """One long-running task.

    ``is_ended`` tells whether anything but its own failure or the end of the process ends it.
    ``risk`` is at least low where nothing does, or where the task swallows its cancellation: a
    shutdown then cuts it off, or waits for it in vain. The scan table may call the same task sound.
    """

    site: Site
    standing: Standing
    is_ended: bool
    risk: Risk


def life_table(entries: Iterable[Audited]) -> tuple[Life, ...]:
    """A row for each long-running task: the worst first, then by place."""
    found = [_life(e.site, e.site.standing) for e in entries if e.site.standing is not None]
    return tuple(sorted(found, key=_badness))


def _life(site: Site, standing: Standing) -> Life:
    cleaned = site.cleaned.state is not State.NO and site.cleaned.how != _RUNS_ON
    is_ended = bool(standing.stopped_by) or cleaned
    risk = site.risk
    if risk is Risk.NONE and (not is_ended or standing.swallows is not None):
        risk = Risk.LOW
    return Life(site, standing, is_ended, risk)


def _badness(life: Life) -> tuple[int, bool, str, int, int]:
    site = life.site
    rank = risk_rank(life.risk, site.dormant)
    return rank, life.is_ended, site.path, site.span.line, site.span.column
