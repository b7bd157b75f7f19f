"""The map step on other executors: what comes out is what the processes of this machine give."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import (
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from pathlib import Path
from typing import Any

import pytest

from support.cluster import cluster
from support.command import python, taskleash
from support.patience import patience
from taskleash.driver.inputs import Input
from taskleash.driver.parsing import apart, worker
from taskleash.driver.parsing.dask_cluster import connect
from taskleash.driver.parsing.executors import LOST, Cluster, OnExecutor
from taskleash.driver.parsing.parse import Broken, Parsed
from taskleash.driver.parsing.parser import ExecutorError
from taskleash.driver.parsing.workers import Workers
from taskleash.source.discovery import File

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
OVERFLOWING = "if a: pass\n" + "elif a: pass\n" * 100_000
ENDLESS = ("x = " + "f(" * 190 + "a" + ")" * 190 + "\n") * 100


class OneAfterTheOther(Executor):
    """Runs a task where and when it is submitted, or fails as it is told."""

    def __init__(self, error: BaseException | None = None) -> None:
        self._error = error

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._error is None:
            future.set_result(work(*args, **kwargs))
        else:
            future.set_exception(self._error)
        return future


def given(path: str, text: str) -> Input:
    return Input(File(path, path.removesuffix(".py"), f"/nowhere/{path}", 0), text.encode())


def fixtures() -> list[Input]:
    paths = sorted((FIXTURES / "linked").rglob("*.py"))
    found = [given(path.name, path.read_text(encoding="utf-8")) for path in paths]
    return [*{item.path: item for item in found}.values(), given("wrong.py", "x = = 1\n")]


def ignore(done: int, total: int) -> None:
    return None


def here(inputs: Sequence[Input]) -> dict[str, Parsed]:
    with Workers(2, ignore) as workers:
        return workers.parse(inputs)


def on(executor: Executor, inputs: Sequence[Input]) -> dict[str, Parsed]:
    with OnExecutor(lambda: Cluster("test", executor), ignore) as parser:
        return parser.parse(inputs)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with cluster() as address:
        yield address


@pytest.mark.parametrize("kind", [ProcessPoolExecutor, ThreadPoolExecutor])
def test_any_executor_gives_the_same_facts(kind: Any) -> None:
    inputs = fixtures()
    with kind(2) as executor:
        assert on(executor, inputs) == here(inputs)


def test_a_file_that_the_parser_dies_of_is_reported_as_it_is_here() -> None:
    inputs = [given("good.py", "x = 1\n"), given("bad.py", OVERFLOWING), given("last.py", "")]
    with ThreadPoolExecutor(1) as executor:
        found = on(executor, inputs)
    assert isinstance(found["bad.py"], Broken)
    assert found == here(inputs)


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "patience_for", patience(0.5))
    inputs = [given("bad.py", ENDLESS), given("good.py", "x = 1\n")]
    with ThreadPoolExecutor(1) as executor:
        found = on(executor, inputs)
    assert isinstance(found["bad.py"], Broken)
    assert found["bad.py"].message.startswith("the parser takes too long")
    assert not isinstance(found["good.py"], Broken)


def test_a_file_whose_worker_is_lost_too_often_is_reported_and_costs_no_other() -> None:
    cluster = Cluster("test", OneAfterTheOther(OSError("gone")), lost=(OSError,))
    with OnExecutor(lambda: cluster, ignore) as parser:
        found = parser.parse([given("bad.py", "x = 1\n"), given("worse.py", "")])
    assert set(found.values()) == {Broken(1, 1, LOST, lasts=False)}


class Stumbling(ThreadPoolExecutor):
    """Answers for every other piece of work with an error of its own."""

    def __init__(self) -> None:
        super().__init__(1)
        self._calls = 0

    def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
        self._calls += 1
        if self._calls % 2 == 0:
            return super().submit(work, *arguments, **more)
        failed: Future[Any] = Future()
        failed.set_exception(ValueError("nobody knows why"))
        return failed


def test_an_error_that_does_not_come_again_costs_nothing() -> None:
    inputs = [given("one.py", "x = 1\n"), given("two.py", "")]
    with Stumbling() as executor:
        assert on(executor, inputs) == here(inputs)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ModuleNotFoundError("No module named 'taskleash'", name="taskleash"), "install taskleash"),
        (RuntimeError("no more\nof it"), "test: the work was broken off: no more"),
        (CancelledError(), "test: lost in the middle of the work: start it again"),
    ],
)
def test_an_error_of_the_cluster_ends_the_run_in_one_line(
    error: BaseException, message: str
) -> None:
    with pytest.raises(ExecutorError, match=message) as raised:
        on(OneAfterTheOther(error), [given("a.py", "")])
    assert "\n" not in str(raised.value)


def test_workers_of_another_version_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "program", lambda: b"another")
    with pytest.raises(ExecutorError, match="another version of taskleash, libcst or Python"):
        on(OneAfterTheOther(), [given("a.py", "")])


def test_a_cluster_is_left_alone_where_there_is_nothing_to_parse() -> None:
    with OnExecutor(lambda: pytest.fail("connected"), ignore) as parser:
        assert parser.parse([]) == {}


# -- a real cluster


@pytest.mark.cluster
def test_a_scan_on_a_cluster_gives_the_same_bytes(scheduler: str) -> None:
    def scan(*options: str) -> str:
        paths = ["linked", "voice_assistant", "rules"]
        ran = taskleash("scan", "--format", "json", "--no-cache", *options, *paths, cwd=FIXTURES)
        assert (ran.status, ran.err) == (0, "")
        report = json.loads(ran.out)
        assert report["sites"]
        del report["summary"]["seconds"]
        return json.dumps(report)

    assert scan("--executor", f"dask={scheduler}") == scan()


@pytest.mark.cluster
@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_worker_that_is_killed_half_way_costs_nothing(scheduler: str) -> None:
    # To import it takes longer than most tests.
    from distributed import Client

    inputs = fixtures()
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if not killed:
            with Client(scheduler, set_as_default=False) as client:
                killed.extend(list(client.run(os.getpid).values())[:1])
            os.kill(killed[0], signal.SIGKILL)

    connected = connect(scheduler)
    try:
        with OnExecutor(lambda: connected, kill_one) as parser:
            assert parser.parse(inputs) == here(inputs)
    finally:
        connected.close()
    assert killed


# -- the command line


def test_a_scheduler_that_cannot_be_reached() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Nobody listens here once the socket is closed.
        address = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
    ran = python(
        *("-m", "taskleash", "scan", "--no-cache", "--executor", f"dask={address}", "linked"),
        cwd=FIXTURES,
    )
    assert ran.status == 2
    assert ran.err.startswith(f"taskleash: dask={address}: no scheduler can be reached there: ")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("value", ["dask", "dask=", "slurm=there", ""])
def test_an_executor_that_there_is_not(value: str) -> None:
    ran = taskleash("scan", "--executor", value, cwd=FIXTURES)
    assert ran.status == 2
    assert f'expected processes or dask=ADDRESS, got "{value}"' in ran.err


def test_without_the_extra(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("", encoding="utf-8")
    hiding = (
        "import sys; sys.modules['distributed'] = None\n"
        "sys.argv = ['taskleash', 'scan', '--executor', 'dask=tcp://127.0.0.1:1']\n"
        "from taskleash.__main__ import main; main()"
    )
    ran = python("-c", hiding, cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "taskleash: --executor dask needs an extra: `pip install 'taskleash[dask]'`\n"


class Idle(Executor):
    """Takes everything and does nothing."""

    def __init__(self) -> None:
        self.taken: list[Future[Any]] = []

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.taken.append(Future())
        return self.taken[-1]


def test_what_is_not_done_in_time_is_given_up() -> None:
    idle, inputs = Idle(), [given("a.py", "x = 1\n"), given("b.py", "x = 1\n")]
    until = time.monotonic() + 0.05
    with OnExecutor(lambda: Cluster("test", idle), ignore, until=until) as parser:
        found = parser.parse(inputs)
    assert [type(found[item.path]) for item in inputs] == [Broken, Broken]
    assert all(future.cancelled() for future in idle.taken)


def test_a_cluster_without_workers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taskleash.driver.parsing.executors._SECONDS_BETWEEN_LOOKS", 0.01)
    idle, looks = Idle(), iter([True, True, False])
    made = Cluster("test", idle, is_alive=lambda: next(looks))
    with (
        pytest.raises(ExecutorError, match="test: all its workers are gone"),
        OnExecutor(lambda: made, ignore) as parser,
    ):
        parser.parse([given("a.py", "x = 1\n")])
    # What is under way is of no use any more.
    assert all(future.cancelled() for future in idle.taken)
