"""Which files a run reports, and which further ones it may look into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from taskleash.driver.folders import NearestOptions
from taskleash.driver.settings import Settings
from taskleash.records import by_name, dataclass
from taskleash.source.discovery import File, discover, discover_unsaved, project_root
from taskleash.source.loading import decode, read_bytes
from taskleash.source.walks import Walks


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


_input = by_name(Input)


class Files(list[Input]):
    """Files that are not asked for, of which there are thousands and few are looked at."""

    @cached_property
    def by_path(self) -> Mapping[str, Input]:
        """The files by their paths."""
        return {item.path: item for item in self}


class Listing:
    """Remembers which files there are in folders, as they are on disk."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, ...], list[Input]] = {}
        #: what was asked for last, with the answer
        self._latest: tuple[tuple[tuple[str, ...], frozenset[str]], Files] | None = None

    def of(
        self,
        folders: Iterable[str],
        taken: frozenset[str],
        find: Callable[[tuple[str, ...]], list[File]],
    ) -> Files:
        """The files in the folders, without those whose absolute paths are ``taken``.

        ``find`` looks for them where they are not known.
        """
        asked = (tuple(folders), taken)
        if self._latest is not None and self._latest[0] == asked:
            return self._latest[1]
        if asked[0] not in self._listed:
            self._listed[asked[0]] = [Input(file) for file in find(asked[0])]
        left = Files(item for item in self._listed[asked[0]] if item.file.absolute not in taken)
        self._latest = asked, left
        return left


def asked_inputs(settings: Settings, walks: Walks | None = None) -> list[Input]:
    """The files that the settings name, sorted by path, by what earlier ``walks`` came to, too.

    Raises PathNotFound, ConfigError.
    """
    nearest = NearestOptions(settings.configs)
    if settings.stdin is None:
        named = {os.path.abspath(path).replace(os.sep, "/") for path in settings.paths}
        files = discover(settings.paths, settings.discovery, nearest, walks)
        data = settings.unsaved
        return [
            _input(
                file=file,
                data=data.get(file.absolute),
                is_named=file.absolute in named,
                earlier=None,
            )
            for file in files
        ]
    (path,) = settings.paths
    files = discover_unsaved(path, settings.discovery, nearest)
    return [Input(file, settings.stdin, is_named=True) for file in files]


def context_inputs(
    settings: Settings, asked: Iterable[Input], listing: Listing, walks: Walks | None = None
) -> Files:
    """The rest of the project, where only a part of it is asked for.

    ``listing`` remembers which files there are in folders, ``walks`` what earlier runs found.
    """
    paths = [os.path.abspath(path) for path in settings.paths]
    given = settings.discovery.project
    roots = {root for path in paths if _is_part(path) and (root := project_root(path)) is not None}
    options = replace(settings.discovery, force_exclude=False)
    taken = frozenset(item.file.absolute for item in asked)
    nearest = NearestOptions(settings.configs)
    folders = [given] if given else sorted(roots)
    items = listing.of(folders, taken, lambda wanted: discover(wanted, options, nearest, walks))
    data = settings.unsaved
    if data.keys() <= taken:
        return items
    return Files(
        item.with_data(data[item.file.absolute]) if item.file.absolute in data else item
        for item in items
    )


def _is_part(path: str) -> bool:
    """Whether a path is less than a whole: a file, or a folder inside a package."""
    if not os.path.isdir(path):
        return True
    return os.path.isfile(os.path.join(os.path.dirname(path), "__init__.py"))
