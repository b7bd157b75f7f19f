"""TOML text to tables."""

from __future__ import annotations

import re
import sys
from typing import Any

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.numbers import HUGE, has_huge

_PLACE = re.compile(r"\s*\(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

#: a key of more parts takes the library a time that grows with their square
_MOST_PARTS = 100
#: all of TOML as pieces: what can be part of a key, the dots between, and the rest. What is not
#: closed goes on to the end, so that nothing is looked at twice
_PIECE = re.compile(
    r"""
    (?P<other>
        \#[^\n]*
        | \"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z) | '{3}.*?(?:'{3}|\Z)
        | [^-\w"'.\ \t\#]+
    )
    | (?P<part>"(?:[^"\\\n]|\\[^\n])*(?:"|\\?$) | '[^'\n]*(?:'|$) | [-\w]+)
    | \. | [ \t]+
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def parse(text: str, name: str) -> dict[str, Any]:
    """The document; ``name`` is what messages call it.

    Raises:
        ConfigError: it is not valid TOML.
    """
    # Imported here because most runs have nothing to read.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    if text.count(".") >= _MOST_PARTS and _parts(text) > _MOST_PARTS:
        raise ConfigError(f"{name}: invalid TOML: nested too deeply")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_said(str(error), text, name)) from None
    except RecursionError:
        raise ConfigError(f"{name}: invalid TOML: nested too deeply") from None
    except ValueError:
        raise ConfigError(f"{name}: {HUGE}") from None
    if has_huge(data):
        raise ConfigError(f"{name}: {HUGE}")
    return data


def _parts(text: str) -> int:
    """How many parts the longest of what may be keys has, wherever it stands."""
    most = parts = 0
    for piece in _PIECE.finditer(text):
        if piece.lastgroup == "other":
            parts = 0
        elif piece.lastgroup == "part":
            parts += 1
            most = max(most, parts)
    return most


def _said(message: str, text: str, name: str) -> str:
    place = _PLACE.search(message)
    what = _PLACE.sub("", message)
    what = what[:1].lower() + what[1:]
    if place is None:
        return f"{name}: invalid TOML: {what}"
    last = text.split("\n")
    line = place["line"] or len(last)
    column = place["column"] or len(last[-1]) + 1
    return f"{name}:{line}:{column}: invalid TOML: {what}"
