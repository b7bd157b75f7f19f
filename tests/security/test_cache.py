"""A cache speaks for nothing that it came with, and no file of others is changed in its place."""

from __future__ import annotations

import json
import marshal
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from support.caches import cache_folders, the_cache
from support.command import taskleash
from taskleash.driver.cache import contents
from taskleash.driver.cache.database import DATABASE, DatabaseState, state_of
from taskleash.driver.cache.keys import DIGEST_BYTES
from taskleash.driver.parsing.parse import SIZE_BYTES
from taskleash.ir.packing.marshalled import is_plain
from taskleash.ir.terms import TERM_CLASSES, Result

LEAKY = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"
OWNER = (
    "import asyncio\nfrom base import Base\n\n\nclass Owner(Base):\n    def start(self):\n"
    "        self._beat = asyncio.create_task(self.beat())\n\n"
    "    async def beat(self):\n        while True:\n            await asyncio.sleep(1)\n"
)
BASE = "class Base:\n    async def close(self):\n        self._beat.cancel()\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contents, "SETTLED_NS", 0)
    folder = tmp_path / "checkout"
    (folder / ".git").mkdir(parents=True)
    for name, text in (("a.py", LEAKY), ("owner.py", OWNER), ("base.py", BASE)):
        (folder / name).write_text(text)
    return folder


def scan(folder: Path, *options: str, **variables: str) -> dict[str, Any]:
    """The JSON report of a scan, without the time it took."""
    ran = taskleash("scan", "--format", "json", *options, cwd=folder, **variables)
    assert (ran.status, ran.err) == (0, "")
    report: dict[str, Any] = json.loads(ran.out)
    del report["summary"]["seconds"]
    return report


def without_findings(database: Path) -> None:
    """Have a cache say that nothing is wrong, as an attacker would."""
    before = entries(database)
    for key, data in before:
        put(database, key, re.sub(rb"([\x04\x84])high", rb"\1none", data))
    assert entries(database) != before


def entries(database: Path) -> list[tuple[bytes, bytes]]:
    connection = sqlite3.connect(database)
    found = connection.execute("SELECT key, data FROM entries ORDER BY key").fetchall()
    connection.close()
    return found


def put(database: Path, key: bytes, data: bytes) -> None:
    """Replace an entry, its checksum too."""
    connection = sqlite3.connect(database)
    mark = blake2b(data, digest_size=8).digest()
    connection.execute("UPDATE entries SET data = ?, mark = ? WHERE key = ?", (data, mark, key))
    connection.commit()
    connection.close()


# -- whose word counts


class TestWhere:
    def test_nothing_is_written_into_the_checkout(self, project: Path) -> None:
        before = sorted(project.rglob("*"))
        scan(project)
        taskleash("check", cwd=project)
        assert sorted(project.rglob("*")) == before
        assert the_cache().is_dir()

    @pytest.mark.parametrize("name", ["taskleash.toml", "pyproject.toml"])
    @pytest.mark.parametrize("place", [".taskleash_cache", "../x", "/tmp/x"])
    def test_a_configuration_that_was_found_chooses_none(
        self, project: Path, name: str, place: str
    ) -> None:
        head = "[tool.taskleash]\n" if name == "pyproject.toml" else ""
        (project / name).write_text(f'{head}cache-dir = "{place}"\n')
        for command in ("check", "scan", "clean", "config"):
            ran = taskleash(command, cwd=project)
            assert (ran.status, ran.out) == (2, "")
            assert "cache-dir: only the command line decides this" in ran.err
        assert cache_folders() == []
        assert not (project.parent / "x").exists()

    def test_what_is_extended_chooses_none_either(self, project: Path) -> None:
        (project / "base.toml").write_text('cache-dir = "x"\n')
        (project / "taskleash.toml").write_text("extend = 'base.toml'\n")
        assert taskleash("check", cwd=project).status == 2

    def test_a_committed_cache_makes_no_finding_vanish(self, project: Path) -> None:
        """In every place where a cache has ever lain, or could lie by default."""
        expected = scan(project, "--no-cache")
        places = [".taskleash_cache", ".cache", ".cache/taskleash", "~/.cache/taskleash"]
        for place in places:
            scan(project, "--cache-dir", f"./{place}")
            without_findings(project / place / DATABASE)
        for options in ((), ("--isolated",)):
            assert scan(project, *options) == expected
            assert taskleash("check", *options, cwd=project).status == 1

    @pytest.mark.parametrize("inside", [".cache", "."])
    def test_a_users_folder_that_lies_in_the_checkout_is_not_used(
        self, project: Path, inside: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Pipelines have it there, to keep it; then it may have come with the code."""
        expected = scan(project, "--no-cache")
        scan(project)
        (project / inside).mkdir(exist_ok=True)
        (project / inside / "taskleash").mkdir()
        the_cache().rename(project / inside / "taskleash" / the_cache().name)
        monkeypatch.setenv("XDG_CACHE_HOME", str(project / inside))
        without_findings(the_cache() / DATABASE)
        assert scan(project) == expected
        assert scan(project.parent, "checkout")["summary"] == expected["summary"]
        (project.parent / "linked").symlink_to("checkout")
        monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "linked" / inside))
        assert scan(project) == expected

    @pytest.mark.parametrize("home", ["", "relative"])
    def test_a_user_without_a_folder_has_no_cache(self, project: Path, home: str) -> None:
        command = [sys.executable, "-I", "-m", "taskleash", "check", str(project)]
        variables = {"HOME": home} if home else {}
        kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME")}
        code = "import pwd, sys; pwd.getpwuid = lambda uid: {}[uid]; sys.argv = sys.argv[1:];"
        code += "from taskleash.__main__ import main; main()"
        command = [sys.executable, "-c", code, "taskleash", "check", "--format", "concise", "."]
        ran = subprocess.run(
            command, cwd=project, env={**kept, **variables}, capture_output=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (1, b"")
        assert not any(path.suffix == ".sqlite3" for path in project.rglob("*"))
        assert not (project / "~").exists()

    def test_the_command_line_can_name_one_in_the_checkout(self, project: Path) -> None:
        expected = scan(project, "--cache-dir", ".ci-cache")
        (project / "ci.toml").write_text('cache-dir = ".ci-cache"\n')
        without_findings(project / ".ci-cache" / DATABASE)
        for options in (("--cache-dir", ".ci-cache"), ("--config", "ci.toml")):
            assert scan(project, *options) != expected
        assert scan(project) == expected


# -- other people's files


def foreign(path: Path) -> None:
    """Somebody's database, with a table that is called like ours."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE entries (key BLOB PRIMARY KEY, mark, day INTEGER, data)")
    connection.execute("INSERT INTO entries VALUES (x'00', x'00', 1, x'00')")
    connection.commit()
    connection.close()


def with_mark(path: Path) -> None:
    foreign(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 252006674")
    connection.close()


def text(path: Path) -> None:
    path.write_text("no database\n" * 100)


def empty(path: Path) -> None:
    path.write_text("")


ENDLESS = (
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
    " SELECT x AS key, x AS mark, x AS day, x AS data FROM c"
)


class TestForeign:
    @pytest.mark.parametrize("make", [foreign, with_mark, text])
    def test_a_file_of_that_name_stays_as_it_is(
        self, project: Path, make: Callable[[Path], None]
    ) -> None:
        (project / "data").mkdir()
        make(project / "data" / DATABASE)
        before = (project / "data" / DATABASE).read_bytes()
        expected = scan(project, "--no-cache")
        for _ in range(2):
            assert scan(project, "--cache-dir", "data") == expected
        ran = taskleash("clean", "--cache-dir", "data", cwd=project)
        assert ran.err.endswith("no cache there\n")
        assert (project / "data" / DATABASE).read_bytes() == before
        assert os.listdir(project / "data") == [DATABASE]

    @pytest.mark.parametrize("make", [foreign, with_mark, text, empty])
    @pytest.mark.parametrize("link", ["symbolic", "hard"])
    def test_the_database_is_a_link(
        self, project: Path, make: Callable[[Path], None], link: str
    ) -> None:
        victim = project.parent / "victim"
        make(victim)
        before = victim.read_bytes()
        place = project / "cache"
        scan(project, "--cache-dir", "cache")
        (place / DATABASE).unlink()
        if link == "hard":
            (place / DATABASE).hardlink_to(victim)
        else:
            (place / DATABASE).symlink_to(victim)
        scan(project, "--cache-dir", "cache")
        taskleash("clean", "--cache-dir", "cache", cwd=project)
        assert victim.read_bytes() == before

    def test_a_link_to_nothing_makes_no_file(self, project: Path) -> None:
        (project / "cache").mkdir()
        (project / "cache" / DATABASE).symlink_to(project.parent / "new")
        scan(project, "--cache-dir", "cache")
        assert not (project.parent / "new").exists()

    @pytest.mark.parametrize("place", ["cache", "cache/below", "cache/below/deep"])
    def test_a_folder_that_is_a_link_out_of_the_checkout(self, project: Path, place: str) -> None:
        (project.parent / "outside" / "below").mkdir(parents=True)
        (project / "cache").symlink_to("../outside")
        scan(project, "--cache-dir", place)
        assert [path.name for path in (project.parent / "outside").rglob("*")] == ["below"]

    @pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
    def test_what_sqlite_would_play_back_is_not_touched(self, project: Path, suffix: str) -> None:
        expected = scan(project, "--cache-dir", "cache")
        beside = project / "cache" / f"{DATABASE}{suffix}"
        beside.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
        before = (project / "cache" / DATABASE).read_bytes()
        assert scan(project, "--cache-dir", "cache") == expected
        assert (project / "cache" / DATABASE).read_bytes() == before
        assert beside.exists()

    def test_no_journal_is_ever_written(self, project: Path, monkeypatch: Any) -> None:
        seen: list[str] = []
        scan(project)
        folder = the_cache()

        def written(*arguments: Any) -> None:
            seen.extend(os.listdir(folder))

        monkeypatch.setattr("taskleash.driver.cache.store.DiskStore._drop_what_is_old", written)
        (project / "a.py").write_text(LEAKY * 2)
        scan(project)
        assert sorted(set(seen)) == [".gitignore", "CACHEDIR.TAG", DATABASE]

    @pytest.mark.parametrize(
        "change",
        [
            "CREATE VIEW v AS SELECT * FROM entries",
            "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END",
            "CREATE INDEX i ON entries (day)",
            "CREATE TABLE more (x)",
            "ALTER TABLE entries ADD COLUMN more",
            "DROP TABLE entries",
            "PRAGMA user_version = 99",
            f"ALTER TABLE entries RENAME TO real; CREATE VIEW entries AS {ENDLESS}",
        ],
    )
    def test_a_database_that_says_it_is_ours_and_holds_more_is_made_anew(
        self, project: Path, change: str
    ) -> None:
        expected = scan(project, "--cache-dir", "cache")
        path = project / "cache" / DATABASE
        connection = sqlite3.connect(path)
        connection.executescript(change)
        connection.close()
        assert scan(project, "--cache-dir", "cache") == expected
        assert scan(project, "--cache-dir", "cache") == expected
        assert state_of(str(path)) is DatabaseState.OURS
        connection = sqlite3.connect(path)
        names = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        connection.close()
        assert names == [("entries",), ("sqlite_autoindex_entries_1",)]


# -- what an entry can be


def nested(depth: int) -> Any:
    value: Any = ()
    for _ in range(depth):
        value = (value,)
    return value


def bomb() -> Any:
    """Small as bytes, without end as a tree."""
    value: Any = ("x",)
    for _ in range(200):
        value = (value, value)
    return value


def wide() -> Any:
    value: Any = ("x",) * 3000
    for _ in range(4):
        value = (value,) * 3000
    return value


#: a list that holds itself
LOOP = b"\xdb\x01\x00\x00\x00r\x00\x00\x00\x00"
STRANGE: dict[str, Callable[[], bytes]] = {
    f"{number} {type(value).__name__}": lambda value=value: marshal.dumps(value)  # type: ignore[misc]
    for number, value in enumerate((
        None, True, 0, -1, 1.5, float("nan"), 1j, "", "text", b"", b"bytes", (), [], {}, set(),
        frozenset({1}), Ellipsis, StopIteration, 10**6000, [[]], [()], [(0, [])], [None], {"a": 1},
        {b"a": 1}, {1: 2}, {"a": ((0, 0), 0, b"")}, {b"a": "b"}, {b"a": (1,)}, [0, 1], [[0]],
        [(0, []), [0]], [0, [], 0], [0, [1], -1], [99, [], 0], [-1, [], 0], [-99, [], 0],
        [True, [], 0], [-16, [0], 0], [-15, [5], 0], [-15, [True], 0], [-16, [], (0,)],
        [(0, None), [0]], ["ab", [0]], [[0, []], [0]], (((),),), [[b"a", 1]], [["a"]],
    ))
} | {
    "code": lambda: marshal.dumps(compile("1/0", "x", "exec")),
    "a list in itself": lambda: LOOP,
    "deep": lambda: marshal.dumps(nested(1500)),
    "a bomb": lambda: marshal.dumps([bomb()]),
    "a wide bomb": lambda: marshal.dumps([wide()]),
    "a bomb in a table": lambda: marshal.dumps({"a": bomb(), b"b": wide()}),
    "nothing": lambda: b"",
    "no marshal": lambda: b"\xff" * 50,
    "long": lambda: b"[\xff\xff\xff\x7f",
    "a long text": lambda: b"u\xff\xff\xff\x7f",
}  # fmt: skip


def parted(data: bytes) -> tuple[bytes, bytes, bytes]:
    """What is ahead of the value of an entry, the value, and what comes after it.

    Ahead of facts stand a digest, which of some entries is all that there is, and how long they
    are; after them notes of the bodies.
    """
    if is_plain(data):
        return b"", data, b""
    start = DIGEST_BYTES + SIZE_BYTES
    end = start + int.from_bytes(data[DIGEST_BYTES:start], "little")
    return data[:DIGEST_BYTES], data[start:end], data[end:]


def with_value(data: bytes, value: bytes) -> bytes:
    """The entry with another value."""
    ahead, before, after = parted(data)
    size = len(value).to_bytes(SIZE_BYTES, "little") if ahead and before else b""
    return ahead + size + value + after


def value_of(data: bytes) -> Any:
    """The value that an entry holds; None where it has none."""
    _, value, _ = parted(data)
    return marshal.loads(value) if value else None


class TestEntries:
    @pytest.mark.parametrize("kind", STRANGE)
    def test_a_strange_entry_is_no_entry(self, project: Path, kind: str) -> None:
        expected = scan(project)
        database = the_cache() / DATABASE
        data = STRANGE[kind]()
        for key, before in entries(database):
            put(database, key, with_value(before, data))
        assert scan(project) == expected
        assert taskleash("check", cwd=project).status == 1
        assert scan(project) == expected

    def test_entries_with_one_part_of_another_kind(self, project: Path) -> None:
        expected = scan(project)
        database = the_cache() / DATABASE
        found = entries(database)
        for changed in zip_longest(*(spoiled(value_of(data)) for _, data in found)):
            for (key, data), value in zip(found, changed, strict=True):
                put(database, key, with_value(data, marshal.dumps(value, 4)))
            assert scan(project) == expected

    @pytest.mark.parametrize("size", [0, 1, 10**6, 2**63])
    def test_facts_of_another_length_than_is_said(self, project: Path, size: int) -> None:
        expected = scan(project)
        database = the_cache() / DATABASE
        told = size.to_bytes(SIZE_BYTES, "little")
        for key, data in entries(database):
            if data[DIGEST_BYTES:] and not is_plain(data):
                rest = data[DIGEST_BYTES + SIZE_BYTES :]
                put(database, key, data[:DIGEST_BYTES] + told + rest)
        (project / "new.py").write_text(LEAKY)
        assert scan(project) == scan(project, "--no-cache") != expected

    def test_facts_that_make_no_sense_are_found_out_anew(self, project: Path) -> None:
        """Their shape is right, but they refer to events that there are not."""
        expected = scan(project)
        database = the_cache() / DATABASE
        for key, data in entries(database):
            put(database, key, with_value(data, marshal.dumps(shifted(value_of(data)), 4)))
        (project / "new.py").write_text(LEAKY)
        expected = scan(project, "--no-cache")
        assert scan(project) == expected
        assert scan(project) == expected


def spoiled(value: Any) -> Iterator[Any]:
    """Copies with one part each that is of another kind; of equal parts only the first ones."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value[:2]):
            for changed in spoiled(item):
                yield type(value)([*value[:index], changed, *value[index + 1 :]])
    elif isinstance(value, dict):
        for name, item in list(value.items())[:2]:
            for changed in spoiled(item):
                yield {**value, name: changed}
    yield 1.5
    yield [value]


def shifted(value: Any) -> Any:
    """The value with every result of a call that it has made that of one that there is not."""
    number = TERM_CLASSES.index(Result) - len(TERM_CLASSES)
    if isinstance(value, list) and len(value) % 2:
        for index, row in zip(value[:-1:2], value[1::2], strict=True):
            if index == number:
                row[0] += 1000
    return value
