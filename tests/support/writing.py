"""Small programs that a strategy writes: a class that starts a task and may end it."""

from __future__ import annotations

import textwrap

from hypothesis import strategies as st

from support.programs import Program, marked

_HEAD = """\
import asyncio

shared = set()


async def send(text=""):
    await asyncio.sleep(1)
    print(text)


async def beat():
    while True:
        await asyncio.sleep(5)


async def stop_all(tasks):
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
"""

_COROUTINES = ("send()", "send('x')", "beat()", "self._work()")
_SPAWNS = (
    "asyncio.create_task({})",
    "asyncio.ensure_future({})",
    "asyncio.get_running_loop().create_task({})",
)
_WORKS = (
    "await asyncio.sleep(1)",
    "while True:\n    await asyncio.sleep(1)",
    "while self._open:\n    await asyncio.sleep(1)",
    "try:\n    await send()\nfinally:\n    self._task = None",
)
_GUARDS = (
    "",
    "if self._task is not None:\n    return",
    "if self._task is not None and not self._task.done():\n    return",
    "if self._task:\n    self._task.cancel()",
    "await self.close()",
    "assert self._task is None",
    "if self._open:\n    return\nself._open = True",
)
_KEEPS = (
    "self._task = {spawn}",
    "item = {spawn}\nself._task = item",
    "self._tasks.append({spawn})",
    "item = {spawn}\nself._tasks.append(item)\nitem.add_done_callback(self._tasks.remove)",
    "item = {spawn}\nshared.add(item)\nitem.add_done_callback(shared.discard)",
    "item = {spawn}\nself._tasks.append(item)\nitem.add_done_callback(self._forget)",
    "item = {spawn}\nawait item",
    "item = {spawn}\nitem.add_done_callback(print)",
    "item = {spawn}\nif self._open:\n    return\nawait item",
    "items = [{spawn} for _ in range(3)]\nawait asyncio.gather(*items)",
    "items = [{spawn} for _ in range(3)]\nawait asyncio.wait(items, timeout=1)",
    "items = [{spawn} for _ in range(3)]\nawait stop_all(items)",
    "for text in 'abc':\n    self._task = {spawn}",
    "{spawn}",
    "return {spawn}",
)
_ENDINGS = (
    "pass",
    "self._open = False",
    "if self._task is not None:\n    self._task.cancel()",
    "item, self._task = self._task, None\nif item:\n    item.cancel()",
    "if self._task:\n    await self._task",
    "for each in self._tasks:\n    each.cancel()\nself._tasks.clear()",
    "await asyncio.gather(*self._tasks)",
    "await stop_all(self._tasks)",
    "self._tasks.clear()",
    "await self._end()",
)
_HELPERS = (
    "pass",
    "self._task.cancel()",
    "while self._tasks:\n    self._tasks.pop().cancel()",
    "for each in (self._task, *self._tasks):\n    if each is not None:\n        each.cancel()",
)
_STARTERS = ("begin", "start", "on_message", "work")
_STOPPERS = ("close", "stop", "__aexit__", "leave_early", "forget")
_USERS = (
    "",
    "async def user():\n    thing = Thing()\n    await thing.{start}()\n    await thing.{stop}()\n",
    "async def user():\n    thing = Thing()\n    await thing.{start}()\n",
    "async def user():\n    item = await Thing().{start}()\n    await item\n",
)


@st.composite
def written_programs(draw: st.DrawFn) -> Program:
    """A module with a class that starts a task in one method, and may end it in another."""

    def one(choices: tuple[str, ...]) -> str:
        return draw(st.sampled_from(choices))

    start, stop = one(_STARTERS), one(_STOPPERS)
    spawn = one(_SPAWNS).format(one(_COROUTINES))
    arguments = "self, *details" if stop == "__aexit__" else "self"
    parts = [
        _method(
            "def", "__init__", "self", "self._task = None\nself._tasks = []\nself._open = False"
        ),
        _method("async def", start, "self", one(_GUARDS) + "\n" + one(_KEEPS).format(spawn=spawn)),
        _method("async def", stop, arguments, one(_ENDINGS)),
        _method("async def", "_end", "self", one(_HELPERS)),
        _method("def", "_forget", "self, done", "self._tasks.remove(done)"),
        _method("async def", "_work", "self", one(_WORKS)),
    ]
    shape = "class Thing:\n" + "\n".join(parts)
    text = f"{_HEAD}\n\n{shape}\n\n{one(_USERS).format(start=start, stop=stop)}"
    return marked(Program("written", {"app.py": text.rstrip("\n") + "\n"}))


def _method(keyword: str, name: str, arguments: str, body: str) -> str:
    text = f"{keyword} {name}({arguments}):\n{textwrap.indent(body, '    ')}\n"
    return textwrap.indent(text, "    ")
