"""Files by the names under which they are imported."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from taskleash.driver.inputs import Input
from taskleash.source.modules import path_name


class Modules:
    """Finds files by dotted name, that of their package or that of their path.

    There are thousands of files, and few are looked for: what takes time is put off until then.
    """

    def __init__(self, items: Sequence[Input]) -> None:
        self._items = items
        self._by_name: dict[str, dict[str, list[Input]]] = {}

    @cached_property
    def _by_last(self) -> dict[str, list[Input]]:
        found: dict[str, list[Input]] = {}
        for item in self._items:
            found.setdefault(item.file.module.rpartition(".")[2], []).append(item)
        return found

    @cached_property
    def tops(self) -> frozenset[str]:
        """The first parts of all names."""
        return frozenset(item.file.module.partition(".")[0] for item in self._items)

    def named(self, dotted: str) -> list[Input]:
        """The files with a name, in order."""
        last = dotted.rpartition(".")[2]
        if last not in self._by_last:
            return []
        if last not in self._by_name:
            found = self._by_name[last] = {}
            for item in self._by_last[last]:
                for name in {item.file.module, path_name(item.path)}:
                    found.setdefault(name, []).append(item)
        return self._by_name[last].get(dotted, [])
