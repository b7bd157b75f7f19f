"""Programs that a fix asked for by its name would have broken, as their maintainers saw it.

Each has a twin that it mends.
"""

from __future__ import annotations

from support.fixed.written import Written

_FIELD = """
import asyncio
from dataclasses import dataclass, field


@dataclass
class Socket:
    url: str
    pinging: asyncio.Task{optional} = field({default}init=False, repr=False)

{post}    async def on_message(self, what):
        self.pinging = asyncio.create_task(self.ping(what))

    async def ping(self, what):
        while True:
            await asyncio.sleep(1)
            note("ping", what)

    async def close(self):
        if self.pinging:
            self.pinging.cancel()


async def main():
    socket = Socket("a")
    await socket.on_message(1)
    await asyncio.sleep(0)
    await socket.on_message(2)
    await asyncio.sleep(1.5)
    note("hello")
    await socket.close()
"""

_OWNED_FIELD = """
import asyncio
from dataclasses import dataclass, field


@dataclass
class Socket:
    url: str
    pinging: {type} = field(default=None, init=False)

    async def connect(self):
        self.pinging = asyncio.create_task(self.ping())

    async def ping(self):
        while True:
            await asyncio.sleep(1)
            note("ping", self.url)

    async def close(self):
        note("closed")


async def main():
    unused = Socket("a")
    await unused.close()
    socket = Socket("b")
    await socket.connect()
    await asyncio.sleep(1.5)
    await socket.close()
"""

_BUFFER = """
import asyncio


class Sender:
    def __init__(self, wire):
        self.wire = wire
        self.pending = []
        self.count = 0

    def add(self, text):
        self.pending.append(text)

    def start(self):
        asyncio.create_task(self.{work}())

    async def upload(self):
        while True:
            await asyncio.sleep(1)
            await self.flush()

    async def flush(self):
        {take}
        for text in batch:
            await asyncio.sleep(1)
            note("sent", text)
            self.count += 1

    async def stop(self):
        note("stopped")


async def main():
    sender = Sender(None)
    sender.add(1)
    sender.start()
    await asyncio.sleep(1.5)
    await sender.stop()
    await asyncio.sleep(3)
"""
_SWAPPED = "batch = self.pending\n        self.pending = []"
_CLEARED = "batch = list(self.pending)\n        self.pending.clear()"
_AT_ONCE = "batch, self.pending = self.pending, []"
_READ = "batch = list(self.pending)"

_BOTH_END = """
import asyncio


class Client:
    async def close(self):
        await asyncio.sleep(1)
        note("released client")


class App:
    def __init__(self):
        self.client = Client()
        self.state = ""

    def on_signal(self):
        asyncio.create_task(self.finish())

    async def finish(self):
        self.state = "over"
        client = self.client
        if client is not None:
            self.client = None
            {work}

    async def shutdown(self):
        note("shutdown")
        if self.client is not None:
            await self.client.close()


async def main():
    app = App()
    app.on_signal()
    await asyncio.sleep(0.5)
    await app.shutdown()
    await asyncio.sleep(3)
"""

_COMMAND = """
import asyncio


class Client:
    async def interrupt(self):
        await asyncio.sleep(1)
        note("sent interrupt")

    async def run(self):
        while True:
            await asyncio.sleep(1)

    async def aclose(self):
        note("closed")


def make():
    return Client()


class Session:
    def __init__(self):
        self.client = make()

    def cancel(self):
        asyncio.create_task(self.client.{work}())

    async def close(self):
        await self.client.aclose()
        self.client = None


async def main():
    session = Session()
    session.cancel()
    await asyncio.sleep(0)
    await session.close()
    await asyncio.sleep(3)
"""

_DECORATED = """
import asyncio
import functools


def timed(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)

    return wrapper


class Player:
    def __init__(self):
        self.count = 0

    def start(self):
        asyncio.create_task(self.play())

    async def play(self):
        while True:
            await asyncio.sleep(1)
            self.count += 1

    {decorator}
    async def disconnect(self):
        note("disconnected")


async def main():
    player = Player()
    player.start()
    await asyncio.sleep(1)
    await player.disconnect()
    await asyncio.sleep(1)
"""
_LOOP = """
class tasks:
    @staticmethod
    def loop(minutes):
        return lambda function: function

"""

_DISPATCH = """
import asyncio
import logging

logger = logging.getLogger("program")


class Adapter:
    async def on_event(self, event, data):
        if event == "chat":
            {comment}
            asyncio.create_task(self.save(data))
            return
        if event == "list":
            asyncio.create_task(self.keep(data))
            return
        note("other", data)

    async def keep(self, data):
        await asyncio.sleep(1)
        note("saved", data)

    async def save(self, data):
        await asyncio.sleep(1)
        note("saved", data)


async def main():
    adapter = Adapter()
    await adapter.on_event("chat", 1)
    await adapter.on_event("list", 2)
    await asyncio.sleep(3)
"""

_HANDED = """
import asyncio
import logging

logger = logging.getLogger("program")


class Client:
    def __init__(self):
        self.handler = None
        self.ready = asyncio.Event()

    def register(self, handler):
        self.handler = handler

    async def send_silence(self):
        await asyncio.sleep(1)
        note("sent silence")


class Avatar:
    def __init__(self, client):
        self.client = client

    async def connect(self):
        async def on_start():
            self.client.ready.set()
            asyncio.create_task(self.client.send_silence())

        {use}


async def main():
    client = Client()
    await Avatar(client).connect()
    if client.handler is not None:
        await client.handler()
    await asyncio.sleep(3)
"""

_ASKED_FIRST = """
import asyncio


class Server:
    def __init__(self):
        self.is_told = False
        self.lines = []

    def tell(self):
        self.is_told = True


class Bot:
    def __init__(self):
        self.server = Server()

    async def start(self):
        asyncio.create_task(self.read())

    async def read(self):
        while True:
            await asyncio.sleep(1)
            if self.server.is_told:
                note("seen the end")

    async def stop(self):
        self.server.tell()
        await asyncio.sleep(2)
        note("stopped")


async def main():
    bot = Bot()
    await bot.start()
    await asyncio.sleep(0)
    await bot.stop()
"""

_MIDWAY = """
import asyncio


class Connection:
    def __init__(self):
        self.queue = asyncio.Queue()

    async def recv(self):
        return await self.queue.get()

    async def close(self):
        note("closed")


class Agent:
    def __init__(self):
        self.connection = Connection()
        self.handlers = {{}}

    def register(self, name, handler):
        self.handlers[name] = handler

    async def connect(self):
        asyncio.create_task(self.listen())

    async def listen(self):
        while True:
            message = await self.connection.recv()
            {handle}

    async def disconnect(self):
        await self.connection.close()


async def main():
    async def handler(message):
        await asyncio.sleep(1)
        note("seen", message)

    agent = Agent()
    agent.register(1, handler)
    await agent.connect()
    agent.connection.queue.put_nowait(1)
    await asyncio.sleep(0)
    await agent.disconnect()
    await asyncio.sleep(3)
"""
_HANDLER = "handler = self.handlers[message]\n            await handler(message)"


_OUTBOX = """
import asyncio


class Socket:
    async def send(self, text):
        await asyncio.sleep(0.1)
        note("sent", text)


class Room:
    def __init__(self):
        self.outbox = asyncio.Queue()
        self.writing = None
        self.count = 0

    def open(self, socket):
        self.writing = asyncio.create_task(self.write(socket, self.outbox))

    def end(self):
        self.outbox.put_nowait("end")

    def replace(self, socket):
        self.outbox.put_nowait(None)
        self.open(socket)

    async def write(self, socket, outbox):
        while True:
            text = await outbox.get()
            if text is None:
                return
            {work}

    async def close(self):
        note("closed")


async def main():
    room = Room()
    room.open(Socket())
    room.end()
    await asyncio.sleep(0)
    await room.close()
    await asyncio.sleep(3)
"""

_ONE_STEP = """
import asyncio


class Client:
    def __init__(self):
        self.is_over = False
        self.count = 0

    def on_update(self):
        asyncio.create_task(self.poll())

    async def poll(self):
        while True:
            await asyncio.sleep(1)
            self.count += 1

    def revive(self):
        note("revived")

    async def aclose(self):
        {comment}
        self.finish("now")
        await self.leave()
        note("closed")

    async def leave(self):
        await asyncio.sleep(0)

    def finish(self, when):
        note("finished", when)


async def main():
    client = Client()
    client.on_update()
    await asyncio.sleep(0)
    await client.aclose()
    await asyncio.sleep(2)
"""

_EARLY = """
import asyncio


class Client:
    def __init__(self):
        self.is_connected = True
        self.count = 0

    def on_lost(self):
        asyncio.create_task(self.retry())

    async def retry(self):
        {begin}
        while True:
            await asyncio.sleep(1)
            self.count += 1

    async def disconnect(self):
        if not self.is_connected:
            return
        note("disconnected")
        self.is_connected = False


async def main():
    client = Client()
    client.on_lost()
    await asyncio.sleep(0)
    await client.disconnect()
    await asyncio.sleep(2)
"""

_THREADED = """
import asyncio
import logging

logger = logging.getLogger("program")


class Decoder:
    def __init__(self, loop):
        self.loop = loop

    def decoded(self, frame, {sink}):
        asyncio.run_coroutine_threadsafe({sink}.put(frame), self.loop)


async def main():
    decoder, queue = Decoder(asyncio.get_running_loop()), asyncio.Queue()
    decoder.decoded(1, queue)
    note("got", await queue.get())
"""

_SEEN_TO = """
import asyncio
import logging

logger = logging.getLogger("program")


class Relay:
    def __init__(self, loop, client, handler):
        self.loop = loop
        self.client = client
        self.handler = handler

    def report(self, error):
        if self.handler is None:
            raise error
        self.handler(error)

    def received(self, packet):
        async def relay():
{work}
        asyncio.run_coroutine_threadsafe(relay(), self.loop)

    def report(self, error):
        note("lost", error)


class Client:
    async def write(self, packet):
        note("written", packet)


async def main():
    Relay(asyncio.get_running_loop(), Client(), print).received(1)
    await asyncio.sleep(1)
"""
_REPORTED = """\
            try:
                await self.client.write(packet)
            except Exception as error:
                self.report(error)
"""
_RAISED = """\
            try:
                await self.client.write(packet)
            except Exception as error:
                self.report(error)
                raise
"""

_ELECTION = """
import asyncio


class Node:
    def __init__(self, peers, transport):
        self.peers = peers
        self.transport = transport

{loop}    async def elect(self):
        for peer in self.peers:
            asyncio.create_task(self.send_vote(peer))

    async def send_vote(self, peer):
        try:
            await self.transport.publish(peer)
        except Exception:
            pass


class Transport:
    async def publish(self, peer):
        await asyncio.sleep(1)
        note("published", peer)


async def main():
    await Node(["a", "b"], Transport()).elect()
    await asyncio.sleep(2)
"""
_ELECTING = """\
    async def run(self):
        while True:
            await asyncio.sleep(1)
            await self.elect()

"""


_CLAIMED = """
import asyncio


class Bus:
    def __init__(self):
        self.link = None
        self.count = 0

    def start(self, link):
        self.link = link
        asyncio.create_task(self.tick())

    async def tick(self):
        while True:
            await asyncio.sleep(1)
            self.count += 1

    async def stop(self):
        if self.link is None:
            return
        {claim}
        await link.close()


class Link:
    async def close(self):
        note("closed")


async def main():
    bus = Bus()
    bus.start(Link())
    await asyncio.sleep(0)
    await asyncio.gather(bus.stop(), bus.stop())
    note("stopped")
"""


_FROM_ANY_THREAD = """
import asyncio


class Server:
    def __init__(self):
        self.loop = None
        self.count = 0

    async def run(self):
        self.loop = asyncio.get_running_loop()
        asyncio.create_task(self.tick())

    async def tick(self):
        while True:
            await asyncio.sleep(1)
            self.count += 1

    def leave(self):
        note("left")

    def stop(self):
        {leave}


async def main():
    server = Server()
    await server.run()
    await asyncio.sleep(0)
    server.stop()
    await asyncio.sleep(2)
"""

_TOLD = """
import asyncio


class Server:
    def __init__(self, hook):
        self.hook = hook
        self.tasks = set()

    def on_connected(self, name):
        # {remark}
        task = asyncio.create_task(self.notify(name))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def notify(self, name):
        await asyncio.sleep(1)
        await self.hook.post(name)

    async def close(self):
        note("closed")


class Hook:
    async def post(self, name):
        note("sent", name)


async def main():
    server = Server(Hook())
    server.on_connected("a")
    await asyncio.sleep(0)
    await server.close()
    await asyncio.sleep(3)
"""


_FED = """
import asyncio


class Source:
    def __init__(self):
        self.on_receive = None

    async def stop_all(self):
        self.on_receive(2)
        await asyncio.sleep(0)


class Manager:
    def __init__(self, channel):
        self.source = Source()
        self.channel = channel
        self.source.on_receive = self.on_source

    def on_source(self, text):
        asyncio.create_task(self.push(text))

    async def push(self, text):
        await asyncio.sleep(1)
        await self.channel.send(text)

    async def stop(self):
        await self.source.stop_all()
        note("stopped")


class Channel:
    async def send(self, text):
        note("sent", text)


async def main():
    manager = Manager(Channel())
    manager.on_source(1)
    await asyncio.sleep(0)
    await manager.stop()
    note("over")
    await asyncio.sleep(3)
"""

_UNDER_IFS = """
import asyncio
import logging

logger = logging.getLogger("program")


class Log:
    async def add(self, text, is_told):
        # {remark}
        if is_told:
            if text:
                note("height", text)
            asyncio.create_task(self.send(text))

    async def send(self, text):
        await asyncio.sleep(1)
        note("sent", text)


async def main():
    await Log().add("a", True)
    await asyncio.sleep(3)
"""


def _both(name: str, kind: str, twin: str, broken: str, sound: str) -> tuple[Written, ...]:
    """Two programs: the fix is not made in the first, and in its twin it is."""
    return (
        Written(name, broken, {kind: False}, is_library=True),
        Written(twin, sound, {kind: True}, is_library=True),
    )


MERGED = (
    Written(
        "a field of a dataclass that begins with None",
        _FIELD.format(optional=" | None", default="default=None, ", post=""),
        {"cancel-previous": True},
        {"cancel-previous": ("hello", "ping 2")},
        is_library=True,
    ),
    *_both(
        "a field of a dataclass that its constructor leaves out",
        "cancel-previous",
        "a field of a dataclass that is set right behind its constructor",
        _FIELD.format(optional="", default="", post=""),
        _FIELD.format(
            optional="",
            default="",
            post="    def __post_init__(self):\n        self.pinging = None\n\n",
        ),
    ),
    Written(
        "a field of an object that was never connected",
        _OWNED_FIELD.format(type="asyncio.Task | None"),
        {"own": True},
        {"own": ("closed", "ping b")},
        is_library=True,
    ),
    Written(
        "a field of which only the default says that it may be None",
        _OWNED_FIELD.format(type="asyncio.Task"),
        {"own": True},
        {"own": ("closed", "ping b")},
        is_library=True,
    ),
    *(
        Written(
            f"a loop that has taken the buffer out: {name}",
            _BUFFER.format(work="upload", take=take),
            {"own": False},
            is_library=True,
        )
        for name, take in (("swapped", _SWAPPED), ("cleared", _CLEARED), ("at once", _AT_ONCE))
    ),
    Written(
        "a loop that leaves the buffer as it is",
        _BUFFER.format(work="upload", take=_READ),
        {"own": True},
        is_library=True,
    ),
    Written(
        "a flush of its own that has taken the buffer out",
        _BUFFER.format(work="flush", take=_SWAPPED),
        {"own": True},
        {"own": ("sent 1",)},
        is_library=True,
    ),
    Written(
        "work that closes what the teardown closes, too",
        _BOTH_END.format(work="await client.close()"),
        {"own": True},
        {"own": ("released client",)},
        is_library=True,
    ),
    *_both(
        "a command to something that is not at hand",
        "own",
        "what by its name runs on something that is not at hand",
        _COMMAND.format(work="interrupt"),
        _COMMAND.format(work="run"),
    ),
    *_both(
        "a timer that a decorator makes of a method",
        "own",
        "a teardown in a wrapper",
        _LOOP + _DECORATED.format(decorator="@tasks.loop(minutes=5)"),
        _DECORATED.format(decorator="@timed"),
    ),
    *_both(
        "a branch beside one of which a comment says that nobody waits for it",
        "await",
        "branches of which a comment says nothing of the kind",
        _DISPATCH.format(comment="# seconds to minutes: must not block the loop"),
        _DISPATCH.format(comment="# what was said"),
    ),
    Written(
        "a branch beside one of which a comment in Chinese says the same",
        _DISPATCH.format(comment="# 在后台完成，同一连接仍可继续接收"),
        {"await": False},
        is_library=True,
    ),
    *_both(
        "a function that is handed to what calls it",
        "await",
        "a function that is called where it stands",
        _HANDED.format(use="self.client.register(on_start)"),
        _HANDED.format(use="await on_start()"),
    ),
    Written(
        "a reader of what something says until it has come to its end",
        _ASKED_FIRST,
        {"own": True},
        {"own": ("seen the end", "stopped")},
        is_library=True,
    ),
    *_both(
        "a handler of others in the midst of a message",
        "own",
        "a message that its object notes",
        _MIDWAY.format(handle=_HANDLER),
        _MIDWAY.format(handle="self.handlers[message] = None"),
    ),
    *_both(
        "a writer that ends once its queue says so",
        "own",
        "a counter that ends once its queue says so",
        _OUTBOX.format(work="await socket.send(text)"),
        _OUTBOX.format(work="self.count += 1"),
    ),
    *_both(
        "a teardown that does something before anything waits",
        "own",
        "a teardown that says nothing of what it does first",
        _ONE_STEP.format(comment="# End the session before anything awaits: nobody revives it."),
        _ONE_STEP.format(comment="# End the session: nobody revives it."),
    ),
    *_both(
        "a teardown that leaves early once the task has begun",
        "own",
        "a teardown that the task does not keep from anything",
        _EARLY.format(begin="self.is_connected = False"),
        _EARLY.format(begin="self.is_lost = True"),
    ),
    *_both(
        "a frame that is put into a queue from another thread",
        "log",
        "a frame that is put to something else from another thread",
        _THREADED.format(sink="output_q"),
        _THREADED.format(sink="client"),
    ),
    *_both(
        "work of another thread that sees to its failures itself",
        "log",
        "work of another thread that reports its failures and raises them",
        _SEEN_TO.format(work=_REPORTED),
        _SEEN_TO.format(work=_RAISED),
    ),
    *_both(
        "a function that a loop calls in each of its turns",
        "taskgroup",
        "a function that no loop calls",
        _ELECTION.format(loop=_ELECTING),
        _ELECTION.format(loop=""),
    ),
    Written(
        "a teardown that takes out what it takes down",
        _CLAIMED.format(claim="link, self.link = self.link, None"),
        {"own": True},
        {"own": ("closed", "stopped")},
        is_library=True,
    ),
    *_both(
        "a teardown that other threads call, too",
        "own",
        "a teardown of the loop's own thread",
        _FROM_ANY_THREAD.format(leave="self.loop.call_soon_threadsafe(self.leave)"),
        _FROM_ANY_THREAD.format(leave="self.leave()"),
    ),
    *_both(
        "a kept task of which a comment says that it is forgotten",
        "own",
        "a kept task of which a comment says what it does",
        _TOLD.format(remark="send the web hook (fire-and-forget)"),
        _TOLD.format(remark="send the web hook"),
    ),
    Written(
        "a source that is given what to call by an attribute",
        _FED,
        {"own": True},
        {"own": ("sent 1", "sent 2", "stopped")},
        is_library=True,
    ),
    *_both(
        "work under conditions that a comment says is sent asynchronously",
        "await",
        "work under conditions that a comment says is sent",
        _UNDER_IFS.format(remark="Optionally send it asynchronously"),
        _UNDER_IFS.format(remark="Optionally send it"),
    ),
)
