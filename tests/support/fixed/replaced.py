"""Programs in which a task takes the place of an earlier one: where × what it does × when."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

from support.fixed.shapes import Promise, Shape

_PROGRAM = """\
import asyncio


class Owner:
    def __init__(self):
{init}
    {asynchronous}def on_message(self, what{key}):
        note("message", what)
{spawn}
    async def work(self, what):
        note("start", what)
{work}
    async def close(self):
        note("closing")
{end}

async def main():
{main}
"""

_CANCEL = "if self._task is not None:\n    self._task.cancel()"
_CANCEL_ALL = "for task in self._tasks.values():\n    task.cancel()"
#: where the task is kept: what the constructor makes, what starts one, what the teardown does
_PLACES = {
    "attribute": (
        "self._task = None",
        "self._task = asyncio.create_task(self.work(what))",
        _CANCEL,
    ),
    "by a name": (
        "self._task = None",
        "task = asyncio.create_task(self.work(what))\nself._task = task",
        _CANCEL,
    ),
    "key": (
        "self._tasks = {}",
        "self._tasks[key] = asyncio.create_task(self.work(what))",
        _CANCEL_ALL,
    ),
}

_WORK = {
    "computes": "await asyncio.sleep(1)\nnote('end', what)",
    "endless": (
        "try:\n    while True:\n        await asyncio.sleep(1)\nfinally:\n    note('over', what)"
    ),
    "slow to end": (
        "try:\n    await asyncio.sleep(9)\nfinally:\n    await asyncio.sleep(1)\n"
        "    note('over', what)"
    ),
    "fails": "await asyncio.sleep(1)\nnote('fail', what)\nraise ValueError(what)",
}


@dataclass(frozen=True)
class _Scenario:
    """``{0}`` calls the owner; ``waits`` is what a function that can wait keeps to, by work."""

    main: str
    works: dict[str, Promise]
    waits: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    keyed: bool = False
    is_eager: bool = False


_REPLACED = {
    "computes": Promise(ends=("end 2",), never=("end 1",), lost=("end 1",)),
    "endless": Promise(ends=("over 1", "start 2")),
    # Nobody holds it any more while it cleans up, where the function cannot wait for that.
    "slow to end": Promise(ends=("start 2",), lost=("over 1",)),
}
_ONE_BY_ONE = {
    "endless": (("over 1", "start 2"),),
    "slow to end": (("over 1", "start 2"),),
}

_SCENARIOS = {
    "while it runs": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\nawait asyncio.sleep(0.5)\n"
        "{0}owner.on_message(2)\nawait asyncio.sleep(20)",
        _REPLACED,
        _ONE_BY_ONE,
    ),
    "eager tasks": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\nawait asyncio.sleep(0.5)\n"
        "{0}owner.on_message(2)\nawait asyncio.sleep(20)",
        _REPLACED,
        is_eager=True,
    ),
    "once it is done": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\nawait asyncio.sleep(3)\n"
        "{0}owner.on_message(2)\nawait asyncio.sleep(3)",
        {"computes": Promise(ends=("end 1", "end 2"))},
    ),
    "once it has failed": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\nawait asyncio.sleep(3)\n"
        "{0}owner.on_message(2)\nawait asyncio.sleep(3)",
        {"fails": Promise(ends=("fail 1", "fail 2"))},
    ),
    "in its own first turn": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\n{0}owner.on_message(2)\nawait asyncio.sleep(20)",
        {"computes": Promise(ends=("end 2",), never=("end 1",), lost=("end 1",))},
    ),
    "in two owners": _Scenario(
        "first, second = Owner(), Owner()\n{0}first.on_message(1)\nawait asyncio.sleep(0.5)\n"
        "{0}second.on_message(2)\nawait asyncio.sleep(20)",
        {"computes": Promise(ends=("end 1", "end 2"))},
    ),
    "under another key": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1, 'a')\nawait asyncio.sleep(0.5)\n"
        "{0}owner.on_message(2, 'b')\nawait asyncio.sleep(20)",
        {"computes": Promise(ends=("end 1", "end 2"))},
        keyed=True,
    ),
    "then it is closed": _Scenario(
        "owner = Owner()\n{0}owner.on_message(1)\nawait asyncio.sleep(0.5)\n"
        "{0}owner.on_message(2)\nawait asyncio.sleep(0)\nawait owner.close()\n"
        "await asyncio.sleep(20)\nnote('after')",
        {"endless": Promise(ends=("over 1", "over 2"), in_order=(("over 2", "after"),))},
    ),
}


def replaced() -> Iterator[Shape]:
    """Every scenario with every place, in functions that can wait and in others."""
    for name, scenario in _SCENARIOS.items():
        for work, promise in scenario.works.items():
            for place in ("key",) if scenario.keyed else _PLACES:
                for waits in (True, False):
                    yield _shape(name, scenario, work, promise, place, waits)


def _shape(
    name: str, scenario: _Scenario, work: str, promise: Promise, place: str, waits: bool
) -> Shape:
    init, spawn, end = _PLACES[place]
    source = _PROGRAM.format(
        init=textwrap.indent(init + "\n", " " * 8),
        asynchronous="async " if waits else "",
        key=", key='one'" if place == "key" else "",
        spawn=textwrap.indent(spawn + "\n", " " * 8),
        work=textwrap.indent(_WORK[work] + "\n", " " * 8),
        end=textwrap.indent(end + "\n", " " * 8),
        main=textwrap.indent(scenario.main.format("await " if waits else ""), " " * 4),
    )
    order = (*promise.in_order, *(scenario.waits.get(work, ()) if waits else ()))
    kept = Promise(promise.ends, order, promise.never, promise.lost)
    how = "waiting" if waits else "not waiting"
    return Shape(
        f"replaced {name}, {place}, {work}, {how}",
        source,
        is_eager=scenario.is_eager,
        is_library=True,
        # Who only has its failure logged does not keep the task that is replaced.
        promises={"cancel-previous": kept, "log": Promise(lost=promise.lost)},
    )
