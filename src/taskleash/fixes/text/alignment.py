"""Which lines of two texts are the same: quick where they differ in a few places."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

#: where the first and the second text have the same lines, and how many
Block = tuple[int, int, int]


def matching_blocks(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """The stretches of lines that both texts have, in order, none next to another.

    Lines that are there once in both are where the texts are cut: `SequenceMatcher` alone takes
    time that grows with the square of the blank lines.
    """
    found: list[Block] = []
    for start, end, size in _blocks(before, after):
        if found:
            first, second, length = found[-1]
            if (first + length, second + length) == (start, end):
                found[-1] = (first, second, length + size)
                continue
        found.append((start, end, size))
    return found


def differences(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[range, range]]:
    """The stretches by index, in order, of which each takes the place of the other."""
    at, to = 0, 0
    for start, end, size in [*matching_blocks(before, after), (len(before), len(after), 0)]:
        if start > at or end > to:
            yield range(at, start), range(to, end)
        at, to = start + size, end + size


def _blocks(before: Sequence[str], after: Sequence[str]) -> Iterator[Block]:
    head = common(before, after)
    tail = common(before[head:][::-1], after[head:][::-1])
    last, end = len(before) - tail, len(after) - tail
    if head:
        yield 0, 0, head
    at, to = head, head
    known = head
    for start, stop in [*_anchors(before[head:last], after[head:end]), (last - head, end - head)]:
        if head + start < known:
            # It lies in a stretch that is the same: what is found there once is found in its place.
            continue
        yield from _gap(before, after, range(at, head + start), range(to, head + stop))
        at, to = head + start, head + stop
        same = common(before[at:last], after[to:end])
        if same > 1:
            yield at, to, same
            at, to = at + same, to + same
        known = at
    if tail:
        yield last, end, tail


def _gap(before: Sequence[str], after: Sequence[str], old: range, new: range) -> Iterator[Block]:
    """What is the same in a stretch that starts with an anchor and has no other."""
    first, second = before[old.start : old.stop], after[new.start : new.stop]
    head = common(first, second)
    if head:
        yield old.start, new.start, head
    if head == min(len(first), len(second)):
        return
    matcher = SequenceMatcher(None, first[head:], second[head:], autojunk=False)
    for block in matcher.get_matching_blocks():
        if block.size:
            yield old.start + head + block.a, new.start + head + block.b, block.size


def common(before: Sequence[object], after: Sequence[object]) -> int:
    """How many items both begin with."""
    # By halves: whole stretches are compared at once.
    same, most = 0, min(len(before), len(after))
    while same < most:
        middle = (same + most + 1) // 2
        if before[same:middle] == after[same:middle]:
            same = middle
        else:
            most = middle - 1
    return same


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Where lines are that both have once: the longest series in the order of both."""
    once = {line for line, count in Counter(before).items() if count == 1}
    once &= {line for line, count in Counter(after).items() if count == 1}
    place = {line: index for index, line in enumerate(after) if line in once}
    pairs = [(index, place[line]) for index, line in enumerate(before) if line in once]
    ends: list[int] = []
    best: list[int] = []
    previous: list[int] = []
    for number, (_, to) in enumerate(pairs):
        length = bisect_left(ends, to)
        ends[length : length + 1] = [to]
        best[length : length + 1] = [number]
        previous.append(best[length - 1] if length else -1)
    series: list[tuple[int, int]] = []
    number = best[-1] if best else -1
    while number >= 0:
        series.append(pairs[number])
        number = previous[number]
    return series[::-1]
