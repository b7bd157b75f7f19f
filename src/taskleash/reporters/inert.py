"""Foreign text made harmless: what a name or a source line says steers no terminal and no log.

GitHub, Azure and TeamCity take commands out of what a job prints: `::name::` at the start of a
line, white space before it or not, `##[name]`, `##vso[…]` and `##teamcity[…]` anywhere in it.
GitLab's marks of sections need control characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_COMMAND = re.compile(r"#(?=#\w*\[)")
_BIDIRECTIONAL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STEERING = "::"
#: control characters, and ends of lines that only some programs know
_OBEYED = frozenset({"Cc", "Zl", "Zp"})


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
    """The text in one line: with every invisible character escaped, and every non-ASCII one without
    unicode, and with nothing in it that a log takes for a command, if the text begins a line."""
    if "##" in text:
        text = _COMMAND.sub(lambda match: escape(match[0]), text)
    if text.lstrip().startswith(_STEERING):
        text = text.replace(_STEERING, f"{escape(_STEERING[0])}:", 1)
    if text.isascii() and text.isprintable():
        return text
    shown: Callable[[str], bool] = visible if unicode else _is_plain
    return "".join(char if shown(char) else escape(char) for char in text)


def shown(text: str) -> str:
    """Text that is ready to be written, as it may be written: lines and tabs stay what they are,
    everything else is inert, and no line begins as a command."""
    return "\n".join(map(_shown_line, text.split("\n")))


def _shown_line(line: str) -> str:
    safe = "\t".join(map(inert, line.split("\t")))
    if not safe.lstrip().startswith(_STEERING):
        return safe
    return safe.replace(_STEERING, f"{escape(_STEERING[0])}:", 1)


def steers(line: str) -> bool:
    """Whether a line as it is would steer a terminal or a log.

    What cannot be seen, but does no more than that, as the joiners in an emoji, does not steer.
    """
    if _BIDIRECTIONAL.search(line) or _COMMAND.search(line) or line.lstrip().startswith(_STEERING):
        return True
    plain = line.removesuffix("\r").replace("\t", "").replace("\f", "")
    return any(unicodedata.category(char) in _OBEYED for char in plain if not char.isprintable())


def _is_plain(char: str) -> bool:
    return char.isascii() and char.isprintable()
