"""The source around a site, and the diff of a fix, as data for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.classify.model import Site
from taskleash.fixes.patch import Patch
from taskleash.reporters.html.highlight import Code, highlighted

_BEFORE = 6
_AFTER = 4
_LONGEST_STATEMENT = 16

#: number, whether it is the site's, code
SourceLine = tuple[int, bool, Code]
#: the sign (``+``, ``-``, ``@`` or a space), code
DiffLine = tuple[str, Code]


def excerpt(site: Site, source: Sequence[str]) -> list[SourceLine]:
    """The lines around the site, its own marked; none where the source ends before it."""
    start = site.span.line
    if start > len(source):
        return []
    end = min(max(start, site.span.end_line), start + _LONGEST_STATEMENT)
    first = max(1, min(site.statement.line, start) - _BEFORE, start - _LONGEST_STATEMENT)
    last = min(len(source), end + _AFTER)
    while last > end and not source[last - 1].strip():
        last -= 1
    code = highlighted(source[first - 1 : last], start - first)
    return [(n, start <= n <= end, line) for n, line in enumerate(code, first)]


def diff(patch: Patch) -> list[DiffLine]:
    """The lines of a fix's diff, without the names of the file."""
    return [line for hunk in _hunks(patch.diff.split("\n")) for line in _hunk(hunk)]


def _hunks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each hunk, its heading first."""
    hunk: list[str] = []
    for line in lines:
        if line.startswith("@@"):
            if hunk:
                yield hunk
            hunk = [line]
        elif hunk:
            hunk.append(line)
    if hunk:
        yield hunk


def _hunk(lines: Sequence[str]) -> Iterator[DiffLine]:
    heading, *body = lines
    yield "@", [heading]
    shown = [line for line in body if line and not line.startswith("\\")]
    changed = next((i for i, line in enumerate(shown) if line[0] != " "), 0)
    code = highlighted([line[1:] for line in shown], changed)
    yield from zip((line[0] for line in shown), code, strict=True)
