"""The rows of the scan table: sites merged by file, or one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from taskleash.audit.model import risk_rank
from taskleash.classify.model import Cell, Risk, State
from taskleash.reporters.report import Entry
from taskleash.trace.joined import Finding, Observation, together

_STATE_RANK = {State.NO: 0, State.PARTIAL: 1, State.UNKNOWN: 2, State.YES: 3}


@dataclass(frozen=True)
class Row:
    """One row: the lines and distinct tasks of its sites in order, and the worst of each cell.

    ``path`` lacks the folders that all rows have in common.
    """

    path: str
    lines: tuple[int, ...]
    tasks: tuple[str, ...]
    tracked: Cell
    cleaned: Cell
    risk: Risk
    dormant: bool
    observed: Observation | None = None


def rows(entries: Iterable[Entry], by: str) -> list[Row]:
    """The rows for ``by``, ``file`` or ``site``, worst first, then by place.

    Where a traced run is at hand, what it proves comes before. The entries come sorted by path and
    line.
    """
    if by == "site":
        groups = [[entry] for entry in entries]
    else:
        groups = [list(group) for _, group in groupby(entries, key=lambda entry: entry.site.path)]
    common = common_folder([group[0].site.path for group in groups])
    return sorted((_merged(group, common) for group in groups), key=_badness)


def _merged(entries: Sequence[Entry], common: str) -> Row:
    sites = [entry.site for entry in entries]
    seen = [entry.observed for entry in entries if entry.observed is not None]
    worst = min(sites, key=lambda site: risk_rank(site.risk, site.dormant))
    return Row(
        path=sites[0].path[len(common) :],
        lines=tuple(dict.fromkeys(site.span.line for site in sites)),
        tasks=tuple(dict.fromkeys(site.task for site in sites)),
        tracked=min((site.tracked for site in sites), key=cell_rank),
        cleaned=min((site.cleaned for site in sites), key=cell_rank),
        risk=worst.risk,
        dormant=worst.dormant,
        observed=together(seen) if seen else None,
    )


def _badness(row: Row) -> tuple[int, int, int, int, str, tuple[int, ...]]:
    finding = row.observed.finding if row.observed is not None else Finding.OPEN
    return (
        list(Finding).index(finding),
        risk_rank(row.risk, row.dormant),
        cell_rank(row.tracked),
        cell_rank(row.cleaned),
        row.path,
        row.lines,
    )


def cell_rank(cell: Cell) -> int:
    """Where a cell stands when the worst comes first."""
    return _STATE_RANK[cell.state]


def common_folder(paths: Sequence[str]) -> str:
    """The folders that all paths begin with, with their ``/``; empty where there is none."""
    levels = zip(*(path.split("/")[:-1] for path in paths), strict=False)
    common = "".join(
        f"{level[0]}/" for level in takewhile(lambda names: len(set(names)) == 1, levels)
    )
    return "" if common == "/" else common
