"""What is wrong with a pattern that somebody wrote: a typo would match nothing and say nothing."""

from __future__ import annotations

import re

_CLASS = re.compile(r"\[[!^]?\]?[^\]]*\]")
#: what systems take for a path
LONGEST = 4096
_RANGE = re.compile(r"(.)-(.)")


def mistake(pattern: str) -> str:
    """What keeps a pattern from meaning what it seems to; empty where nothing does."""
    if len(pattern) > LONGEST:
        return "longer than any path"
    closed = pattern.rfind("]") + 1
    # Only where a ] follows: each [ without one would be looked for to the end.
    for found in _CLASS.findall(pattern, 0, closed):
        if any(low > high for low, high in _RANGE.findall(found[1:-1])):
            return f"{found} has a range that runs backwards"
    rest = _CLASS.sub("", pattern[:closed]) + pattern[closed:]
    if "[" in rest:
        return "a [ is not closed: write [[] for the character"
    depth = 0
    for char in rest:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    return "a brace has no partner: write [{] or [}] for the character" if depth else ""
