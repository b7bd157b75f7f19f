"""Programs in which the end that a teardown would bring breaks what others wait for."""

from __future__ import annotations

from support.fixed.written import Written

ENDED = (
    Written(
        "a reader that tells its queue of the end in an else",
        """
import asyncio


class Reader:
    def __init__(self, wire):
        self.wire = wire
        self.queue = asyncio.Queue()

    async def start(self):
        asyncio.create_task(self.listen())

    async def listen(self):
        try:
            async for message in self.wire:
                await self.queue.put(message)
        except ValueError as error:
            await self.queue.put(error)
        else:
            await self.queue.put(None)

    async def close(self):
        await self.wire.close()


class Wire:
    def __init__(self):
        self.over = asyncio.Event()

    def __aiter__(self):
        return self

    async def __anext__(self):
        await self.over.wait()
        raise StopAsyncIteration

    async def close(self):
        self.over.set()


async def main():
    reader = Reader(Wire())
    await reader.start()
    await asyncio.sleep(1)
    await reader.close()
    note("end", await reader.queue.get())
""",
        {"own": False, "track": True},
        {"track": ("end None",)},
        is_library=True,
    ),
    Written(
        "a period whose teardown waits for its lock",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Period:
    def __init__(self, work):
        self.work = work
        self.is_on = False
        self.lock = asyncio.Lock()

    async def repeat(self):
        while self.is_on:
            async with self.lock:
                await self.work()
            await asyncio.sleep(10)

    async def start(self):
        self.is_on = True
        asyncio.create_task(self.repeat())

    async def stop(self):
        self.is_on = False
        async with self.lock:
            logger.info("stopped")


async def work():
    await asyncio.sleep(2)
    note("end", "work")


async def main():
    period = Period(work)
    await period.start()
    await asyncio.sleep(1)
    await period.stop()
""",
        {"own": False, "track": True},
        {"track": ("end work",)},
        is_library=True,
    ),
    Written(
        "a command on a client that is closed with its object",
        """
import asyncio


class Frontier:
    def __init__(self, redis):
        self.redis = redis.open()

    def done(self, key, slot):
        asyncio.create_task(self.redis.hdel(key, slot))

    async def close(self):
        if self.redis is not None:
            await self.redis.aclose()
            self.redis = None


class Redis:
    def open(self):
        return self

    async def hdel(self, key, slot):
        await asyncio.sleep(0.1)
        note("saved", key)

    async def aclose(self):
        await asyncio.sleep(1)


async def main():
    frontier = Frontier(Redis())
    frontier.done(1, 2)
    await frontier.close()
""",
        {"own": False, "track": True},
        {"track": ("saved 1",)},
        is_library=True,
    ),
    Written(
        "what is loaded once, for which others wait",
        """
import asyncio


class Content:
    def __init__(self, store):
        self.store = store
        self.is_loaded = asyncio.Event()

    async def load(self):
        self.text = await self.store()
        self.is_loaded.set()

    def load_once(self):
        asyncio.create_task(self.load())

    async def until_loaded(self):
        await self.is_loaded.wait()

    async def stop(self):
        self.text = None


async def read():
    await asyncio.sleep(1)
    return "text"


async def main():
    content = Content(read)
    content.load_once()
    waiting = asyncio.ensure_future(content.until_loaded())
    await asyncio.sleep(0)
    await content.stop()
    await waiting
    note("end waiting")
""",
        {"own": False, "track": True},
        {"track": ("end waiting",)},
        is_library=True,
    ),
    Written(
        "a worker that a stop which cannot wait lets finish its job",
        """
import asyncio


class Worker:
    def __init__(self, queue):
        self.queue = queue
        self.is_on = False

    async def listen(self):
        while self.is_on:
            job = await self.queue.get()
            await job()

    def start(self):
        self.is_on = True
        asyncio.create_task(self.listen())

    def stop(self):
        self.is_on = False


async def job():
    await asyncio.sleep(2)
    note("end", "job")


async def main():
    queue = asyncio.Queue()
    worker = Worker(queue)
    worker.start()
    await queue.put(job)
    await asyncio.sleep(1)
    worker.stop()
    await asyncio.sleep(3)
""",
        {"own": False, "track": True},
        {"track": ("end job",)},
        is_library=True,
    ),
    Written(
        "a watch whose stop cannot wait until it looks at its flag",
        """
import asyncio


class Watch:
    def __init__(self, sensor):
        self.sensor = sensor
        self.is_on = False

    async def watch(self):
        try:
            while self.is_on:
                await asyncio.sleep(60)
                self.sensor.append("seen")
        finally:
            note("end watch")

    def start(self):
        self.is_on = True
        asyncio.create_task(self.watch())

    def stop(self):
        self.is_on = False


async def main():
    watch = Watch([])
    watch.start()
    await asyncio.sleep(1)
    watch.stop()
    await asyncio.sleep(5)
""",
        {"own": True, "track": True},
        {"own": ("end watch",)},
        is_library=True,
    ),
    Written(
        "a queue that is waited for beside a flag",
        """
import asyncio


class Writer:
    def __init__(self, saved):
        self.saved = saved
        self.jobs = asyncio.Queue()
        self.running = True

    async def work(self):
        while self.running or not self.jobs.empty():
            job = await self.jobs.get()
            await asyncio.sleep(1)
            self.saved.append(job)
            note("saved", job)
            self.jobs.task_done()

    async def start(self):
        asyncio.create_task(self.work())

    async def stop(self):
        self.running = False
        await self.jobs.join()
        note("stopped")


async def main():
    writer = Writer([])
    await writer.start()
    for job in (1, 2):
        writer.jobs.put_nowait(job)
    await asyncio.sleep(0)
    await asyncio.wait_for(writer.stop(), 20)
""",
        {"own": False, "track": True},
        {"track": ("saved 1", "saved 2", "stopped")},
        is_library=True,
    ),
    Written(
        "a player that comes to a stop which cannot wait",
        """
import asyncio


class Player:
    def __init__(self, device):
        self.device = device

    async def play(self):
        while True:
            if not await self.device():
                self.stop()
                await asyncio.sleep(1)
                note("end", "told the others")
                return
            await asyncio.sleep(1)

    def run(self):
        asyncio.create_task(self.play())

    def stop(self):
        note("stopped")


async def is_there():
    await asyncio.sleep(1)
    return False


async def main():
    Player(is_there).run()
    await asyncio.sleep(5)
""",
        {"own": False, "track": True},
        {"track": ("stopped", "end told the others")},
        is_library=True,
    ),
    Written(
        "a set in which others keep their tasks by a method that they were given",
        """
import asyncio


class Client:
    def __init__(self, run):
        self.run = run
        self.tasks = set()

    def keep(self, task):
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def poll(self):
        while True:
            await asyncio.sleep(1)

    def start(self):
        self.keep(asyncio.create_task(self.poll()))

    def on_message(self, message):
        self.run(message, register_task=self.keep)

    async def close(self):
        note("closed")


async def answer(message):
    await asyncio.sleep(1)
    note("sent", message)


def run(message, register_task):
    register_task(asyncio.ensure_future(answer(message)))


async def main():
    client = Client(run)
    client.start()
    client.on_message(1)
    await asyncio.sleep(0)
    await client.close()
    await asyncio.sleep(3)
""",
        {"own": False},
        is_library=True,
    ),
    Written(
        "handlers that were given, each of which asks for the next message",
        """
import asyncio
import logging

logger = logging.getLogger("program")


class Dispatcher:
    def __init__(self, handlers):
        self.handlers = handlers

    async def read(self, messages):
        for message in messages:
            asyncio.gather(*[handler(message) for handler in self.handlers])
            note("read", message)
            await asyncio.sleep(0)


async def main():
    second = asyncio.Event()

    async def handle(message):
        if message == 2:
            second.set()
        await second.wait()
        note("seen", message)

    await Dispatcher([handle]).read([1, 2])
    await asyncio.sleep(1)
""",
        {"await": False},
        is_library=True,
    ),
    Written(
        "readers by their keys, ended before what they have started",
        """
import asyncio


class Channels:
    def __init__(self, queues, store):
        self.queues = queues
        self.store = store
        self.readers = {}
        self.handled = set()

    async def read(self, queue):
        while True:
            self.take(await queue.get())

    async def start(self):
        for name, queue in self.queues.items():
            self.readers[name] = asyncio.create_task(self.read(queue))

    def take(self, message):
        task = asyncio.create_task(self.save(message))
        self.handled.add(task)
        task.add_done_callback(self.handled.discard)

    async def save(self, message):
        await self.store.store(message)

    async def close(self):
        for reader in self.readers.values():
            if not reader.done():
                reader.cancel()
        await asyncio.gather(*self.readers.values(), return_exceptions=True)
        note("closed")


class Store:
    async def store(self, message):
        await asyncio.sleep(1)
        note("saved", message)


async def main():
    queue = asyncio.Queue()
    channels = Channels({"one": queue}, Store())
    await channels.start()
    for number in (1, 2):
        await queue.put(number)
        await asyncio.sleep(0.1)
    await channels.close()
""",
        {"own": True},
        {"own": ("saved 1", "saved 2", "closed")},
        is_library=True,
    ),
)
