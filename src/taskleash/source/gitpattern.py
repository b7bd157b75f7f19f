"""One line of an ignore file, as git reads it."""

from __future__ import annotations

import re

from taskleash.records import dataclass
from taskleash.source.globs import Either, Many, Matcher, One, Step, literal, matcher
from taskleash.source.patterns import LONGEST

_NAME, _ANY = "[^/]", "."
_SPECIAL = re.compile(r"[*?\[\\]")
_CLASS = re.compile(r"\[:(?P<name>\w+):\]")
_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@dataclass(frozen=True)
class IgnorePattern:
    """One pattern: what it matches is ignored, or taken back in where it is a negation."""

    ignores: bool
    only_folders: bool
    only_name: bool
    _matches: Matcher

    def matches(self, path: str) -> bool:
        """Whether the pattern matches ``path`` itself, not only a folder above it.

        It is relative to the ignore file's folder, that of a folder ends in ``/``.
        """
        is_folder = path.endswith("/")
        if is_folder:
            path = path[:-1]
        elif self.only_folders:
            return False
        if self.only_name:
            path = path[path.rfind("/") + 1 :]
        return bool(self._matches(path))


def read_pattern(line: str) -> IgnorePattern | None:
    """The pattern of a line; None where it is blank, a comment, too long, or matches nothing."""
    line = _without_blanks(line)
    if line.startswith("#") or len(line) > LONGEST:
        return None
    ignores = not line.startswith("!")
    pattern = line if ignores else line[1:]
    only_folders = pattern.endswith("/")
    if only_folders:
        pattern = pattern[:-1]
    only_name = "/" not in pattern
    pattern = pattern.removeprefix("/")
    if not pattern:
        return None
    try:
        steps = _steps(pattern, only_name)
        return IgnorePattern(ignores, only_folders, only_name, matcher(steps))
    except (ValueError, re.error):
        return None


def _without_blanks(line: str) -> str:
    """The line without the blanks at its end, but for one after a backslash."""
    kept = line.rstrip(" ")
    backslashes = len(kept) - len(kept.rstrip("\\"))
    return f"{kept} " if backslashes % 2 and kept != line else kept


def _steps(pattern: str, only_name: bool) -> list[Step]:
    """Raises ValueError for a pattern that matches nothing."""
    steps: list[Step] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "*":
            end = at
            while pattern[end : end + 1] == "*":
                end += 1
            is_folders = end - at > 1 and not only_name and _is_start(pattern, at)
            if is_folders and pattern[end : end + 1] == "/":
                steps.append(Either(((Many(_ANY), One("/")), ())))
                end += 1
            elif is_folders and end == len(pattern):
                steps.append(Many(_ANY))
            else:
                steps.append(Many(_NAME))
            at = end
        elif char == "?":
            steps.append(One(_NAME))
            at += 1
        elif char == "[":
            of, at = _class(pattern, at + 1)
            steps.append(One(of))
        else:
            at += char == "\\"
            if at == len(pattern):
                raise ValueError("nothing after a backslash")
            steps += literal(pattern[at])
            at += 1
    return steps


def _is_start(pattern: str, at: int) -> bool:
    """Whether stars at that place stand for whole folders, if nothing but a ``/`` follows.

    git compares what comes before the first wildcard by itself, and forgets that it was there.
    """
    return pattern[at - 1 : at] in ("", "/") or _SPECIAL.search(pattern, 0, at) is None


def _class(pattern: str, at: int) -> tuple[str, int]:
    """The class that a bracket opens as a regular expression, and where the pattern goes on.

    Raises ValueError for one that is not closed.
    """
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    parts: list[str] = []
    first, before = at, ""
    while at == first or pattern[at : at + 1] != "]":
        if named := _CLASS.match(pattern, at):
            parts.append(_named(named["name"]))
            before, at = "", named.end()
        elif before and pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            last, at = _member(pattern, at + 1)
            # A reversed range has nothing in it.
            if before <= last:
                parts.append(f"{re.escape(before)}-{re.escape(last)}")
            before = ""
        else:
            before, at = _member(pattern, at)
            parts.append(re.escape(before))
    members = "".join(parts)
    if negated:
        return f"[^/{members}]", at + 1
    return f"(?!/)[{members}]" if members else r"[^\s\S]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    at += pattern[at : at + 1] == "\\"
    if at >= len(pattern):
        raise ValueError("a class that is not closed")
    return pattern[at], at + 1


def _named(name: str) -> str:
    if name not in _CLASSES:
        raise ValueError("no such class")
    return _CLASSES[name]
