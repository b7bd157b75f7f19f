"""What the fixes change, as a unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import unified_diff

from taskleash.fixes.engine import MendedFile
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line, paint

_STYLES = {"---": "red", "+++": "green", "@@": "cyan", "-": "red", "+": "green"}
_WITHOUT_NEWLINE = "\\ No newline at end of file"


def render(files: Iterable[MendedFile], color: bool, terminal: bool) -> str:
    """One diff for each file, which `patch` and git can apply where it is not for a terminal.

    A terminal gets neither the control characters of the source nor its carriage returns.
    """
    lines = [line for file in files for line in _diff(file)]
    if terminal:
        lines = ["\t".join(map(inert, line.rstrip("\r").split("\t"))) for line in lines]
    return paint(map(_painted, lines), color)


def _diff(file: MendedFile) -> Iterator[str]:
    """The lines of a diff, without the newline; as in git, a lone carriage return ends none."""
    before, after = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (file.before, file.after))
    for line in unified_diff(before, after, file.path, file.path):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _WITHOUT_NEWLINE


def _painted(line: str) -> Line:
    style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
    return [(line, style)]
