"""Writes a program of any size: so many files, spawn sites, and levels of inheritance.

The same numbers give the same bytes. The names repeat from class to class, as they do in a real
program: every class has its ``start``, its ``close`` and its ``_task``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FILES_A_PACKAGE = 50

_HEAD = '''\
"""Module {number}."""

import asyncio
import logging

from program.keeping import keep, started
{imports}
logger = logging.getLogger(__name__)
'''

_CLASS = '''

class {name}{bases}:
    """A session of its own."""

    def __init__(self, loop):
        {init}
        self._loop = loop
        self._task = None
        self._running = {{}}
        self._pending = []
        self._active = set()

    async def close(self):
        """End what is still running."""
        if self._task is not None:
            self._task.cancel()
        for task in self._active:
            task.cancel()
        await asyncio.gather(*self._pending, return_exceptions=True)

    async def work(self, number):
        """One piece of work."""
        try:
            await asyncio.sleep(number)
        except OSError:
            logger.exception("work failed")
'''

#: one spawn site each, in all ways to keep one and to let go of it
_SPAWNS = (
    """
    def start_{number}(self):
        if self._task is None:
            self._task = asyncio.create_task(self.work({number}))
""",
    """
    def fire_{number}(self):
        asyncio.create_task(self.work({number}))
""",
    """
    def track_{number}(self):
        task = self._loop.create_task(self.work({number}))
        self._active.add(task)
        task.add_done_callback(self._active.discard)
""",
    """
    async def wait_{number}(self):
        task = asyncio.ensure_future(self.work({number}))
        await asyncio.sleep(0)
        return await task
""",
    """
    def begin_{number}(self):
        return asyncio.create_task(self.work({number}))

    async def both_{number}(self):
        task = self.begin_{number}()
        self.begin_{number}()
        await task
""",
    """
    def append_{number}(self):
        for number in range({number}):
            self._pending.append(asyncio.create_task(self.work(number)))
""",
    """
    def enter_{number}(self, key):
        self._running[key] = asyncio.create_task(self.work({number}))

    def leave_{number}(self, key):
        self._running.pop(key).cancel()
""",
    """
    def hand_{number}(self):
        keep(asyncio.create_task(self.work({number})))
""",
    """
    def later_{number}(self):
        self._loop.call_later({number}, lambda: asyncio.create_task(self.work({number})))
""",
    """
    async def race_{number}(self):
        first = asyncio.create_task(self.work({number}))
        await asyncio.wait({{first, started(self.work(1))}}, return_when="FIRST_COMPLETED")
""",
)

_IDLE = '''

async def idle_{number}(session, values):
    """Sum up what the session gives for each value."""
    total = 0
    for value in values:
        if value % {number} == 0:
            total += await session.fetch(value)
        elif value < 0:
            raise ValueError(f"value {{value}} is too small")
        else:
            logger.debug("no work for %s", value)
    await session.flush(total)
    return {{"total": total, "count": len(values)}}
'''

_KEEPING = '''\
"""What all modules share."""

import asyncio

_tasks = set()


def keep(task):
    """Keep a task until it is done."""
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def started(work):
    """Start the work."""
    return asyncio.create_task(work)
'''


@dataclass(frozen=True)
class Shape:
    """The size of a program; every ``sparse``-th file has spawn sites, the others none."""

    files: int
    spawns: int
    depth: int = 1
    lines_a_file: int = 250
    sparse: int = 1


@dataclass(frozen=True)
class Written:
    """What has been written."""

    files: int
    lines: int
    spawns: int


def write(shape: Shape, folder: Path) -> Written:
    """Write the program into a folder, which is made."""
    lines = spawns = count = 0
    for path, text, sites in _modules(shape):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        lines += text.count("\n")
        spawns += sites
        count += 1
    return Written(count, lines, spawns)


def _modules(shape: Shape) -> Iterator[tuple[str, str, int]]:
    """The path below the folder, the text and the number of spawn sites of each file."""
    yield "program/__init__.py", "", 0
    yield "program/keeping.py", _KEEPING if shape.spawns else "", min(1, shape.spawns)
    spawning = [number for number in range(shape.files) if _spawns(shape, number)]
    each, more = divmod(shape.spawns, len(spawning) or 1)
    for number in range(shape.files):
        package = number // _FILES_A_PACKAGE
        if number % _FILES_A_PACKAGE == 0:
            yield f"program/part{package}/__init__.py", "", 0
        sites = 0
        text = _HEAD.format(number=number, imports="")
        if _spawns(shape, number):
            place = number // shape.sparse
            sites = each + (place < more)
            text = _spawning(shape, place, sites)
        yield f"program/part{package}/module{number}.py", _filled(text, shape.lines_a_file), sites


def _spawns(shape: Shape, number: int) -> bool:
    return shape.spawns > 0 and number % shape.sparse == 0


def _spawning(shape: Shape, place: int, sites: int) -> str:
    """The text of the module that is at this place among those with spawn sites."""
    number = place * shape.sparse
    inherits = place % shape.depth > 0
    base = f"Session{place - 1}" if inherits else ""
    before = number - shape.sparse
    module = f"program.part{before // _FILES_A_PACKAGE}.module{before}"
    text = _HEAD.format(number=number, imports=f"from {module} import {base}\n" if base else "")
    text += _CLASS.format(
        name=f"Session{place}",
        bases=f"({base})" if base else "",
        init="super().__init__(loop)" if base else "self.name = __name__",
    )
    return text + "".join(
        _SPAWNS[(place + index) % len(_SPAWNS)].format(number=index) for index in range(sites)
    )


def _filled(text: str, lines: int) -> str:
    """The text with functions added until it has about so many lines."""
    present, size = text.count("\n"), _IDLE.count("\n")
    missing = max(0, (lines - present + size // 2) // size)
    return text + "".join(_IDLE.format(number=index + 2) for index in range(missing))
