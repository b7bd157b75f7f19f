"""Bytes by key that outlive a run. Whatever is wrong with them, they are only missing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol, TypeVar

from taskleash.driver.cache.database import DATABASE, DatabaseState, NotOurs, opened, state_of
from taskleash.driver.cache.folder import MAX_DAYS, is_made_for_cache, make
from taskleash.driver.cache.seal import Seal

if TYPE_CHECKING:
    import sqlite3

_MAX_BYTES = 512 << 20
_CHUNK = 500
_MARK_BYTES = 8
_NO_SEAL = Seal(None)

_T = TypeVar("_T")


class CacheStore(Protocol):
    """Bytes by key; ``lasts`` tells whether what is put there is found by another run."""

    lasts: bool

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """What there is of the keys."""
        ...

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Keep the entries, in place of those with the same keys."""
        ...


class NoStore:
    """Keeps nothing."""

    lasts = False

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """Nothing."""
        return {}

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """Nothing happens."""


class DiskStore:
    """A database in a folder, which is made when there is something to keep.

    Several runs can use it at a time. It is open only during a call, for processes that are
    started must not inherit it. What has not been used for long is dropped, the oldest first.
    Without ``recalls`` nothing is found in it, and what is put there takes the place of what is.
    What is there and not ours is neither read nor changed. What bears the ``seal`` is `Sealed`.
    """

    lasts = True

    def __init__(
        self,
        folder: str,
        max_bytes: int = _MAX_BYTES,
        recalls: bool = True,
        seal: Seal = _NO_SEAL,
    ) -> None:
        self._folder = folder
        self._path = os.path.join(folder, DATABASE)
        self._max_bytes = max_bytes
        self._recalls = recalls
        self._seal = seal
        self._today = int(time.time() // 86_400)
        self._used: set[bytes] = set()

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """See `CacheStore`."""
        if not self._recalls or state_of(self._path) is not DatabaseState.OURS:
            return {}
        return self._tried(lambda database: self._read(database, list(keys)), {}, writes=False)

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """See `CacheStore`."""
        if not entries and not self._used:
            return
        with suppress(OSError):
            make(self._folder)
            state = state_of(self._path)
            if state is DatabaseState.BROKEN and is_made_for_cache(self._folder):
                os.remove(self._path)
            elif state in (DatabaseState.BROKEN, DatabaseState.FOREIGN):
                return
            self._tried(lambda database: self._write(database, entries), None, writes=True)

    def _tried(
        self, work: Callable[[sqlite3.Connection], _T], otherwise: _T, *, writes: bool
    ) -> _T:
        try:
            import sqlite3
        except ImportError:
            # Some builds of Python lack it.
            return otherwise
        try:
            with opened(self._path, writes) as database:
                return work(database)
        except sqlite3.OperationalError:
            # Busy, read-only or no space left.
            return otherwise
        except NotOurs as error:
            if error.marked:
                self._remove()
            return otherwise
        except sqlite3.DatabaseError:
            self._remove()
            return otherwise

    def _remove(self) -> None:
        """Make room for a new database, where the one that is there is ours."""
        if state_of(self._path) is DatabaseState.OURS:
            with suppress(OSError):
                os.remove(self._path)

    def _read(self, database: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        # None can be longer than the file: one that says so is damaged, and would fill the memory.
        longest = os.path.getsize(self._path)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            query = (
                "SELECT key, mark, day, data FROM entries"
                f" WHERE key IN ({marks}) AND LENGTH(data) <= ?"
            )
            for key, mark, day, data in database.execute(query, [*chunk, longest]):
                if not isinstance(data, bytes) or not isinstance(mark, bytes):
                    continue
                if mark[:_MARK_BYTES] != _mark(data):
                    continue
                found[key] = self._seal.opened(data, mark[_MARK_BYTES:])
                if day != self._today:
                    self._used.add(key)
        return found

    def _write(self, database: sqlite3.Connection, entries: Mapping[bytes, bytes]) -> None:
        database.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
            (
                (key, _mark(data) + self._seal.of(data), self._today, data)
                for key, data in entries.items()
            ),
        )
        database.executemany(
            "UPDATE entries SET day = ? WHERE key = ?", [(self._today, key) for key in self._used]
        )
        self._used.clear()
        self._drop_what_is_old(database)

    def _drop_what_is_old(self, database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM entries WHERE day < ?", (self._today - MAX_DAYS,))
        (size,) = database.execute("SELECT TOTAL(LENGTH(data)) FROM entries").fetchone()
        if size <= self._max_bytes:
            return
        # Half of it, so that this is not to be done again at once; the space is used again.
        drop = []
        for key, length in database.execute(
            "SELECT key, LENGTH(data) FROM entries ORDER BY day, rowid"
        ):
            if size <= self._max_bytes / 2:
                break
            size -= length
            drop.append((key,))
        database.executemany("DELETE FROM entries WHERE key = ?", drop)


def _mark(data: bytes) -> bytes:
    """Tells bytes that were damaged."""
    return blake2b(data, digest_size=_MARK_BYTES).digest()
