"""The way tasks are heard of from Python 3.14 on, tried on this Python."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from taskleash.trace.runtime import layout
from taskleash.trace.runtime.hooks import Hooks, tells_by_itself
from taskleash.trace.runtime.records import MemoryRecord

# Where a task does not tell by itself, there is only the later way.
WAYS = [True, False] if tells_by_itself() else [False]


@pytest.fixture(params=WAYS, ids=["weak-set", "create-task"][-len(WAYS) :])
def hooks(request: pytest.FixtureRequest) -> Iterator[Hooks]:
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    found = Hooks(MemoryRecord(), float("inf"), weak_set=request.param)
    yield found
    found.undo()
    logging.getLogger("asyncio").setLevel(logging.NOTSET)


def counts(hooks: Hooks, task: str) -> dict[str, int]:
    (spot,) = (each for each in hooks.observer.places.spots if each.spot.task == task)
    return {name: spot.counts[i] for i, name in enumerate(layout.SPOT_FIELDS) if spot.counts[i]}


async def fails() -> None:
    raise ValueError


async def waits() -> None:
    await asyncio.Event().wait()


async def work() -> int:
    await asyncio.sleep(0)
    return 1


def test_outcomes_are_the_same_either_way(hooks: Hooks) -> None:
    async def main() -> None:
        asyncio.create_task(fails())  # noqa: RUF006
        asyncio.ensure_future(waits())  # noqa: RUF006
        assert await asyncio.create_task(work()) == 1
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(main())
    ended = {"failed": 1, "unseen": 1, "loose": 1}
    seen = {task: counts(hooks, task) for task in ("fails", "waits", "work")}
    for found in seen.values():
        assert (found.pop("started"), found.pop("peak"), found.pop("longest") >= 0) == (1, 1, True)
    assert seen == {"fails": ended, "waits": {"collected": 1}, "work": {"finished": 1}}


def test_a_factory_of_the_program_is_its_own(hooks: Hooks) -> None:
    class Own(asyncio.Task[Any]):
        pass

    def factory(loop: Any, coro: Any, **options: Any) -> Own:
        return Own(coro, loop=loop, **options)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        assert loop.get_task_factory() is factory
        task = asyncio.create_task(work())
        assert type(task) is Own
        await task

    asyncio.run(main())
    assert counts(hooks, "work")["finished"] == 1


def test_no_task_is_held(hooks: Hooks) -> None:
    async def main() -> None:
        for _ in range(100):
            await asyncio.create_task(work())

    asyncio.run(main())
    assert list(hooks.observer.existing()) == []
    assert len(hooks.observer.places.spots) <= 2


def test_undone_nothing_is_left_in_asyncio() -> None:
    def state() -> list[object]:
        every: Any = getattr(asyncio.tasks, "_scheduled_tasks", None)
        loop = dict(vars(asyncio.base_events.BaseEventLoop))
        return [loop, dict(vars(asyncio)), getattr(every, "add", None)]

    before = state()
    Hooks(MemoryRecord(), 1.0).undo()
    assert state() == before


class Graph:
    """A node of the graph that asyncio has from Python 3.14 on."""

    def __init__(self, future: Any, *awaited_by: Graph) -> None:
        self.future = future
        self.awaited_by = list(awaited_by)


def test_what_awaits_a_task_is_named_by_asyncios_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gathers() -> None:
        await asyncio.gather(*children)

    async def groups() -> None:
        # What a group waits for is a bare future.
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        children.extend(asyncio.create_task(waits()) for _ in range(2))
        # Two sites of one line are one before Python 3.11.
        parents.append(asyncio.create_task(gathers()))
        parents.append(asyncio.create_task(groups()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        hooks.observer.look("sample")
        for spot in hooks.observer.places.spots:
            seen[spot.spot.task] = record.waits.get(spot.number, {})
        for task in [*parents, *children]:
            task.cancel()
        await asyncio.wait([*parents, *children])

    def capture(task: Any, *, limit: int) -> Graph:
        assert limit == 0
        if task is children[0]:
            return Graph(task, Graph(asyncio.Future(), Graph(parents[0])))
        return Graph(task, *([Graph(parents[1])] if task is children[1] else []))

    children: list[Any] = []
    parents: list[Any] = []
    seen: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(asyncio, "capture_call_graph", capture, raising=False)
    record = MemoryRecord()
    hooks = Hooks(record, float("inf"))
    try:
        asyncio.run(main())
    finally:
        hooks.undo()
    assert {task: (seen[task]["kind"], seen[task]["what"]) for task in seen if task != "main"} == {
        "waits": ("primitive", "Event.wait"),
        "gathers": ("task", "task waits"),
        "groups": ("task", "task waits"),
    }
