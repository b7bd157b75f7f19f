"""What is to be kept, at hand until there is time to write it.

To write takes as long as a third of what a process does that answers to each letter typed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from taskleash.driver.cache.seal import Sealed
from taskleash.driver.cache.store import CacheStore

#: more bytes than these are written at once
_ROOM = 16 << 20


class Deferred:
    """A store that puts into another one what it was given when it is told to `write`."""

    def __init__(self, store: CacheStore) -> None:
        self._store = store
        self.lasts = store.lasts
        self._waiting: dict[bytes, bytes] = {}
        self._room = _ROOM

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """See `CacheStore`."""
        # It is what this very process has made.
        waiting: dict[bytes, bytes] = {
            key: Sealed(self._waiting[key]) for key in keys if key in self._waiting
        }
        rest = [key for key in keys if key not in waiting]
        return {**waiting, **self._store.get(rest)} if rest else waiting

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """See `CacheStore`."""
        if not self.lasts:
            return
        self._waiting.update(entries)
        self._room -= sum(map(len, entries.values()))
        if self._room < 0:
            self.write()

    def write(self) -> None:
        """Put all of it into the other store."""
        self._store.put(self._waiting)
        self._waiting, self._room = {}, _ROOM
