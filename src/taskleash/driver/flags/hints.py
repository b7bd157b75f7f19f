"""How to tell of a flag that would say more of a program."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from taskleash.driver.flags.formats import reader
from taskleash.reporters.report import FlagHint
from taskleash.source.reading import TEXT_BYTES, read_regular

_MAX_HINTS = 3
_MAX_BYTES = 200_000


def hints(deciding: Iterable[tuple[str, int]], paths: Sequence[str]) -> tuple[FlagHint, ...]:
    """A hint for each of the most decisive flags.

    ``paths`` are those of the run: a settings file there that mentions the flag is named.
    """
    found = list(deciding)[:_MAX_HINTS]
    texts = list(_settings_files(paths)) if found else []
    return tuple(FlagHint(flag, sites, _setting(flag, texts)) for flag, sites in found)


def _setting(flag: str, texts: Iterable[tuple[str, str]]) -> str:
    word = re.compile(rf"(?<![\w-]){re.escape(flag)}(?![\w-])", re.IGNORECASE)
    named = next((path for path, text in texts if word.search(text)), None)
    return f'flags-from = ["{named}"]' if named is not None else f"--flag {flag}=false"


def _settings_files(paths: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The settings files beside what is scanned, with their text."""
    folders = dict.fromkeys(
        path if os.path.isdir(path) else os.path.dirname(path) for path in paths
    )
    for folder in dict.fromkeys((*folders, "")):
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for name in names:
            path = os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")
            if reader(path) is not None and name != "pyproject.toml" and _is_plain(path):
                yield path, _text(path)


def _is_plain(path: str) -> bool:
    """Whether it is a file itself: what a link leads to may be none of the project's."""
    return os.path.isfile(path) and not os.path.islink(path)


def _text(path: str) -> str:
    try:
        return read_regular(path, TEXT_BYTES)[:_MAX_BYTES].decode("utf-8", "replace")
    except OSError:
        return ""
