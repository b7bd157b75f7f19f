"""What ends a task when it is done and what ends it at teardown, read off small programs."""

from __future__ import annotations

import textwrap

import pytest

from support.programs import Program, sites
from taskleash.verdict.model import Site

HEAD = "import asyncio\n\nasync def work(): ...\n\n"


def only(code: str) -> Site:
    (site,) = sites(Program("p", {"p.py": HEAD + textwrap.dedent(code)}))
    return site


AWAITED = "async def f():\n    await asyncio.create_task(work())\n"
DROPPED = "async def f():\n    asyncio.create_task(work())\n"
OWNED = """
    async def f():
        async with asyncio.TaskGroup() as group:
            group.create_task(work())
"""
CLEARS_ITSELF = """
    class A:
        def __init__(self):
            self.tasks = set()
        def go(self):
            task = asyncio.create_task(work())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
"""
CLEARS_AND_CANCELS = (
    CLEARS_ITSELF
    + """
        async def close(self):
            for task in self.tasks:
                task.cancel()
"""
)
CANCELLED_AND_AWAITED_AT_TEARDOWN = """
    class A:
        async def start(self):
            self.task = asyncio.create_task(work())
        async def stop(self):
            self.task.cancel()
            await self.task
"""
BY_A_FLAG = """
    class A:
        def start(self):
            self.running = True
            self.task = asyncio.create_task(self.loop())
        async def loop(self):
            while self.running:
                await asyncio.sleep(1)
        def stop(self):
            self.running = False
"""
AWAITED_SOMETIMES = """
    async def f(now):
        task = asyncio.create_task(work())
        if now:
            await task
"""


@pytest.mark.parametrize(
    ("code", "on_completion", "at_teardown"),
    [
        (AWAITED, "yes", "no"),
        (DROPPED, "no", "no"),
        (OWNED, "yes", "yes"),
        (CLEARS_ITSELF, "yes", "no"),
        (CLEARS_AND_CANCELS, "yes", "yes"),
        (CANCELLED_AND_AWAITED_AT_TEARDOWN, "no", "yes"),
        (BY_A_FLAG, "no", "partial"),
        (AWAITED_SOMETIMES, "partial", "no"),
    ],
)
def test_each_ending_is_told_by_itself(code: str, on_completion: str, at_teardown: str) -> None:
    site = only(code)
    assert (str(site.on_completion), str(site.at_teardown)) == (on_completion, at_teardown)


IN_A_CLASS = """
    class A:
        class B:
            def go(self):
                asyncio.create_task(work())
"""
IN_A_CLOSURE = """
    class A:
        def go(self):
            def inner():
                asyncio.create_task(work())
            inner()
"""


@pytest.mark.parametrize(
    ("code", "name"), [(IN_A_CLASS, "A.B"), (IN_A_CLOSURE, "A"), (DROPPED, "")]
)
def test_the_class_around_a_site_is_named(code: str, name: str) -> None:
    assert only(code).class_name == name
