"""Files by the names under which they are imported."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.driver.inputs import Input
from taskleash.source.modules import path_name


class Modules:
    """Finds files by dotted name, that of their package or that of their path.

    There are thousands of files, and few are looked for: what takes time is put off until then.
    """

    def __init__(self, items: Iterable[Input]) -> None:
        self._by_last: dict[str, list[Input]] = {}
        self._by_name: dict[str, dict[str, list[Input]]] = {}
        self.tops: set[str] = set()
        for item in items:
            module = item.file.module
            self._by_last.setdefault(module.rpartition(".")[2], []).append(item)
            self.tops.add(module.partition(".")[0])

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
