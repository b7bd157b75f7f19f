"""Small asyncio programs that drop tasks in many ways, and what they do when they run.

The analysis never runs what it reads; these programs are our own.
"""

from __future__ import annotations

import asyncio
import gc
import textwrap
from collections.abc import Callable

from hypothesis import strategies as st

_HEAD = """\
import asyncio
import weakref

flag = True
gates = weakref.WeakValueDictionary()


def pause():
    return asyncio.sleep(0)


async def leaf(name, fails=False):
    note("begin", name)
    await pause()
    note("end", name)
    if fails:
        raise ValueError(name)
    return name


async def gated(name, fails=False):
    # Nobody but the task itself holds what it waits for: a task that nobody keeps is lost here.
    note("wait", name)
    gate = asyncio.get_running_loop().create_future()
    gates[len(seen)] = gate
    await gate
    await leaf(name, fails)


async def stopped(name):
    note("stop", name)
    raise asyncio.CancelledError(name)


"""
_TAIL = """\
    note("drain")
    for _ in range(4):
        await pause()
        # The garbage is collected in between.
        await pause()
        for key in sorted(gates):
            if key in gates and not gates[key].done():
                gates[key].set_result(None)
    for _ in range(6):
        await pause()
"""
_WORK = (
    "leaf({n})",
    "leaf({n}, fails=True)",
    "gated({n})",
    "gated({n}, fails=True)",
    "stopped({n})",
)
_SPAWNS = (
    "asyncio.create_task({work})",
    "asyncio.ensure_future({work})",
    "asyncio.get_running_loop().create_task({work})",
)
_FORMS = (
    "{spawn}",
    "_ = {spawn}",
    "unread{n} = {spawn}",
    "(walrus{n} := {spawn})",
    "{spawn}; note('same line', {n})",
    "if flag: {spawn}",
    "{spawn} if flag else note('no', {n})",
    "flag and {spawn}",
    "flag or {spawn}",
    "[{spawn} for each in range(2)]",
    "{spawn}.add_done_callback(lambda done: note('done', {n}, done.cancelled()))",
    "asyncio.get_running_loop().call_soon(lambda: {spawn})",
    "asyncio.get_running_loop().call_soon(lambda name: {spawn}, {n})",
    "handle{n} = {spawn}\nhandle{n}.add_done_callback(lambda done: note('done', {n}))",
    "task = 'mine'\n{spawn}\nnote(task)",
    "_background_tasks = 'mine'\n{spawn}\nnote(_background_tasks)",
    "for each in range(3):\n    {spawn}\n    await pause()",
    (
        "try:\n    {spawn}\n    raise KeyError({n})\nexcept KeyError:\n    note('caught', {n})\n"
        "finally:\n    {spawn}"
    ),
    "def start{n}():\n    {spawn}\nnote(start{n}())",
    "def start{n}():\n    return {spawn}\nstart{n}()",
    (
        "async def start{n}():\n    {spawn}\n    await pause()\n    return 'inner'\n"
        "note(await start{n}())"
    ),
    (
        "async def each{n}():\n    for number in range(2):\n        {spawn}\n        yield number\n"
        "async for number in each{n}():\n    note('item', number)"
    ),
    "match {n}:\n    case int():\n        {spawn}\n    case _:\n        note('never')",
    (
        "async def cut{n}():\n    {spawn}\n    try:\n        await asyncio.sleep(9)\n"
        "    finally:\n        note('cut', {n})\n        {spawn}\n"
        "outer{n} = asyncio.create_task(cut{n}())\nawait pause()\nouter{n}.cancel()\n"
        "note(await asyncio.gather(outer{n}, return_exceptions=True))"
    ),
    (
        "class Owner{n}:\n    def __init__(self):\n        self.name = {n}\n"
        "    def start(self):\n        {spawn}\n        return self.name\n"
        "owner{n} = Owner{n}()\nnote(owner{n}.start())"
    ),
    (
        "class Plain{n}:\n    async def start(self):\n        {spawn}\n        await pause()\n"
        "await Plain{n}().start()"
    ),
    "class Static{n}:\n    @staticmethod\n    def start():\n        {spawn}\nStatic{n}.start()",
    "await pause()",
)


@st.composite
def leaky_programs(draw: st.DrawFn) -> str:
    """The source of a program whose `main` drops tasks; it notes what happens with `note`."""
    blocks = []
    for number in range(draw(st.integers(1, 5))):
        work = draw(st.sampled_from(_WORK)).format(n=number)
        spawn = draw(st.sampled_from(_SPAWNS)).format(work=work)
        blocks.append(draw(st.sampled_from(_FORMS)).format(n=number, spawn=spawn))
    return program(*blocks)


def program(*blocks: str) -> str:
    """A program whose `main` runs these statements."""
    body = textwrap.indent("\n".join(blocks), "    ")
    return f"{_HEAD}async def main():\n{body}\n{_TAIL}"


class _Collecting(asyncio.SelectorEventLoop):
    """A loop that collects garbage before each of its steps."""

    def _run_once(self) -> None:
        gc.collect()
        super()._run_once()  # type: ignore[misc]


def noted(source: str, *, collects: bool) -> list[str]:
    """What a program notes when it runs, in order.

    The garbage is collected at every step, or else each task is kept alive.
    """
    seen: list[str] = []

    def note(*words: object) -> None:
        seen.append(" ".join(map(str, words)))

    loop = _Collecting() if collects else asyncio.SelectorEventLoop()
    loop.set_exception_handler(lambda *_: None)
    kept: list[asyncio.Task[object]] = []
    if not collects:
        loop.set_task_factory(_keeping(kept))
    names: dict[str, object] = {"note": note, "seen": seen, "__name__": "program"}
    exec(compile(source, "<program>", "exec"), names)
    main = names["main"]
    assert callable(main)
    # What was there before is not looked through again at every step.
    gc.freeze()
    try:
        loop.run_until_complete(main())
    finally:
        gc.unfreeze()
        loop.close()
    return seen


def _keeping(kept: list[asyncio.Task[object]]) -> Callable[..., asyncio.Task[object]]:
    def make(loop: asyncio.AbstractEventLoop, coro: object, **more: object) -> asyncio.Task[object]:
        task = asyncio.Task(coro, loop=loop, **more)  # type: ignore[arg-type]
        kept.append(task)
        return task

    return make
