"""Where verdicts that were kept stand now: their files may say the same with their lines moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from taskleash.driver.cache.verdicts import Cited, Verdicts
from taskleash.ir.layout import Layout, Point
from taskleash.verdict.model import Site
from taskleash.verdict.relocation import relocated

_T_co = TypeVar("_T_co", covariant=True)


class Indexed(Protocol[_T_co]):
    """A sequence, or a mapping by numbers."""

    def __getitem__(self, rank: int, /) -> _T_co:
        """What has a rank; raises LookupError."""
        ...


@dataclass
class _Noted:
    """Notes the places that sites name, which stay where they are."""

    lines: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    points: defaultdict[str, set[Point]] = field(default_factory=lambda: defaultdict(set))

    def line(self, path: str, line: int) -> int:
        self.lines[path].add(line)
        return line

    def point(self, path: str, line: int, column: int) -> Point:
        self.points[path].add((line, column))
        return line, column


def cited(
    sites: Iterable[Site], layout: Callable[[str], Layout], content: Callable[[str], str]
) -> dict[str, Cited]:
    """The places that sites name, by path; of a file are asked its layout and its content."""
    noted = _Noted()
    for site in sites:
        relocated(site, noted)
    found: dict[str, Cited] = {}
    for path in sorted({*noted.lines, *noted.points}):
        where = layout(path)
        # What stands for a whole line has its first column. What names the place where a module
        # begins may mean the module, which begins there whatever is moved.
        lines = noted.lines[path] | {line for line, column in noted.points[path] if column == 1}
        lines = (lines & where.line_ranks.keys()) - {1}
        points = (noted.points[path] & where.point_ranks.keys()) - {(1, 1)}
        found[path] = Cited(
            content(path),
            tuple((line, where.line_ranks[line]) for line in sorted(lines)),
            tuple((*point, where.point_ranks[point]) for point in sorted(points)),
        )
    return found


class Ranked(Protocol):
    """Where the lines and points of a file are, by their ranks; `Layout` is one for all of them."""

    @property
    def lines(self) -> Indexed[int]:
        """The lines."""
        ...

    @property
    def points(self) -> Indexed[Point]:
        """The points."""
        ...


@dataclass(frozen=True)
class Shifted:
    """Where the places that verdicts cited in a file are, by their ranks."""

    lines: Mapping[int, int]
    points: Mapping[int, Point]


def shifted(cited: Cited, moved: Mapping[int, int]) -> Shifted | None:
    """Those of a file whose lines have moved as a whole; None where one of them is lost."""
    try:
        return Shifted(
            {rank: moved[line] for line, rank in cited.lines},
            {rank: (moved[line], column) for line, column, rank in cited.points},
        )
    except KeyError:
        return None


def placed(
    verdicts: Verdicts, layouts: Mapping[str, Ranked], contents: Mapping[str, str]
) -> Verdicts | None:
    """The verdicts with the places of some files as they are now; None where one is lost.

    By path, ``layouts`` and ``contents`` have what those files are now; all others have stayed.
    """
    try:
        where = _Moved(verdicts.cited, layouts)
        found = [relocated(site, where) for site in verdicts.sites]
        moved = {
            path: _cited_in(verdicts.cited[path], where, contents[path])
            for path, where in layouts.items()
        }
    except LookupError:
        return None
    sites = tuple(sorted(found, key=lambda site: (site.path, site.span)))
    return replace(verdicts, sites=sites, cited={**verdicts.cited, **moved})


def _cited_in(before: Cited, where: Ranked, content: str) -> Cited:
    """The places of a file by its new layout."""
    return Cited(
        content,
        tuple((where.lines[rank], rank) for _, rank in before.lines),
        tuple((*where.points[rank], rank) for *_, rank in before.points),
    )


class _Moved:
    """Where the places of files are whose layouts are new; those of all others have stayed."""

    def __init__(self, known: Mapping[str, Cited], layouts: Mapping[str, Ranked]) -> None:
        self._lines: dict[str, dict[int, int]] = {}
        self._points: dict[str, dict[Point, Point]] = {}
        for path, where in layouts.items():
            of = known[path]
            self._lines[path] = {line: where.lines[rank] for line, rank in of.lines}
            self._points[path] = {(line, col): where.points[rank] for line, col, rank in of.points}

    def line(self, path: str, line: int) -> int:
        return self._lines[path][line] if path in self._lines else line

    def point(self, path: str, line: int, column: int) -> Point:
        if path not in self._points:
            return line, column
        found = self._points[path].get((line, column))
        # What stands for a whole line has its first column.
        return found or (self._lines[path][line if column == 1 else -1], 1)
