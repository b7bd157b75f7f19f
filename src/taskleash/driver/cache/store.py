"""Bytes by key that outlive a run. Whatever is wrong with them, they are only missing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol, TypeVar

from taskleash.driver.cache.folder import DATABASE, make

if TYPE_CHECKING:
    import sqlite3

_MAX_BYTES = 512 << 20
_MAX_DAYS = 30
#: another run writes for moments only
_PATIENCE_SECONDS = 2.0
_CHUNK = 500
_TABLE = """CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, mark BLOB NOT NULL, day INTEGER NOT NULL, data BLOB NOT NULL)"""

_T = TypeVar("_T")


class Store(Protocol):
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
    """

    lasts = True

    def __init__(self, folder: str, max_bytes: int = _MAX_BYTES) -> None:
        self._folder = folder
        self._path = os.path.join(folder, DATABASE)
        self._max_bytes = max_bytes
        self._today = int(time.time() // 86_400)
        self._used: set[bytes] = set()

    def get(self, keys: Collection[bytes]) -> dict[bytes, bytes]:
        """See `Store`."""
        if not os.path.exists(self._path):
            return {}
        return self._tried(lambda database: self._read(database, list(keys)), {})

    def put(self, entries: Mapping[bytes, bytes]) -> None:
        """See `Store`."""
        if not entries and not self._used:
            return
        with suppress(OSError):
            make(self._folder)
            self._tried(lambda database: self._write(database, entries), None)

    def _tried(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        try:
            import sqlite3
        except ImportError:
            # Some builds of Python lack it.
            return otherwise
        try:
            with self._opened() as database:
                return work(database)
        except sqlite3.OperationalError:
            # Busy, read-only or no space left.
            return otherwise
        except sqlite3.DatabaseError:
            with suppress(OSError):
                os.remove(self._path)
            return otherwise

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        import sqlite3

        with closing(sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS)) as database:
            # What a crash of the machine costs can be found out again.
            database.execute("PRAGMA synchronous = OFF")
            with database:
                yield database

    def _read(self, database: sqlite3.Connection, keys: list[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            query = f"SELECT key, mark, day, data FROM entries WHERE key IN ({marks})"
            for key, mark, day, data in database.execute(query, chunk):
                if not isinstance(data, bytes) or mark != _mark(data):
                    continue
                found[key] = data
                if day != self._today:
                    self._used.add(key)
        return found

    def _write(self, database: sqlite3.Connection, entries: Mapping[bytes, bytes]) -> None:
        database.execute(_TABLE)
        database.executemany(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
            ((key, _mark(data), self._today, data) for key, data in entries.items()),
        )
        database.executemany(
            "UPDATE entries SET day = ? WHERE key = ?", [(self._today, key) for key in self._used]
        )
        self._used.clear()
        self._drop_what_is_old(database)

    def _drop_what_is_old(self, database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM entries WHERE day < ?", (self._today - _MAX_DAYS,))
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
    return blake2b(data, digest_size=8).digest()
