"""Documents as JSON text that a terminal can show and any program can read."""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring

from taskleash.reporters.inert import visible

_UNUSUAL = re.compile(r"[^\n -~]|#(?=#\w*\[)")
#: what some of its matches have, where a text is ASCII: to look for these takes no time
_UNUSUAL_ASCII = ("\x7f", "##")


def dumps(document: object) -> str:
    """The document, indented: readable text as it is, every invisible character escaped.

    ``json`` leaves some of them as they are: lone surrogates, which no encoding takes, and
    controls beyond ASCII, which a terminal obeys. All of them stand inside strings. So does what a
    log would take for a command; the data is the same with its `#` escaped.
    """
    text = _indented(document, "", {})
    if not text.isascii() or any(each in text for each in _UNUSUAL_ASCII):
        text = _UNUSUAL.sub(lambda match: _spelled(match[0]), text)
    return text + "\n"


def _indented(value: object, margin: str, keys: dict[str, str]) -> str:
    """What ``json`` makes of a value with an indent of two; its keys are strings.

    There each bracket and comma is a step of a generator: that takes several times as long.
    ``keys`` has those that came before, which few documents have many of.
    """
    inner = f"{margin}  "
    if isinstance(value, dict) and value:
        items = [
            f"{keys.get(k) or keys.setdefault(k, encode_basestring(k))}: "
            + (encode_basestring(v) if type(v) is str else _part(v, inner, keys))
            for k, v in value.items()
        ]
        opening, closing = "{}"
    elif isinstance(value, list | tuple) and value:
        items = [_part(item, inner, keys) for item in value]
        opening, closing = "[]"
    else:
        return json.dumps(value)
    between = f",\n{inner}"
    return f"{opening}\n{inner}{between.join(items)}\n{margin}{closing}"


def _part(value: object, margin: str, keys: dict[str, str]) -> str:
    """What ``json`` makes of an item or a value inside of another."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if type(value) is int else _indented(value, margin, keys)


def _spelled(char: str) -> str:
    if visible(char) and char != "#":
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
