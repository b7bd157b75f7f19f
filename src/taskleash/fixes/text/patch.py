"""What one fix changes, as data that other tools apply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import unified_diff

from taskleash.fixes.text.alignment import differences
from taskleash.records import dataclass
from taskleash.sentences import Said
from taskleash.verdict.model import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_GIT_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WITHOUT_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True)
class Replacement:
    """A stretch of a file, empty where something is inserted, and the text to put in its place."""

    span: Span
    text: str


@dataclass(frozen=True)
class Patch:
    """One finding's fix, made alone: ``kind`` and ``applicability`` as offered, ``note`` says what
    it does, ``diff`` shows it as a unified diff, ``replacements`` in the order of the file.
    """

    kind: str
    applicability: str
    allowed: bool
    note: Said
    diff: str
    replacements: tuple[Replacement, ...]


def replacements(before: str, after: str) -> tuple[Replacement, ...]:
    """What leads from one text of a file to another, in whole lines."""
    old, new = _LINE.findall(before), _LINE.findall(after)
    return tuple(
        Replacement(
            Span(*_begin(old, gone.start), *_begin(old, gone.stop)),
            "".join(new[come.start : come.stop]),
        )
        for gone, come in differences(old, new)
    )


def _begin(lines: Sequence[str], index: int) -> tuple[int, int]:
    """Line and column where the line with this index begins, or would begin."""
    if index == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        return index, len(lines[-1]) + 1
    return index + 1, 1


def unified(path: str, before: str, after: str) -> Iterator[str]:
    """The lines of a unified diff, without the newline; as in git, a lone `\\r` ends none."""
    for line in unified_diff(_GIT_LINE.findall(before), _GIT_LINE.findall(after), path, path):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _WITHOUT_NEWLINE
