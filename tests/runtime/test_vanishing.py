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

from taskleash.classify.judge import judge
from taskleash.classify.model import Site, Vanishing, Vanishings
from taskleash.facts.extract import extract
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source

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
    "wait_for with None": "await asyncio.wait_for(asyncio.Event().wait(), None)",
    "reader": "reader, writer = await asyncio.open_connection('127.0.0.1', PORT)\n"
    "print(await reader.read(1))\nwriter.close()",
}
EXCLUDED = {
    "sleep": "await asyncio.sleep(10)",
    "sleep in a loop": "while True:\n    await asyncio.sleep(10)",
    "wait_for with a deadline": "await asyncio.wait_for(asyncio.Event().wait(), 10)",
    "wait_for by key": "await asyncio.wait_for(asyncio.Event().wait(), timeout=10)",
    "wait with a deadline": "await asyncio.wait([asyncio.create_task(inner())], timeout=10)",
    "gather": "await asyncio.gather(asyncio.sleep(10), pause())",
    "shield": "await asyncio.shield(asyncio.sleep(10))",
    "wait": "await asyncio.wait([asyncio.create_task(pause())])",
    "task of its own": "t = asyncio.create_task(asyncio.sleep(10))\nawait t",
    "wait_for with None": "await asyncio.wait_for(asyncio.sleep(10), None)",
    "event of a module": "await EVENT.wait()",
    "process": "p = await asyncio.create_subprocess_exec(PYTHON, '-c', 'input()', stdin=-1)\n"
    "try:\n    await p.wait()\n"
    "finally:\n    p.kill()\n    await p.wait()",
    "server": "s = await asyncio.start_server(print, '127.0.0.1', 0)\nawait s.serve_forever()",
    "to_thread": "await asyncio.to_thread(RELEASED.wait, 10)",
    "executor": "loop = asyncio.get_running_loop()\n"
    "await loop.run_in_executor(None, RELEASED.wait, 10)",
    "socket": "loop = asyncio.get_running_loop()\nawait loop.sock_recv(SOCKET, 1)",
    "through a call": "await pause()",
    "nothing": "print('done')",
}
UNKNOWN = {
    "parameter": "await OTHER",
    "first of several": "await asyncio.wait([OTHER], return_when=asyncio.FIRST_COMPLETED)",
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
}
HELPERS = """

async def inner():
    await asyncio.Event().wait()


async def pause():
    await asyncio.sleep(10)


EVENT = asyncio.Event()
"""


def program(body: str) -> str:
    return f"{HEAD}async def work():\n{textwrap.indent(body, '    ')}\n{HELPERS}{START}"


def site(body: str) -> Site:
    sites = judge([extract(Source("a.py", "a", program(body)))])
    (found,) = (site for site in sites if site.scope == "start")
    return found


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
@pytest.mark.parametrize("body", EXCLUDED.values(), ids=EXCLUDED)
def test_what_is_excluded_does_not_happen(body: str) -> None:
    assert said(body).state is Vanishings.EXCLUDED
    assert not happens(body)


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
