"""Programs that a fix asked for by its name would break, each with a twin that it mends."""

from __future__ import annotations

from support.fixed.written import Written

_LATE = """
import asyncio


class Terminal:
    def __init__(self, wire, delay=2.0):
        self.wire = wire
        self.delay = delay

    async def start(self):
        asyncio.create_task(self.confirm())

    async def confirm(self):
        await asyncio.sleep({delay})
        await self.wire.send("ok")

    async def stop(self):
        note("stopped")


class Wire:
    async def send(self, text):
        note("sent", text)


async def main():
    terminal = Terminal(Wire())
    await terminal.start()
    await asyncio.sleep(0)
    await terminal.stop()
    await asyncio.sleep(3)
"""

_TWINS = """
import asyncio


class Pipe:
    def __init__(self):
        self.other = None
        self.is_closed = False

    def join(self, other: "{owner}"):
        self.other = other

    async def write(self, text):
        asyncio.create_task(self.deliver(text))

    async def deliver(self, text):
        await asyncio.sleep(1)
        await self.other.record(text)
        await self.other.terminate()

    async def record(self, text):
        note("sent", text)

    async def terminate(self):
        if self.is_closed:
            return
        self.is_closed = True
        note("closed")


class Journal:
    async def record(self, text):
        note("sent", text)

    async def terminate(self):
        note("journal")


async def main():
    one, two = Pipe(), Pipe()
    one.join({one})
    two.join({two})
    await one.write(1)
    await two.write(2)
    await asyncio.sleep(0)
    await one.terminate()
    await asyncio.sleep(3)
"""

_IN_TURN = """
import asyncio
import logging

logger = logging.getLogger("program")


class Reader:
    def __init__(self, wire):
        self.wire = wire

    async def save(self, text):
        await asyncio.sleep(1)
        note("saved", text)

    async def receive(self):
        text = await self.wire.get()
        note("got", text)
        asyncio.gather(self.save(text))

    async def run(self):
        {run}
            await self.receive()


async def main():
    wire = asyncio.Queue()
    for text in (1, 2):
        wire.put_nowait(text)
    reading = asyncio.create_task(Reader(wire).run())
    await asyncio.sleep(5)
    reading.cancel()
"""

_GOES_ON = """
import asyncio


class Socket:
    def __init__(self):
        self.is_open = False
        self.left = 3

    async def connect(self):
        self.is_open = True
        note("open")
        asyncio.create_task(self.receive())

    async def connect_later(self):
        await asyncio.sleep(1)
        self.left -= 1
        if self.left:
            await self.connect()

    async def receive(self):
        while self.is_open:
            await asyncio.sleep(1)
            if self.left:
                await self.shutdown()
                break
        {after}

    def begin(self):
        self.again = None

    async def shutdown(self):
        self.is_open = False
        note("end of socket")


async def main():
    socket = Socket()
    await socket.connect()
    await asyncio.sleep(9)
    await socket.shutdown()
    await asyncio.sleep(3)
"""

_GROUPED = """
import asyncio
import logging

logger = logging.getLogger("program")


class Bot:
    def __init__(self):
        self.seen = []

    async def add(self, text):
        try:
            await asyncio.sleep(1)
            self.seen.append(text)
            note("seen", text)
        except Exception:
            logger.exception("no")

    async def watch(self):
        while True:
            await asyncio.sleep(1)

    async def on_ready(self):
        note("ready")
        asyncio.create_task(self.add(1))
        asyncio.create_task({second})


async def main():
    await Bot().on_ready()
    await asyncio.sleep(3)
"""

_ALL = """
import asyncio


class Manager:
    def __init__(self, names):
        self.parts = {}
        for name in names:
            self.parts[name] = 1

    def on_lost(self, name):
        asyncio.create_task(self.remove(name))

    async def remove(self, name):
        await asyncio.sleep(1)
        self.parts.pop(name)

    async def stop_all(self):
        for name in self.parts:
            note("stop", name)

    async def stop(self):
        note("seen", *self.parts)
        await self.stop_all()


async def main():
    manager = Manager("ab")
    manager.on_lost("a")
    await asyncio.sleep(0)
    await manager.stop_all()
    await asyncio.sleep(3)
    await manager.stop()
"""

_MIXED = """
import asyncio


class Node:
    def __init__(self, pool):
        self.pool = pool
        self.tasks = set()

    def start(self):
        task = asyncio.create_task(self.retry())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def on_lost(self):
        task = asyncio.create_task({other})
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def retry(self):
        while True:
            await asyncio.sleep(1)

    async def look(self):
        while True:
            await asyncio.sleep(2)

    async def close(self):
        note("closed")


class Pool:
    async def move_players(self):
        await asyncio.sleep(1)
        note("end of the move")


async def main():
    node = Node(Pool())
    node.start()
    node.on_lost()
    await asyncio.sleep(0)
    await node.close()
    await asyncio.sleep(3)
"""


def _both(name: str, kind: str, twin: str, broken: str, sound: str) -> tuple[Written, ...]:
    """Two programs: the fix is not made in the first, and in its twin it is."""
    return (
        Written(name, broken, {kind: False}, is_library=True),
        Written(twin, sound, {kind: True}, is_library=True),
    )


ASKED = (
    *_both(
        "what first sleeps for as long as its object was told",
        "own",
        "what first sleeps for a second",
        _LATE.format(delay="self.delay"),
        _LATE.format(delay="1"),
    ),
    *_both(
        "two pipes that take down each other",
        "own",
        "pipes that take down what is of another class",
        _TWINS.format(owner="Pipe", one="two", two="one"),
        _TWINS.format(owner="Journal", one="Journal()", two="Journal()"),
    ),
    *_both(
        "a message that is read in a loop by way of a method",
        "await",
        "a message that is read once",
        _IN_TURN.format(run="while True:"),
        _IN_TURN.format(run="if True:"),
    ),
    *_both(
        "a socket that is shut and, behind its loop, opened again",
        "own",
        "a socket that is shut for good behind its loop",
        _GOES_ON.format(after="self.again = asyncio.create_task(self.connect_later())"),
        _GOES_ON.format(after="pass"),
    ),
    *_both(
        "a group for one of two that are started",
        "taskgroup",
        "a group for both that are started",
        _GROUPED.format(second="self.watch()"),
        _GROUPED.format(second="self.add(2)"),
    ),
    Written(
        "a command to stop all, which the stop of the manager gives, too",
        _ALL,
        {"own": True},
        {"own": ("seen b",)},
        is_library=True,
    ),
    *_both(
        "a set that keeps what somebody else has to come to the end of",
        "own",
        "a set of what goes on until it is cancelled",
        _MIXED.format(other="self.pool.move_players()"),
        _MIXED.format(other="self.look()"),
    ),
)
