"""Foreign text in Markdown: it shows as it is written, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.reporters.inert import inert

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>&|~#$@]")


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
