"""The rows of the scan table: sites merged by file, or one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING

from taskleash.audit.model import risk_rank
from taskleash.records import dataclass
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry
from taskleash.verdict.model import Cell, Risk, State

if TYPE_CHECKING:
    from taskleash.trace.joined import Observation

_STATE_RANK = {State.NO: 0, State.PARTIAL: 1, State.UNKNOWN: 2, State.YES: 3}


@dataclass(frozen=True)
class ReportRow:
    """One row: what is at risk in a file, or the whole file where nothing is.

    ``tasks`` are the distinct tasks that the cells are about, the worst first, ``lines`` theirs and
    then those of the rest: ``sound`` and ``silenced`` count it. Each cell is the worst of its
    sites. ``is_silenced`` is true where the row is about silenced findings alone.
    """

    path: str
    lines: tuple[int, ...]
    tasks: tuple[str, ...]
    tracked: Cell
    cleaned: Cell
    risk: Risk
    dormant: bool
    sound: int = 0
    silenced: int = 0
    is_silenced: bool = False
    observed: Observation | None = None

    def rest(self, say: Language) -> str:
        """What stands behind the tasks that the row names: `` +1 sound``, empty for nothing."""
        silenced = say(" (silenced)") if self.is_silenced else ""
        if self.silenced:
            silenced = say(" +{count} silenced", count=self.silenced)
        return silenced + (say(" +{count} sound", count=self.sound) if self.sound else "")


def rows(entries: Iterable[Entry], by: str) -> list[ReportRow]:
    """The rows for ``by``, ``file`` or ``site``, worst first, then by place.

    Where a traced run is at hand, what it proves comes before. The entries come sorted by path and
    line.
    """
    if by == "site":
        groups = [[entry] for entry in entries]
    else:
        groups = [list(group) for _, group in groupby(entries, key=lambda entry: entry.site.path)]
    return sorted(map(_merged, groups), key=_badness)


def _merged(entries: Sequence[Entry]) -> ReportRow:
    kinds = [[e for e in entries if _kind(e) == kind] for kind in range(3)]
    about, *rest = [sorted(kind, key=_rank) for kind in kinds if kind]
    open_, silenced, sound = map(len, kinds)
    sites = [entry.site for entry in about]
    seen = [entry.observed for entry in entries if entry.observed is not None]
    return ReportRow(
        path=sites[0].path,
        lines=tuple(dict.fromkeys(entry.site.span.line for entry in chain(about, *rest))),
        tasks=tuple(dict.fromkeys(site.task for site in sites)),
        tracked=min((site.tracked for site in sites), key=cell_rank),
        cleaned=min((site.cleaned for site in sites), key=cell_rank),
        risk=sites[0].risk,
        dormant=sites[0].dormant,
        sound=sound if open_ or silenced else 0,
        silenced=silenced if open_ else 0,
        is_silenced=not open_ and silenced > 0,
        observed=_together(seen) if seen else None,
    )


def _together(seen: list[Observation]) -> Observation:
    # Imported here, as below, because a run without a trace has no use for it.
    from taskleash.trace.joined import together

    return together(seen)


def _kind(entry: Entry) -> int:
    """0 for what is at risk, 1 for that where it is silenced, 2 for what is sound."""
    return 2 if entry.site.risk is Risk.NONE else int(entry.silenced)


def _rank(entry: Entry) -> int:
    return risk_rank(entry.site.risk, entry.site.dormant)


def _badness(row: ReportRow) -> tuple[int, int, int, int, str, tuple[int, ...]]:
    return (
        0 if row.observed is None else -row.observed.weight,
        risk_rank(row.risk, row.dormant),
        cell_rank(row.tracked),
        cell_rank(row.cleaned),
        row.path,
        row.lines,
    )


def cell_rank(cell: Cell) -> int:
    """Where a cell stands when the worst comes first."""
    return _STATE_RANK[cell.state]
