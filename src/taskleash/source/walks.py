"""What walks came to: folders that are as they were need not be listed again.

A folder has other times once an entry comes, goes or gets another name. So a walk comes to the same
files where no folder that was listed has other times, and no file that was asked what to leave out.
Not so where a link is on the way: what it leads to changes, and its folder does not.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import field
from typing import Protocol, TypeAlias

from taskleash.records import dataclass

#: inode, and when contents and entry changed last, in nanoseconds; a folder that is not listed has
#: nothing but zeros
Stamp: TypeAlias = tuple[int, int, int]
#: folders that were listed; files that were asked, None for those that are missing; whether folders
#: outside of those are packages; and the files found, each with its module
Walk: TypeAlias = tuple[
    list[tuple[str, Stamp]],
    list[tuple[str, Stamp | None]],
    list[tuple[str, bool]],
    list[tuple[str, str]],
]
_FOLDER: Stamp = (0, 0, 0)


class Walks(Protocol):
    """What earlier walks came to, by all that they depend on but the disk."""

    def get(self, asked: Iterable[str]) -> Walk | None:
        """What a walk came to, where that is known."""
        ...

    def keep(self, asked: Iterable[str], walk: Walk) -> None:
        """Remember what a walk came to."""
        ...


@dataclass
class WalkTrace:
    """What a walk has listed and asked; it ``lasts`` unless a link was on the way."""

    lasts: bool = True
    folders: dict[str, Stamp] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)

    def lists(self, folder: str) -> None:
        """Note a folder, before it is listed."""
        try:
            self.folders[folder] = _stamp(os.stat(folder))
        except OSError:
            self.lasts = False

    def asks(self, paths: Iterable[str]) -> None:
        """Note paths whose contents count, or whether they exist."""
        self.asked.update(dict.fromkeys(paths))

    def walk(self, packages: dict[str, bool], files: list[tuple[str, str]]) -> Walk:
        """All of it; the ``packages`` say of folders whether they are some."""
        outside = [(path, is_one) for path, is_one in packages.items() if path not in self.folders]
        asked = [(path, _asked_stamp(path)) for path in self.asked]
        return [*self.folders.items()], asked, outside, files


def stands(walk: Walk) -> bool:
    """Whether the walk would come to the same files; whether the folders outside are packages is
    left to who knows what makes one.
    """
    folders, asked, _, _ = walk
    try:
        listed = all(_stamp(os.stat(path)) == stamp for path, stamp in folders)
    except OSError:
        return False
    return listed and all(_asked_stamp(path) == stamp for path, stamp in asked)


def newest(walk: Walk) -> int:
    """When the last of what a walk has listed and asked changed, in nanoseconds."""
    folders, asked, _, _ = walk
    stamps = (*(stamp for _, stamp in folders), *(stamp for _, stamp in asked if stamp is not None))
    return max((max(stamp[1:]) for stamp in stamps), default=0)


def _asked_stamp(path: str) -> Stamp | None:
    """The stamp of what was asked; of a folder counts only that it is one."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _FOLDER if stat.S_ISDIR(status.st_mode) else _stamp(status)


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns
