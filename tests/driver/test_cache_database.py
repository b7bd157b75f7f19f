"""What there is where the cache is to be: nothing, our database, or something to leave alone."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from taskleash.driver.cache.database import DatabaseState, NotOurs, opened, state_of


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    path = tmp_path / "taskleash.sqlite3"
    with opened(str(path), writes=True):
        pass
    return path


def test_what_we_made_is_ours(ours: Path) -> None:
    assert state_of(str(ours)) is DatabaseState.OURS


def test_nothing(tmp_path: Path) -> None:
    assert state_of(str(tmp_path / "none")) is DatabaseState.MISSING
    (tmp_path / "file").touch()
    assert state_of(str(tmp_path / "file" / "none")) is DatabaseState.MISSING


def test_an_empty_file_becomes_ours(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    assert state_of(str(path)) is DatabaseState.EMPTY
    with opened(str(path), writes=True):
        pass
    assert state_of(str(path)) is DatabaseState.OURS


def test_what_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    assert state_of(str(path)) is DatabaseState.BROKEN


def test_a_folder(tmp_path: Path) -> None:
    assert state_of(str(tmp_path)) is DatabaseState.FOREIGN


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE entries (a)")
        database.commit()
    assert state_of(str(path)) is DatabaseState.FOREIGN
    with pytest.raises(NotOurs) as error, opened(str(path), writes=True):
        pass
    assert not error.value.marked


@pytest.mark.parametrize("suffix", ["-journal", "-wal"])
def test_what_something_is_beside(ours: Path, suffix: str) -> None:
    Path(f"{ours}{suffix}").touch()
    assert state_of(str(ours)) is DatabaseState.FOREIGN


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_what_has_another_name(ours: Path) -> None:
    os.link(ours, ours.with_name("second"))
    assert state_of(str(ours)) is DatabaseState.FOREIGN
    ours.unlink()
    assert state_of(str(ours.with_name("second"))) is DatabaseState.OURS
    ours.symlink_to(ours.with_name("second"))
    assert state_of(str(ours)) is DatabaseState.FOREIGN


@pytest.mark.parametrize(
    "change",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON entries BEGIN SELECT 1; END",
        "PRAGMA user_version = 99",
        "DROP TABLE entries",
    ],
)
def test_ours_with_something_else_in_it(ours: Path, change: str) -> None:
    with closing(sqlite3.connect(ours)) as database:
        database.execute(change)
        database.commit()
    for writes in (True, False):
        with pytest.raises(NotOurs) as error, opened(str(ours), writes):
            pass
        assert error.value.marked


def test_an_empty_one_is_not_made_ours_by_who_only_reads(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    with pytest.raises(NotOurs), opened(str(path), writes=False):
        pass
    assert state_of(str(path)) is DatabaseState.EMPTY


def test_damage_that_sqlite_quotes(ours: Path) -> None:
    ours.write_bytes(ours.read_bytes().replace(b"CREATE TABLE", b"CREATE \xa9ABLE"))
    for writes in (False, True):
        # What Python makes of SQLite's words hangs on its version.
        with pytest.raises(sqlite3.DatabaseError), opened(str(ours), writes):
            pass
