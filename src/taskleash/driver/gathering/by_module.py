"""Files by the names under which they are imported."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from taskleash.driver.inputs import Input
from taskleash.source.modules import path_name


class Names:
    """The dotted names of files, that of their package and that of their path, by their places.

    There are thousands of files, and few are looked for: what takes time is put off until then.
    """

    def __init__(self, items: Sequence[Input]) -> None:
        self._files = [item.file for item in items]
        self._by_name: dict[str, dict[str, list[int]]] = {}

    @cached_property
    def _by_last(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, file in enumerate(self._files):
            found.setdefault(file.module.rpartition(".")[2], []).append(place)
        return found

    @cached_property
    def tops(self) -> frozenset[str]:
        """The first parts of all names."""
        return frozenset(file.module.partition(".")[0] for file in self._files)

    def named(self, dotted: str) -> list[int]:
        """The places of the files with a name, in order."""
        last = dotted.rpartition(".")[2]
        if last not in self._by_last:
            return []
        if last not in self._by_name:
            found = self._by_name[last] = {}
            for place in self._by_last[last]:
                file = self._files[place]
                for name in {file.module, path_name(file.path)}:
                    found.setdefault(name, []).append(place)
        return self._by_name[last].get(dotted, [])


class Modules:
    """Finds files by dotted name, where the ``names`` are known already by these.

    It ``is_whole`` then: these are all files of the program, in the order of each of its runs.
    """

    def __init__(self, items: Sequence[Input], names: Names | None = None) -> None:
        self.items = items
        self.is_whole = names is not None
        self._names = names or Names(items)

    @property
    def tops(self) -> frozenset[str]:
        """The first parts of all names."""
        return self._names.tops

    def named(self, dotted: str) -> list[Input]:
        """The files with a name, in order."""
        return [self.items[place] for place in self.places(dotted)]

    def places(self, dotted: str) -> list[int]:
        """The places of the files with a name, in order."""
        return self._names.named(dotted)
