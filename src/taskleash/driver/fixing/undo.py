"""How a run that fixes is undone: a reverse patch in the cache, or git where it has the files."""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from taskleash.driver.cache.folder import UNDO, make, usable_folder
from taskleash.driver.git import Git, GitFailed
from taskleash.driver.settings import Settings
from taskleash.reporters.diff import diff_of
from taskleash.source.links import leads_out

#: how many patches are kept
_MOST = 50
_BY_GROUP, _BY_ALL = stat.S_IWGRP, stat.S_IWOTH
_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d+(-\d+)?\.patch")


@dataclass(frozen=True)
class ReplacedFile:
    """A file's bytes before and after."""

    path: str
    before: bytes
    after: bytes


def write_undo(settings: Settings, changes: Sequence[ReplacedFile]) -> str:
    """Write the patch that takes changes back; gives its path, empty where none can be kept."""
    folder = usable_folder(settings.cache_dir, settings.paths) if settings.cache else None
    below = os.path.join(folder or "", UNDO)
    # Old patches are removed there: it must be a folder of the cache's own.
    if folder is None or not changes or os.path.islink(below) or leads_out(below):
        return ""
    name = time.strftime("%Y-%m-%dT%H-%M-%S") + f"-{os.getpid()}"
    # As every byte is one character here, the patch has the bytes of the files.
    text = "".join(
        f"{line}\n"
        for each in changes
        for line in diff_of(each.path, each.after.decode("latin-1"), each.before.decode("latin-1"))
    )
    try:
        make(folder)
        os.makedirs(below, mode=0o700, exist_ok=True)
        if not (_is_ours(folder, _BY_ALL) and _is_ours(below, _BY_ALL | _BY_GROUP)):
            return ""
        for old in sorted(filter(_NAME.fullmatch, os.listdir(below)))[: -_MOST + 1]:
            # What somebody put there as a folder is no patch of ours, and keeps none from being.
            with suppress(OSError):
                os.unlink(os.path.join(below, old))
        return _written(os.path.join(below, name), text.encode("latin-1"))
    except (OSError, UnicodeEncodeError):
        return ""


def _written(name: str, data: bytes) -> str:
    """Write a patch under a name, or the next one where this run has written one already."""
    for path in (f"{name}.patch", f"{name}-2.patch"):
        # A link that waits under this name is not written through.
        with suppress(FileExistsError), open(path, "xb") as file:
            file.write(data)
            return path
    return ""


def _is_ours(folder: str, others: int) -> bool:
    """Whether nobody else may put another patch in place of ours, which the user is to apply."""
    if sys.platform == "win32":
        return True
    status = os.lstat(folder)
    return status.st_uid == os.getuid() and not status.st_mode & others


def is_committed(paths: Sequence[str]) -> bool:
    """Whether git has all of these files as they are, so that it can give them back."""
    try:
        git = Git()
        known = git.output("ls-files", "-z", "--", *paths)
        changed = git.output("status", "--porcelain", "-z", "--", *paths)
    except GitFailed:
        return False
    count = len([name for name in (known or b"").split(b"\0") if name])
    return bool(paths) and count == len(set(paths)) and changed == b""
