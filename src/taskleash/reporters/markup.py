"""Foreign text in Markdown: it shows as it is written, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.reporters.inert import inert

#: what Markdown may take for markup: no underscore within a word, and of brackets only those that
#: would make a link
_SPECIAL = re.compile(r"[\\`*{}<>&|~#$@]|(?<!\w)_|_(?!\w)|\](?=\s*[(\[:])")
_TICKS = re.compile(r"`+")


def text(message: str) -> str:
    """A message: what stands between backticks is code, the rest shows as it is written."""
    pieces = message.split("`")
    if len(pieces) % 2 == 0:
        return _escaped(message)
    return "".join(code(p) if i % 2 else _escaped(p) for i, p in enumerate(pieces))


def code(foreign: str) -> str:
    """The text as code, or merely escaped where no code span can hold it, in a table or not."""
    shown = inert(foreign)
    return _escaped(shown) if re.search(r"[`|]|^\s*$|^ | $", shown) else f"`{shown}`"


def row(cells: Iterable[str]) -> str:
    """A row of a table, of cells that are markup already."""
    return f"| {' | '.join(cells)} |"


def _escaped(foreign: str) -> str:
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", inert(foreign))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; headings and cells are markup already."""
    head = list(headings)
    return "\n".join([row(head), row("---" for _ in head), *map(row, rows)])


def fenced(lines: Iterable[str], language: str) -> str:
    """Foreign lines as a block of code that nothing in them ends; tabs become spaces."""
    shown = [inert(line.expandtabs(4)) for line in lines]
    longest = max((len(ticks) for line in shown for ticks in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def folded(summary: str, block: str) -> str:
    """A block that opens with a click on its summary, which is foreign text."""
    return f"<details><summary>{_escaped(summary)}</summary>\n\n{block}\n\n</details>"
