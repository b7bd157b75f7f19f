"""What a user's own runs kept is believed as it is; all else in a cache is looked at first."""

from __future__ import annotations

import marshal
import os
import sqlite3
from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.driver.cache.database import DATABASE
from taskleash.driver.cache.plain import recalled
from taskleash.driver.cache.seal import Seal, Sealed
from taskleash.driver.cache.store import DiskStore
from taskleash.ir.packing.conform import check_of

KEY = b"a key of some bytes"
#: for `marshal`, which a list of so many items makes take eight gigabytes
TRAP = b"[\xff\xff\xff\x3f"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "user" / "seal.key")


def kept(folder: Path, path: str | None, data: bytes) -> bytes:
    DiskStore(str(folder), seal=Seal(path)).put({KEY: data})
    return DiskStore(str(folder), seal=Seal(path)).get([KEY])[KEY]


def test_what_a_run_kept_is_known_by_the_next(tmp_path: Path, path: str) -> None:
    assert isinstance(kept(tmp_path / "cache", path, b"data"), Sealed)
    assert os.stat(path).st_size == 32


def test_two_runs_that_make_a_key_at_once_have_the_same(path: str) -> None:
    first, second = Seal(path), Seal(path)
    assert first.of(b"data") == second.of(b"data") != b""
    assert isinstance(second.opened(b"data", first.of(b"data")), Sealed)


def test_what_another_machine_kept_is_read_and_not_own(tmp_path: Path, path: str) -> None:
    assert isinstance(kept(tmp_path / "cache", path, b"data"), Sealed)
    other = Seal(str(tmp_path / "other" / "seal.key"))
    found = DiskStore(str(tmp_path / "cache"), seal=other).get([KEY])[KEY]
    assert (found, isinstance(found, Sealed)) == (b"data", False)


def test_no_seal_fits_other_bytes(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "cache"
    kept(folder, path, b"data")
    with sqlite3.connect(folder / DATABASE) as database:
        ((mark,),) = database.execute("SELECT mark FROM entries").fetchall()
    DiskStore(str(folder), seal=Seal(None)).put({KEY: TRAP})
    with sqlite3.connect(folder / DATABASE) as database:
        ((plain,),) = database.execute("SELECT mark FROM entries").fetchall()
        database.execute("UPDATE entries SET mark = ?", (plain + mark[len(plain) :],))
    found = DiskStore(str(folder), seal=Seal(path)).get([KEY])[KEY]
    assert (found, isinstance(found, Sealed)) == (TRAP, False)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes and owners are those of POSIX")
@pytest.mark.parametrize("others", ["readable", "linked", "short", "folder", "second name"])
def test_a_key_that_others_may_know_seals_nothing(tmp_path: Path, path: str, others: str) -> None:
    assert isinstance(kept(tmp_path / "cache", path, b"data"), Sealed)
    key = Path(path)
    if others == "readable":
        key.chmod(0o644)
    elif others == "linked":
        key.rename(tmp_path / "elsewhere")
        key.symlink_to(tmp_path / "elsewhere")
    elif others == "short":
        key.write_bytes(b"short")
    elif others == "folder":
        key.unlink()
        key.mkdir()
    else:
        os.link(key, tmp_path / "second")
    assert not isinstance(kept(tmp_path / "cache", path, b"data"), Sealed)


def test_a_key_in_what_is_looked_at_is_not_used(tmp_path: Path) -> None:
    project, caches = tmp_path / "project", tmp_path / "project" / "caches"
    (project / ".git").mkdir(parents=True)
    (project / "a.py").write_text("import asyncio\nasyncio.create_task(f())\n")
    first, second = ("scan", "--cache-dir", "../first"), ("scan", "--cache-dir", "../second")
    assert taskleash(*first, cwd=project, XDG_CACHE_HOME=str(caches)).status == 0
    assert not caches.exists()
    elsewhere = tmp_path / "caches"
    assert taskleash(*second, cwd=project, XDG_CACHE_HOME=str(elsewhere)).status == 0
    assert (elsewhere / "taskleash" / "seal.key").is_file()


def test_a_run_without_a_cache_makes_no_key(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import asyncio\nasyncio.create_task(f())\n")
    caches = tmp_path / "caches"
    ran = taskleash("scan", "--no-cache", "a.py", cwd=tmp_path, XDG_CACHE_HOME=str(caches))
    assert (ran.status, caches.exists()) == (0, False)


def test_what_is_no_longer_sealed_is_looked_at(tmp_path: Path) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    project.mkdir()
    (project / "a.py").write_text("import asyncio\nasyncio.create_task(f())\n")
    options = ("scan", "--format", "json", "--cache-dir", str(cache))
    assert taskleash(*options, cwd=project).status == 0
    database = DiskStore(str(cache))
    with sqlite3.connect(cache / DATABASE) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM entries")]
    database.put(dict.fromkeys(keys, TRAP))
    ran = taskleash(*options, cwd=project)
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(("value", "is_it"), [(["text"], True), ([1], False), (None, False)])
def test_only_what_is_sealed_is_taken_as_it_is(
    tmp_path: Path, path: str, value: object, is_it: bool
) -> None:
    check, data = check_of(list[str]), marshal.dumps(value)
    DiskStore(str(tmp_path), seal=Seal(path)).put({KEY: data})
    assert recalled(DiskStore(str(tmp_path), seal=Seal(path)), KEY, check) == value
    others = DiskStore(str(tmp_path), seal=Seal(None))
    others.put({KEY: data})
    assert recalled(others, KEY, check) == (value if is_it else None)
