"""Files that are there only while another one is replaced, and what a killed run left of them."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

_PRIVATE = stat.S_IRUSR | stat.S_IWUSR
_NAME = re.compile(r"\.taskleash-[0-9a-f]{16}\.tmp")


@contextmanager
def temporary_beside(path: str, mode: int = _PRIVATE) -> Iterator[tuple[BinaryIO, str]]:
    """A new file in the folder of ``path``, open, and its path; it is gone after the block.

    Its mode is ``mode``, as far as the process's mask lets it.

    Raises OSError.
    """
    temporary = os.path.join(os.path.dirname(path), f".taskleash-{os.urandom(8).hex()}.tmp")
    # The name is known before there is a file: whatever interrupts this, nothing is left.
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            with suppress(OSError):
                _take(file)
            yield file, temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def remove_leftovers(paths: Iterable[str]) -> None:
    """Remove what killed runs have left beside these files, not what another one still writes."""
    real = (os.path.realpath(path) if os.path.islink(path) else path for path in paths)
    for folder in set(map(os.path.dirname, real)):
        with suppress(OSError), os.scandir(folder or ".") as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    with suppress(OSError):
                        _remove(entry.path)


def _take(file: BinaryIO) -> None:
    """Mark the file as one that is being written; the mark goes with the process. Raises OSError
    where it is marked already, or cannot be."""
    # Windows removes no file that is open, so it needs no mark.
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove(path: str) -> None:
    # Neither a link nor a pipe that has come in the file's place is opened.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        _take(file)
    os.unlink(path)
