"""A file on disk replaced as a whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat

from taskleash.fixes.text.temporary import temporary_beside
from taskleash.source.reading import SOURCE_BYTES, read_regular

CHANGED = "changed since it was read, run again"


class NotReplaced(Exception):
    """The file was left as it is; the message names it and says why."""


def replace_file(path: str, before: bytes, after: bytes) -> None:
    """Write a file's new bytes where it still has the old ones.

    The new file is written beside the old one and takes its place in one step, with its mode, its
    owner and its extended attributes. Of a symbolic link the file that it leads to is replaced.

    Raises:
        NotReplaced: the file has other bytes by now, or cannot be written.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        # Its folder would let us, but whoever made the file read-only meant it.
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
            raise NotReplaced(f"{path}: left as it is: read-only, make it writable")
        _swap(path, target, status, before, after)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NotReplaced(f"{path}: left as it is: cannot be written: {reason}") from None


def _swap(path: str, target: str, status: os.stat_result, before: bytes, after: bytes) -> None:
    with temporary_beside(target) as (file, temporary):
        file.write(after)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        _dress(path, temporary, target, status)
        # Looked at as late as can be: an editor may have saved the file in the meantime.
        current = read_regular(target, SOURCE_BYTES)
        if current == after:
            # Another run has made the same of it in the meantime.
            return
        if current != before:
            raise NotReplaced(f"{path}: left as it is: {CHANGED}")
        os.replace(temporary, target)


def _dress(path: str, temporary: str, target: str, status: os.stat_result) -> None:
    """Give the new file the mode, the owner and the attributes of the one that it replaces."""
    if hasattr(os, "chown"):
        made = os.stat(temporary)
        if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.chown(temporary, status.st_uid, status.st_gid)
            except PermissionError:
                raise NotReplaced(
                    f"{path}: left as it is: only its owner can replace it, run as its owner"
                ) from None
    # After the owner: a change of owner takes the set-user-id bit away.
    shutil.copystat(target, temporary)
    os.utime(temporary)
