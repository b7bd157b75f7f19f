"""Blank lines, comments and line ends."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence

from support.programs import marks

#: what can stand between two statements
FILLERS = (
    "",
    "\n\n",
    "# a note",
    "                # a note, far to the right",
    "# task = asyncio.create_task(send()); task.cancel()",
)


def gaps(text: str) -> list[int]:
    """The lines before which a blank line or a comment changes nothing."""
    found, fresh = [], True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
            continue
        if fresh and token.type != tokenize.ENDMARKER:
            found.append(token.start[0])
        fresh = token.type == tokenize.NEWLINE
    return found


def brackets(text: str) -> list[tuple[int, int]]:
    """The places (line, column) after an opening bracket or a comma in one, where a line can end.

    Lines with a mark are left out: what they spawn has to start there.
    """
    lines = text.split("\n")
    found, depth = [], 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == getattr(tokenize, "FSTRING_START", -1):
            return []
        if token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        line, column = token.end
        if depth > 0 and token.string in "([{," and not list(marks(lines[line - 1])):
            found.append((line, column))
    return found


def spread(text: str) -> str:
    """The text with every kind of filler, and a line end wherever a bracket allows one."""
    wide = wrap(text, brackets(text))
    fillers = [(line, FILLERS[n % len(FILLERS)]) for n, line in enumerate(gaps(wide))]
    return fill(wide, fillers)


def fill(text: str, fillers: Sequence[tuple[int, str]]) -> str:
    """The text with the fillers before the given lines."""
    lines = text.split("\n")
    for line, filler in sorted(fillers, reverse=True):
        lines.insert(line - 1, filler)
    return "\n".join(lines)


def wrap(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text with a comment and a new line at each of the places."""
    lines = text.split("\n")
    for line, column in sorted(places, reverse=True):
        code = lines[line - 1]
        lines[line - 1] = f"{code[:column]}  # a note\n        {code[column:]}"
    return "\n".join(lines)
