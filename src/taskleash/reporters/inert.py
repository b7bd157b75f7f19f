"""Foreign text made harmless: what a name or a source line says never steers the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable


def visible(char: str) -> bool:
    """Whether a terminal shows the character as itself.

    False for control and format characters (escape, newline, bidi marks), for lone surrogates and
    for line separators. Wide and no-break spaces are harmless.
    """
    return char.isprintable() or unicodedata.category(char) == "Zs"


def escape(char: str) -> str:
    """The character as a Python string literal would spell it."""
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def inert(text: str, unicode: bool = True) -> str:
    """The text with every invisible character escaped, and every non-ASCII one without unicode."""
    if text.isascii() and text.isprintable():
        return text
    shown: Callable[[str], bool] = visible if unicode else _is_plain
    return "".join(char if shown(char) else escape(char) for char in text)


def _is_plain(char: str) -> bool:
    return char.isascii() and char.isprintable()
