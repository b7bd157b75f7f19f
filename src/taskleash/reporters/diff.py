"""What the fixes change, as a unified diff: for people, or for `patch` and git to apply."""

from __future__ import annotations

import os
from collections.abc import Iterable

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.text.patch import unified
from taskleash.reporters.inert import inert, steers
from taskleash.reporters.paint import Line, paint

_STYLES = {"---": "red", "+++": "green", "@@": "cyan", "-": "red", "+": "green"}


def shown_diff(files: Iterable[MendedFile], color: bool) -> str:
    """One diff for each file, to be read: what would steer a terminal or a log is spelled out."""
    lines = (line.rstrip("\r") for file in files for line in _diff(file))
    return paint(map(_painted, lines), color)


def exact_diff(files: Iterable[MendedFile]) -> str:
    """One diff for each file, to be applied: its lines are those of the file, whatever they say."""
    return "".join(f"{line}\n" for file in files for line in _diff(file))


def steering_line(file: MendedFile) -> int | None:
    """The first line, 1-based, of a file's exact diff that would steer a log; None without one."""
    return next((n for n, line in enumerate(_diff(file), start=1) if steers(line)), None)


def diff_of(path: str, before: str, after: str) -> Iterable[str]:
    """The lines of a diff of one file, its name as git writes it, in ASCII.

    So the texts may have any encoding.
    """
    return unified(_name(path) if path.isascii() else _spelt(path), before, after)


def _diff(file: MendedFile) -> Iterable[str]:
    return unified(_name(file.path), file.before, file.after)


def _name(path: str) -> str:
    """The path as git writes it in the head of a diff: quoted where it has unusual characters.

    One with blanks has a tab behind it: else `patch` would take it for a name and a date. Blanks
    before a name it takes for none of it.
    """
    if inert(path) == path == path.strip() and not any(char in path for char in '"\\'):
        return f"{path}\t" if " " in path else path
    return _spelt(path)


def _spelt(path: str) -> str:
    return '"' + "".join(map(_quoted, os.fsencode(path))) + '"'


def _quoted(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and char.isprintable() and char not in '"\\#' else f"\\{byte:03o}"


def _painted(line: str) -> Line:
    style = next((style for start, style in _STYLES.items() if line.startswith(start)), "")
    return [(line, style)]
