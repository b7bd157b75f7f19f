"""The database file of a cache: told from anything else before a byte of it is changed.

Ours is a plain file with one name only, has our mark in its header, and holds our table and nothing
else: no view, no trigger, no journal beside it. SQLite would run a view or a trigger, and a journal
can have it change and remove other files.
"""

from __future__ import annotations

import enum
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

DATABASE = "taskleash.sqlite3"

#: "TLsh", where SQLite has room for the mark of a program
_APPLICATION = 0x544C7368
_VERSION = 1
_TABLE = (
    "CREATE TABLE entries ("
    "key BLOB PRIMARY KEY, mark BLOB NOT NULL, day INTEGER NOT NULL, data BLOB NOT NULL)"
)
_SCHEMA = [
    ("index", "sqlite_autoindex_entries_1", "entries", None),
    ("table", "entries", "entries", _TABLE),
]
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
#: the numbers for reading and writing: no log beside the file
_PLAIN = b"\x01\x01"
_BESIDE = ("-journal", "-wal", "-shm")
#: another run writes for moments only
_PATIENCE_SECONDS = 2.0
_SAFELY = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    # What a crash costs can be found out again; so there is never a journal to be played back.
    "PRAGMA journal_mode = MEMORY",
    "PRAGMA synchronous = OFF",
)


class DatabaseState(enum.Enum):
    """What is where the database is to be."""

    MISSING = enum.auto()
    EMPTY = enum.auto()
    OURS = enum.auto()
    #: no database at all, or no longer
    BROKEN = enum.auto()
    FOREIGN = enum.auto()


class NotOurs(Exception):
    """The database holds other things than ours does; ``marked`` tells that it says it is ours."""

    def __init__(self, marked: bool) -> None:
        super().__init__()
        self.marked = marked


def state_of(path: str) -> DatabaseState:
    """What there is at a path; nothing is changed."""
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            return DatabaseState.FOREIGN
        if any(os.path.lexists(path + suffix) for suffix in _BESIDE):
            return DatabaseState.FOREIGN
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return DatabaseState.MISSING
    except OSError:
        return DatabaseState.FOREIGN
    if not header:
        return DatabaseState.EMPTY
    if not header.startswith(_MAGIC):
        return DatabaseState.BROKEN
    if header[18:20] != _PLAIN or header[68:72] != _APPLICATION.to_bytes(4, "big"):
        return DatabaseState.FOREIGN
    return DatabaseState.OURS


@contextmanager
def opened(path: str, writes: bool) -> Iterator[sqlite3.Connection]:
    """The database in a transaction; where it ``writes``, an empty one gets its table.

    Raises:
        NotOurs: it holds other things.
        sqlite3.Error: it is busy, damaged, or cannot be written.
    """
    import sqlite3

    connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
    with closing(connection) as database:
        try:
            for pragma in _SAFELY:
                database.execute(pragma)
            database.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            _check(database, writes)
            yield database
            database.execute("COMMIT")
        except UnicodeDecodeError:
            # What SQLite says of the damage quotes the file, and Python cannot read that either.
            raise sqlite3.DatabaseError("damaged") from None


def _check(database: sqlite3.Connection, writes: bool) -> None:
    (mark,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name LIMIT 3"
    schema = database.execute(query).fetchall()
    if writes and not schema and not mark and not version:
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute(_TABLE)
    elif (mark, version, schema) != (_APPLICATION, _VERSION, _SCHEMA):
        raise NotOurs(mark == _APPLICATION)
