"""What is wrong with a configuration, in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from taskleash.reporters.inert import inert

_MAX_SHOWN = 60
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the file, the key and the remedy."""


class WrongValue(Exception):
    """A value that its key does not take; the message says what was expected and what was found.

    ``path`` are the keys that lead to the value inside the tables of the one that was read. Of a
    value that may be a secret only the kind is named: it is not ``is_quoted``.
    """

    def __init__(
        self,
        expected: str,
        value: object,
        hint: str = "",
        path: tuple[str, ...] = (),
        is_quoted: bool = True,
    ) -> None:
        got = shown(value) if is_quoted else kind_of(value)
        super().__init__(f"expected {expected}, got {got}{hint and f' ({hint})'}")
        self.path = path


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """``did you mean high?`` for ``hgih``; empty where nothing known is near."""
    # Imported here because only a mistake needs it.
    from difflib import get_close_matches

    matches = get_close_matches(str(word).lower().replace("_", "-"), list(known), n=1)
    return f"did you mean {matches[0]}?" if matches else ""


def key_path(keys: Iterable[str]) -> str:
    """Keys as TOML writes them: bare where they can be, joined by dots."""
    return ".".join(key if _BARE.fullmatch(key) else shown(key) for key in keys)


def kind_of(value: object) -> str:
    """What a value is, and nothing of what it says."""
    if isinstance(value, list):
        return "an empty list" if not value else "a list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "nothing" if value is None else "a value of another kind"


def shown(value: object) -> str:
    """A value of a TOML file as messages quote it, on one line."""
    if isinstance(value, list | dict):
        return kind_of(value)
    if not isinstance(value, str | bool | int | float):
        return f"the date or time {value}"
    text = inert(json.dumps(value, ensure_ascii=False), unicode=True)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
