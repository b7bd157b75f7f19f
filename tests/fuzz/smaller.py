"""A failing input made small: lines and then pieces of them are left out while it still fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from fuzz.cases import Case

_TOKEN = re.compile(rb"\w+|[^\w\s]|\s+")

Fails = Callable[[Case], bool]


def smaller(case: Case, fails: Fails) -> Case:
    """The case with as little in its files as makes it fail in the same way."""
    for path in sorted(case.files):
        without = Case(
            case.kind,
            case.seed,
            {name: data for name, data in case.files.items() if name != path},
            case.commands,
        )
        if len(case.files) > 1 and fails(without):
            case = without
    for split in (_lines, _TOKEN.findall):
        for path in sorted(case.files):
            case = _with_fewer(case, path, split(case.files[path]), fails)
    return case


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _with_fewer(case: Case, path: str, parts: list[bytes], fails: Fails) -> Case:
    """Leave out ever smaller runs of the parts of one file."""
    size = max(1, len(parts) // 2)
    while parts:
        for fewer in _shortened(parts, size):
            candidate = case.with_file(path, b"".join(fewer))
            if fails(candidate):
                parts, case = fewer, candidate
                break
        else:
            if size == 1:
                break
            size //= 2
    return case


def _shortened(parts: list[bytes], size: int) -> Iterator[list[bytes]]:
    for start in range(0, len(parts), size):
        yield parts[:start] + parts[start + size :]
