"""What Python really does with a task that nobody holds: run by itself on any interpreter.

Each experiment is a function whose result is a word or two. The names are those of the facts in
docs/tasks.toml. All results go to standard output as JSON. Standard library only.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import logging
import socket
import subprocess
import sys
import threading
import weakref

EXPERIMENTS = {}
SINCE = {}


def experiment(since=(3, 10)):
    def register(function):
        EXPERIMENTS[function.__name__.replace("_", "-")] = function
        SINCE[function.__name__.replace("_", "-")] = since
        return function

    return register


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())

    def has(self, text):
        return any(text in line for line in self.lines)


LOG = Log()
logging.getLogger("asyncio").addHandler(LOG)
logging.getLogger("asyncio").propagate = False


async def turns(count=5):
    for _ in range(count):
        await asyncio.sleep(0.002)


def vanishes(start, after=None):
    """Whether a task that only a weak reference knows of is gone after a collection."""

    async def main():
        reference = weakref.ref(start())
        await turns()
        gc.collect()
        await turns(2)
        gone = reference() is None
        if after is not None:
            after()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return "vanishes" if gone else "stays"

    gc.collect()
    gc.disable()
    try:
        return asyncio.run(main())
    finally:
        gc.enable()


def spawn(coroutine):
    return asyncio.get_running_loop().create_task(coroutine)


def dropped(make):
    """The outcome for a dropped task that awaits what ``make`` gives."""

    async def work():
        await make()

    return vanishes(lambda: spawn(work()))


def loop_future():
    return asyncio.get_running_loop().create_future()


# -- when it can vanish


@experiment()
def sleeps():
    return dropped(lambda: asyncio.sleep(10))


@experiment()
def waits_with_a_timeout():
    return dropped(lambda: asyncio.wait_for(loop_future(), 10))


@experiment()
def waits_with_none_as_timeout():
    return dropped(lambda: asyncio.wait_for(loop_future(), None))


@experiment((3, 11))
def in_a_timeout_block():
    async def work():
        async with asyncio.timeout(10):
            await loop_future()

    return vanishes(lambda: spawn(work()))


@experiment((3, 11))
def in_a_timeout_block_of_none():
    async def work():
        async with asyncio.timeout(None):
            await loop_future()

    return vanishes(lambda: spawn(work()))


@experiment()
def waits_for_a_thread():
    done = threading.Event()

    async def work():
        await asyncio.get_running_loop().run_in_executor(None, done.wait, 10)

    return vanishes(lambda: spawn(work()), done.set)


@experiment()
def waits_for_to_thread():
    done = threading.Event()

    async def work():
        await asyncio.to_thread(done.wait, 10)

    return vanishes(lambda: spawn(work()), done.set)


@experiment()
def waits_for_a_socket():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    try:
        return dropped(lambda: asyncio.get_running_loop().sock_recv(ours, 10))
    finally:
        ours.close()
        theirs.close()


@experiment()
def waits_for_a_subprocess():
    async def work():
        command = (sys.executable, "-c", "import time; time.sleep(0.5)")
        process = await asyncio.create_subprocess_exec(*command)
        await process.wait()

    async def main():
        reference = weakref.ref(spawn(work()))
        await asyncio.sleep(0.2)
        gc.collect()
        await turns(2)
        gone = reference() is None
        await asyncio.sleep(0.8)
        return "vanishes" if gone else "stays"

    return asyncio.run(main())


HELD = []


@experiment()
def waits_for_a_future_that_is_held():
    def make():
        HELD.append(loop_future())
        return HELD[-1]

    return dropped(make)


@experiment()
def waits_for_an_event_that_is_held():
    event = asyncio.Event()
    return dropped(event.wait)


@experiment()
def waits_for_a_queue_that_is_held():
    queue = asyncio.Queue()
    return dropped(queue.get)


@experiment()
def waits_for_a_future_of_its_own():
    return dropped(loop_future)


@experiment()
def waits_for_an_event_of_its_own():
    return dropped(lambda: asyncio.Event().wait())


@experiment()
def waits_for_a_queue_of_its_own():
    return dropped(lambda: asyncio.Queue().get())


@experiment()
def waits_for_a_lock_of_its_own():
    async def twice():
        lock = asyncio.Lock()
        await lock.acquire()
        await lock.acquire()

    return dropped(twice)


def behind_the_block_of_another(make):
    """The outcome for a dropped task that waits for a lock which another dropped one is in."""

    async def inside(lock):
        async with lock:
            await make()

    def start():
        lock = asyncio.Lock()
        spawn(inside(lock))
        return spawn(inside(lock))

    return vanishes(start)


@experiment()
def waits_for_a_lock_that_another_is_in_and_sleeps():
    return behind_the_block_of_another(lambda: asyncio.sleep(10))


@experiment()
def waits_for_a_lock_that_another_is_in_and_vanishes():
    return behind_the_block_of_another(loop_future)


class Quiet:
    """A server that takes connections, and neither reads nor writes."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen()
        self.port = self.socket.getsockname()[1]


@experiment()
def waits_for_a_stream_reader():
    server = Quiet()

    async def work():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await reader.read(1)
        writer.close()

    return vanishes(lambda: spawn(work()))


@experiment()
def waits_for_drain():
    server = Quiet()

    async def work():
        _reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(100):
            writer.write(bytes(1_000_000))
            await writer.drain()

    return vanishes(lambda: spawn(work()))


@experiment()
def has_not_begun():
    async def work():
        await loop_future()

    async def main():
        reference = weakref.ref(spawn(work()))
        gc.collect()
        return "vanishes" if reference() is None else "stays"

    return asyncio.run(main())


@experiment((3, 12))
def eager_with_a_future_of_its_own():
    async def work():
        await loop_future()

    def start():
        return asyncio.eager_task_factory(asyncio.get_running_loop(), work())

    return vanishes(start)


@experiment((3, 12))
def eager_with_a_sleep():
    def start():
        return asyncio.eager_task_factory(asyncio.get_running_loop(), asyncio.sleep(10))

    return vanishes(start)


@experiment((3, 12))
def eager_runs_before_its_name_is_bound():
    seen = []

    async def main():
        async def work():
            seen.append("task" in names)

        names = {}
        names["task"] = asyncio.eager_task_factory(asyncio.get_running_loop(), work())

    asyncio.run(main())
    return "no" if seen == [True] else "yes"


class Owner:
    def __init__(self):
        self.tasks = set()

    def start(self):
        task = spawn(self.work())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def work(self):
        await loop_future()


@experiment()
def kept_by_an_object_that_only_it_reaches():
    return vanishes(lambda: Owner().start())


@experiment()
def kept_by_an_object_that_is_held():
    HELD.append(Owner())
    return vanishes(HELD[-1].start)


async def children(found):
    async def child():
        await loop_future()

    async with asyncio.TaskGroup() as group:
        found.append(weakref.ref(group.create_task(child())))


@experiment((3, 11))
def in_a_task_group_that_runs():
    async def main():
        found = []
        parent = spawn(children(found))
        await turns()
        gc.collect()
        await turns(2)
        gone = found[0]() is None
        parent.cancel()
        return "vanishes" if gone else "stays"

    return asyncio.run(main())


@experiment((3, 11))
def in_a_task_group_whose_parent_nothing_reaches():
    async def main():
        found = []
        spawn(children(found))
        await turns()
        gc.collect()
        await turns(2)
        return "vanishes" if found[0]() is None else "stays"

    return asyncio.run(main())


@experiment()
def handler_of_start_server():
    found = []

    async def handle(reader, writer):
        found.append(weakref.ref(asyncio.current_task()))
        await loop_future()

    async def main():
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        await turns(10)
        gc.collect()
        await turns(2)
        gone = found[0]() is None
        server.close()
        client.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return "vanishes" if gone else "stays"

    return asyncio.run(main())


# -- who sees it fail


class Failed(Exception):
    pass


async def fail():
    await asyncio.sleep(0)
    raise Failed("failed")


def logged(start):
    """When a failure is logged that nobody looks at."""

    async def main():
        LOG.lines.clear()
        kept = start()
        if not isinstance(kept, list):
            kept = []
        await turns(8)
        if LOG.has("never retrieved"):
            return "logged at once"
        gc.collect()
        await turns(2)
        if LOG.has("never retrieved"):
            return "logged at the next collection"
        kept.clear()
        HELD.clear()
        gc.collect()
        await turns(2)
        return "logged once the last reference goes" if LOG.has("never retrieved") else "never"

    gc.collect()
    gc.disable()
    try:
        return asyncio.run(main())
    finally:
        gc.enable()


@experiment()
def dropped_and_fails():
    def start():
        spawn(fail())

    return logged(start)


@experiment()
def fails_with_its_frame_in_the_traceback():
    async def work():
        task = asyncio.current_task()
        await asyncio.sleep(0)
        raise Failed(f"in {task.get_name()}")

    def start():
        spawn(work())

    return logged(start)


@experiment()
def in_a_pruned_set_and_fails():
    tasks = set()

    def start():
        task = spawn(fail())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    return logged(start)


@experiment()
def dropped_gather_that_fails():
    def start():
        asyncio.gather(fail())

    return logged(start)


@experiment()
def dropped_shield_that_fails():
    def start():
        asyncio.shield(fail())

    return logged(start)


@experiment()
def dropped_call_of_an_executor_that_fails():
    def work():
        raise Failed

    def start():
        asyncio.get_running_loop().run_in_executor(None, work)

    return logged(start)


@experiment()
def kept_in_a_list_and_fails():
    return logged(lambda: [spawn(fail())])


@experiment()
def awaited_long_after_it_failed():
    async def main():
        LOG.lines.clear()
        task = spawn(fail())
        await turns(8)
        gc.collect()
        await turns(2)
        before = "logged before" if LOG.lines else "silent until then"
        try:
            await task
        except Failed:
            return f"{before}, raised there"
        return before

    return asyncio.run(main())


@experiment()
def looked_at_by_a_callback():
    seen = []

    def start():
        spawn(fail()).add_done_callback(lambda task: seen.append(task.exception()))

    found = logged(start)
    return f"{found}, seen there" if len(seen) == 1 else found


@experiment()
def swallowed_by_a_dropped_result_of_gather():
    async def end(tasks):
        await asyncio.gather(*tasks, return_exceptions=True)

    def start():
        spawn(end([spawn(fail())]))

    return logged(start)


@experiment()
def dropped_future_of_another_thread_that_fails():
    async def main():
        LOG.lines.clear()
        loop = asyncio.get_running_loop()
        noted = Log()
        logging.getLogger("concurrent.futures").addHandler(noted)

        def thread():
            asyncio.run_coroutine_threadsafe(fail(), loop)

        await asyncio.to_thread(thread)
        await turns(8)
        gc.collect()
        await turns(2)
        return "logged" if LOG.lines or noted.lines else "never"

    return asyncio.run(main())


def started_by_another_thread(keeps):
    found = []
    kept = []

    async def work():
        found.append(weakref.ref(asyncio.current_task()))
        await loop_future()

    async def main():
        loop = asyncio.get_running_loop()

        def thread():
            future = asyncio.run_coroutine_threadsafe(work(), loop)
            if keeps:
                kept.append(future)

        await asyncio.to_thread(thread)
        await turns()
        gc.collect()
        await turns(2)
        gone = found[0]() is None
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return "vanishes" if gone else "stays"

    return asyncio.run(main())


@experiment()
def future_of_another_thread_is_dropped():
    return started_by_another_thread(keeps=False)


@experiment()
def future_of_another_thread_is_kept():
    return started_by_another_thread(keeps=True)


# -- what happens at the end


def left_over(run):
    seen = []

    async def work():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await asyncio.sleep(0.01)
            seen.append("cancelled and waited for")
            raise

    async def main():
        HELD.append(spawn(work()))
        await turns()

    LOG.lines.clear()
    run(main())
    HELD.clear()
    gc.collect()
    if LOG.has("was destroyed but it is pending"):
        return "destroyed while it is pending"
    return seen[0] if seen else "nothing"


@experiment()
def left_when_asyncio_run_ends():
    return left_over(asyncio.run)


@experiment((3, 11))
def left_when_a_runner_ends():
    def run(coroutine):
        with asyncio.Runner() as runner:
            runner.run(coroutine)

    return left_over(run)


@experiment()
def left_when_a_loop_is_closed_by_hand():
    def run(coroutine):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(coroutine)
        loop.close()

    return left_over(run)


STUBBORN = """
import asyncio
async def work():
    while True:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            pass
async def main():
    global task
    task = asyncio.create_task(work())
    await asyncio.sleep(0.05)
asyncio.run(main())
"""


@experiment()
def swallows_its_cancellation_in_a_loop():
    try:
        subprocess.run([sys.executable, "-c", STUBBORN], timeout=1.5, check=False)
    except subprocess.TimeoutExpired:
        return "asyncio.run does not return"
    return "asyncio.run returns"


# -- ending a task right


def ends_itself(end):
    """What a teardown raises that is reached from the task that it ends."""
    seen = []

    async def work():
        await asyncio.sleep(0)
        try:
            await end(asyncio.current_task())
        except BaseException as error:
            seen.append(type(error).__name__)

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(
            lambda _, context: seen.append(type(context.get("exception")).__name__)
        )
        task = spawn(work())
        try:
            await asyncio.wait_for(asyncio.shield(task), 0.3)
        except BaseException as error:
            seen.append(type(error).__name__)

    try:
        asyncio.run(main())
    except RecursionError:
        seen.append("RecursionError")
    if "RecursionError" in seen:
        return "RecursionError"
    return seen[0] if seen else "nothing"


@experiment()
def awaits_itself():
    async def end(task):
        await task

    return ends_itself(end)


@experiment()
def cancels_and_awaits_itself():
    async def end(task):
        task.cancel()
        await task

    return ends_itself(end)


@experiment()
def cancels_and_gathers_itself():
    async def end(task):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return ends_itself(end)


def runs_on(wait):
    async def main():
        task = spawn(asyncio.sleep(10))
        await wait(task)
        await turns(2)
        found = "it runs on" if not task.done() else "it is cancelled"
        task.cancel()
        return found

    return asyncio.run(main())


@experiment()
def waiter_of_a_shield_is_cancelled():
    async def wait(task):
        async def waiter():
            await asyncio.shield(task)

        one = spawn(waiter())
        await turns(2)
        one.cancel()

    return runs_on(wait)


@experiment()
def waiter_is_cancelled():
    async def wait(task):
        async def waiter():
            await task

        one = spawn(waiter())
        await turns(2)
        one.cancel()

    return runs_on(wait)


@experiment()
def shielded_task_is_cancelled():
    async def wait(task):
        asyncio.shield(task)
        await turns(1)
        task.cancel()

    return runs_on(wait)


@experiment()
def wait_comes_to_its_deadline():
    async def wait(task):
        await asyncio.wait({task}, timeout=0.01)

    return runs_on(wait)


@experiment()
def wait_for_comes_to_its_deadline():
    async def wait(task):
        with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
            await asyncio.wait_for(task, 0.01)

    return runs_on(wait)


@experiment()
def wait_for_a_shield_comes_to_its_deadline():
    async def wait(task):
        with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
            await asyncio.wait_for(asyncio.shield(task), 0.01)

    return runs_on(wait)


@experiment((3, 11))
def task_group_can_be_cancelled():
    return "yes" if hasattr(asyncio.TaskGroup, "cancel") else "no"


@experiment()
def task_takes_eager_start():
    async def main():
        work = asyncio.sleep(0)
        try:
            await asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
        except TypeError:
            work.close()
            return "no"
        return "yes"

    return asyncio.run(main())


@experiment()
def create_task_takes_eager_start():
    async def main():
        work = asyncio.sleep(0)
        try:
            await asyncio.get_running_loop().create_task(work, eager_start=True)
        except TypeError:
            work.close()
            return "no"
        return "yes"

    return asyncio.run(main())


def results():
    """The outcome of each experiment that this Python can make."""
    return {name: run() for name, run in EXPERIMENTS.items() if sys.version_info[:2] >= SINCE[name]}


if __name__ == "__main__":
    print(json.dumps(results(), indent=1))
