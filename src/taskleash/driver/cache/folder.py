"""Where the cache lies on disk, and how it goes away."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b

from taskleash.driver.cache.database import DATABASE, DatabaseState, state_of
from taskleash.source.discovery import root_around
from taskleash.source.links import leads_out, real
from taskleash.source.paths import is_below
from taskleash.source.reading import TEXT_BYTES, read_regular

MAX_DAYS = 30
#: the folder for patches that undo fixes, which outlive the cache itself
UNDO = "undo"

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
_SECONDS_A_DAY = 86_400


def cache_folder(chosen: str | None) -> str | None:
    """The folder that was chosen, or else one in the user's cache folder for this project.

    None where the user has no such folder.
    """
    if chosen is not None:
        return chosen
    caches = _user_caches()
    if caches is None:
        return None
    current = real(os.getcwd())
    root = root_around(current) or current
    mark = blake2b(os.fsencode(root), digest_size=8).hexdigest()
    name = "".join(char if char.isalnum() else "_" for char in os.path.basename(root))[:40]
    return os.path.join(caches, "taskleash", f"{name}-{mark}")


def usable_folder(chosen: str | None, paths: Iterable[str]) -> str | None:
    """The folder to keep the cache of a run over these paths in; None where it is to have none.

    What came with the code that is looked at must not speak for it: a cache that lies there counts
    only where it is chosen, and only where no link leads out of there.
    """
    folder = cache_folder(chosen)
    if folder is None:
        return None
    if chosen is not None:
        return None if leads_out(os.path.join(folder, DATABASE)) else folder
    if any(is_below(real(folder), around) for around in _around(paths)):
        return None
    if not os.path.isdir(folder):
        _drop_unused(os.path.dirname(folder))
    return folder


def seal_key(paths: Iterable[str]) -> str | None:
    """The file with the key of the user's seal; None where it would lie in what is looked at."""
    caches = _user_caches()
    if caches is None:
        return None
    folder = os.path.join(caches, "taskleash")
    if any(is_below(real(folder), around) for around in _around(paths)):
        return None
    return os.path.join(folder, "seal.key")


def make(folder: str) -> None:
    """Make the folder; one that is there already is left as it is. Raises OSError."""
    if os.path.isdir(folder):
        return
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name, text in _OWN.items():
        with open(os.path.join(folder, name), "x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def is_made_for_cache(folder: str) -> bool:
    """Whether the folder was made for the cache, so that all it holds is its own."""
    return all(_is_own(folder, name, text) for name, text in _OWN.items())


def remove(folder: str) -> bool:
    """Remove the cache in the folder, and the folder where it holds nothing else.

    Returns whether there was one. What another program keeps there stays, and so do the patches
    that undo fixes. Raises OSError.
    """
    path, ours = os.path.join(folder, DATABASE), is_made_for_cache(folder)
    state = state_of(path)
    found = state is DatabaseState.OURS or (
        ours and state in (DatabaseState.EMPTY, DatabaseState.BROKEN)
    )
    if found:
        os.remove(path)
    if ours and not os.path.isdir(os.path.join(folder, UNDO)):
        for name in _OWN:
            os.remove(os.path.join(folder, name))
        with suppress(OSError):
            os.rmdir(folder)
    return found or ours


def _user_caches() -> str | None:
    """The folder for the caches of all programs; None where the user has no folder."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):
        return chosen
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", "")
        found = local or os.path.expanduser(os.path.join("~", "AppData", "Local"))
    elif sys.platform == "darwin":
        found = os.path.expanduser("~/Library/Caches")
    else:
        found = os.path.expanduser("~/.cache")
    # Of a user without a folder the path stays relative, and would be one of the current folder.
    return found if os.path.isabs(found) else None


def _around(paths: Iterable[str]) -> set[str]:
    """The folders that the paths name, and the projects around them, without links."""
    found = set()
    for path in paths:
        given = real(path)
        folder = given if os.path.isdir(given) else os.path.dirname(given)
        found |= {given, root_around(folder) or given}
    return found


def _drop_unused(caches: str) -> None:
    """Remove the caches of projects that have not been looked at for long."""
    now = time.time()
    with suppress(OSError), os.scandir(caches) as entries:
        for entry in entries:
            with suppress(OSError):
                status = os.lstat(os.path.join(entry.path, DATABASE))
                is_old = now - status.st_mtime > MAX_DAYS * _SECONDS_A_DAY
                if is_old and not entry.is_symlink() and is_made_for_cache(entry.path):
                    remove(entry.path)


def _is_own(folder: str, name: str, text: str) -> bool:
    try:
        return read_regular(os.path.join(folder, name), TEXT_BYTES) == text.encode()
    except OSError:
        return False
