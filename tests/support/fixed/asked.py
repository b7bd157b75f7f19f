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

_HOOKED = """
import asyncio


class Server:
    def __init__(self):
        self.acks = asyncio.Queue()
        self.tasks = []

    def on_wire(self, message):
        task = asyncio.create_task(self.consume(message))
        self.tasks.append(task)
        task.add_done_callback(self.tasks.remove)

    async def consume(self, message):
        await self.on_message(message)
        await self.acks.put(message)

    async def on_message(self, message):
        {hook}

    async def close(self):
        note("closed")


class Saving(Server):
    async def on_message(self, message):
        await asyncio.sleep(1)
        note("saved", message)


async def main():
    server = Saving()
    server.on_wire(1)
    await asyncio.sleep(0)
    await server.close()
    await asyncio.sleep(3)
"""

_CHOSEN = """
import asyncio
import logging

logger = logging.getLogger("program")


class Consumer:
    def __init__(self, in_order):
        self.in_order = in_order
        self.left = 0

    def {spawn}(self, work):
        return asyncio.create_task(work)

    async def on_broadcast(self, message):
        {choice}
            self.{spawn}(self.notify(message))

    async def notify(self, message):
        await asyncio.sleep(1)
        note("end", message)


async def main():
    await Consumer(False).on_broadcast(1)
    await asyncio.sleep(3)
"""
_CHOICE = """if self.in_order:
            await self.notify(message)
        else:"""

_QUEUED = """
import asyncio


class Session:
    def __init__(self, on_datagram):
        self.on_datagram = on_datagram
        self.messages = Messages()

    async def connect(self):
        asyncio.create_task(self.read())

    async def read(self):
        while True:
            message = await self.messages.get()
            if message is None:
                break
            await self.on_datagram(message)

    async def close(self):
        {closing}


class Messages:
    def __init__(self):
        self.queue = asyncio.Queue()

    async def get(self):
        return await self.queue.get()

    def close(self):
        self.queue.put_nowait(None)


async def main():
    async def on_datagram(message):
        await asyncio.sleep(1)
        note("seen", message)

    session = Session(on_datagram)
    await session.connect()
    session.messages.queue.put_nowait(1)
    await asyncio.sleep(0)
    await session.close()
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
    *_both(
        "a message in the midst of a hook that a subclass fills",
        "own",
        "a message that its object does nothing with but count it",
        _HOOKED.format(hook="raise NotImplementedError"),
        _HOOKED.format(hook="await asyncio.sleep(1)"),
    ),
    *_both(
        "work that the function waits for where it is told to",
        "await",
        "work that nothing says is not to be waited for",
        _CHOSEN.format(spawn="start", choice=_CHOICE),
        _CHOSEN.format(spawn="start", choice="if True:"),
    ),
    Written(
        "work that is started by what says that it goes on in the background",
        _CHOSEN.format(spawn="start_in_background", choice="if True:"),
        {"await": False, "track": True},
        is_library=True,
    ),
    *_both(
        "a queue of its own kind that is closed for its reader to come to the end",
        "own",
        "a reader of a queue that nobody closes",
        _QUEUED.format(closing="self.messages.close()"),
        _QUEUED.format(closing='note("closed")'),
    ),
)
