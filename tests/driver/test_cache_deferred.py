from __future__ import annotations

from pathlib import Path

import pytest

from taskleash.driver.cache import deferred
from taskleash.driver.cache.deferred import Deferred
from taskleash.driver.cache.seal import Seal, Sealed
from taskleash.driver.cache.store import DiskStore, NoStore


def disk(folder: Path) -> DiskStore:
    return DiskStore(str(folder / "cache"), seal=Seal(str(folder / "seal.key")))


def test_what_was_put_is_at_hand_at_once_and_for_others_when_it_is_written(tmp_path: Path) -> None:
    store = Deferred(disk(tmp_path))
    store.put({b"a": b"1", b"b": b"2"})
    assert store.get([b"a", b"c"]) == {b"a": b"1"}
    assert disk(tmp_path).get([b"a", b"b"]) == {}
    store.write()
    assert disk(tmp_path).get([b"a", b"b"]) == {b"a": b"1", b"b": b"2"}
    assert store.get([b"a", b"b"]) == {b"a": b"1", b"b": b"2"}


def test_what_waits_takes_the_place_of_what_is_there(tmp_path: Path) -> None:
    disk(tmp_path).put({b"a": b"old", b"b": b"kept"})
    store = Deferred(disk(tmp_path))
    store.put({b"a": b"new"})
    assert store.get([b"a", b"b"]) == {b"a": b"new", b"b": b"kept"}


def test_what_waits_is_this_users_own(tmp_path: Path) -> None:
    store = Deferred(disk(tmp_path))
    store.put({b"a": b"1"})
    assert isinstance(store.get([b"a"])[b"a"], Sealed)


def test_much_of_it_is_written_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deferred, "_ROOM", 10)
    store = Deferred(disk(tmp_path))
    store.put({b"a": b"1234"})
    assert disk(tmp_path).get([b"a"]) == {}
    store.put({b"b": b"12345678"})
    assert disk(tmp_path).get([b"a", b"b"]) == {b"a": b"1234", b"b": b"12345678"}


def test_nothing_waits_where_nothing_is_kept() -> None:
    store = Deferred(NoStore())
    store.put({b"a": b"1"})
    assert (store.lasts, store.get([b"a"])) == (False, {})
