"""Where the cache lies on disk, and how it goes away."""

from __future__ import annotations

import os
from contextlib import suppress

from taskleash.source.discovery import project_root

FOLDER = ".taskleash_cache"
DATABASE = "taskleash.sqlite3"

_TAG = "CACHEDIR.TAG"
_IGNORE = ".gitignore"
#: what is written into a folder that was made for the cache; the first line is the standard's
_OWN = {
    _TAG: (
        "Signature: 8a477f597d28d172789f06886806bc55\n"
        "# A cache of taskleash: it can be deleted at any time (`taskleash clean`).\n"
        "# About this file: https://bford.info/cachedir/\n"
    ),
    _IGNORE: "# Made by taskleash.\n*\n",
}


def cache_folder(chosen: str | None) -> str:
    """The folder that was chosen, or else the one in the project around the current folder."""
    if chosen is not None:
        return chosen
    return os.path.join(project_root(".") or os.getcwd(), FOLDER)


def make(folder: str) -> None:
    """Make the folder; one that is there already is left as it is. Raises OSError."""
    if os.path.isdir(folder):
        return
    os.makedirs(folder, exist_ok=True)
    for name, text in _OWN.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def remove(folder: str) -> bool:
    """Remove the cache in the folder, and the folder where it holds nothing else.

    Returns whether there was one. Raises OSError.
    """
    found = False
    for name in (DATABASE, f"{DATABASE}-journal"):
        with suppress(FileNotFoundError, NotADirectoryError):
            os.remove(os.path.join(folder, name))
            found = True
    if all(_is_own(folder, name, text) for name, text in _OWN.items()):
        found = True
        for name in _OWN:
            os.remove(os.path.join(folder, name))
        with suppress(OSError):
            os.rmdir(folder)
    return found


def _is_own(folder: str, name: str, text: str) -> bool:
    try:
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
            return file.read() == text
    except OSError:
        return False
