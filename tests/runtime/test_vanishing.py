"""Whether a dropped task can vanish: what is said of a coroutine is what happens to its task."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import textwrap
import threading
import weakref
from typing import Any

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site, Vanishing, Vanishings

HEAD = "import asyncio\nimport time\n\n\n"
START = "\n\nasync def start():\n    asyncio.create_task(work())\n"
PROVEN = {
    "future": "await asyncio.get_running_loop().create_future()",
    "named future": "f = asyncio.get_running_loop().create_future()\nawait f",
    "future class": "f = asyncio.Future()\nprint(f.done())\nawait f",
    "event": "e = asyncio.Event()\nawait e.wait()",
    "event at once": "await asyncio.Event().wait()",
    "queue": "q = asyncio.Queue()\nwhile True:\n    print(await q.get())",
    "lock": "k = asyncio.Lock()\nawait k.acquire()\nawait k.acquire()",
    "semaphore": "s = asyncio.Semaphore(0)\nawait s.acquire()",
    "after a pause": "await asyncio.sleep(0)\nawait asyncio.Event().wait()",
    "through a call": "await inner()",
    "gather": "await asyncio.gather(asyncio.sleep(0), asyncio.Event().wait())",
    "gather of coroutines": "await asyncio.gather(asyncio.sleep(0), inner())",
    "shield": "await asyncio.shield(inner())",
    "wait": "await asyncio.wait([asyncio.create_task(inner())])",
    "task of its own": "t = asyncio.create_task(asyncio.Event().wait())\nawait t",
    "task of its own by the loop": "loop = asyncio.get_running_loop()\n"
    "await loop.create_task(asyncio.Event().wait())",
    "wait_for with None": "await asyncio.wait_for(asyncio.Event().wait(), None)",
    "condition": "c = asyncio.Condition()\nasync with c:\n    await c.wait()",
    "semaphore of none": "s = asyncio.Semaphore(0)\nasync with s:\n    pass",
    "reader": "reader, writer = await asyncio.open_connection('127.0.0.1', PORT)\n"
    "print(await reader.read(1))\nwriter.close()",
}
EXCLUDED = {
    "sleep": "await asyncio.sleep(10)",
    "sleep in a loop": "while True:\n    await asyncio.sleep(10)",
    "wait_for with a deadline": "await asyncio.wait_for(asyncio.Event().wait(), 10)",
    "wait_for with a number of its own": "limit = 10\n"
    "await asyncio.wait_for(asyncio.Event().wait(), limit)",
    "wait_for with a number of a module": "await asyncio.wait_for(\n"
    "    asyncio.Event().wait(), LIMIT)",
    "wait_for with a number that is returned": "await asyncio.wait_for(\n"
    "    asyncio.Event().wait(), seconds())",
    "wait_for with a number that is reckoned": "await asyncio.wait_for(\n"
    "    asyncio.Event().wait(), float('10'))",
    "wait_for with a number that callers give": "await soon(10)",
    "first of several": "others = [asyncio.create_task(asyncio.Event().wait())]\n"
    "await asyncio.wait([asyncio.create_task(asyncio.sleep(10)), *others],\n"
    "    return_when=asyncio.FIRST_COMPLETED)",
    "tasks in a list": "tasks = []\nfor _ in range(2):\n"
    "    tasks.append(asyncio.create_task(pause()))\nawait asyncio.wait(tasks)",
    "coroutines in a list": "waits = [asyncio.sleep(10)]\nwaits.append(pause())\n"
    "await asyncio.gather(*waits)",
    "tasks in a set": "tasks = set()\ntasks.add(asyncio.create_task(pause()))\n"
    "await asyncio.gather(*tasks)",
    "stream of a process": "p = await asyncio.create_subprocess_exec(PYTHON, '-c', 'input()',\n"
    "    stdin=-1, stdout=-1)\n"
    "try:\n    print(await p.stdout.readline())\n"
    "finally:\n    p.kill()\n    await p.wait()",
    "lines of a process": "p = await asyncio.create_subprocess_exec(PYTHON, '-c', 'input()',\n"
    "    stdin=-1, stdout=-1)\n"
    "try:\n    async for line in p.stdout:\n        print(line)\n"
    "finally:\n    p.kill()\n    await p.wait()",
    "block of a lock of a module": "async with LOCK:\n    print('held')",
    "async generator": "async for x in pauses():\n    print(x)",
    "comprehension": "print([x async for x in pauses()])",
    "context manager": "async with pausing():\n    print('in')",
    "wait_for by key": "await asyncio.wait_for(asyncio.Event().wait(), timeout=10)",
    "wait with a deadline": "await asyncio.wait([asyncio.create_task(inner())], timeout=10)",
    "gather": "await asyncio.gather(asyncio.sleep(10), pause())",
    "shield": "await asyncio.shield(asyncio.sleep(10))",
    "wait": "await asyncio.wait([asyncio.create_task(pause())])",
    "task of its own": "t = asyncio.create_task(asyncio.sleep(10))\nawait t",
    "task of its own by the loop": "loop = asyncio.get_running_loop()\n"
    "t = loop.create_task(pause())\nawait t",
    "wait_for with None": "await asyncio.wait_for(asyncio.sleep(10), None)",
    "event of a module": "await EVENT.wait()",
    "process": "p = await asyncio.create_subprocess_exec(PYTHON, '-c', 'input()', stdin=-1)\n"
    "try:\n    await p.wait()\n"
    "finally:\n    p.kill()\n    await p.wait()",
    "server": "s = await asyncio.start_server(print, '127.0.0.1', 0)\nawait s.serve_forever()",
    "to_thread": "await asyncio.to_thread(RELEASED.wait, 10)",
    "executor": "loop = asyncio.get_running_loop()\n"
    "await loop.run_in_executor(None, RELEASED.wait, 10)",
    "server that starts later": "s = await asyncio.start_server(\n"
    "    print, '127.0.0.1', 0, start_serving=False)\n"
    "await s.start_serving()\nawait s.serve_forever()",
    "socket": "loop = asyncio.get_running_loop()\nawait loop.sock_recv(SOCKET, 1)",
    "encryption with a silent peer": "import ssl\nloop = asyncio.get_running_loop()\n"
    "transport, protocol = await loop.create_connection(\n"
    "    asyncio.Protocol, '127.0.0.1', PORT)\n"
    "await loop.start_tls(transport, protocol, ssl.create_default_context())",
    "datagrams": "loop = asyncio.get_running_loop()\n"
    "transport, _ = await loop.create_datagram_endpoint(\n"
    "    asyncio.DatagramProtocol, local_addr=('127.0.0.1', 0))\n"
    "await asyncio.sleep(10)\ntransport.close()",
    "names of an address": "loop = asyncio.get_running_loop()\n"
    "await loop.getnameinfo(('127.0.0.1', 80))\nawait asyncio.sleep(10)",
    "task of its own that others know": "t = asyncio.create_task(pause())\nprint(t)\n"
    "await asyncio.wait_for(asyncio.shield(t), None)",
    "through a call": "await pause()",
    "nothing": "print('done')",
    "what comes after a loop without an end": "while True:\n    await asyncio.sleep(10)\n"
    "await asyncio.Event().wait()",
    "what comes after a return": "await asyncio.sleep(10)\nreturn\nawait asyncio.Event().wait()",
    "what no condition lets come": "if False:\n    await asyncio.Event().wait()\n"
    "await asyncio.sleep(10)",
    "lock of its own": "k = asyncio.Lock()\nasync with k:\n    await asyncio.sleep(10)",
    "lock of its own, acquired": "k = asyncio.Lock()\nawait k.acquire()\nawait asyncio.sleep(10)",
    "semaphore of its own": "s = asyncio.Semaphore()\nawait s.acquire()\nawait asyncio.sleep(10)",
}
if sys.version_info >= (3, 11):
    PROVEN |= {
        "block without a deadline": "async with asyncio.timeout(None):\n"
        "    await asyncio.Event().wait()",
        "after a block with a deadline": "async with asyncio.timeout(10):\n"
        "    await asyncio.sleep(0)\nawait asyncio.Event().wait()",
        "task group": "async with asyncio.TaskGroup() as tg:\n    tg.create_task(inner())",
    }
    EXCLUDED |= {
        "block with a deadline": "async with asyncio.timeout(10):\n"
        "    await asyncio.Event().wait()",
        "task group": "async with asyncio.TaskGroup() as tg:\n    for _ in range(2):\n"
        "        tg.create_task(pause())",
        "task group by name": "tg = asyncio.TaskGroup()\nasync with tg:\n"
        "    tg.create_task(pause())",
        "task group with nothing in it": "async with asyncio.TaskGroup():\n"
        "    await asyncio.sleep(10)",
        "call in a block with a deadline": "async with asyncio.timeout(LIMIT):\n    await inner()",
    }
#: nothing but the function has what it waits for, and it may have seen to the end of the wait
ENDED_BY_ITSELF = {
    "event that is set": "e = asyncio.Event()\ne.set()\nawait e.wait()",
    "event that a timer sets": "e = asyncio.Event()\n"
    "asyncio.get_running_loop().call_later(10, e.set)\nawait e.wait()",
    "future that is done": "f = asyncio.get_running_loop().create_future()\nf.set_result(1)\n"
    "await f",
    "queue that has one": "q = asyncio.Queue()\nq.put_nowait(1)\nprint(await q.get())",
    "queue that takes one": "q = asyncio.Queue()\nawait q.put(1)",
    "queue that has none to join": "q = asyncio.Queue()\nawait q.join()",
    "lock that is released": "k = asyncio.Lock()\nawait k.acquire()\nk.release()\n"
    "await k.acquire()",
    "lock in a loop": "k = asyncio.Lock()\nfor _ in range(3):\n    async with k:\n        pass",
    "semaphore of some": "s = asyncio.Semaphore(2)\nasync with s:\n    pass",
    "semaphore that is released": "s = asyncio.Semaphore(0)\ns.release()\nawait s.acquire()",
    "task that is cancelled": "t = asyncio.create_task(asyncio.Event().wait())\nt.cancel()\n"
    "await t",
}
UNKNOWN = {
    "parameter": "await OTHER",
    "first of several": "await asyncio.wait([OTHER], return_when=asyncio.FIRST_COMPLETED)",
    "added to a list": "waits = [asyncio.sleep(1)]\nwaits.append(OTHER)\n"
    "await asyncio.gather(*waits)",
    "put in by another": "waits = [asyncio.sleep(1)]\n"
    "KEPT.append(lambda: waits.append(OTHER))\nawait asyncio.gather(*waits)",
    "first of what may be there": "tasks = [asyncio.create_task(OTHER)]\nif KEPT:\n"
    "    tasks.append(asyncio.create_task(asyncio.sleep(10)))\n"
    "await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)",
    "gather of others": "await asyncio.gather(asyncio.sleep(1), OTHER)",
    "task that is kept": "t = asyncio.create_task(asyncio.Event().wait())\nKEPT.append(t)\nawait t",
    "event handed on": "e = asyncio.Event()\nKEPT.append(e)\nawait e.wait()",
    "event with a function inside": "e = asyncio.Event()\nKEPT.append(lambda: e.set())\n"
    "await e.wait()",
    "future handed on": "f = asyncio.Future()\nKEPT.append(f.set_result)\nawait f",
    "stream that is kept": "reader, writer = await asyncio.open_connection('127.0.0.1', PORT)\n"
    "KEPT.append(writer)\nprint(await reader.read(1))",
    "wait_for without a deadline": "await asyncio.wait_for(OTHER, None)",
    "another object": "await OTHER.get()",
    "iteration": "async for x in OTHER:\n    print(x)",
    "task group of others": "async with asyncio.TaskGroup() as tg:\n    OTHER(tg)",
    "task group of a function inside": "async with asyncio.TaskGroup() as tg:\n"
    "    OTHER(lambda: tg.create_task(pause()))",
    "task group that is kept": "async with asyncio.TaskGroup() as tg:\n    OTHER.group = tg",
}
HELPERS = """

async def inner():
    await asyncio.Event().wait()


async def pause():
    await asyncio.sleep(10)


async def pauses():
    await asyncio.sleep(10)
    yield 1


class pausing:
    async def __aenter__(self):
        await asyncio.sleep(10)

    async def __aexit__(self, *args):
        pass


async def soon(limit):
    await asyncio.wait_for(asyncio.Event().wait(), limit)


def seconds() -> float:
    return 10


EVENT = asyncio.Event()
LOCK = asyncio.Lock()
if hasattr(LOCK, "_locked"):
    LOCK._locked = True
LIMIT = 10
"""
#: bodies of a method: nothing but the object that they wait for something of decides
OWNED = {
    "event": "await self.event.wait()",
    "queue": "print(await self.queue.get())",
    "future": "await self.future",
    "future that it keeps": "f = asyncio.get_running_loop().create_future()\n"
    "self.waiting.append(f)\nawait f",
    "future by a key": "f = asyncio.get_running_loop().create_future()\n"
    "self.by_key[1] = f\nawait asyncio.shield(f)",
    "lock": "async with self.lock:\n    print('held')",
    "lock by a key": "async with self.locks[1]:\n    async with self.locks[1]:\n        pass",
    "limit that may be None": "await asyncio.wait_for(self.event.wait(), self.limit)",
    "through a plain method": "await self.made()",
    "its operator": "await self(1)",
}
OWNER = """

class Owner:
    def __init__(self, limit=None):
        self.limit = limit
        self.event = asyncio.Event()
        self.queue = asyncio.Queue()
        self.future = asyncio.get_running_loop().create_future()
        self.lock = asyncio.Lock()
        self.lock._locked = True
        self.locks = defaultdict(asyncio.Lock)
        self.waiting = []
        self.by_key = {{}}

    def made(self):
        f = asyncio.get_running_loop().create_future()
        self.waiting.append(f)
        return f

    async def __call__(self, x):
        await self.event.wait()

    async def work(self):
{body}

    def start(self):
        asyncio.create_task(self.work())
"""


def program(body: str) -> str:
    return f"{HEAD}async def work():\n{textwrap.indent(body, '    ')}\n{HELPERS}{START}"


def owned(body: str) -> str:
    return (
        "from collections import defaultdict\n"
        + HEAD
        + OWNER.format(body=textwrap.indent(body, " " * 8))
    )


def the_site(code: str, scope: str) -> Site:
    sites = judge([extract(Source("a.py", "a", code))])
    (found,) = (site for site in sites if site.scope == scope)
    return found


def site(body: str) -> Site:
    return the_site(program(body), "start")


def said(body: str) -> Vanishing:
    return site(body).vanishing


def happens(body: str) -> bool:
    """Whether the task is gone after a collection."""
    released = threading.Event()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    server = socket.create_server(("127.0.0.1", 0))
    names: dict[str, Any] = {
        "RELEASED": released,
        "SOCKET": ours,
        "PORT": server.getsockname()[1],
        "PYTHON": sys.executable,
    }
    exec(compile(program(body), "a.py", "exec"), names)

    async def main() -> bool:
        done: list[object] = []
        task = asyncio.get_running_loop().create_task(names["work"]())
        task.add_done_callback(lambda _: done.append(None))
        reference = weakref.ref(task)
        del task
        for _ in range(10):
            await asyncio.sleep(0.005)
        # A queue that is collected wakes its task once more, which is done then.
        ended = bool(done)
        gc.collect()
        await asyncio.sleep(0.005)
        gone = reference() is None and not ended
        released.set()
        for each in asyncio.all_tasks() - {asyncio.current_task()}:
            each.cancel()
        return gone

    gc.disable()
    try:
        return asyncio.run(main())
    finally:
        gc.enable()
        for thread in threading.enumerate():
            # Up to Python 3.10 without the prefix.
            if thread.name.removeprefix("asyncio-").startswith("waitpid-"):
                thread.join()
        ours.close()
        theirs.close()
        server.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("body", PROVEN.values(), ids=PROVEN)
def test_what_is_proven_happens(body: str) -> None:
    assert said(body).state is Vanishings.PROVEN
    assert happens(body)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("body", ENDED_BY_ITSELF.values(), ids=ENDED_BY_ITSELF)
def test_a_wait_that_the_function_may_end_itself_proves_nothing(body: str) -> None:
    assert said(body).state is Vanishings.UNKNOWN
    assert not happens(body)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("t = asyncio.create_task(OTHER.get())\nprint(t)\nawait t", "OTHER.get"),
        ("t = asyncio.create_task(OTHER)\nprint(t)\nawait t", "OTHER"),
        ("loop = asyncio.get_running_loop()\n\nawait loop.create_task(OTHER)", "OTHER"),
    ],
)
def test_what_is_not_known_of_a_task_is_what_it_runs(body: str, what: str) -> None:
    assert said(body) == Vanishing(Vanishings.UNKNOWN, "a.py", 8, what)


def test_a_variable_of_a_module_that_is_set_again_holds_nothing_for_certain() -> None:
    again = "\n\ndef renew():\n    global EVENT\n    EVENT = asyncio.Event()\n"
    code = program("await EVENT.wait()")
    assert the_site(code, "start").vanishing.state is Vanishings.EXCLUDED
    assert the_site(code + again, "start").vanishing.state is Vanishings.UNKNOWN


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("body", EXCLUDED.values(), ids=EXCLUDED)
def test_what_is_excluded_does_not_happen(body: str) -> None:
    assert said(body).state is Vanishings.EXCLUDED
    assert not happens(body)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("is_held", [True, False], ids=["held", "not held"])
@pytest.mark.parametrize("body", OWNED.values(), ids=OWNED)
def test_what_an_object_holds_lasts_as_long_as_that_is_held(body: str, is_held: bool) -> None:
    found = the_site(owned(body), "Owner.start").vanishing
    assert (found.state, found.what) == (Vanishings.OWNER, "Owner")

    async def main() -> bool:
        owner = names["Owner"]()
        reference = weakref.ref(asyncio.get_running_loop().create_task(owner.work()))
        await asyncio.sleep(0.005)
        held = [owner] if is_held else []
        del owner
        gc.collect()
        await asyncio.sleep(0.005)
        gone = reference() is None
        del held[:]
        return gone

    names: dict[str, Any] = {}
    exec(compile(owned(body), "a.py", "exec"), names)
    assert asyncio.run(main()) is not is_held


KEEPING = """class A:
    def __init__(self):
        self.calls = []
        self.by_name = {{}}

    def add(self, name, call):
        {put}

    async def work(self, name=""):
        for call in {taken}:
            await call(1)

    def start(self):
        asyncio.create_task(self.work())
"""
PAUSE = "\n\nasync def pause(x):\n    await asyncio.sleep(60)\n"
GIVEN = {
    "parameter": "async def work(call):\n    await call()\n\n\n"
    "def start(call):\n    asyncio.create_task(work(call))\n",
    "coroutine": "def start(coroutine):\n    asyncio.create_task(coroutine)\n",
    "awaited parameter": "async def work(other):\n    await other\n\n\n"
    "def start(other):\n    asyncio.create_task(work(other))\n",
    "attribute": "class A:\n    def __init__(self, call):\n        self.call = call\n\n"
    "    async def work(self):\n        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n",
    "method of a parameter": "async def work(client):\n    await client.get()\n\n\n"
    "def start(client):\n    asyncio.create_task(work(client))\n",
    "stars": "async def work(**names):\n    await inner(**names)\n\n\n"
    "async def inner(call=None):\n    await call()\n\n\n"
    "def start(**names):\n    asyncio.create_task(work(**names))\n",
    "block": "async def work(client):\n    async with client:\n        pass\n\n\n"
    "def start(client):\n    asyncio.create_task(work(client))\n",
    "kept in a list": KEEPING.format(put="self.calls.append(call)", taken="self.calls"),
    "kept in a dict": KEEPING.format(
        put="self.by_name.setdefault(name, []).append(call)", taken="self.by_name.get(name, ())"
    ),
    "kept in tuples": KEEPING.format(
        put="self.calls.append((name, call))", taken="(call for _, call in self.calls)"
    ),
    "kept in a set of a dict": KEEPING.format(
        put="""calls = self.by_name.get(name)
        if calls is None:
            calls = set()
            self.by_name[name] = calls
        calls.add(call)""",
        taken="self.by_name.get(name)",
    ),
    "numbered": KEEPING.format(
        put="self.calls.append(call)", taken="(call for _, call in enumerate(self.calls))"
    ),
    "side by side": KEEPING.format(
        put="self.calls.append(call)", taken="(call for _, call in zip('ab', self.calls))"
    ),
    "set by others": "class A:\n    def __init__(self):\n        self.call = None\n\n"
    "    async def work(self):\n        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n",
    "inherited": "from library import Base\n\n\nclass A(Base):\n    async def work(self):\n"
    "        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n",
    "left to subclasses": "class A:\n    async def work(self):\n        raise NotImplementedError\n"
    "\n    def start(self):\n        asyncio.create_task(self.work())\n",
}
GIVEN["one of several"] = (
    "class A:\n    async def work(self, call):\n        await call(1)\n\n"
    "    def start(self, name, call):\n"
    "        asyncio.create_task(self.work(getattr(self, 'on_' + name)))\n\n"
    "    def start_this(self, call):\n        asyncio.create_task(self.work(call))\n"
)
FOUND = {
    "parameter": "async def work(call):\n    await call()\n\n\nasync def pause():\n"
    "    await asyncio.sleep(60)\n\n\ndef start():\n    asyncio.create_task(work(pause))\n",
    "awaited parameter": "async def work(other):\n    await other\n\n\n"
    "def start():\n    asyncio.create_task(work(asyncio.sleep(60)))\n",
    "attribute": "class A:\n    def __init__(self, call):\n        self.call = call\n\n"
    "    async def work(self):\n        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n\n\n"
    "async def pause(x):\n    await asyncio.sleep(60)\n\n\nA(pause).start()\n",
    "kept in a list": KEEPING.format(put="self.calls.append(call)", taken="self.calls")
    + PAUSE
    + "\n\na = A()\na.add('', pause)\na.start()\n",
    "kept in a dict": KEEPING.format(put="self.by_name[name] = call", taken="self.by_name.values()")
    + PAUSE
    + "\n\na = A()\na.add('', pause)\na.start()\n",
    "decorator": "calls = []\n\n\ndef keep(call):\n    calls.append(call)\n    return call\n\n\n"
    "@keep\nasync def pause():\n    await asyncio.sleep(60)\n\n\n"
    "async def work():\n    for call in calls:\n        await call()\n\n\n"
    "def start():\n    asyncio.create_task(work())\n",
    "property": "class A:\n    @property\n    def call(self):\n        return pause\n\n"
    "    async def work(self):\n        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n"
    + PAUSE
    + "\n\nA().start()\n",
    "by its name": "class A:\n    async def pause(self, x):\n        await asyncio.sleep(60)\n\n"
    "    async def work(self):\n        await getattr(self, 'pause')(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n\n\nA().start()\n",
    "stars": "async def inner(x, call=None):\n    await call(x)\n\n\n"
    "async def work(**names):\n    await inner(1, **names)\n\n\n"
    "def start():\n    asyncio.create_task(work(call=pause))\n" + PAUSE,
    "field": "import dataclasses\n\n\n@dataclasses.dataclass\nclass A:\n    call: object\n\n"
    "    async def work(self):\n        await self.call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n"
    + PAUSE
    + "\n\nA(pause).start()\n",
    "object": "class B:\n    async def close(self):\n        await asyncio.sleep(60)\n\n\n"
    "class A:\n    def __init__(self, other):\n        self.other = other\n\n"
    "    async def work(self):\n        await self.other.close()\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n\n\nA(B()).start()\n",
}


@pytest.mark.parametrize("code", GIVEN.values(), ids=GIVEN)
def test_code_from_outside_decides_where_it_is_called(code: str) -> None:
    scope = "A.start" if "class A" in code else "start"
    assert the_site(HEAD + code, scope).vanishing.state is Vanishings.GIVEN


@pytest.mark.parametrize("code", FOUND.values(), ids=FOUND)
def test_what_callers_give_is_looked_at(code: str) -> None:
    scope = "A.start" if "class A" in code else "start"
    assert the_site(HEAD + code, scope).vanishing.state is Vanishings.EXCLUDED


@pytest.mark.parametrize("code", FOUND.values(), ids=FOUND)
def test_what_callers_give_holds_the_task(code: str) -> None:
    async def main() -> int:
        names: dict[str, Any] = {}
        exec(compile(HEAD + code, "a.py", "exec"), names)
        if "start" in names:
            names["start"]()
        names.pop("a", None)
        tasks = weakref.WeakSet(asyncio.all_tasks() - {asyncio.current_task()})
        await asyncio.sleep(0.005)
        gc.collect()
        await asyncio.sleep(0.005)
        return len(tasks)

    assert asyncio.run(main()) == 1


KEPT_EVENT = (
    KEEPING.format(put="self.calls.append(call)", taken="self.calls")
    + "\n\nasync def wait(x):\n    await asyncio.Event().wait()\n"
    + "\n\na = A()\na.add('', wait)\na.start()\n"
)
NOT_TOLD = {
    "one of a container": KEPT_EVENT,
    "nothing is put in": KEEPING.format(put="pass", taken="self.calls"),
    "by a name that is not known": "class A:\n    async def work(self, name):\n"
    "        await getattr(self, 'on_' + name)()\n\n"
    "    def start(self):\n        asyncio.create_task(self.work('x'))\n",
    "given to what is returned": "def keeping(self):\n    def keep(call):\n"
    "        self.calls.append(call)\n\n    return keep\n\n\nclass A:\n"
    "    def __init__(self):\n        self.calls = []\n        keeping(self)(abs)\n\n"
    "    async def work(self):\n        for call in self.calls:\n            await call(1)\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n",
    "of a library": "import library\n\n\nclass A:\n    async def work(self):\n"
    "        await library.Client().get()\n\n"
    "    def start(self):\n        asyncio.create_task(self.work())\n",
}


@pytest.mark.parametrize("code", NOT_TOLD.values(), ids=NOT_TOLD)
def test_what_may_be_something_else_is_not_known(code: str) -> None:
    assert the_site(HEAD + code, "A.start").vanishing.state is Vanishings.UNKNOWN


def test_what_one_of_two_methods_waits_for_is_not_proven() -> None:
    code = """
class A:
    async def work(self):
        await asyncio.sleep(60)


class B(A):
    async def work(self):
        await asyncio.Event().wait()


def start(a: A):
    asyncio.create_task(a.work())
"""
    assert the_site(HEAD + code, "start").vanishing.state is Vanishings.UNKNOWN


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_of_everything_else_nothing_is_said(body: str) -> None:
    assert said(body).state is Vanishings.UNKNOWN


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (PROVEN["queue"], "can vanish at line 8, since nothing else holds `q`, and nothing can"),
        (PROVEN["named future"], "can vanish at line 7, since nothing else holds the future, and"),
        (EXCLUDED["sleep"], "is dropped: nothing can stop it or wait for it"),
        (UNKNOWN["another object"], "half-way is not known (line 6 waits for `OTHER.get`)"),
    ],
)
def test_the_message_claims_what_is_proven_and_names_the_await(body: str, message: str) -> None:
    found = diagnose(site(body), frozenset(rule.code for rule in all_rules()))
    assert found is not None
    assert message in found.message
    assert ("vanish" in found.message) is (body != EXCLUDED["sleep"])
