"""The cache changes how long a run takes and nothing else, whatever happens to it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.caches import cache_folders, the_cache
from support.command import taskleash
from taskleash.driver.cache import contents
from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.store import DiskStore
from taskleash.driver.inputs import Input
from taskleash.source.discovery import File

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"
LEAKY = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"
SOUND = (
    "import asyncio\n\n\nasync def f():\n    await asyncio.gather(*[asyncio.create_task(g())])\n"
)
OWNER = (
    "import asyncio\nfrom base import Base\n\n\nclass Owner(Base):\n    def start(self):\n"
    "        self._beat = asyncio.create_task(self.beat())\n\n"
    "    async def beat(self):\n        while True:\n            await asyncio.sleep(1)\n"
)
KEEPER = (
    OWNER.replace("from base import Base\n", "").replace("(Base)", "")
    + "\n    def on_retire(self, bot):\n        self._beat.cancel()\n"
)
BASE = "class Base:\n    async def close(self):\n        self._beat.cancel()\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    write(tmp_path / "leaky.py", LEAKY)
    write(tmp_path / "owner.py", OWNER)
    write(tmp_path / "base.py", BASE)
    write(tmp_path / "plain.py", "x = 1\n")
    write(tmp_path / "broken.py", "import asyncio\nasyncio.create_task(= 1)\n")
    return tmp_path


def write(path: Path, text: str, age: float = 60.0) -> None:
    """Write a file that seems to have been so for that many seconds."""
    path.write_text(text, encoding="utf-8")
    then = path.stat().st_mtime - age
    os.utime(path, (then, then))


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written a moment ago are taken for settled: no test has to wait."""
    monkeypatch.setattr(contents, "SETTLED_NS", 0)


def scan(folder: Path, *options: str) -> dict[str, Any]:
    """The JSON report of a scan, without the time it took."""
    ran = taskleash("scan", "--format", "json", *options, cwd=folder)
    assert (ran.status, ran.err) == (0, "")
    report: dict[str, Any] = json.loads(ran.out)
    del report["summary"]["seconds"]
    return report


def rows() -> Iterator[tuple[bytes, bytes]]:
    """What the cache holds."""
    database = sqlite3.connect(the_cache() / "taskleash.sqlite3")
    yield from database.execute("SELECT key, data FROM entries ORDER BY key")
    database.close()


# -- the same report


@pytest.mark.parametrize("program", ["linked", "rules"])
def test_cold_warm_one_job_and_many_jobs_say_the_same(tmp_path: Path, program: str) -> None:
    folder = tmp_path / "fixtures"
    shutil.copytree(FIXTURES / program, folder)
    without = scan(folder, "--no-cache", "--jobs", "1")
    assert cache_folders() == []
    assert scan(folder, "--no-cache", "--jobs", "3") == without
    assert scan(folder, "--jobs", "3") == without
    assert scan(folder) == without
    assert without["sites"]


def test_a_part_of_the_project_then_all_of_it_then_the_part(project: Path) -> None:
    part, whole = scan(project, "owner.py", "--no-cache"), scan(project, "--no-cache")
    assert scan(project, "owner.py") == part
    assert scan(project) == whole
    assert scan(project, "owner.py") == part


def test_a_part_asks_for_less_and_leaves_the_whole_as_it_is(project: Path) -> None:
    write(
        project / "bus.py",
        "import asyncio\n\n\nclass Bus:\n    def send(self):\n"
        "        return asyncio.create_task(go())\n",
    )
    for name in ("one", "two"):
        write(
            project / f"{name}.py",
            f"from bus import Bus\n\n\nasync def {name}(bus: Bus):\n    bus.send()\n",
        )
    part, whole = scan(project, "one.py", "--no-cache"), scan(project, "--no-cache")
    assert [site["path"] for site in part["sites"]] == ["one.py"]
    assert scan(project, "one.py") == part
    assert scan(project) == whole
    write(project / "one.py", (project / "one.py").read_text(encoding="utf-8") + "\n\nx = 1\n")
    assert scan(project, "one.py") == part
    assert scan(project) == scan(project, "--no-cache")


def test_a_run_from_another_folder_has_its_own_paths(project: Path) -> None:
    scan(project)
    (project / "sub").mkdir()
    (site, *_) = scan(project / "sub", "../leaky.py")["sites"]
    assert site["path"] == str(project / "leaky.py")


def test_a_second_run_parses_and_judges_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scan(project)
    monkeypatch.setattr("taskleash.driver.parsing.workers.Workers.parse", fail)
    monkeypatch.setattr("taskleash.verdict.judge.Judge.__init__", fail)
    monkeypatch.setattr("taskleash.driver.cache.contents.digest", fail)
    assert scan(project) == first


def test_a_second_run_writes_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scan(project)
    monkeypatch.setattr("taskleash.driver.cache.store.DiskStore._write", fail)
    assert scan(project) == first


@pytest.mark.parametrize("text", ["x = 2\n", "class Other:\n    beat = 1\n"])
def test_an_edit_of_a_file_that_does_not_count_judges_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    first = scan(project)
    write(project / "plain.py", text)
    write(project / "new.py", "y = 1\n")
    with monkeypatch.context() as once:
        once.setattr("taskleash.driver.parsing.workers.Workers.parse", fail)
        once.setattr("taskleash.verdict.judge.Judge.__init__", fail)
        again = scan(project)
    assert again["sites"] == first["sites"]
    assert again == scan(project, "--no-cache")


def fail(*arguments: object) -> None:
    raise AssertionError("done again")


# -- what changed is seen


def test_a_change_of_a_file_that_spawns(project: Path) -> None:
    scan(project)
    write(project / "leaky.py", SOUND)
    assert scan(project) == scan(project, "--no-cache")


def test_a_change_of_a_file_that_only_ends_a_task(project: Path) -> None:
    before = scan(project)
    write(project / "base.py", "class Base:\n    pass\n")
    after = scan(project)
    assert after != before
    assert after == scan(project, "--no-cache")


def test_a_change_that_keeps_size_and_time(project: Path) -> None:
    before = scan(project)
    path = project / "leaky.py"
    status = path.stat()
    path.write_text(LEAKY.replace("asyncio.create_task(work", "asyncio.create_tusk(work"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert scan(project) != before


@pytest.mark.parametrize(("seconds", "trusted"), [(3600, True), (1, False)])
def test_times_that_are_too_fresh_are_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, trusted: bool
) -> None:
    monkeypatch.setattr(contents, "SETTLED_NS", 2_000_000_000)
    store, path = DiskStore(str(tmp_path / "cache")), tmp_path / "a.py"
    then = time.time_ns() - seconds * 1_000_000_000
    item = Input(File("a.py", "a", str(path), 5, (then, then)))
    digests = []
    for text in ("x = 1", "x = 2"):
        path.write_text(text)
        read = contents.Contents(store)
        digests.append(read.digest(item))
        store.put(read.news())
    assert (digests[0] == digests[1]) == trusted


def test_files_that_come_and_go(project: Path) -> None:
    first = scan(project)
    write(project / "new.py", LEAKY)
    assert scan(project) == scan(project, "--no-cache") != first
    (project / "new.py").unlink()
    assert scan(project) == first


def test_a_file_that_becomes_part_of_a_package(project: Path) -> None:
    scan(project)
    (project / "pkg").mkdir()
    shutil.move(project / "owner.py", project / "pkg" / "owner.py")
    assert scan(project) == scan(project, "--no-cache")


def test_settings_that_change_the_analysis(project: Path) -> None:
    before = scan(project)
    (project / "pyproject.toml").write_text('[tool.taskleash]\nspawn-calls = ["base.launch"]\n')
    write(project / "plain.py", "from base import launch\n\nlaunch(work())\n")
    after = scan(project)
    assert after == scan(project, "--no-cache")
    assert len(after["sites"]) == len(before["sites"]) + 1


def test_models_that_change(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.taskleash]\nmodels = ["models.toml"]\n')
    write(project / "plain.py", "from base import launch\n\nlaunch(work())\n")
    write(project / "models.toml", "[[api]]\nname = 'base.launch'\nstarts = 'task'\n")
    before = scan(project)
    write(project / "models.toml", "[[api]]\nname = 'base.launch'\nstarts = 'owner'\n")
    after = scan(project)
    assert after == scan(project, "--no-cache")
    assert len(before["sites"]) == len(after["sites"])
    assert before != after


def test_phases_that_change(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.taskleash]\nmodels = ["models.toml"]\n')
    write(project / "models.toml", "")
    write(project / "keeper.py", KEEPER)
    before = scan(project)
    write(project / "models.toml", "[[lifecycle]]\nphase = 'teardown'\nname = 'on_retire'\n")
    after = scan(project)
    assert after == scan(project, "--no-cache")
    assert len(before["sites"]) == len(after["sites"])
    assert before != after


def test_settings_that_change_the_report_alone(project: Path) -> None:
    scan(project)
    assert scan(project, "--ignore", "TL001") == scan(project, "--ignore", "TL001", "--no-cache")


def test_a_comment_that_silences(project: Path) -> None:
    scan(project)
    write(project / "leaky.py", LEAKY.replace("work())", "work())  # noqa: TL001"))
    assert scan(project) == scan(project, "--no-cache")


def test_standard_input_takes_the_place_of_the_file(project: Path) -> None:
    scan(project)
    given = ("check", "--format", "concise", "--stdin-filename", "leaky.py", "-")
    assert taskleash(*given, cwd=project, text=SOUND).status == 0
    assert taskleash(*given, cwd=project, text=LEAKY).status == 1


def test_fixes_after_a_warm_run(project: Path) -> None:
    scan(project)
    ran = taskleash("check", "leaky.py", "--fix", cwd=project)
    assert ran.status == 0, ran.out
    assert "create_task" in (project / "leaky.py").read_text()
    assert scan(project) == scan(project, "--no-cache")


# -- whatever happens to the cache


@pytest.mark.parametrize(
    "damaged",
    [
        lambda data: b"",
        lambda data: b"no database",
        lambda data: data[:5000],
        lambda data: data[:100] + b"\1" * 5000,
        lambda data: data[:100],
    ],
)
def test_a_cache_that_is_damaged_is_made_anew(
    project: Path, damaged: Callable[[bytes], bytes]
) -> None:
    first = scan(project)
    path = the_cache() / "taskleash.sqlite3"
    path.write_bytes(damaged(path.read_bytes()))
    assert scan(project) == first
    assert scan(project) == first
    assert list(rows())


def test_every_entry_that_is_damaged_is_ignored(project: Path) -> None:
    first = scan(project)
    with sqlite3.connect(the_cache() / "taskleash.sqlite3") as database:
        database.execute("UPDATE entries SET data = zeroblob(length(data))")
    database.close()
    assert scan(project) == first


def test_a_cache_that_another_run_holds_is_left_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = scan(project)
    monkeypatch.setattr("taskleash.driver.cache.database._PATIENCE_SECONDS", 0.0)
    database = sqlite3.connect(the_cache() / "taskleash.sqlite3", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    assert scan(project) == first
    database.close()


def test_a_place_that_cannot_be_written(project: Path) -> None:
    place = Path(os.environ["XDG_CACHE_HOME"], "taskleash")
    place.parent.mkdir()
    place.write_text("a file")
    assert scan(project) == scan(project, "--no-cache")
    assert place.read_text() == "a file"


def test_what_is_wrong_by_chance_is_not_remembered(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as slow:
        slow.setattr("taskleash.driver.parsing.worker.patience_for", lambda item, patience: -1.0)
        assert len(scan(project)["errors"]) > 1
    assert scan(project) == scan(project, "--no-cache")


# -- where it lies


def test_the_folder_says_what_it_is(project: Path) -> None:
    (project / "sub").mkdir()
    scan(project / "sub", "..")
    scan(project)
    assert not list(project.rglob("*.sqlite3"))
    assert (the_cache() / "CACHEDIR.TAG").read_text().startswith(TAG)
    assert "*" in (the_cache() / ".gitignore").read_text().splitlines()


def test_a_folder_that_is_chosen(project: Path) -> None:
    scan(project, "--cache-dir", "mine")
    assert (project / "mine" / "taskleash.sqlite3").exists()
    (project / "ci.toml").write_text('cache-dir = "theirs"\n')
    scan(project, "--config", "ci.toml")
    assert (project / "theirs" / "taskleash.sqlite3").exists()
    assert cache_folders() == []


def test_each_project_has_its_own(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other / "leaky.py", LEAKY)
    scan(project)
    scan(other)
    assert len(cache_folders()) == 2
    assert taskleash("clean", cwd=other).status == 0
    (left,) = cache_folders()
    assert left.name.startswith("test_each_project_has_its_own")


def test_what_no_project_uses_any_more_goes(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scan(project)
    old = the_cache()
    for days in (20, 40):
        other = tmp_path_factory.mktemp("other")
        write(other / "leaky.py", LEAKY)
        then = time.time() - days * 86_400
        os.utime(old / "taskleash.sqlite3", (then, then))
        scan(other)
        assert old.exists() == (days < 30)


def test_a_file_in_place_of_the_folder_is_refused(project: Path) -> None:
    ran = taskleash("scan", "--cache-dir", "plain.py", cwd=project)
    assert ran.status == 2
    assert "plain.py" in ran.err
    assert ran.err.count("\n") == 1


def test_clean_removes_the_cache(project: Path) -> None:
    scan(project)
    ran = taskleash("clean", cwd=project)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.endswith("removed\n")
    assert cache_folders() == []
    again = taskleash("clean", cwd=project)
    assert again.status == 0
    assert again.err.endswith("no cache there\n")


def test_clean_takes_nothing_else_from_a_folder_that_was_there(project: Path) -> None:
    (project / "docs").mkdir()
    (project / "docs" / ".gitignore").write_text("mine\n")
    scan(project, "--cache-dir", "docs")
    assert (project / "docs" / "taskleash.sqlite3").exists()
    assert taskleash("clean", "--cache-dir", "docs", cwd=project).status == 0
    assert [path.name for path in (project / "docs").iterdir()] == [".gitignore"]


@pytest.mark.parametrize("is_there", [True, False])
def test_clean_takes_no_database_of_another_program(project: Path, is_there: bool) -> None:
    scan(project)
    database = the_cache() / "taskleash.sqlite3"
    database.unlink()
    if is_there:
        with sqlite3.connect(database) as other:
            other.execute("create table accounts (name text)")
        other.close()
    assert taskleash("clean", cwd=project).status == 0
    assert database.exists() == is_there


def test_what_a_question_found_out_in_two_places_is_kept(tmp_path: Path) -> None:
    names = ("one.py", "two.py")
    for name in names:
        (tmp_path / name).write_text(f"{name!r}\n", encoding="utf-8")
    one, two = (Input(File(name, name, str(tmp_path / name), 9)) for name in names)
    store = DiskStore(str(tmp_path / "cache"))
    memory = Memory(store)
    for item in (one, two):
        assert memory.question("length", (), int, len).answer(item) == 9
    memory.save()
    later = Memory(store).question("length", (), int, fail)
    assert [later.answer(item) for item in (one, two)] == [9, 9]


def test_names_that_were_looked_for_with_others_are_not_looked_for_again(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("a.b\n", encoding="utf-8")
    (tmp_path / "new.py").write_text("a.c\n", encoding="utf-8")
    one, new = (Input(File(n, n, str(tmp_path / n), 4)) for n in ("one.py", "new.py"))
    store = DiskStore(str(tmp_path / "cache"))

    def search(names: list[bytes]) -> Callable[[bytes], tuple[bytes, ...]]:
        return lambda data: tuple(name for name in names if name in data)

    memory = Memory(store)
    assert memory.mentioned([b"a", b"b"], search)(one) == (b"a", b"b")
    assert memory.mentioned([b"c", b"d"], search)(one) == ()
    memory.save()
    later = Memory(store)
    assert set(later.mentioned([b"b", b"c"], fail)(one)) == {b"b"}  # type: ignore[arg-type]
    assert later.mentioned([b"c"], search)(new) == (b"c",)
    assert later.mentioned([b"b", b"e"], search)(one) == (b"b",)
