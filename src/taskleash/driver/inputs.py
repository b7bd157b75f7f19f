"""Which files a run reports, and which further ones it may look into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from taskleash.driver.folders import NearestOptions
from taskleash.driver.settings import Settings
from taskleash.records import dataclass
from taskleash.source.discovery import File, discover, discover_unsaved, project_root
from taskleash.source.loading import decode, read_bytes
from taskleash.source.walks import Walks

#: the files in some folders, looked for by what it is given where they are not known
Listed: TypeAlias = (
    "Callable[[Iterable[str], Callable[[tuple[str, ...]], list[File]]], list[Input]]"
)


@dataclass(frozen=True)
class Input:
    """A file to analyse; ``data`` are its bytes where they are not those on disk.

    It ``is_named`` where it was asked for itself, not as a part of a folder. ``earlier`` is what it
    came to when this program parsed it before, packed, where that may save parsing all of it.
    """

    file: File
    data: bytes | None = None
    is_named: bool = False
    earlier: bytes | None = None

    @property
    def path(self) -> str:
        """The path as it is reported."""
        return self.file.path

    @property
    def size(self) -> int:
        """The size in bytes."""
        return self.file.size if self.data is None else len(self.data)

    def read(self) -> bytes:
        """The bytes; raises InvalidSource where they cannot be read."""
        return read_bytes(self.file.absolute) if self.data is None else self.data

    def with_data(self, data: bytes) -> Input:
        """The same file with these bytes."""
        return replace(self, data=data)

    def text(self) -> str:
        """The decoded bytes; raises InvalidSource."""
        return decode(self.read())


def asked_inputs(settings: Settings, walks: Walks | None = None) -> list[Input]:
    """The files that the settings name, sorted by path, by what earlier ``walks`` came to, too.

    Raises PathNotFound, ConfigError.
    """
    nearest = NearestOptions(settings.configs)
    if settings.stdin is None:
        named = {os.path.abspath(path).replace(os.sep, "/") for path in settings.paths}
        files = discover(settings.paths, settings.discovery, nearest, walks)
        data = settings.unsaved
        return [Input(f, data.get(f.absolute), is_named=f.absolute in named) for f in files]
    (path,) = settings.paths
    files = discover_unsaved(path, settings.discovery, nearest)
    return [Input(file, settings.stdin, is_named=True) for file in files]


def context_inputs(
    settings: Settings, asked: Iterable[Input], listed: Listed, walks: Walks | None = None
) -> list[Input]:
    """The rest of the project, where only a part of it is asked for.

    ``listed`` remembers which files there are in some folders, ``walks`` what earlier runs found.
    """
    paths = [os.path.abspath(path) for path in settings.paths]
    given = settings.discovery.project
    roots = {root for path in paths if _is_part(path) and (root := project_root(path)) is not None}
    options = replace(settings.discovery, force_exclude=False)
    taken = {item.file.absolute for item in asked}
    nearest = NearestOptions(settings.configs)
    folders = [given] if given else sorted(roots)
    items = listed(folders, lambda wanted: discover(wanted, options, nearest, walks))
    data = settings.unsaved
    return [
        item.with_data(data[item.file.absolute]) if item.file.absolute in data else item
        for item in items
        if item.file.absolute not in taken
    ]


def _is_part(path: str) -> bool:
    """Whether a path is less than a whole: a file, or a folder inside a package."""
    if not os.path.isdir(path):
        return True
    return os.path.isfile(os.path.join(os.path.dirname(path), "__init__.py"))
