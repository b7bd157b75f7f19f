"""Texts compared line by line: what a fix changed, and nothing but that taken over."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from taskleash.fixes.text.alignment import differences

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class _Change:
    """A stretch of lines before and after, by 0-based index; equal if it did not change."""

    equal: bool
    before: range
    after: range


def spliced(before: str, after: str) -> str:
    """The text ``after`` with every line that did not change as it was, byte for byte.

    A new line ends as the one above it does, whatever newline the text has elsewhere. Where the
    last line had no newline, the new last line has none.
    """
    old, new = _split(before), _split(after)
    found: list[tuple[str, str]] = []
    for change in _changes(old, new):
        if change.equal:
            found += [old[index] for index in change.before]
        else:
            newline = _newline_at(old, change.before.start)
            found += [(new[i][0], newline or new[i][1]) for i in change.after]
    return "".join(_ended(found, bool(old) and not old[-1][1]))


def count_changes(before: str, after: str) -> tuple[int, int]:
    """How many lines are new in the text, and how many are gone from it."""
    changed = [c for c in _changes(_split(before), _split(after)) if not c.equal]
    return sum(len(c.after) for c in changed), sum(len(c.before) for c in changed)


def followed(before: str, after: str, lines: Iterable[int]) -> list[int]:
    """Where 1-based lines of the text are afterwards: themselves, or what stands in their place."""
    changes = list(_changes(_split(before), _split(after)))
    ends = [change.before.stop for change in changes]
    found: list[int] = []
    for line in lines:
        at = bisect_right(ends, line - 1)
        if at < len(changes):
            change, last = changes[at], max(len(changes[at].after) - 1, 0)
            line = change.after.start + min(line - 1 - change.before.start, last) + 1
        found.append(line)
    return found


def lines_of(text: str) -> list[str]:
    """The lines as a parser counts them, without their newlines, of whichever kind these are."""
    return [line for line, _ in _split(text)]


@lru_cache(maxsize=2)
def _split(text: str) -> Sequence[tuple[str, str]]:
    """The lines as a parser counts them, each with its newline, which the last one may lack."""
    lines: list[tuple[str, str]] = _LINE.findall(text)
    return [line for line in lines if line != ("", "")]


def _changes(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[_Change]:
    """The stretches of both texts, in turn equal and not; newlines do not count."""
    at, to = 0, 0
    for gone, come in differences([line for line, _ in old], [line for line, _ in new]):
        if gone.start > at:
            yield _Change(True, range(at, gone.start), range(to, come.start))
        yield _Change(False, gone, come)
        at, to = gone.stop, come.stop
    if at < len(old):
        yield _Change(True, range(at, len(old)), range(to, len(new)))


def _newline_at(lines: Sequence[tuple[str, str]], index: int) -> str:
    """The newline of the line before the index, or of the nearest one after it."""
    around = [*reversed(lines[:index]), *lines[index:]]
    return next((end for _, end in around if end), "")


def _ended(lines: Sequence[tuple[str, str]], bare: bool) -> Iterator[str]:
    """The lines with a newline each, but for the last one where that is to be bare."""
    for index, (line, end) in enumerate(lines):
        if index == len(lines) - 1 and bare:
            yield line
        else:
            yield line + (end or _newline_at(lines, index) or "\n")
