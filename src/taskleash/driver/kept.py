"""What a process that goes on keeps in its memory between one run and the next.

A run of the command line has nothing of it: what outlives that is in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from taskleash.driver.cache.deferred import Deferred
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.retained import Retained
from taskleash.driver.cache.store import CacheStore

if TYPE_CHECKING:
    # What starts processes is only imported where one is started.
    from taskleash.driver.parsing.spare import Spare


class KeptPrograms:
    """What is kept of the programs of one folder.

    Facts stay as long as they are used. While the folder is ``settled``, the files on disk are what
    they were: neither is it walked again, nor are they looked at. A ``spare`` worker goes from
    run to run.
    """

    def __init__(self, spare: Spare) -> None:
        self.spare = spare
        self._stores: list[Deferred] = []
        self._retained = Retained()
        self._memories: dict[str, Memory] = {}

    def begin(self, is_settled: bool) -> None:
        """Begin the next run."""
        self._retained.begin()
        if not is_settled:
            self.write()
            self._stores.clear()
            self._memories.clear()

    def write(self) -> None:
        """Write what the runs so far have found out, so that others find it, too."""
        for memory in self._memories.values():
            memory.save_answers()
        for store in self._stores:
            store.write()

    def memory(self, store: Callable[[], CacheStore], scope: str) -> Memory:
        """The memory of a program, apart for each ``scope``, for one run."""
        if scope in self._memories:
            self._memories[scope].again()
        else:
            self._stores.append(Deferred(store()))
            self._memories[scope] = Memory(self._stores[-1], scope, self._retained)
        return self._memories[scope]
