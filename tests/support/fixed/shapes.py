"""Programs whose fixes are run: how a class keeps its tasks × what they do × what happens to it.

A program has a class `Owner`, and a `main` that uses it; each part is a few lines of text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEAD = """\
import asyncio
import logging

logger = logging.getLogger("program")


class Wire:
    def __init__(self):
        self.is_open = True
        self.sent = []

    async def send(self, what):
        await asyncio.sleep(1)
        if not self.is_open:
            raise ConnectionError(what)
        note("sent", what)

    async def aclose(self):
        note("wire closed")
        self.is_open = False


class Owner:
    def __init__(self, wire, on_error=None):
        self.wire = wire
        self.on_error = on_error
        self.state = "new"
{init}
    async def start(self, what):
        note("start", what)
{spawn}
    async def work(self, what):
{work}
    async def close(self):
        note("closing")
        await asyncio.sleep(0)
        self.state = "closed"
{end}        note("closed")
{more}

async def main():
{main}
"""

#: how the class keeps the task: what its constructor makes, and what starts one
KEPT = {
    "dropped": ("", "asyncio.create_task(self.work(what))"),
    "callback": ("", "asyncio.create_task(self.work(what)).add_done_callback(lambda t: None)"),
    "slot": ("self._task = None", "self._task = asyncio.create_task(self.work(what))"),
    "ended slot": ("self._task = None", "self._task = asyncio.create_task(self.work(what))"),
    "set": (
        "self._tasks = set()",
        (
            "task = asyncio.create_task(self.work(what))\nself._tasks.add(task)\n"
            "task.add_done_callback(self._tasks.discard)"
        ),
    ),
    "list": ("self._tasks = []", "self._tasks.append(asyncio.create_task(self.work(what)))"),
    "dict": ("self._tasks = {}", "self._tasks[what] = asyncio.create_task(self.work(what))"),
}

#: what a teardown that ends the task does besides
_END = "if self._task is not None:\n    self._task.cancel()\n"

#: what the task does
WORK = {
    "sends": "await self.wire.send(what)\nnote('end', what)",
    "computes": "await asyncio.sleep(1)\nself.state = what",
    "endless": (
        "try:\n    while True:\n        await asyncio.sleep(1)\n        self.state = what\n"
        "finally:\n    note('cancelled', what)"
    ),
    "fails": "await asyncio.sleep(1)\nnote('fail', what)\nraise ValueError(what)",
    "closes": "await asyncio.sleep(1)\nawait self.on_error()\nnote('end', what)",
    "closes its owner": "await asyncio.sleep(1)\nawait self.close()\nnote('end', what)",
    "starts another": (
        "await self.wire.send(what)\nif what < 3:\n    await self.start(what + 1)\n"
        "note('end', what)"
    ),
}


@dataclass(frozen=True)
class Promise:
    """What holds after a fix: notes that are there, pairs of notes of which the first comes first,
    notes that are ``never`` there, and those that may be ``lost``.
    """

    ends: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    never: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A program; ``kept`` and ``work`` are keys of the tables above, the rest is text.

    ``ends`` are notes that have to be there after the fix *own*, ``in_order`` pairs of notes of
    which the first comes first then; ``refused`` has the kinds that are not to be made.
    """

    name: str
    source: str
    ends: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    refused: frozenset[str] = frozenset()
    is_eager: bool = False
    #: nobody keeps the owner: a task that it keeps is lost as it was before
    is_let_go: bool = False
    #: what may be lost: endless work is over with its owner
    may_stop: bool = False
    #: the fix does not see `main`: it is that of a library, which others use
    is_library: bool = False
    #: what holds after the fixes of other kinds
    promises: dict[str, Promise] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class _Scenario:
    main: str
    works: tuple[str, ...]
    ends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    in_order: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    more: str = ""
    refused: frozenset[str] = frozenset()
    is_eager: bool = False
    is_let_go: bool = False
    #: several tasks at a time that only their keeper holds
    needs_all: bool = False


_OWN = frozenset({"own"})
_CLOSED = "wire = Wire()\nowner = Owner(wire)\nawait owner.start(1)\nawait asyncio.sleep(0)\n"

_SCENARIOS = {
    "closed while it runs": _Scenario(
        _CLOSED + "await owner.close()\nawait wire.aclose()\nawait asyncio.sleep(5)",
        ("sends", "computes", "endless"),
        {"sends": ("end 1",), "endless": ("cancelled 1",)},
        {
            "sends": (("sent 1", "closed"), ("sent 1", "wire closed")),
            "endless": (("cancelled 1", "closed"),),
        },
    ),
    "never closed": _Scenario(
        "owner = Owner(Wire())\nawait owner.start(1)\nawait asyncio.sleep(5)\nnote(owner.state)",
        ("sends", "computes", "fails"),
    ),
    "closed twice": _Scenario(
        _CLOSED + "await owner.close()\nawait owner.close()\nawait asyncio.sleep(5)",
        ("sends", "endless"),
        {"sends": ("end 1",), "endless": ("cancelled 1",)},
    ),
    "closed twice at once": _Scenario(
        _CLOSED + "await asyncio.gather(owner.close(), owner.close())\nawait asyncio.sleep(5)",
        ("sends", "endless"),
        {"sends": ("end 1",), "endless": ("cancelled 1",)},
    ),
    "closing is cancelled": _Scenario(
        _CLOSED + "closing = asyncio.create_task(owner.close())\nawait asyncio.sleep(0)\n"
        "closing.cancel()\nawait asyncio.wait([closing])\nawait owner.close()\n"
        "await asyncio.sleep(5)",
        ("sends", "endless"),
        {"sends": ("end 1",), "endless": ("cancelled 1",)},
    ),
    "closed by a callback of its task": _Scenario(
        "owner = Owner(Wire())\nowner.on_error = owner.close\nawait owner.start(1)\n"
        "await asyncio.sleep(5)",
        ("closes",),
        {"closes": ("end 1", "closed")},
    ),
    "closed by several of its tasks at once": _Scenario(
        "owner = Owner(Wire())\nowner.on_error = owner.close\nfor each in range(3):\n"
        "    await owner.start(each)\nawait asyncio.sleep(5)",
        ("closes",),
        {"closes": ("closed",)},
        needs_all=True,
    ),
    "closed by its task": _Scenario(
        "owner = Owner(Wire())\nawait owner.start(1)\nawait asyncio.sleep(5)",
        ("closes its owner",),
        {"closes its owner": ("end 1", "closed")},
    ),
    "closed after a failure": _Scenario(
        _CLOSED + "await asyncio.sleep(3)\nawait owner.close()\nawait asyncio.sleep(5)",
        ("fails",),
        {"fails": ("closed",)},
    ),
    "fails while it is closed": _Scenario(
        _CLOSED + "await owner.close()\nawait asyncio.sleep(5)",
        ("fails",),
        {"fails": ("closed",)},
    ),
    "starts more while it is closed": _Scenario(
        _CLOSED + "await owner.close()\nawait wire.aclose()\nawait asyncio.sleep(9)",
        ("starts another",),
        {"starts another": ("end 1", "end 2", "end 3")},
        {"starts another": (("sent 3", "wire closed"),)},
    ),
    "started again": _Scenario(
        _CLOSED + "await owner.close()\nawait owner.start(2)\nawait asyncio.sleep(0)\n"
        "note('again')\nawait owner.close()\nawait asyncio.sleep(5)",
        ("sends", "endless"),
        {"sends": ("end 1", "end 2"), "endless": ("cancelled 1", "cancelled 2")},
        {"endless": (("cancelled 1", "again"), ("again", "cancelled 2"))},
    ),
    "two owners": _Scenario(
        "wire = Wire()\nfirst, second = Owner(wire), Owner(wire)\nawait first.start(1)\n"
        "await second.start(2)\nawait asyncio.sleep(0)\nawait first.close()\n"
        "note('first is closed')\nawait asyncio.sleep(3)\nawait second.close()",
        ("sends", "endless"),
        {"sends": ("end 1", "end 2"), "endless": ("cancelled 1", "cancelled 2")},
        {"endless": (("first is closed", "cancelled 2"),)},
    ),
    "several at once": _Scenario(
        "wire = Wire()\nowner = Owner(wire)\nfor each in range(3):\n    await owner.start(each)\n"
        "await owner.close()\nawait wire.aclose()\nawait asyncio.sleep(5)",
        ("sends",),
        {},
    ),
    "eager tasks": _Scenario(
        _CLOSED + "await owner.close()\nawait wire.aclose()\nawait asyncio.sleep(5)",
        ("sends", "endless"),
        {"sends": ("end 1",), "endless": ("cancelled 1",)},
        is_eager=True,
    ),
    "the owner is let go": _Scenario(
        "wire = Wire()\nawait Owner(wire).start(1)\nawait asyncio.sleep(5)",
        ("sends", "fails"),
        is_let_go=True,
    ),
    "closed as often as it is opened": _Scenario(
        "wire = Wire()\nowner = Owner(wire)\nasync with owner:\n    await owner.start(1)\n"
        "    await asyncio.sleep(0)\nasync with owner:\n    note('inside')\n"
        "await asyncio.sleep(5)",
        ("sends", "endless"),
        more=(
            "    async def acquire(self):\n        self.held = True\n\n"
            "    async def release(self):\n        self.held = False\n\n"
            "    async def __aenter__(self):\n        await self.acquire()\n        return self\n\n"
            "    async def __aexit__(self, *exc):\n        await self.release()\n"
        ),
        refused=_OWN,
    ),
    "closed to connect again": _Scenario(
        "wire = Wire()\nowner = Owner(wire)\nawait owner.start(1)\nawait asyncio.sleep(0)\n"
        "await owner.reconnect()\nawait asyncio.sleep(5)",
        ("sends", "endless"),
        more=(
            "    async def open(self):\n        self.state = 'open'\n\n"
            "    async def reconnect(self):\n        await self.close()\n"
            "        await self.open()\n"
        ),
        refused=_OWN,
    ),
}


def shapes() -> Iterator[Shape]:
    """Every scenario with every way of keeping a task and all work that fits it."""
    for name, scenario in _SCENARIOS.items():
        for work in scenario.works:
            # A slot holds the last one of several: the others were lost before, too.
            for kept in (each for each in KEPT if "slot" not in each or not scenario.needs_all):
                yield _shape(name, scenario, work, kept)


def _shape(name: str, scenario: _Scenario, work: str, kept: str) -> Shape:
    init, spawn = KEPT[kept]
    more = scenario.more
    without_close = "__aexit__" in more
    source = _HEAD.format(
        init=textwrap.indent(init + "\n", " " * 8),
        spawn=textwrap.indent(spawn + "\n", " " * 8),
        work=textwrap.indent(WORK[work] + "\n", " " * 8),
        more="\n" + more if more else "",
        end=textwrap.indent(_END, " " * 8) if kept == "ended slot" else "",
        main=textwrap.indent(scenario.main, " " * 4),
    )
    if without_close:
        head, _, tail = source.partition("    async def close(self):")
        source = head + tail.partition('note("closed")\n\n')[2]
    return Shape(
        f"{name}, {kept}, {work}",
        source,
        scenario.ends.get(work, ()),
        scenario.in_order.get(work, ()),
        scenario.refused,
        scenario.is_eager,
        scenario.is_let_go,
        work == "endless",
    )
