"""The store keeps what is used and stays within its bounds."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taskleash.driver.cache import keys
from taskleash.driver.cache.database import DATABASE
from taskleash.driver.cache.folder import make, remove
from taskleash.driver.cache.store import DiskStore, NoStore

DAY = 86_400


def test_what_is_put_is_there_for_another_run(tmp_path: Path) -> None:
    DiskStore(str(tmp_path / "cache")).put({b"a": b"1", b"b": b"2"})
    DiskStore(str(tmp_path / "cache")).put({b"b": b"3"})
    found = DiskStore(str(tmp_path / "cache")).get([b"a", b"b", b"c"])
    assert found == {b"a": b"1", b"b": b"3"}


def test_nothing_is_made_where_nothing_is_put(tmp_path: Path) -> None:
    store = DiskStore(str(tmp_path / "cache"))
    assert store.get([b"a"]) == {}
    store.put({})
    assert list(tmp_path.iterdir()) == []


def test_more_keys_than_one_query_takes(tmp_path: Path) -> None:
    entries = {str(number).encode(): b"x" for number in range(3000)}
    store = DiskStore(str(tmp_path))
    store.put(entries)
    assert store.get(list(entries)) == entries


def test_no_store_forgets() -> None:
    store = NoStore()
    store.put({b"a": b"1"})
    assert store.get([b"a"]) == {}


def test_the_oldest_go_where_there_is_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(10):
        monkeypatch.setattr("taskleash.driver.cache.store.time.time", lambda d=day: d * DAY)
        DiskStore(str(tmp_path), max_bytes=1000).put({bytes([day]): b"x" * 150})
    left = DiskStore(str(tmp_path)).get([bytes([day]) for day in range(10)])
    assert bytes([9]) in left
    assert bytes([0]) not in left
    assert sum(map(len, left.values())) <= 1000


def test_nothing_goes_while_there_is_room(tmp_path: Path) -> None:
    entries = {bytes([number]): b"x" * 100 for number in range(10)}
    store = DiskStore(str(tmp_path), max_bytes=1000)
    store.put(entries)
    assert store.get(list(entries)) == entries
    store.put({b"more": b"x"})
    left = store.get([*entries, b"more"])
    assert b"more" in left
    assert 400 < sum(map(len, left.values())) <= 500


def test_what_is_used_stays_and_what_is_not_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    DiskStore(str(tmp_path)).put({b"used": b"1", b"unused": b"2"})
    now = time.time()
    for days in (20, 40):
        then = now + days * DAY
        monkeypatch.setattr("taskleash.driver.cache.store.time.time", lambda t=then: t)
        store = DiskStore(str(tmp_path))
        store.get([b"used"])
        store.put({})
    assert DiskStore(str(tmp_path)).get([b"used", b"unused"]) == {b"used": b"1"}


def written_at_once(folder: Path) -> dict[bytes, bytes]:
    """What is found after forty runs that write at a time."""

    def write(number: int) -> None:
        DiskStore(str(folder)).put({bytes([number]): bytes([number])})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    return DiskStore(str(folder)).get([bytes([number]) for number in range(40)])


def test_many_runs_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    DiskStore(str(folder)).put({b"first": b"first"})
    assert written_at_once(folder) == {bytes([number]): bytes([number]) for number in range(40)}


def test_many_first_runs_at_a_time(tmp_path: Path) -> None:
    # Of those that make the database at the same time, one may be too late to keep its own.
    found = written_at_once(tmp_path / "cache")
    assert all(key == value for key, value in found.items())
    assert len(found) > 30


def test_keys_tell_apart_what_differs_only_in_its_parts() -> None:
    made = {
        keys.key("a", b"bc", b"d"),
        keys.key("a", b"b", b"cd"),
        keys.key("a", b"bcd"),
        keys.key("ab", b"c", b"d"),
    }
    assert len(made) == 4


def test_another_version_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys.key("facts", b"x")
    keys._program.cache_clear()
    monkeypatch.setattr(keys, "__version__", "99")
    after = keys.key("facts", b"x")
    keys._program.cache_clear()
    assert after != before


def test_without_sqlite_nothing_is_kept_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some builds of Python lack it."""
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    store = DiskStore(str(tmp_path / "cache"))
    store.put({b"a": b"1"})
    assert store.get([b"a"]) == {}


@pytest.mark.parametrize("data", [b"", b"no database"])
def test_what_is_broken_goes_with_the_folder_that_was_made_for_it(
    tmp_path: Path, data: bytes
) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    make(str(own))
    other.mkdir()
    for folder in (own, other):
        (folder / DATABASE).write_bytes(data)
    assert remove(str(own))
    assert not remove(str(other))
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (other / DATABASE).read_bytes() == data
