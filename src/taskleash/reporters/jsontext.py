"""Documents as JSON text that a terminal can show and any program can read."""

from __future__ import annotations

import json
import re

from taskleash.reporters.inert import visible

_UNUSUAL = re.compile(r"[^\n -~]|#(?=#\w*\[)")


def dumps(document: object) -> str:
    """The document, indented: readable text as it is, every invisible character escaped.

    ``json`` leaves some of them as they are: lone surrogates, which no encoding takes, and
    controls beyond ASCII, which a terminal obeys. All of them stand inside strings. So does what a
    log would take for a command; the data is the same with its `#` escaped.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _UNUSUAL.sub(lambda match: _spelled(match[0]), text) + "\n"


def _spelled(char: str) -> str:
    if visible(char) and char != "#":
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
