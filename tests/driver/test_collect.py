from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from taskleash.driver.analysis import analyse
from taskleash.driver.cache.memory import Memory
from taskleash.driver.gathering.collect import collect
from taskleash.driver.gathering.gathered import Gathered
from taskleash.driver.inputs import Files, Input, asked_inputs, context_inputs
from taskleash.driver.parsing.parsers import Parsers
from taskleash.driver.settings import Settings
from taskleash.ir.known import Told
from taskleash.source.discovery import File
from taskleash.verdict.model import Defect, Risk

OWNER = """
import asyncio
from base import Base

class Owner(Base):
    def start(self):
        self._beat = asyncio.create_task(self.beat())
"""
BASE = """
class Base:
    async def close(self):
        self._beat.cancel()
"""


def ignore(done: int, total: int) -> None:
    return None


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def many(text: str) -> dict[str, str]:
    """So many files with this text that what they mention tells nothing about them."""
    return {f"other{number}.py": text for number in range(40)}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "pyproject.toml": "",
        "owner.py": OWNER,
        "base.py": BASE,
        "other.py": "x = 1\n",
        "broken.py": "class Broken(Owner):\n    self._beat = = 1\n",
    }
    write(tmp_path, files)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def collected(*paths: str) -> Gathered:
    settings = Settings(paths=paths)
    asked = asked_inputs(settings)
    around = context(settings, asked)
    return collect(asked, lambda: around, Told(), Parsers(1), ignore)


def context(settings: Settings, asked: list[Input]) -> Files:
    return context_inputs(settings, asked, Memory().listing)


def test_the_linker_gets_what_it_asks_for_from_the_rest_of_the_project(project: Path) -> None:
    assert sorted(collected("owner.py").facts) == ["base.py", "owner.py"]


def test_nothing_is_said_about_broken_files_that_were_not_asked_for(project: Path) -> None:
    assert analyse(Settings(paths=("owner.py",))).broken == {}
    assert list(analyse(Settings(paths=(".",))).broken) == ["broken.py"]


def test_files_that_spawn_nothing_need_no_context(project: Path) -> None:
    assert collected("base.py", "other.py") == Gathered()


SPAWNER = """
import asyncio

class Bus:
    def publish(self, message):
        return asyncio.create_task(self.send(message))

    async def send(self, message):
        await asyncio.sleep(1)
"""


@pytest.mark.parametrize("imported", ["from bus import Bus", "from pack import Bus"])
def test_a_file_without_a_spawn_may_drop_what_an_imported_one_starts(
    project: Path, imported: str
) -> None:
    (project / "bus.py").write_text(SPAWNER, encoding="utf-8")
    (project / "pack").mkdir()
    (project / "pack" / "__init__.py").write_text("from bus import Bus\n", encoding="utf-8")
    user = f"{imported}\n\nasync def announce(bus: Bus):\n    bus.publish('ready')\n"
    (project / "user.py").write_text(user, encoding="utf-8")
    (site,) = analyse(Settings(paths=("user.py",))).sites
    assert (site.path, site.defect) == ("user.py", Defect.DROPPED_WRAPPER_RESULT)


def test_a_file_that_uses_nothing_of_what_an_imported_one_starts_is_not_parsed(
    project: Path,
) -> None:
    (project / "bus.py").write_text(SPAWNER, encoding="utf-8")
    (project / "user.py").write_text("from bus import Bus\n\nBUS = Bus()\n", encoding="utf-8")
    assert "user.py" not in collected("user.py").facts


def test_a_file_that_vanished_after_it_was_found(tmp_path: Path) -> None:
    gone = Input(File("gone.py", "gone", str(tmp_path / "gone.py"), 10))
    found = collect([gone], Files, Told(), Parsers(1), ignore)
    assert {path: why.message for path, why in found.broken.items()} == {
        "gone.py": "the file vanished before it was read"
    }


WORKER = """
import asyncio

_collecting = None

async def collect_garbage():
    while True:
        await asyncio.sleep(60)

async def work():
    global _collecting
    if _collecting is None:
        _collecting = asyncio.create_task(collect_garbage())
    await asyncio.sleep(600)
"""


@pytest.mark.parametrize(
    ("runs", "risk"), [("asyncio.run(work())", "none"), ("print(work)", "low")]
)
def test_what_runs_a_coroutine_as_the_main_one_is_asked_for(
    project: Path, runs: str, risk: str
) -> None:
    (project / "worker.py").write_text(WORKER, encoding="utf-8")
    text = f"import asyncio\nfrom worker import work\n\n{runs}\n"
    (project / "main.py").write_text(text, encoding="utf-8")
    (site,) = analyse(Settings(paths=("worker.py",))).sites
    assert site.risk == risk
    assert ("main.py" in collected("worker.py").facts) is (risk == "none")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (".", []),
        ("pkg", []),
        ("pkg/sub", ["base.py", "broken.py", "other.py", "owner.py", "pkg/__init__.py"]),
        ("pkg/sub/m.py", ["base.py", "broken.py", "other.py", "owner.py", "pkg/__init__.py"]),
    ],
)
def test_the_context_is_the_project_around_a_part_of_it(
    project: Path, path: str, wanted: list[str]
) -> None:
    (project / "pkg" / "sub").mkdir(parents=True)
    (project / "pkg" / "__init__.py").touch()
    (project / "pkg" / "sub" / "m.py").touch()
    settings = Settings(paths=(path,))
    around = context(settings, asked_inputs(settings))
    assert [item.path for item in around] == wanted


def test_a_file_outside_every_project_has_no_context(project: Path) -> None:
    (project / "pyproject.toml").unlink()
    if any(os.path.exists(folder / ".git") for folder in project.parents):
        pytest.skip("the folder for temporary files is in a repository")
    settings = Settings(paths=("owner.py",))
    assert context(settings, asked_inputs(settings)) == []


HUB = """
import asyncio

class Hub:
    def start(self):
        self.task = asyncio.create_task(self.beat())

    async def beat(self):
        await asyncio.sleep(1)
"""
ENDED = """
    async def close(self):
        self.task.cancel()
"""
ELSEWHERE = "from hub import Hub\n\nasync def close(hub: Hub):\n    hub.task.cancel()\n"


def test_what_is_sound_already_asks_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"hub.py": HUB + ENDED, "elsewhere.py": ELSEWHERE})
    assert sorted(collected(".").facts) == ["hub.py"]
    write(tmp_path, {"hub.py": HUB})
    assert sorted(collected(".").facts) == ["elsewhere.py", "hub.py"]


def test_a_common_name_counts_where_its_class_is_mentioned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"hub.py": HUB, "elsewhere.py": ELSEWHERE, **many("print(job.task)\n")})
    assert sorted(collected(".").facts) == ["elsewhere.py", "hub.py"]


LEFT_TO_HEIRS = """
import asyncio
from abc import ABC, abstractmethod

class Source(ABC):
    @abstractmethod
    def add(self, task):
        raise NotImplementedError

    async def start(self):
        self.add(asyncio.create_task(self.listen()))

    async def listen(self):
        while True:
            await asyncio.sleep(1)
"""
HEIR = """
from source import Source

class Chain(Source):
    def __init__(self):
        self._tasks = []

    def add(self, task):
        self._tasks.append(task)

    async def stop(self):
        for task in self._tasks:
            task.cancel()
"""


def test_an_abstract_method_that_is_given_a_task_asks_for_the_heirs(project: Path) -> None:
    write(project, {"source.py": LEFT_TO_HEIRS, "heir.py": HEIR, **many("x.add(1)\n")})
    found = collected("source.py")
    assert sorted(found.facts) == ["heir.py", "source.py"]
    (site,) = analyse(Settings(paths=("source.py",))).sites
    assert site.defect is None


NAMED_BY_A_VALUE = """
import asyncio

class Poller:
    TASKS = ("first",)

    def start(self):
        self.first = asyncio.create_task(self.poll())

    async def poll(self):
        while True:
            await asyncio.sleep(1)
"""
ENDS_BY_NAME = """
from poller import Poller

class Ending(Poller):
    async def stop(self):
        for name in self.TASKS:
            getattr(self, name).cancel()
"""


def test_a_subclass_that_names_the_attribute_by_a_value_is_asked_for(project: Path) -> None:
    write(project, {"poller.py": NAMED_BY_A_VALUE, "ending.py": ENDS_BY_NAME})
    assert sorted(collected("poller.py").facts) == ["ending.py", "poller.py"]
    (site,) = analyse(Settings(paths=("poller.py",))).sites
    assert site.defect is None


UNDER_A_KEY = """
import asyncio
from kept import running

async def begin(name):
    running[name] = asyncio.create_task(poll())

async def poll():
    while True:
        await asyncio.sleep(1)

async def end():
    for task in running.values():
        task.cancel()
    running.clear()
"""


def test_the_file_of_a_dict_that_keeps_tasks_is_asked_for(project: Path) -> None:
    write(project, {"begin.py": UNDER_A_KEY, "kept.py": "running = {}\n"})
    assert sorted(collected("begin.py").facts) == ["begin.py", "kept.py"]
    (site,) = analyse(Settings(paths=("begin.py",))).sites
    assert site.defect is not Defect.DISCARDED


KEEPS_BY_NAME = """
import asyncio

def keep_running(owner, name, work):
    setattr(owner, name, asyncio.create_task(work))
"""
NAMES_IT = """
import asyncio
from keeping import keep_running

class User:
    def start(self):
        keep_running(self, "poller", self.poll())

    async def poll(self):
        while True:
            await asyncio.sleep(1)

    async def stop(self):
        self.poller.cancel()
"""


SPAWNS_WHERE_IT_IS_TOLD_TO = """
import asyncio

class Board:
    async def play(self):
        await self._send()

    async def _send(self, delay=0):
        if delay > 0:
            asyncio.create_task(self.play())
"""


def test_all_callers_are_asked_for_where_those_at_hand_lead_past_a_spawn(project: Path) -> None:
    heir = "from board import Board\n\nclass Heir(Board):\n    async def wait(self):\n"
    heir += "        await self._send(3)\n"
    write(project, {"board.py": SPAWNS_WHERE_IT_IS_TOLD_TO})
    (site,) = analyse(Settings(paths=("board.py",))).sites
    assert site.risk is Risk.LOW
    write(project, {"heir.py": heir, **many("x = 1\n")})
    (site,) = analyse(Settings(paths=("board.py",))).sites
    assert site.risk is Risk.HIGH


def test_callers_that_name_the_attribute_are_asked_for(project: Path) -> None:
    write(project, {"keeping.py": KEEPS_BY_NAME, "user.py": NAMES_IT})
    assert sorted(collected("keeping.py").facts) == ["keeping.py", "user.py"]


def test_a_common_wrapper_counts_where_its_module_is_mentioned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "background.py": "import asyncio\n\ndef create(coro):\n"
        "    return asyncio.create_task(coro)\n",
        "user.py": "import background\n\ndef begin():\n    background.create(work())\n",
    }
    write(tmp_path, {**files, **many("print(job.create())\n")})
    assert sorted(collected(".").facts) == ["background.py", "user.py"]


def test_a_class_that_only_inherits_a_wrapper_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "events.py": "import asyncio\n\nclass Events:\n    def dispatch_all(self, coro):\n"
        "        return [asyncio.create_task(coro)]\n",
        "heir.py": "from events import Events\n\nclass Heir(Events):\n    pass\n",
        "user.py": "from heir import Heir\n\n\ndef run(heir: Heir):\n    heir.dispatch_all(w())\n",
    }
    write(tmp_path, files)
    assert sorted(collected(".").facts) == ["events.py", "heir.py", "user.py"]


def test_all_bases_of_a_class_that_is_asked_for_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "stream.py": "import asyncio\n\nclass Stream:\n    def disconnect(self):\n"
        "        return asyncio.ensure_future(self.end())\n",
        "peers.py": "from stream import Stream\n\nclass Peer(Stream):\n    pass\n",
        "trusted.py": "import peers\n\nclass Trusted(peers.Peer):\n    pass\n",
        "names.py": "from trusted import Trusted\n",
        "client.py": "from names import Trusted\n\nclass Client(Trusted):\n    pass\n",
        "user.py": "from client import Client\n\n\ndef run(c: Client):\n    c.disconnect()\n",
        "idle.py": "from client import Client\n",
    }
    write(tmp_path, files)
    assert sorted(collected(".").facts) == sorted({*files} - {"idle.py"})


BUS = """
import asyncio
from clock import Clock

class Bus(Clock):
    def publish(self, message):
        return asyncio.create_task(self.send(message))

    async def send(self, message):
        await asyncio.sleep(1)

    def unrelated(self):
        self.timer = asyncio.create_task(self.run())
"""
ANNOUNCE = "from bus import Bus\n\nasync def announce(bus: Bus):\n    bus.publish('ready')\n"


class TestOneFile:
    """What is looked into for one file of a project, and that it is enough."""

    @pytest.fixture(autouse=True)
    def program(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        files = {
            "pyproject.toml": "",
            "bus.py": BUS,
            "clock.py": "class Clock:\n    async def run(self):\n        pass\n",
            "user.py": ANNOUNCE,
            "other.py": ANNOUNCE.replace("announce", "other"),
            "ender.py": "def end(bus):\n    bus.timer.cancel()\n",
            "apart.py": "import asyncio\n\ndef go():\n    asyncio.create_task(work())\n",
        }
        write(tmp_path, files)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def test_other_callers_of_what_it_calls_are_not_asked_for(self) -> None:
        assert sorted(collected("user.py").facts) == ["bus.py", "clock.py", "user.py"]

    def test_what_an_imported_file_keeps_for_itself_is_not_asked_about(self) -> None:
        assert "ender.py" not in collected("user.py").facts
        assert "ender.py" in collected("bus.py").facts

    def test_all_callers_are_asked_for_where_they_decide(self) -> None:
        assert {"user.py", "other.py"} <= collected("bus.py").facts.keys()

    def test_an_imported_file_of_which_it_calls_nothing_is_left_out(self, program: Path) -> None:
        (program / "plain.py").write_text(
            "import asyncio\nfrom bus import Bus\n\ndef f():\n    asyncio.create_task(g(Bus))\n"
        )
        assert sorted(collected("plain.py").facts) == ["plain.py"]

    def test_a_file_with_nothing_to_say_leaves_nothing_behind(self, program: Path) -> None:
        (program / "quiet.py").write_text("from bus import Bus\n\nunrelated = Bus\n")
        assert collected("quiet.py").facts == {}

    @pytest.mark.parametrize("spawn", ["", "    await asyncio.create_task(g())\n"])
    def test_a_wrapper_of_a_wrapper_may_be_in_a_file_without_a_spawn(
        self, program: Path, spawn: str
    ) -> None:
        (program / "api.py").write_text(
            "from bus import Bus\n\n\ndef notify(text, bus=Bus()):\n    return bus.publish(text)\n"
        )
        (program / "calls.py").write_text(
            "import asyncio\nfrom api import notify\nfrom bus import Bus\n\n"
            f"async def f(bus: Bus):\n    await bus.publish('x')\n    notify('x')\n{spawn}"
        )
        assert alone("calls.py") == whole("calls.py")
        assert (7, Defect.DROPPED_WRAPPER_RESULT, "discarded/none") in alone("calls.py")

    @pytest.mark.parametrize("path", ["user.py", "other.py", "bus.py", "apart.py", "clock.py"])
    def test_its_verdicts_are_those_of_the_whole(self, path: str) -> None:
        assert alone(path) == whole(path)

    def test_a_mixin_calls_what_stands_beside_it_in_its_heirs(self, program: Path) -> None:
        (program / "heir.py").write_text(
            "import bus\n\nclass Mixin:\n    def go(self):\n        self.publish('x')\n\n"
            "class Heir(Mixin, bus.Bus):\n    pass\n"
        )
        assert alone("heir.py") == whole("heir.py") != []


def alone(path: str) -> list[tuple[int, Defect | None, str]]:
    """What is said of a file that is asked for by itself."""
    sites = analyse(Settings(paths=(path,))).sites
    assert {site.path for site in sites} <= {path}
    return [(s.span.line, s.defect, f"{s.handle.value}/{s.ending.value}") for s in sites]


def whole(path: str) -> list[tuple[int, Defect | None, str]]:
    """What is said of the same file where all are asked for."""
    sites = (site for site in analyse(Settings(paths=(".",))).sites if site.path == path)
    return [(s.span.line, s.defect, f"{s.handle.value}/{s.ending.value}") for s in sites]
