"""Lines of styled pieces turned into text; colour never changes what they say.

This is where text for people leaves: whatever a piece says, it steers neither terminal nor log.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from taskleash.reporters.inert import escape, shown

#: what opens and ends a command to the terminal (OSC), of which 8 is a link
_OSC, _END = "\x1b]", "\x1b\\"
_LINK = "link "

Piece = tuple[str, str]
Line = Sequence[Piece]


def paint(lines: Iterable[Line], color: bool) -> str:
    """The lines as text, each ended; a piece is its text and a style such as ``bold red``."""
    piece = _styled if color else _plain
    return "".join("".join(piece(*p) for p in _inert(line)) + "\n" for line in lines)


def _inert(line: Line) -> Line:
    """The line as it may be written; where that changes the pieces together, it has no style."""
    text = "".join(text for text, _ in line)
    safe = shown(text).replace("\n", escape("\n"))
    return line if safe == text else [(safe, "")]


def _plain(text: str, style: str) -> str:
    return text


def _styled(text: str, style: str) -> str:
    # Imported here because plain output has no use for it.
    from rich.color import ColorSystem
    from rich.style import Style

    plain, _, uri = style.partition(_LINK)
    said = Style.parse(plain).render(text, color_system=ColorSystem.STANDARD)
    return f"{_OSC}8;;{uri}{_END}{said}{_OSC}8;;{_END}" if uri and text.strip() else said


def link_to(path: str, line: int) -> str:
    """A style that makes a link to a line of a file, for terminals that open such."""
    # Imported here because what is no terminal opens none.
    from pathlib import Path

    return f"{_LINK}{Path(os.path.abspath(path)).as_uri()}#{line}"
