"""The observer's parts, each asked directly: what tasks wait for, where records go, its bounds."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import taskleash
from taskleash.trace import reading
from taskleash.trace.runtime import layout, records, start
from taskleash.trace.runtime.hooks import Hooks
from taskleash.trace.runtime.observer import TaskObserver
from taskleash.trace.runtime.records import COUNTS, FileRecord, MemoryRecord
from taskleash.trace.runtime.waits import _function, waits_for


async def sleeps() -> None:
    await asyncio.sleep(100)


async def waits_long() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), 100)


async def waits_forever() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), None)


async def gathers() -> None:
    await asyncio.gather(sleeps(), sleeps())


async def awaits_a_task() -> None:
    await asyncio.create_task(sleeps())


async def awaits_a_future() -> None:
    await asyncio.get_running_loop().create_future()


async def waits_for_a_thread() -> None:
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    # As `run_in_executor` leaves it, without a thread.
    future.add_done_callback(_call_check_cancel)
    await future


def _call_check_cancel(future: object) -> None:
    """Named as asyncio's own."""


@pytest.mark.parametrize(
    ("work", "kind", "what"),
    [
        (sleeps, "timer", "sleep"),
        (waits_long, "timer", "wait_for"),
        (waits_forever, "primitive", "wait_for without a timeout"),
        (gathers, "task", "gather"),
        (awaits_a_task, "task", "task sleeps"),
        (awaits_a_future, "future", "Future"),
        (waits_for_a_thread, "executor", "Future"),
    ],
)
def test_what_a_task_waits_for(work: Callable[[], Awaitable[None]], kind: str, what: str) -> None:
    async def main() -> dict[str, Any]:
        task = asyncio.ensure_future(work())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        found = waits_for(task)
        task.cancel()
        await asyncio.wait([task])
        return found

    found = asyncio.run(main())
    assert found["kind"] == kind
    assert found["what"].startswith(what)
    assert (found["function"], Path(found["path"]).name) == (work.__name__, "test_observing.py")


def test_what_a_task_has_waited_for_is_forgotten_once_that_is_cancelled() -> None:
    async def main() -> dict[str, Any]:
        future = asyncio.get_running_loop().create_future()

        async def waits() -> None:
            await future

        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        future.cancel()
        found = waits_for(task)
        await asyncio.wait([task])
        return found

    assert asyncio.run(main())["kind"] == ""


def test_before_it_has_begun_a_task_waits_for_nothing() -> None:
    async def main() -> dict[str, Any]:
        task = asyncio.ensure_future(sleeps())
        found = waits_for(task)
        task.cancel()
        await asyncio.wait([task])
        return found

    found = asyncio.run(main())
    assert (found["kind"], found["what"]) == ("", "")


class Owner:
    def method(self) -> None: ...


def test_before_python_3_11_the_class_is_that_of_the_instance() -> None:
    def of(name: str, **variables: object) -> str:
        return _function(SimpleNamespace(f_code=SimpleNamespace(co_name=name), f_locals=variables))

    assert of("method", self=type("Heir", (Owner,), {})()) == "Owner.method"
    assert of("other", self=Owner()) == "other"
    assert of("function") == "function"


# -- records


def test_a_record_falls_silent_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_MAX_NOTES", 3)
    record = FileRecord(str(tmp_path))
    for number in range(10):
        record.note({"error": str(number)})
        record.note({"spot": number})
    (notes,) = tmp_path.glob("*.notes")
    lines = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    assert [line["error"] for line in lines if "error" in line] == ["0", "1", "2"]
    assert [line["spot"] for line in lines if "spot" in line] == list(range(10))


def test_a_full_disk_is_no_concern_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = FileRecord(str(tmp_path))
    closed: list[int] = []
    close = os.close

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "close", lambda file: (closed.append(file), close(file)))
    monkeypatch.setattr(os, "write", full)
    record.note({"error": "1"})
    assert len(closed) == 1
    monkeypatch.setattr(os, "open", full)
    record.note({"error": "2"})
    assert len(closed) == 1


def test_what_is_no_record_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / f"1-1{COUNTS}").write_bytes(b"short")
    (tmp_path / f"2-1{COUNTS}").mkdir()
    (tmp_path / f"3-1{COUNTS}").write_bytes(bytes(layout.SIZE * 8))
    FileRecord(str(tmp_path)).note({"error": "kept"})
    (notes,) = tmp_path.glob("*.notes")
    notes.write_text(f"{notes.read_text(encoding='utf-8')}[1]\n3\n{{half", encoding="utf-8")
    (mine,) = tmp_path.glob(f"{os.getpid()}-*{COUNTS}")
    (tmp_path / f"x-1{COUNTS}").write_bytes(mine.read_bytes())
    assert reading.now(tmp_path) == []
    (tmp_path / f"x-1{COUNTS}").unlink()
    found = reading.read(tmp_path)
    assert [process.pid for process in found.processes] == [os.getpid()]
    assert found.notes == [f"process {os.getpid()}: kept"]


def test_a_process_that_could_not_be_observed_is_said(tmp_path: Path) -> None:
    (tmp_path / "7.failed").write_text("ImportError('x')", encoding="utf-8")
    assert any("process 7 could not be observed" in note for note in reading.read(tmp_path).notes)


def test_of_many_samples_the_highest_of_each_stretch_stay() -> None:
    samples = [(at, at % 7) for at in range(5000)]
    found = reading.thinned(samples)
    assert len(found) < 1000
    assert set(found) <= set(samples)
    assert max(found, key=lambda s: s[1])[1] == 6
    assert reading.thinned(samples[:5]) == samples[:5]


# -- the start


@pytest.fixture
def observed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that the start observes into, without doing so."""
    found: list[str] = []
    monkeypatch.setattr(start, "_observe", found.append)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setenv(start.FOLDER, str(tmp_path))
    return found


def test_a_program_that_has_asyncio_is_observed_at_once(
    tmp_path: Path, observed: list[str]
) -> None:
    start.start()
    assert observed == [str(tmp_path)]
    assert (tmp_path / f"{os.getpid()}{start.SEEN}").exists()


@pytest.mark.parametrize("folder", ["", "/none/such"])
def test_without_its_folder_nothing_is_observed(
    folder: str, observed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(start.FOLDER, folder)
    start.start()
    assert observed == []


def test_any_other_program_is_observed_once_it_imports_asyncio(
    tmp_path: Path, observed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "asyncio")
    before = list(sys.meta_path)
    start.start()
    finder: Any = sys.meta_path[0]
    assert finder.find_spec("json") is None
    spec = finder.find_spec("asyncio")
    assert sys.meta_path == before
    assert observed == []
    module = ModuleType("asyncio")
    module.__loader__ = spec.loader
    ran: list[ModuleType] = []
    monkeypatch.setattr(spec.loader, "_loader", SimpleNamespace(exec_module=ran.append))
    spec.loader.exec_module(module)
    assert (ran, observed) == ([module], [str(tmp_path)])
    assert module.__loader__ is spec.loader


def test_where_there_is_no_asyncio_it_stays_away(
    observed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "asyncio")
    start.start()
    finder: Any = sys.meta_path[0]
    monkeypatch.setattr(start.PathFinder, "find_spec", lambda *_: None)
    assert finder.find_spec("asyncio") is None
    assert observed == []


def test_a_record_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    start._observe(str(tmp_path / "none"))
    start._touch(str(tmp_path / "none"), ".seen", "")
    assert not (tmp_path / "none").exists()


# -- bounds


def test_sites_for_which_there_is_no_row_share_the_last_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layout, "MAX_SPOTS", 3)
    hooks = Hooks(MemoryRecord(), float("inf"))

    async def main() -> None:
        namespace: dict[str, Any] = {}
        lines = "\n".join(f"    create_task(work()).cancel()  # {n}" for n in range(6))
        exec(f"def spawn(create_task, work):\n{lines}\n", namespace)
        namespace["spawn"](asyncio.create_task, sleeps)
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main())
        loop.close()
        spots = hooks.observer.places.spots
        assert len({id(spot) for spot in spots}) == 3
        # The main coroutine is one of the three.
        assert sum(spot.started for spot in {id(s): s for s in spots}.values()) == 7
    finally:
        hooks.undo()


def test_after_its_end_an_observer_counts_nothing() -> None:
    hooks = Hooks(MemoryRecord(), float("inf"))
    observer: TaskObserver = hooks.observer
    try:
        observer.finish()
        ended = observer.record.counts[layout.ENDED]
        observer.record.counts[layout.ENDED] = 0
        observer.finish()
        assert (ended, observer.record.counts[layout.ENDED]) == (1, 0)
        # What it never heard of ends without it.
        observer.not_sent(object())
        observer.closing(object())
        observer.resumed(object())
        assert list(observer.events) == []
    finally:
        hooks.undo()


def test_a_task_of_an_eager_factory_that_is_done_at_once_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python has such factories from 3.12 on: here is one like them."""

    def create(constructor: Any) -> Any:
        def factory(loop: Any, coro: Any, **options: Any) -> Any:
            with pytest.raises(StopIteration):
                coro.send(None)
            done = loop.create_future()
            done.set_result(None)
            done._coro = coro
            return done

        return factory

    for module in (asyncio.tasks, asyncio):
        monkeypatch.setattr(module, "create_eager_task_factory", create, raising=False)
        monkeypatch.setattr(module, "eager_task_factory", create(None), raising=False)
    hooks = Hooks(MemoryRecord(), float("inf"), weak_set=True)
    told: list[tuple[Any, Any]] = []
    monkeypatch.setattr(hooks.observer, "started", lambda *of: told.append(of))
    try:
        factory: Any = asyncio.tasks.eager_task_factory  # type: ignore[attr-defined]
        loop = asyncio.new_event_loop()
        coroutine = nothing()
        task = factory(loop, coroutine)
        loop.close()
        assert told == [(task, coroutine)]
    finally:
        hooks.undo()


async def nothing() -> None:
    """Is done as soon as it is run."""


def test_a_monitor_that_runs_is_not_entered_again() -> None:
    async def main() -> None:
        tasks = taskleash.monitor(60)
        async with tasks:
            with pytest.raises(RuntimeError, match="runs already"):
                await tasks.__aenter__()

    asyncio.run(main())


def test_a_monitor_that_was_never_entered_is_left_as_it_is() -> None:
    tasks = taskleash.monitor(60)
    asyncio.run(tasks.__aexit__(None, None, None))
    assert tasks.sites() == {}
