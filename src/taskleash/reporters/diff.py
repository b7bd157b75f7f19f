"""What the fixes change, as a unified diff."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.patch import unified
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line, paint

_STYLES = {"---": "red", "+++": "green", "@@": "cyan", "-": "red", "+": "green"}


def render(files: Iterable[MendedFile], color: bool, terminal: bool) -> str:
    """One diff for each file, which `patch` and git can apply where it is not for a terminal.

    A terminal gets neither the control characters of the source nor its carriage returns.
    """
    lines = [line for file in files for line in unified(file.path, file.before, file.after)]
    if terminal:
        lines = ["\t".join(map(inert, line.rstrip("\r").split("\t"))) for line in lines]
    return paint(map(_painted, lines), color)


def _painted(line: str) -> Line:
    style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
    return [(line, style)]
