"""Programs whose fixes are run, each written for what once broke."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Written:
    """A program; ``kinds`` says of each kind whether its fix is to be made."""

    name: str
    source: str
    kinds: dict[str, bool] = field(default_factory=dict)
    #: notes that a fix must bring about, by kind
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: the fix does not see `main`: it is that of a library, which others use
    is_library: bool = False


WRITTEN = (
    Written(
        "a set whose tasks are awaited",
        """
import asyncio


class Store:
    def __init__(self):
        self.commits = set()

    def commit(self, what):
        task = asyncio.create_task(self.save(what))
        self.commits.add(task)
        task.add_done_callback(self.commits.discard)

    async def save(self, what):
        await asyncio.sleep(1)
        note("saved", what)

    async def report(self):
        await asyncio.sleep(50)
        note("reported")

    def telemetry(self):
        asyncio.create_task(self.report())

    async def flush(self):
        await asyncio.gather(*self.commits)
        note("flushed")


async def main():
    store = Store()
    store.telemetry()
    store.commit(1)
    await store.flush()
    await asyncio.sleep(99)
""",
        {"track": True},
    ),
    Written(
        "a set that is measured",
        """
import asyncio

running = set()


async def job(number):
    await asyncio.sleep(1)


def submit(number):
    if len(running) >= 2:
        note("full", number)
        return
    task = asyncio.create_task(job(number))
    running.add(task)
    task.add_done_callback(running.discard)
    note("taken", number)


async def report():
    await asyncio.sleep(9)
    note("reported")


async def main():
    asyncio.create_task(report())
    for number in range(3):
        submit(number)
    await asyncio.sleep(20)
""",
        {"track": True},
    ),
    Written(
        "a set that is cancelled by another",
        """
import asyncio


class Session:
    def __init__(self):
        self._tasks = set()

    def poll(self):
        task = asyncio.create_task(self.loop())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def loop(self):
        while True:
            await asyncio.sleep(1)

    async def goodbye(self):
        await asyncio.sleep(2)
        note("said goodbye")

    def leave(self):
        asyncio.create_task(self.goodbye())
        for task in self._tasks:
            task.cancel()


async def main():
    session = Session()
    session.poll()
    await asyncio.sleep(0)
    session.leave()
    await asyncio.sleep(9)
""",
        {"track": True},
    ),
    Written(
        "an iterator for each request",
        """
import asyncio


class Pages:
    def __init__(self):
        self.number = 0
        self._kept = set()

    def __aiter__(self):
        return self

    def log(self):
        task = asyncio.create_task(self.seen())
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)

    async def seen(self):
        await asyncio.sleep(1)
        note("seen", self.number)

    async def __anext__(self):
        self.number += 1
        if self.number > 2:
            raise StopAsyncIteration
        asyncio.create_task(self.seen())
        return self.number


async def read():
    async for page in Pages():
        note("page", page)


async def main():
    await read()
    await asyncio.sleep(5)
""",
        {"track": True},
    ),
    Written(
        "a task of __del__",
        """
import asyncio


class Handle:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        asyncio.get_running_loop().create_task(release(self.name))


async def release(name):
    await asyncio.sleep(1)
    note("released", name)


async def main():
    Handle("a")
    await asyncio.sleep(5)
""",
        {"track": True},
    ),
    Written(
        "started by a timer",
        """
import asyncio


async def ping(number):
    await asyncio.sleep(1)
    note("ping", number)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_later(1, loop.create_task, ping(1))
    loop.call_soon(asyncio.ensure_future, ping(2))
    loop.call_later(2, lambda: asyncio.create_task(ping(3)))
    await asyncio.sleep(9)
""",
        {"track": True},
    ),
    Written(
        "expressions",
        """
import asyncio


async def ping(number):
    await asyncio.sleep(1)
    note("ping", number)


def first(flag):
    asyncio.create_task(ping(1)) if flag else asyncio.create_task(ping(2))
    flag and asyncio.create_task(ping(3))
    flag or asyncio.create_task(ping(4))
    asyncio.create_task(ping(5)) if flag else None
    [asyncio.create_task(ping(number)) for number in (6, 7)]
    (
        asyncio.create_task(ping(8))
        # said when it is done
        .add_done_callback(lambda task: note("done"))
    )


async def main():
    first(True)
    first(False)
    await asyncio.sleep(9)
""",
        {"track": True},
    ),
    Written(
        "a list and a dict that nobody reads",
        """
import asyncio


class Hub:
    def __init__(self):
        self._sending = []
        self._pinging = {}

    def send(self, number):
        self._sending.append(asyncio.create_task(ping(number)))

    def poll(self, number):
        self._pinging[number] = asyncio.create_task(ping(number))


async def ping(number):
    await asyncio.sleep(1)
    note("ping", number)


hub = Hub()


async def main():
    for number in range(3):
        hub.send(number)
        hub.poll(number + 10)
    await asyncio.sleep(9)
    note("kept", len(vars(hub)))
""",
        {"track": True},
    ),
    Written(
        "awaited what only comes after it",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Door:
    def __init__(self):
        self.opened = asyncio.Event()

    async def greet(self):
        await self.opened.wait()
        note("hello")

    async def open(self):
        asyncio.create_task(self.greet())
        self.opened.set()
        note("open")


async def main():
    await Door().open()
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited what another object says comes after it",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Client:
    def __init__(self):
        self.connected = asyncio.Event()

    async def until_connected(self):
        await self.connected.wait()


class Bot:
    def __init__(self, client):
        self.client = client

    async def send_first(self):
        await self.client.until_connected()
        note("hello")

    async def open(self):
        asyncio.create_task(self.send_first())
        self.client.connected.set()
        note("open")


async def main():
    await Bot(Client()).open()
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited what subclasses do",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class View:
    def __init__(self):
        self.over = asyncio.Event()

    async def send_last(self):
        '''For subclasses.'''

    async def end(self):
        asyncio.create_task(self.send_last())
        self.over.set()


class Page(View):
    async def send_last(self):
        await self.over.wait()
        note("seen", "over")


async def main():
    await Page().end()
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited with the lock that the caller holds",
        """
import asyncio
import logging

logger = logging.getLogger("program")
lock = asyncio.Lock()


async def log(what):
    async with lock:
        note("logged", what)


async def store(what):
    async with lock:
        asyncio.create_task(log(what))
        note("stored", what)


async def main():
    await store(1)
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited where an exception is on its way",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def tell(what):
    await asyncio.sleep(1)
    note("fail", what)
    raise ValueError(what)


async def handle():
    try:
        raise KeyError("first")
    except KeyError:
        asyncio.create_task(tell("inner"))
        raise


async def last():
    try:
        note("last")
    finally:
        asyncio.create_task(tell("finally"))


async def main():
    try:
        await handle()
    except KeyError as error:
        note("caught", error)
    await last()
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited what fails",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def tell(what):
    await asyncio.sleep(1)
    note("fail", what)
    raise ValueError(what)


async def handle(what):
    asyncio.create_task(tell(what))
    note("handled", what)


async def main():
    await handle(1)
    await asyncio.sleep(5)
""",
        {"await": True, "track": True},
        {"await": ("fail 1", "handled 1")},
    ),
    Written(
        "awaited what fails, without a logger",
        """
import asyncio


async def tell(what):
    await asyncio.sleep(1)
    note("fail", what)
    raise ValueError(what)


async def handle(what):
    asyncio.create_task(tell(what))
    note("handled", what)


async def main():
    await handle(1)
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "awaited what is said not to block",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def tell(what):
    await asyncio.sleep(1)


async def first():
    asyncio.create_task(
        # fire and forget
        tell(1)
    )
    note("first")


async def second():
    asyncio.create_task(tell(2))  # don't block the caller
    note("second")


async def main():
    await first()
    await second()
    await asyncio.sleep(5)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a slot for each key",
        """
import asyncio


class Typing:
    def __init__(self):
        self._timers = {}

    async def expire(self, key, number):
        await asyncio.sleep(3)
        note("expired", key, number)

    def on_message(self, key, number):
        self._timers[key] = asyncio.create_task(self.expire(key, number))

    async def close(self, key):
        self._timers[key].cancel()


async def main():
    typing = Typing()
    typing.on_message("a", 1)
    typing.on_message("b", 1)
    await asyncio.sleep(1)
    typing.on_message("a", 2)
    await asyncio.sleep(9)
    await typing.close("b")
""",
        {"cancel-previous": True},
        {"cancel-previous": ("expired b 1", "expired a 2")},
        is_library=True,
    ),
    Written(
        "restarted by two callers at once",
        """
import asyncio


class Feed:
    def __init__(self):
        self._task = None

    async def read(self, number):
        try:
            while True:
                await asyncio.sleep(1)
        finally:
            note("over", number)

    async def on_message(self, number):
        self._task = asyncio.create_task(self.read(number))

    async def close(self):
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


async def main():
    feed = Feed()
    await feed.on_message(1)
    await asyncio.sleep(1)
    await asyncio.gather(feed.on_message(2), feed.on_message(3))
    await asyncio.sleep(1)
    await feed.close()
    note("closed")
""",
        {"cancel-previous": True},
        {"cancel-previous": ("over 1", "over 3", "closed")},
        is_library=True,
    ),
    Written(
        "restarted from its own task",
        """
import asyncio


class Watch:
    def __init__(self, handler):
        self._task = None
        self.handler = handler

    async def run(self, number):
        await asyncio.sleep(1)
        await self.handler(number)
        note("ran", number)

    async def on_message(self, number):
        self._task = asyncio.create_task(self.run(number))

    async def close(self):
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])


async def main():
    async def again(number):
        if number < 3:
            await watch.on_message(number + 1)

    watch = Watch(again)
    await watch.on_message(1)
    await asyncio.sleep(9)
    await watch.close()
""",
        {"cancel-previous": False},
        is_library=True,
    ),
    Written(
        "a slot that all instances share",
        """
import asyncio


class Watch:
    _task = None

    async def run(self, number):
        await asyncio.sleep(3)
        note("ran", number)

    def arm(self, number):
        Watch._task = asyncio.create_task(self.run(number))

    async def close(self):
        Watch._task.cancel()


async def main():
    first, second = Watch(), Watch()
    first.arm(1)
    await asyncio.sleep(0)
    second.arm(2)
    await asyncio.sleep(9)
""",
        {"cancel-previous": False},
        is_library=True,
    ),
    Written(
        "a subclass closes in its own way",
        """
import asyncio


class Base:
    def __init__(self):
        self.state = "open"

    def start(self):
        asyncio.create_task(self.run())

    async def run(self):
        while True:
            await asyncio.sleep(1)

    async def close(self):
        self.state = "closed"


class Heir(Base):
    async def close(self):
        note("closed")


async def main():
    heir = Heir()
    heir.start()
    await asyncio.sleep(2)
    await heir.close()
""",
        {"own": False, "track": True},
    ),
    Written(
        "one of several is closed",
        """
import asyncio


class Hub:
    def __init__(self):
        self.clients = {}

    async def connect(self, name):
        self.clients[name] = True
        asyncio.create_task(self.greet(name))

    async def greet(self, name):
        await asyncio.sleep(1)
        note("hello", name)

    async def disconnect(self, name):
        del self.clients[name]


async def main():
    hub = Hub()
    await hub.connect("a")
    await hub.connect("b")
    await hub.disconnect("a")
    await asyncio.sleep(5)
""",
        {"own": False, "track": True},
    ),
    Written(
        "the feed is stopped before what it fills is drained",
        """
import asyncio


class Pipe:
    def __init__(self, sink):
        self.sink = sink
        self._reader = None

    def start(self):
        self._reader = asyncio.create_task(self.read())

    async def read(self):
        number = 0
        while True:
            await asyncio.sleep(1)
            number += 1
            self.handle(number)

    def handle(self, number):
        asyncio.create_task(self.write(number))

    async def write(self, number):
        await asyncio.sleep(1.5)
        self.sink.append(number)
        note("written", number)

    async def close(self):
        self._reader.cancel()
        await asyncio.wait([self._reader])
        self.sink = None
        note("closed")


async def main():
    pipe = Pipe([])
    pipe.start()
    await asyncio.sleep(2.2)
    await pipe.close()
    await asyncio.sleep(9)
""",
        {"own": True, "track": True},
        {"own": ("written 1", "written 2", "closed")},
    ),
    Written(
        "a handler that its user goes on with",
        """
import asyncio


class Gateway:
    def __init__(self, on_event):
        self.on_event = on_event

    def receive(self, event):
        asyncio.create_task(self.on_event(event))

    async def close(self):
        await asyncio.sleep(0)
        note("closed")


async def main():
    done = asyncio.Event()

    async def handler(event):
        await done.wait()
        note("end handler", event)

    gateway = Gateway(handler)
    gateway.receive(1)
    await asyncio.sleep(1)
    await gateway.close()
    done.set()
    await asyncio.sleep(60)
""",
        {"own": False, "track": True},
    ),
    Written(
        "one slot for the checks of several things",
        """
import asyncio


class Circuits:
    def __init__(self):
        self._check = None

    async def on_change(self, circuit):
        self._check = asyncio.create_task(self.check(circuit.name))

    async def check(self, name):
        await asyncio.sleep(3)
        note("end check", name)

    async def close(self):
        if self._check:
            self._check.cancel()


class Circuit:
    def __init__(self, name):
        self.name = name


async def main():
    circuits = Circuits()
    await circuits.on_change(Circuit("a"))
    await circuits.on_change(Circuit("b"))
    await asyncio.sleep(9)
    await circuits.close()
""",
        {"cancel-previous": False},
    ),
    Written(
        "a connection that is closed while it is made anew",
        """
import asyncio


class Socket:
    def __init__(self):
        self.is_open = False

    def lost(self):
        asyncio.create_task(self.connect())

    async def connect(self):
        while not self.is_open:
            await asyncio.sleep(40)

    async def close(self):
        note("closed")


async def main():
    socket = Socket()
    socket.lost()
    await asyncio.sleep(1)
    begun = asyncio.get_running_loop().time()
    await socket.close()
    note("after", round(asyncio.get_running_loop().time() - begun))
    socket.is_open = True
    await asyncio.sleep(99)
""",
        {"own": True, "track": True},
        {"own": ("closed", "after 0")},
    ),
    Written(
        "a reader of what ends with its object",
        """
import asyncio


class Process:
    def __init__(self):
        self.over = asyncio.Event()
        self.is_open = True

    async def lines(self):
        yield "started"
        await self.over.wait()

    async def stop(self):
        self.over.set()
        note("stopped")


class Runner:
    def __init__(self):
        self.process = Process()

    def start(self):
        asyncio.create_task(self._read())

    async def _read(self):
        async for line in self.process.lines():
            note("seen", line)

    async def close(self):
        await self.process.stop()
        note("closed")


async def main():
    runner = Runner()
    runner.start()
    await asyncio.sleep(1)
    begun = asyncio.get_running_loop().time()
    await runner.close()
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(99)
""",
        {"own": True, "track": True},
        {"own": ("seen started", "closed", "after 0")},
    ),
    Written(
        "work that polls until its object is closed",
        """
import asyncio


class Sender:
    def __init__(self):
        self.sent = []
        self.is_closing = False

    def start(self):
        asyncio.create_task(self._poll())

    async def _poll(self):
        while not self.is_closing:
            await asyncio.sleep(1)
            self.sent.append(1)
            print("flushed", file=self)

    def write(self, text):
        note("seen", len(self.sent))

    async def close(self):
        await asyncio.sleep(0)
        self.is_closing = True
        note("closed")


async def main():
    sender = Sender()
    sender.start()
    await asyncio.sleep(1.5)
    begun = asyncio.get_running_loop().time()
    await sender.close()
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(99)
""",
        {"own": True},
        {"own": ("closed", "after 0")},
    ),
    Written(
        "a teardown that only tidies up",
        """
import asyncio


class Records:
    def __init__(self):
        self.files = ["a"]

    def log_in(self):
        asyncio.create_task(self.begin())

    async def begin(self):
        await asyncio.sleep(2)
        note("end begin")

    async def cleanup(self):
        self.files.clear()
        note("cleaned")


async def main():
    records = Records()
    records.log_in()
    await asyncio.sleep(1)
    await records.cleanup()
    await asyncio.sleep(9)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a failure while it is waited for",
        """
import asyncio


class Store:
    def __init__(self):
        self.rows = []

    def on_row(self, row):
        asyncio.create_task(self.save(row))

    async def save(self, row):
        await asyncio.sleep(1)
        note("saved", row)
        if row == 2:
            note("fail", row)
            raise ValueError(row)

    async def close(self):
        self.rows.clear()
        note("closed")


async def main():
    store = Store()
    for row in range(3):
        store.on_row(row)
    await asyncio.sleep(0)
    await store.close()
    await asyncio.sleep(9)
""",
        {"own": True, "track": True},
        {"own": ("saved 0", "saved 1", "saved 2", "closed")},
    ),
    Written(
        "a handler that waits for what its reader gets next",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def read(queue, on_order):
    while True:
        order = await queue.get()
        if order is None:
            break
        asyncio.create_task(on_order(order, queue))


async def main():
    queue = asyncio.Queue()
    answered = asyncio.Event()

    async def on_order(order, orders):
        note("seen", order)
        if order == 2:
            answered.set()
        else:
            await answered.wait()
        note("end", order)

    for order in (1, 2, None):
        queue.put_nowait(order)
    await read(queue, on_order)
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a reader that starts itself anew for what comes next",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def main():
    stream = asyncio.Queue()

    async def deliver(message):
        await asyncio.sleep(1)
        note("seen", message)

    async def setup():
        async with asyncio.Lock():

            async def listen():
                message = await stream.get()
                asyncio.create_task(listen())
                await deliver(message)

            asyncio.create_task(listen())
            note("set up")

    await setup()
    for each in range(3):
        stream.put_nowait(each)
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "work that is to come later",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def remove(message, seconds):
    await asyncio.sleep(seconds)
    note("end", message)


async def show(message):
    asyncio.create_task(remove(message, 30))
    note("shown", message)


async def main():
    await show(1)
    note("went on")
    await asyncio.sleep(99)
""",
        {"await": False, "track": True, "taskgroup": False},
    ),
    Written(
        "what is done for each of several at once",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def ping(number):
    try:
        await asyncio.sleep(1)
        note("ping", number)
    except Exception:
        logger.exception("ping failed")


async def ping_all():
    for number in range(3):
        asyncio.create_task(ping(number))
    try:
        note("started")
    except Exception:
        logger.exception("not noted")


async def main():
    await ping_all()
    await asyncio.sleep(9)
""",
        {"await": False, "track": True, "taskgroup": True},
        {"taskgroup": ("started", "ping 0", "ping 1", "ping 2")},
    ),
    Written(
        "a title that a model is asked for",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Chat:
    def __init__(self, model):
        self.model = model

    async def on_text(self, text):
        asyncio.create_task(self.entitle(text))

    async def entitle(self, text):
        self.title = await self.model.think(text)
        note("titled")


class Model:
    async def think(self, text):
        await asyncio.sleep(60)


async def main():
    chat = Chat(Model())
    await chat.on_text("hello")
    note("answered")
    await asyncio.sleep(99)
""",
        {"await": False, "track": True, "taskgroup": False},
    ),
    Written(
        "what one of several may fail at, which the rest has nothing to do with",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def ping(number):
    await asyncio.sleep(1)
    if number == 1:
        raise ValueError(number)
    await asyncio.sleep(1)
    note("ping", number)


async def ping_all():
    for number in range(3):
        asyncio.create_task(ping(number))
    try:
        note("started")
    except Exception:
        logger.exception("not noted")


async def main():
    await ping_all()
    await asyncio.sleep(9)
""",
        {"await": False, "track": True, "taskgroup": False},
    ),
    Written(
        "a server that nobody waits for",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Server:
    async def serve(self):
        while not self.is_over:
            await asyncio.sleep(1)
        note("end")

    async def start(self):
        self.is_over = False
        asyncio.create_task(self.serve())
        await asyncio.sleep(0)
        note("started")


async def main():
    server = Server()
    await server.start()
    server.is_over = True
    await asyncio.sleep(9)
""",
        {"await": False, "track": True, "taskgroup": False},
    ),
    Written(
        "a lock that is let go after a while",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Station:
    def __init__(self):
        self.calm = asyncio.Lock()

    async def command(self, what):
        await self.calm.acquire()
        note("sent", what)

        async def cool_down(lock):
            await asyncio.sleep(30)
            lock.release()

        asyncio.create_task(cool_down(self.calm))

    async def stop(self):
        await self.command("stop")


async def main():
    station = Station()
    await station.command("start")
    await station.stop()
    await station.command("start again")
    await asyncio.sleep(99)
""",
        {"await": False, "own": False, "track": True},
    ),
    Written(
        "a server in a thread with a loop of its own",
        """
import asyncio
import threading


class Viewer:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def start(self):
        self.thread.start()

    def show(self, what):
        self.loop.call_soon_threadsafe(self.flush, what)

    def flush(self, what):
        asyncio.ensure_future(self.send(what))

    async def send(self, what):
        await asyncio.sleep(0)
        note("sent", what)

    async def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


async def main():
    viewer = Viewer()
    viewer.start()
    await asyncio.sleep(1)
    await viewer.stop()
""",
        {"own": False},
    ),
    Written(
        "a first message that nobody sends before it is asked for",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Reader:
    def __init__(self):
        self.messages = asyncio.Queue()

    async def readuntil(self, end):
        return await self.messages.get()


class Device:
    def __init__(self):
        self.reader = Reader()

    async def handle(self):
        note("seen", await self.reader.readuntil(";"))

    async def connect(self):
        asyncio.create_task(self.handle())
        await self.reader.messages.put("hello")
        note("asked")


async def main():
    await Device().connect()
    await asyncio.sleep(1)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a group beside which its function goes on",
        """
import asyncio


async def answer(queue):
    note("seen", await queue.get())


async def report(queue):
    note("reported")


async def main():
    queue = asyncio.Queue()
    asyncio.gather(answer(queue), report(queue))
    await asyncio.sleep(1)
    await queue.put("asked")
    await asyncio.sleep(1)
""",
        {"await": False},
    ),
    Written(
        "a group whose work is known to end",
        """
import asyncio


async def save(number):
    await asyncio.sleep(1)
    note("saved", number)


async def flush():
    asyncio.gather(save(1), save(2))


async def main():
    await flush()
    note("flushed")
    await asyncio.sleep(9)
""",
        {"await": True},
        {"await": ("saved 1", "saved 2", "flushed")},
    ),
    Written(
        "a hook that waits for what its caller does next",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Turns:
    def __init__(self):
        self.hooks = []
        self.over = asyncio.Event()

    async def call_hooks(self, turn):
        for hook in self.hooks:
            await hook(turn)

    async def turn(self, number):
        asyncio.create_task(self.call_hooks(number))
        await asyncio.sleep(1)
        self.over.set()
        note("end", number)


async def main():
    turns = Turns()

    async def hook(number):
        await turns.over.wait()
        note("seen", number)

    turns.hooks.append(hook)
    await turns.turn(1)
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "an answer that the reading loop itself brings",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Packet:
    def __init__(self):
        self.answer = asyncio.get_running_loop().create_future()


class Upstream:
    def __init__(self):
        self.packets = []

    async def pass_on(self, line):
        packet = Packet()
        self.packets.append(packet)
        note("seen", await packet.answer)


class Proxy:
    def __init__(self, upstream):
        self.upstream = upstream

    async def received(self, line):
        if line == "answer":
            self.upstream.packets.pop().answer.set_result(line)
            return
        asyncio.create_task(self.upstream.pass_on(line))
        await asyncio.sleep(0)

    async def close(self):
        await asyncio.sleep(0)
        note("closed")


async def main():
    proxy = Proxy(Upstream())
    for line in ("ask", "answer", "ask"):
        await proxy.received(line)
    await proxy.close()
    await asyncio.sleep(99)
""",
        {"await": False, "own": False, "track": True},
    ),
    Written(
        "work that needs the lock which its caller holds",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Wire:
    def __init__(self, lock):
        self.lock = lock

    async def send(self, text):
        async with self.lock:
            note("sent", text)


class Client:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.wire = Wire(self.lock)

    async def _tell(self, text):
        await self.wire.send(text)

    async def write(self, text):
        async with self.lock:
            asyncio.create_task(self._tell(text))
            note("written")


async def main():
    await Client().write(1)
    await asyncio.sleep(1)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a group of what somebody else has to tell",
        """
import asyncio


async def told(event):
    await event.wait()
    note("seen")


async def ask(event):
    asyncio.create_task(told(event))
    await asyncio.sleep(1)


async def main():
    event = asyncio.Event()
    await ask(event)
    event.set()
    await asyncio.sleep(1)
""",
        {"taskgroup": False, "track": True},
    ),
    Written(
        "one failure among the requests of a server",
        """
import asyncio


async def handle(number):
    if number == 1:
        raise ValueError(number)
    note("seen", number)


async def serve(queue):
    while True:
        number = await queue.get()
        if number is None:
            break
        asyncio.create_task(handle(number))


async def main():
    queue = asyncio.Queue()
    serving = asyncio.create_task(serve(queue))
    for number in (1, 2, 3, None):
        await asyncio.sleep(1)
        queue.put_nowait(number)
    await serving
    await asyncio.sleep(1)
""",
        {"taskgroup": False, "track": True},
    ),
    Written(
        "a device whose shutters are closed and opened",
        """
import asyncio


class Blind:
    def __init__(self):
        self.timer = None

    async def command(self, text):
        await asyncio.sleep(0)
        note(text)

    async def refresh(self):
        await asyncio.sleep(2)
        note("end refresh")

    async def move(self):
        self.timer = asyncio.create_task(self.refresh())

    async def open(self):
        await self.command("opening")

    async def close(self):
        await self.command("closing")


async def main():
    blind = Blind()
    await blind.move()
    await asyncio.sleep(1)
    await blind.close()
    await asyncio.sleep(9)
""",
        {"own": False},
    ),
    Written(
        "closed by two at once, of whom the second waits",
        """
import asyncio


class Wire:
    async def send(self, text):
        await asyncio.sleep(1)
        note("sent")


class Hub:
    def __init__(self, wire):
        self.wire = wire
        self.tasks = set()
        self.is_closing = False
        self.is_over = asyncio.Event()

    def tell(self, text):
        task = asyncio.create_task(self.send(text))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def send(self, text):
        await self.wire.send(text)

    async def close(self):
        if self.is_closing:
            note("waiting")
            await self.is_over.wait()
            return
        self.is_closing = True
        note("closing")
        self.is_over.set()


async def main():
    hub = Hub(Wire())
    hub.tell("hello")
    await asyncio.sleep(0)
    await asyncio.gather(hub.close(), hub.close())
    await asyncio.sleep(9)
""",
        {"own": True},
        {"own": ("waiting", "sent", "closing")},
    ),
    Written(
        "a connection that is opened again as it is closed",
        """
import asyncio


class Socket:
    def __init__(self):
        self.opening = None

    def lost(self):
        self.opening = asyncio.create_task(self._reopen())

    async def _reopen(self):
        await asyncio.sleep(50)
        print("opened", file=self)

    def write(self, text):
        note("seen", text)

    async def close(self):
        await asyncio.sleep(0)
        note("closed")


async def main():
    socket = Socket()
    socket.lost()
    await asyncio.sleep(1)
    begun = asyncio.get_running_loop().time()
    await socket.close()
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(99)
""",
        {"own": True},
        {"own": ("closed", "after 0")},
    ),
    Written(
        "work that is due later, by a time that the event says",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Board:
    def __init__(self):
        self.lines = []

    async def show(self, line, seconds):
        self.lines.append(line)

        async def clear_later():
            await asyncio.sleep(seconds / 1000)
            self.lines.remove(line)
            note("saved", asyncio.get_running_loop().time())

        asyncio.create_task(clear_later())


async def main():
    board = Board()
    begun = asyncio.get_running_loop().time()
    await board.show("hello", 50_000)
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(99)
""",
        {"await": False, "track": True},
    ),
    Written(
        "an answer that does not depend on what is stored",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Store:
    def __init__(self):
        self.is_free = asyncio.Event()

    async def save(self, answer):
        while not self.is_free.is_set():
            await asyncio.sleep(0.5)
        note("saved", answer)


class Api:
    def __init__(self, store):
        self.store = store

    async def save(self, answer):
        await self.store.save(answer)

    async def complete(self, question):
        answer = question.upper()
        asyncio.create_task(self.save(answer))
        return answer


async def main():
    store = Store()
    note("answer", await Api(store).complete("hello"))
    store.is_free.set()
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a vote that is open only once its timer runs",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Votes:
    def __init__(self):
        self.vote = None

    async def cancel_late(self):
        await asyncio.sleep(1)
        note("seen", self.vote)

    async def remind(self):
        await asyncio.sleep(1)
        note("seen by the reminder")

    async def open(self, vote):
        asyncio.create_task(self.cancel_late())
        asyncio.create_task(self.remind())
        self.vote = vote
        await asyncio.sleep(0)


async def main():
    await Votes().open("skip")
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a failure that the handler around it has not seen",
        """
import asyncio


async def download(number):
    await asyncio.sleep(1)
    raise ValueError(number)


async def handle(message):
    try:
        asyncio.create_task(download(1))
        await asyncio.sleep(2)
        note("end handle")
        return True
    except Exception:
        return False


async def main():
    note(await handle("mail"))
    await asyncio.sleep(9)
""",
        {"taskgroup": False, "track": True},
    ),
    Written(
        "tasks in a set with futures of another thread",
        """
import asyncio


class Protocol:
    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.pending = set()

    def schedule(self, coro, is_here):
        if is_here:
            task = asyncio.create_task(self.told(coro))
            self.pending.add(task)
            task.add_done_callback(self.pending.discard)
        else:
            future = asyncio.run_coroutine_threadsafe(coro, self.loop)
            self.pending.add(future)
            future.add_done_callback(self.pending.discard)

    async def told(self, coro):
        await coro

    async def close(self):
        await asyncio.sleep(0)
        note("closed")


async def work(number):
    await asyncio.sleep(number)
    note("end", number)


async def main():
    protocol = Protocol()
    protocol.schedule(work(1), True)
    protocol.schedule(work(2), False)
    await protocol.close()
    await asyncio.sleep(9)
""",
        {"own": False},
    ),
    Written(
        "a restart that is due when everything is stopped",
        """
import asyncio


class Bot:
    def __init__(self):
        self.is_up = True

    async def delayed_restart(self, seconds):
        await asyncio.sleep(seconds)
        print("restarted", file=self)

    def write(self, text):
        note("seen", text)

    def on_update(self):
        asyncio.create_task(self.delayed_restart(5))

    async def stop(self):
        await asyncio.sleep(0)
        note("stopped")


async def main():
    bot = Bot()
    bot.on_update()
    await asyncio.sleep(1)
    begun = asyncio.get_running_loop().time()
    await bot.stop()
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(99)
""",
        {"own": True},
        {"own": ("stopped", "after 0")},
    ),
    Written(
        "a comment below the call that says why nobody waits",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Board:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def edit(self, text):
        await asyncio.sleep(0.9)
        note("saved", text)

    async def count(self, text):
        asyncio.create_task(self.edit(text))
        # a task, or else we would wait for the edit and hold the lock
        return True

    async def on_star(self, text):
        async with self.lock:
            await self.count(text)
        note("free", asyncio.get_running_loop().time())


async def main():
    board = Board()
    begun = asyncio.get_running_loop().time()
    await board.on_star("star")
    note("after", round(asyncio.get_running_loop().time() - begun))
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "two that are started at a time",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Cog:
    def __init__(self):
        self.views = []

    async def load_views(self):
        await asyncio.sleep(0)
        self.views.append("roles")

    async def find_commit(self):
        await asyncio.sleep(0.5)
        note("seen", self.views)

    async def load(self):
        asyncio.create_task(self.load_views())
        asyncio.create_task(self.find_commit())


async def main():
    await Cog().load()
    note("loaded")
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a loop that reads what the work for its last message needs",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Calls:
    def __init__(self):
        self.queue = asyncio.Queue()
        self.answered = []

    async def bridge(self, channel):
        for _ in range(20):
            if channel in self.answered:
                note("seen", channel)
                return
            await asyncio.sleep(0.5)
        note("given up", channel)

    async def event(self, kind, channel):
        if kind == "ring":
            asyncio.create_task(self.bridge(channel))
        else:
            self.answered.append(channel)

    async def read(self):
        while (message := await self.queue.get()) is not None:
            await self.event(*message)


async def main():
    calls = Calls()
    for message in (("ring", 1), ("answer", 1), None):
        calls.queue.put_nowait(message)
    await calls.read()
    await asyncio.sleep(99)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a client that hands over messages until it is disconnected",
        """
import asyncio


class Client:
    def __init__(self, on_message):
        self.on_message = on_message
        self.task = None

    async def read(self):
        for number in range(1, 9):
            await asyncio.sleep(1)
            self.on_message(number)

    async def connect(self):
        self.task = asyncio.create_task(self.read())

    async def disconnect(self):
        await asyncio.sleep(1.2)
        self.task.cancel()
        note("disconnected")


class Bot:
    def __init__(self, store):
        self.store = store
        self.client = Client(on_message=self.receive)

    def receive(self, number):
        asyncio.create_task(self.save(number))

    async def save(self, number):
        await asyncio.sleep(1.5)
        self.store.append(number)
        note("saved", number)

    async def stop(self):
        await self.client.disconnect()
        self.store = None
        note("stopped")


async def main():
    bot = Bot([])
    await bot.client.connect()
    await asyncio.sleep(2.2)
    await bot.stop()
    await asyncio.sleep(9)
""",
        {"own": True, "track": True},
        {"own": ("saved 1", "saved 2", "saved 3", "stopped")},
    ),
    Written(
        "a client that hands over messages, and keeps the answers",
        """
import asyncio


class Client:
    def __init__(self, on_message):
        self.on_message = on_message
        self.is_open = True

    async def store(self, number):
        await asyncio.sleep(1)
        note("stored" if self.is_open else "lost", number)

    async def disconnect(self):
        self.is_open = False
        note("disconnected")


class Bot:
    def __init__(self):
        self.client = Client(on_message=self.receive)

    def receive(self, number):
        asyncio.create_task(self.answer(number))

    async def answer(self, number):
        await self.client.store(number)

    async def stop(self):
        await self.client.disconnect()
        note("stopped")


async def main():
    bot = Bot()
    bot.client.on_message(1)
    await bot.stop()
    await asyncio.sleep(9)
""",
        {"own": True, "track": True},
        {"own": ("stored 1", "disconnected", "stopped")},
    ),
    Written(
        "a player that is stopped and goes on",
        """
import asyncio


class Player:
    def __init__(self, songs):
        self.songs = songs
        self.is_paused = False

    async def play(self):
        asyncio.create_task(self.fetch())

    async def fetch(self):
        await asyncio.sleep(3)
        self.songs.append(1)
        note("saved")

    def pause(self):
        self.is_paused = True

    async def resume(self):
        self.is_paused = False
        await self.play()

    async def stop(self):
        self.is_paused = False


async def main():
    player = Player([])
    await player.play()
    await asyncio.sleep(1)
    await player.stop()
    await asyncio.sleep(9)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a report that nobody waits for before the answer",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Service:
    async def send(self, what):
        await asyncio.sleep(5)
        note("sent", what)

    async def create(self, number):
        asyncio.create_task(self.send(number))
        return number + 1


async def main():
    service = Service()
    number = await asyncio.wait_for(service.create(1), 3)
    note("created", number)
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "a failure in another thread, where the instance has the logger",
        """
import asyncio
import logging


class Link:
    def __init__(self, loop):
        self.loop = loop
        self.logger = logging.getLogger("program")

    async def handle(self, number):
        await asyncio.sleep(number)
        if number == 2:
            note("fail 2")
            raise ValueError(number)
        self.logger.info("handled %d", number)

    def on_packet(self, number):
        asyncio.run_coroutine_threadsafe(self.handle(number), self.loop)


async def main():
    link = Link(asyncio.get_running_loop())
    for number in (1, 2):
        link.on_packet(number)
    await asyncio.sleep(9)
""",
        {"log": True},
    ),
    Written(
        "what is handed to the loop and cannot fail",
        """
import asyncio


class Feed:
    def __init__(self, loop):
        self.loop = loop
        self.queue = asyncio.Queue()
        self.over = asyncio.Event()

    async def end(self):
        self.over.set()

    def on_item(self, item):
        asyncio.run_coroutine_threadsafe(self.queue.put(item), self.loop)

    def on_end(self):
        asyncio.run_coroutine_threadsafe(self.end(), self.loop)


async def main():
    feed = Feed(asyncio.get_running_loop())
    feed.on_item(1)
    feed.on_end()
    await feed.over.wait()
    note("seen", feed.queue.get_nowait())
""",
        {"log": False},
    ),
    Written(
        "a reader of a process that is only ended by what follows",
        """
import asyncio


class Worker:
    def __init__(self, process, parser):
        self.process = process
        self.parser = parser
        self._reader = None

    def start(self):
        self._reader = asyncio.create_task(self.parser.stream(self.process))

    async def close(self):
        self.process.set()
        note("closed")


class Parser:
    async def stream(self, process):
        await process.wait()
        note("end stream")


async def main():
    worker = Worker(asyncio.Event(), Parser())
    worker.start()
    await asyncio.sleep(1)
    await asyncio.wait_for(worker.close(), 5)
    await asyncio.sleep(9)
""",
        {"own": False},
    ),
    Written(
        "work whose listener starts the next",
        """
import asyncio


class Agent:
    def __init__(self, on_step, steps):
        self.on_step = on_step
        self.steps = steps

    def step(self):
        asyncio.create_task(self.take())

    async def take(self):
        await asyncio.sleep(1)
        self.steps.append(1)
        self.on_step()

    async def close(self):
        note("closing")


async def main():
    agent = Agent(lambda: agent.step(), [])
    agent.step()
    await asyncio.sleep(2.5)
    await asyncio.wait_for(agent.close(), 20)
    note("closed")
""",
        {"own": True, "track": True},
        {"own": ("closing", "closed")},
    ),
    Written(
        "work that starts the next itself",
        """
import asyncio


class Device:
    def __init__(self, jobs, results):
        self.jobs = jobs
        self.results = results

    def next(self):
        if self.jobs:
            asyncio.create_task(self.execute(self.jobs.pop()))

    async def execute(self, job):
        await asyncio.sleep(1)
        self.results.append(job)
        note("saved", job)
        self.next()

    async def close(self):
        self.jobs.clear()
        note("closed")


async def main():
    device = Device([3, 2, 1], [])
    device.next()
    await asyncio.sleep(1.5)
    await device.close()
    await asyncio.sleep(9)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a teardown that says that it cancels",
        """
import asyncio


class Agent:
    def __init__(self, results):
        self.results = results

    def step(self, number):
        asyncio.create_task(self.take(number))

    async def take(self, number):
        await asyncio.sleep(number)
        self.results.append(number)
        note("saved", number)

    async def close(self):
        '''Closes the agent, canceling any ongoing tasks.'''
        note("closed")


async def main():
    agent = Agent([])
    for number in (1, 8):
        agent.step(number)
    await asyncio.sleep(2)
    await asyncio.wait_for(agent.close(), 3)
    await asyncio.sleep(9)
""",
        {"own": True, "track": True},
        {"own": ("saved 1", "closed")},
    ),
    Written(
        "what is due only after a time that the module names",
        """
import asyncio

TIMEOUT = 20


class Relay:
    def __init__(self):
        self._expiring = {}

    def open(self, ticket):
        self._expiring[ticket] = asyncio.create_task(self.expire(ticket))

    async def expire(self, ticket):
        await asyncio.sleep(TIMEOUT)
        note("expired", ticket)
        del self._expiring[ticket]

    async def shutdown(self):
        note("closed")


async def main():
    relay = Relay()
    relay.open(1)
    await asyncio.sleep(1)
    await asyncio.wait_for(relay.shutdown(), 5)
""",
        {"own": True},
        {"own": ("closed",)},
    ),
    Written(
        "work that cancels the task which starts it",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Attempt:
    def start(self):
        self._connecting = asyncio.create_task(self.connect())

    async def connect(self):
        await asyncio.sleep(1)
        asyncio.create_task(self.send_failure())

    async def send_failure(self):
        self._connecting.cancel()
        await asyncio.sleep(1)
        note("sent")


async def main():
    attempt = Attempt()
    attempt.start()
    await asyncio.sleep(9)
    logger.info("over")
""",
        {"await": False, "track": True},
    ),
    Written(
        "a worker that has its queue to finish before it is closed",
        """
import asyncio


class Worker:
    def __init__(self, saved):
        self.saved = saved
        self.jobs = asyncio.Queue()

    async def start(self):
        asyncio.create_task(self.work())

    async def work(self):
        while True:
            job = await self.jobs.get()
            await asyncio.sleep(1)
            self.saved.append(job)
            note("saved", job)
            self.jobs.task_done()

    async def close(self):
        await self.jobs.join()
        note("closed")


async def main():
    worker = Worker([])
    await worker.start()
    for job in range(3):
        worker.jobs.put_nowait(job)
    await asyncio.wait_for(worker.close(), 20)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a console whose reader says that there is no more",
        """
import asyncio


class Console:
    def __init__(self, source, reader):
        self.source = source
        self.reader = reader

    async def start(self):
        asyncio.create_task(self.read())

    async def read(self):
        while True:
            await asyncio.sleep(1)
            if not self.source:
                break
            self.reader.feed_data(self.source.pop())
        self.reader.feed_eof()

    async def close(self):
        self.source.clear()
        note("closed")


async def main():
    reader = asyncio.StreamReader()
    console = Console([b"b", b"a"], reader)
    await console.start()
    await asyncio.sleep(1.5)
    await console.close()
    note("read", await reader.read())
""",
        {"own": False, "track": True},
    ),
    Written(
        "answers that others wait for",
        """
import asyncio


class Answers:
    def __init__(self, wire):
        self.wire = wire
        self.asked = {}

    async def start(self):
        asyncio.create_task(self.answer())

    async def answer(self):
        while True:
            number = await self.wire.get()
            self.asked.pop(number).set_result(number)

    async def ask(self, number):
        self.asked[number] = asyncio.get_running_loop().create_future()
        note("answered", await self.asked[number])

    async def close(self):
        note("closed")


async def main():
    wire = asyncio.Queue()
    answers = Answers(wire)
    await answers.start()
    asking = asyncio.create_task(answers.ask(1))
    await asyncio.sleep(1)
    closing = asyncio.create_task(answers.close())
    await asyncio.sleep(1)
    wire.put_nowait(1)
    await asking
    await closing
""",
        {"own": False, "track": True},
    ),
    Written(
        "a payment of the wallet that the shop was given",
        """
import asyncio


class Wallet:
    async def pay(self, bill):
        while True:
            await asyncio.sleep(2)
            note("paid", bill)


class Shop:
    def __init__(self, wallet):
        self.wallet = wallet

    def on_bill(self, bill):
        asyncio.create_task(self.wallet.pay(bill))

    async def stop(self):
        note("closed")


async def main():
    shop = Shop(Wallet())
    shop.on_bill(1)
    await asyncio.sleep(1)
    await shop.stop()
    await asyncio.sleep(2)
""",
        {"own": False, "track": True},
    ),
    Written(
        "marks on a message that is deleted at the end",
        """
import asyncio


class Message:
    def __init__(self):
        self.is_there = True

    async def mark(self, text):
        await asyncio.sleep(8)
        note("marked" if self.is_there else "gone", text)

    async def delete(self):
        self.is_there = False


class Page:
    def __init__(self, message):
        self.message = message

    def show(self):
        asyncio.create_task(self.message.mark("x"))

    async def stop(self):
        await self.message.delete()
        note("closed")


async def main():
    page = Page(Message())
    page.show()
    await asyncio.sleep(1)
    await asyncio.wait_for(page.stop(), 2)
    await asyncio.sleep(9)
""",
        {"own": False, "track": True},
    ),
    Written(
        "what nobody waits for in another place",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def save(text):
    await asyncio.sleep(1)
    note("saved", text)


async def on_text(text):
    logger.info(text)
    asyncio.create_task(save(text))


def on_end():
    asyncio.create_task(save("end"))


async def main():
    await on_text("a")
    on_end()
    note("told")
    await asyncio.sleep(9)
""",
        {"await": False, "track": True},
    ),
    Written(
        "what is said to go on by itself",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Session:
    async def persist_background(self):
        await asyncio.sleep(1)
        note("saved")

    async def write(self):
        await asyncio.sleep(1)
        note("written")

    async def on_text(self):
        asyncio.create_task(self.persist_background())

    async def on_key(self):
        '''Writes it down, without blocking who presses the next key.'''
        asyncio.create_task(self.write())

    async def on_end(self, text):
        async def finish():
            await asyncio.sleep(1)
            note("finished", text)

        asyncio.create_task(finish())


async def main():
    session = Session()
    await session.on_text()
    await session.on_key()
    await session.on_end("a")
    note("over")
    await asyncio.sleep(9)
    logger.info("over")
""",
        {"await": False, "track": True},
    ),
    Written(
        "work that sees to its own failures",
        """
import asyncio
import logging

logger = logging.getLogger("program")


async def save(text):
    try:
        await asyncio.sleep(1)
        raise ValueError(text)
    except Exception as error:
        logger.error("%r", error)
        note("seen", text)


async def on_text(text):
    logger.info(text)
    asyncio.create_task(save(text))


async def main():
    await on_text("a")
    note("over")
    await asyncio.sleep(9)
""",
        {"await": True, "track": True},
        {"await": ("seen a", "over")},
    ),
    Written(
        "a server that is only started by what starts it",
        """
import asyncio


class System:
    def __init__(self, server):
        self.server = server

    async def start(self):
        self._web = asyncio.create_task(self._run_web_server())

    async def _run_web_server(self):
        try:
            await self.server.start()
        except Exception as error:
            note("fail", error)

    async def shutdown(self):
        note("closed")


async def main():
    import types

    system = System(types.SimpleNamespace(start=lambda: asyncio.sleep(99)))
    await system.start()
    await asyncio.sleep(1)
    await asyncio.wait_for(system.shutdown(), 3)
""",
        {"own": False},
    ),
    Written(
        "a check that is due later, and logs its failure",
        """
import asyncio


class Service:
    def __init__(self, states):
        self.states = states

    def subscribe(self, symbol):
        asyncio.create_task(self.check(symbol))

    async def check(self, symbol):
        try:
            await asyncio.sleep(10)
            self.states.append(symbol)
        except ValueError as error:
            note("fail", error)

    async def shutdown(self):
        note("closed")


async def main():
    service = Service([])
    service.subscribe("a")
    await asyncio.sleep(1)
    await asyncio.wait_for(service.shutdown(), 6)
""",
        {"own": True, "track": True},
        {"own": ("closed",)},
    ),
    Written(
        "a set that the teardown cancels already, and what is forgotten in a loop",
        """
import asyncio


class Processor:
    def __init__(self, bus):
        self.bus = bus
        self.tasks = []

    def start(self):
        self.tasks.append(asyncio.create_task(self.poll()))

    async def poll(self):
        while True:
            await asyncio.sleep(1)

    def on_progress(self, step):
        asyncio.create_task(self.generate(step))

    async def generate(self, step):
        await asyncio.sleep(1)
        self.bus.append(step)
        note("sent", step)

    async def stop(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        note("closed")


class Publisher:
    def __init__(self, bus):
        self.bus = bus

    def tell(self, texts):
        # Publish them all (fire-and-forget)
        for text in texts:
            asyncio.create_task(self.publish(text))

    async def publish(self, text):
        await asyncio.sleep(1)
        self.bus.append(text)
        note("sent", text)

    async def stop(self):
        note("closed")


async def main():
    processor = Processor([])
    processor.start()
    processor.on_progress(1)
    publisher = Publisher([])
    publisher.tell(["a"])
    await asyncio.sleep(2)
    await processor.stop()
    await publisher.stop()
""",
        {"own": False, "track": True},
    ),
    Written(
        "a timer that its object cancels where the key is let go",
        """
import asyncio


class Chat:
    def __init__(self, shown):
        self.shown = shown
        self._timer = None

    async def on_key(self, is_down):
        if is_down:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.create_task(self.toggle())
        elif self._timer:
            self._timer.cancel()
            self._timer = None

    async def toggle(self):
        await asyncio.sleep(4)
        self.shown.append(1)
        note("toggled")
        self._timer = None

    async def stop(self):
        note("closed")


async def main():
    chat = Chat([])
    await chat.on_key(True)
    await asyncio.sleep(1)
    await asyncio.wait_for(chat.stop(), 2)
    note("let go")
""",
        {"own": True},
        {"own": ("closed", "let go")},
    ),
    Written(
        "a teardown whose whole body is tried",
        """
import asyncio
import logging

logger = logging.getLogger(__name__)


class Monitor:
    def __init__(self):
        self.is_active = False

    async def start(self):
        self.is_active = True
        asyncio.create_task(self.watch())

    async def watch(self):
        try:
            while True:
                await asyncio.sleep(1)
        finally:
            note("ended while", self.is_active)

    async def stop(self):
        try:
            logger.info("Stopping the monitor")
            self.is_active = False
            logger.info("The monitor has stopped")
        except Exception as exc:
            logger.error("It does not stop: %s", exc)


async def main():
    monitor = Monitor()
    await monitor.start()
    await asyncio.sleep(3)
    await monitor.stop()
""",
        {"own": True},
        {"own": ("ended while False",)},
    ),
    Written(
        "a server whose end its task waits for",
        """
import asyncio


class Server:
    def __init__(self):
        self.over = asyncio.get_running_loop().create_future()

    async def wait_for_termination(self):
        await self.over

    async def stop(self):
        self.over.set_result(None)


class Channel:
    def __init__(self):
        self.server = Server()

    async def connect(self):
        asyncio.create_task(self.serve())

    async def serve(self):
        await self.server.wait_for_termination()
        note("end served")

    async def disconnect(self):
        await self.server.stop()
        note("closed")


async def main():
    channel = Channel()
    await channel.connect()
    await asyncio.sleep(1)
    await channel.disconnect()
    await asyncio.sleep(1)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a comment on the function that is started",
        """
import asyncio


class Bridge:
    def __init__(self, wire):
        self.wire = wire

    def on_packet(self, packet):
        # Send it (async but fire-and-forget)
        async def send():
            await asyncio.sleep(1)
            self.wire.append(packet)
            note("sent", packet)

        asyncio.create_task(send())

    async def stop(self):
        note("closed")


async def main():
    bridge = Bridge([])
    bridge.on_packet(1)
    await bridge.stop()
    await asyncio.sleep(2)
""",
        {"own": False, "track": True},
    ),
    Written(
        "a cache of its own that is of no use any more",
        """
import asyncio


class Cache:
    def __init__(self):
        self.books = {}

    async def update(self, book):
        await asyncio.sleep(8)
        self.books[book] = 1


class Manager:
    def __init__(self, feed):
        self.feed = feed
        self.cache = Cache()
        self.feed.subscribe(self.on_book)

    def on_book(self, book):
        asyncio.create_task(self.cache.update(book))

    async def stop(self):
        await self.feed.disconnect()
        note("closed", len(self.cache.books))


class Feed:
    def subscribe(self, handler):
        self.handler = handler

    async def disconnect(self):
        self.handler(2)
        await asyncio.sleep(1)


async def main():
    manager = Manager(Feed())
    manager.on_book(1)
    await asyncio.sleep(1)
    await asyncio.wait_for(manager.stop(), 4)
    await asyncio.sleep(20)
    note("left", len(manager.cache.books))
""",
        {"own": True},
        {"own": ("closed 0", "left 0")},
    ),
    Written(
        "a list that its object has no use for any more",
        """
import asyncio


class Source:
    async def fetch_names(self):
        await asyncio.sleep(8)
        return ["a"]


class Index:
    def __init__(self, source):
        self.source = source
        self.names = {}

    async def start(self):
        asyncio.create_task(self.fill())

    async def fill(self):
        for name in await self.source.fetch_names():
            self.names[name.lower()] = name

    async def close(self):
        note("closed")


async def main():
    index = Index(Source())
    await index.start()
    await asyncio.sleep(1)
    await asyncio.wait_for(index.close(), 2)
""",
        {"own": True},
        {"own": ("closed",)},
    ),
    Written(
        "a web hook that is asked for nothing",
        """
import asyncio


class Session:
    async def get(self, url):
        await asyncio.sleep(2)
        note("sent", url)


class Shop:
    def __init__(self, session):
        self.session = session
        self.told = 0

    def on_order(self, order):
        asyncio.create_task(self.tell(order))

    async def tell(self, order):
        await self.session.get("/hook/" + order)
        self.told += 1

    async def close(self):
        note("closed")


async def main():
    shop = Shop(Session())
    shop.on_order("a")
    await asyncio.sleep(1)
    await shop.close()
    await asyncio.sleep(3)
""",
        {"own": True},
        {"own": ("sent /hook/a", "closed")},
    ),
    Written(
        "one of several that is started anew beside the others",
        """
import asyncio


class Manager:
    def __init__(self):
        self.brokers = {"a": 0, "b": 0}

    def on_change(self, broker):
        asyncio.create_task(self.restart_broker(broker))

    async def restart_broker(self, broker):
        await asyncio.sleep(1)
        self.brokers[broker] += 1

    async def shutdown(self):
        note("closed")


async def main():
    manager = Manager()
    manager.on_change("a")
    manager.on_change("b")
    await asyncio.sleep(2)
    note("restarted", *manager.brokers.values())
    await manager.shutdown()
""",
        {"own": True},
        {"own": ("restarted 1 1",)},
    ),
    Written(
        "an engine that says that it runs in the background",
        """
import asyncio
import logging

logger = logging.getLogger(__name__)


class Instance:
    async def start(self):
        asyncio.create_task(self.drive())
        asyncio.create_task(self.start_loop())
        logger.info("started")

    async def drive(self):
        \"\"\"Drive the engine in background.\"\"\"
        try:
            await asyncio.sleep(1)
        except Exception:
            logger.exception("no engine")

    async def start_loop(self):
        try:
            await asyncio.sleep(2)
        except Exception:
            logger.exception("no loop")


async def main():
    await Instance().start()
    note("started")
    await asyncio.sleep(1)
""",
        {"await": False},
    ),
    Written(
        "a loop that its teardown ends only behind what its work uses",
        """
import asyncio


class Wire:
    async def send(self, what):
        await asyncio.sleep(1)
        note("sent", what)

    async def stop(self):
        note("wire stopped")


class Registry:
    def __init__(self):
        self.wire = Wire()
        self.task = None

    async def start(self):
        self.task = asyncio.create_task(self.run_forever())

    async def run_forever(self):
        while True:
            self.poll()
            await asyncio.sleep(5)

    def poll(self):
        asyncio.create_task(self.wire.send("state"))

    async def stop(self):
        await self.wire.stop()
        if self.task:
            self.task.cancel()
            self.task = None


async def main():
    registry = Registry()
    await registry.start()
    await asyncio.sleep(7)
    await registry.stop()
""",
        {"own": False, "track": True},
    ),
    Written(
        "a docstring that says that nobody cares for the end",
        """
import asyncio


class Runner:
    def __init__(self, store):
        self.store = store

    def persist(self, what):
        \"\"\"Fire-and-forget persistence of what happened.\"\"\"
        asyncio.create_task(self.write(what))

    async def write(self, what):
        await asyncio.sleep(1)
        self.store.append(what)

    async def stop(self):
        note("closed")


async def main():
    runner = Runner([])
    runner.persist(1)
    await asyncio.sleep(2)
    await runner.stop()
""",
        {"own": False, "track": True},
    ),
    Written(
        "a subscription that nobody needs once it is closed",
        """
import asyncio


class Manager:
    def __init__(self):
        self.wire = Wire()

    def on_change(self, names):
        asyncio.create_task(self.wire.subscribe(names))

    async def stop(self):
        note("closed")


class Wire:
    async def subscribe(self, names):
        await asyncio.sleep(8)
        note("subscribed", *names)


async def main():
    manager = Manager()
    manager.on_change(["a"])
    await asyncio.sleep(1)
    await asyncio.wait_for(manager.stop(), 3)
""",
        {"own": True},
        {"own": ("closed",)},
    ),
    Written(
        "a watch over what its teardown brings about",
        """
import asyncio
import logging

logger = logging.getLogger(__name__)


class Bot:
    def __init__(self):
        self.open = set()

    def on_signal(self, symbol):
        self.open.add(symbol)
        asyncio.create_task(self.watch(symbol))

    async def watch(self, symbol):
        while symbol in self.open and len(symbol) > 0:
            await asyncio.sleep(2)
        logger.info("%s is over", symbol)

    async def stop(self):
        for symbol in list(self.open):
            note("closed", symbol)
        self.open.clear()


async def main():
    bot = Bot()
    bot.on_signal("a")
    await asyncio.sleep(1)
    await asyncio.wait_for(bot.stop(), 2)
""",
        {"own": True},
        {"own": ("closed a",)},
    ),
    Written(
        "settings that are saved when they are set",
        """
import asyncio


class Plugins:
    def __init__(self, file):
        self.file = file
        self.settings = {}

    def set_setting(self, key, value):
        self.settings[key] = value
        asyncio.create_task(self.save_settings())

    async def save_settings(self):
        await asyncio.sleep(1)
        self.file.update(self.settings)
        note("saved", *self.file)

    async def shutdown(self):
        note("closed")


async def main():
    plugins = Plugins({})
    plugins.set_setting("a", 1)
    plugins.set_setting("b", 2)
    await plugins.shutdown()
""",
        {"own": True},
        {"own": ("saved a b", "closed")},
    ),
    Written(
        "a monitor that its teardown asks to end",
        """
import asyncio


class Analyzer:
    def __init__(self):
        self.is_over = False

    async def start_monitoring(self):
        while not self.is_over:
            await asyncio.sleep(1)
        note("end monitored")

    def stop_monitoring(self):
        self.is_over = True


class Bot:
    def __init__(self):
        self.analyzer = Analyzer()

    async def start(self):
        asyncio.create_task(self.analyzer.start_monitoring())

    async def stop(self):
        self.analyzer.stop_monitoring()


async def main():
    bot = Bot()
    await bot.start()
    await asyncio.sleep(3)
    await bot.stop()
    await asyncio.sleep(2)
""",
        {"own": False, "track": True},
    ),
    Written(
        "endless work that has failed by the time it is closed",
        """
import asyncio


class Poller:
    def __init__(self):
        self._task = None
        self._others = []

    def start(self):
        self._task = asyncio.create_task(self.poll())

    def look(self):
        self._others.append(asyncio.create_task(self.poll()))

    async def poll(self):
        while True:
            await asyncio.sleep(1)
            self.read()

    def read(self):
        note("fail", 1)
        raise ValueError(1)

    async def close(self):
        self._others.clear()
        note("closed")


async def main():
    poller = Poller()
    poller.start()
    poller.look()
    await asyncio.sleep(5)
    await poller.close()
""",
        {"own": True},
        {"own": ("closed",)},
    ),
    Written(
        "a loop that goes on until somebody takes its key out",
        """
import asyncio


class Bot:
    def __init__(self):
        self.chats = set()

    async def join(self, chat):
        self.chats.add(chat)
        asyncio.create_task(self.answer(chat))

    async def answer(self, chat):
        while chat in self.chats:
            note("hello", chat)
            await asyncio.sleep(60)

    async def close(self):
        note("closing")


async def main():
    loop = asyncio.get_running_loop()
    bot = Bot()
    await bot.join("a")
    await asyncio.sleep(1)
    begun = loop.time()
    await bot.close()
    note("closed", "late" if loop.time() - begun > 1 else "at once")
""",
        {"own": True, "track": True},
        {"own": ("closed at once",)},
    ),
    Written(
        "a part that is closed and opened anew before the end of it all",
        """
import asyncio


class Client:
    def __init__(self):
        self.ticks = 0
        self._socket = object()
        self._watch = None

    def connect(self):
        self._watch = asyncio.create_task(self._watch_clock())

    async def reopen(self):
        await self._close_socket()
        self._socket = object()

    async def _watch_clock(self):
        while True:
            await asyncio.sleep(1)
            self.ticks += 1

    async def disconnect(self):
        await self._close_socket()

    async def _close_socket(self):
        self._socket = None


async def main():
    client = Client()
    client.connect()
    await asyncio.sleep(2.5)
    await client.reopen()
    await asyncio.sleep(3)
    note("ticks", client.ticks)
    await client.disconnect()
    watching = [task for task in asyncio.all_tasks() if "_watch_clock" in repr(task)]
    if not watching:
        note("nobody watches")
""",
        {"own": True},
        {"own": ("ticks 5", "nobody watches")},
    ),
)
