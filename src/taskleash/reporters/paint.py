"""Lines of styled pieces turned into text; colour never changes what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Piece = tuple[str, str]
Line = Sequence[Piece]


def paint(lines: Iterable[Line], color: bool) -> str:
    """The lines as text, each ended; a piece is its text and a style such as ``bold red``."""
    piece = _styled if color else _plain
    return "".join("".join(piece(*p) for p in line) + "\n" for line in lines)


def _plain(text: str, style: str) -> str:
    return text


def _styled(text: str, style: str) -> str:
    # Imported here because plain output has no use for it.
    from rich.color import ColorSystem
    from rich.style import Style

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
