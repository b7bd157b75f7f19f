"""A call of a wrapper is kept or awaited only where it is sure to give a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash

PROGRAM = '''"""A wrapper whose own findings are silenced."""
import asyncio
import contextlib


async def work():
    await asyncio.sleep(1)


class Server:
    closed = False

{wrapper}

async def serve(server: Server):
    {call}
'''
SPAWN = "asyncio.create_task(work())  # noqa: TL003"
UNSURE = {
    "a return of nothing": f"""
    def start(self):
        if self.closed:
            return
        return {SPAWN}
""",
    "an end without a return": f"""
    def start(self):
        if not self.closed:
            return {SPAWN}
""",
    "a conditional expression": """
    def start(self):
        return asyncio.create_task(work()) if self.closed else None  # noqa: TL003
""",
    "a name that may be None": f"""
    def start(self):
        task = None
        if self.closed:
            task = {SPAWN}
        return task
""",
    "a handled error": f"""
    def start(self):
        try:
            return {SPAWN}
        except RuntimeError:
            print("no loop")
""",
    "a suppressed error": f"""
    def start(self):
        with contextlib.suppress(RuntimeError):
            return {SPAWN}
""",
    "a pair": """
    def start(self):
        return asyncio.create_task(work()), 3  # noqa: TL003
""",
    "a wrapper of one that may give None": """
    def start(self):
        return self.begin()

    def begin(self):
        return None if self.closed else asyncio.create_task(work())  # noqa: TL003
""",
    "an override": f"""
    def start(self):
        return {SPAWN}


class Silent(Server):
    def start(self):
        return None
""",
    "a decorator": f"""
    @print
    def start(self):
        return {SPAWN}
""",
}
SURE = {
    "one return": f"""
    def start(self):
        return {SPAWN}
""",
    "an error otherwise": f"""
    def start(self):
        if self.closed:
            raise RuntimeError("closed")
        task = {SPAWN}
        return task
""",
    "every case": f"""
    def start(self):
        if self.closed:
            return {SPAWN}
        else:
            return {SPAWN}
""",
    "a wrapper of one": f"""
    def start(self):
        return self.begin()

    def begin(self):
        return {SPAWN}
""",
    "a loop that goes on until it gives one": f"""
    def start(self):
        while True:
            try:
                return {SPAWN}
            except OSError:
                continue
""",
}


def fixed(folder: Path, wrapper: str, *options: str, call: str = "server.start()") -> str:
    """What `check --fix` says of the calls; nothing where there is no finding."""
    app = folder / "app.py"
    app.write_text(PROGRAM.format(wrapper=wrapper, call=call), encoding="utf-8")
    return taskleash("check", "--fix", "--show-fixes", *options, cwd=folder).out


@pytest.mark.parametrize("name", UNSURE)
def test_what_may_be_none_is_left_with_the_reason(name: str, tmp_path: Path) -> None:
    out = fixed(tmp_path, UNSURE[name], "--unsafe-fixes")
    assert "TL003 `work`: `server.start` may give something else than a task" in out
    assert "add_done_callback" not in (tmp_path / "app.py").read_text("utf-8")
    assert "await server" not in (tmp_path / "app.py").read_text("utf-8")


@pytest.mark.parametrize("name", SURE)
def test_what_is_always_a_task_is_kept(name: str, tmp_path: Path) -> None:
    fixed(tmp_path, SURE[name])
    text = (tmp_path / "app.py").read_text("utf-8")
    assert "    task = server.start()\n    _background_tasks.add(task)\n" in text


def test_the_task_of_a_coroutine_is_kept_where_it_is_awaited(tmp_path: Path) -> None:
    wrapper = SURE["one return"].replace("def start", "async def start")
    fixed(tmp_path, wrapper, call="await server.start()")
    text = (tmp_path / "app.py").read_text("utf-8")
    assert "    task = await server.start()\n    _background_tasks.add(task)\n" in text


STARTER = '''"""Starts what it is given."""
import asyncio


def start(name, work):
    async def watched():
        try:
            await work
        except Exception:
            print(name)

    task = asyncio.create_task(watched())
    setattr(task, "_started", True)
    return task
'''
ENDLESS = '''"""Polls for ever."""
import asyncio
from app import tools


class Server:
    async def run(self):
        tools.start("poll", self.poll())

    async def poll(self):
        while True:
            await asyncio.sleep(1)
'''


def test_what_never_ends_is_kept_by_who_starts_it_alone(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    for name, text in {"__init__": "", "tools": STARTER, "server": ENDLESS}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    ran = taskleash("check", "--fix", "--show-fixes", "app", cwd=tmp_path)
    assert "app/server.py:8: TL010 `poll`: there is no `close()`" in ran.out
    assert (folder / "server.py").read_text("utf-8") == ENDLESS
    kept = (folder / "tools.py").read_text("utf-8")
    assert "    _background_tasks.add(task)\n" in kept
    taskleash("check", "--fix", "app", cwd=tmp_path)
    assert (folder / "tools.py").read_text("utf-8") == kept


KICK = '''"""Starts work from any thread."""
import asyncio


def kick(loop, work):
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is loop:
        return asyncio.create_task(work)
    return asyncio.run_coroutine_threadsafe(work, loop)


def reload(bot, names):
    async def run():
        await asyncio.gather(*[bot.load(name) for name in names])

    return kick(bot.loop, run())
'''
RELOADING = '''"""Loads anew what has changed."""
from app.tools import reload


class Watcher:
    def __init__(self, bot):
        self.bot = bot

    async def on_change(self):
        reload(self.bot, ["a"])
'''


def test_where_who_starts_a_task_cannot_keep_it_the_next_one_does_alone(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    for name, text in {"__init__": "", "tools": KICK, "watcher": RELOADING}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    taskleash("check", "--fix", "app", cwd=tmp_path)
    assert (folder / "watcher.py").read_text("utf-8") == RELOADING
    kept = (folder / "tools.py").read_text("utf-8")
    assert "    task = kick(bot.loop, run())\n    _background_tasks.add(task)\n" in kept
