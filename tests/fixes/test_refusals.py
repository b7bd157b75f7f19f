"""Why a fix that a finding offers is not made: each piece of code leaves everything as it is."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from taskleash.fixes.choice import FixChoice
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Manner, Target
from taskleash.ir.lowering.extract import extract
from taskleash.rules.offers import objection_to
from taskleash.rules.registry import all_rules, diagnose
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

_RULES = frozenset(rule.code for rule in all_rules()) - {"TL020", "TL021", "TL030"}
START = """\
import asyncio
import functools
import logging

from .owners import tell

log = logging.getLogger(__name__)


async def tell_all():
    await tell("all")


async def send(text=None):
    await asyncio.sleep(1)


async def receive(queue):
    await queue.get()


"""


def reasons(code: str, kind: str) -> list[str]:
    """Why the fix of this kind is not offered or made of what the code starts, in its order."""
    text = START + dedent(code)
    sites = judge([extract(Source("a.py", "a", text))])
    found = [(site, diagnose(site, _RULES)) for site in sites]
    choice = FixChoice(True, "taskgroup" if kind == "taskgroup" else "auto")
    offered = [
        Target(site, d.code, (kind,))
        for site, d in found
        if d is not None and kind in {offer.kind for offer in choice.offers(d.code, d.fixes)}
    ]
    made = mend(text, offered, Manner((3, 12)))
    assert made.text == text, made.text
    refused = {left.site: left.reason for left in made.left}
    said = [refused.get(s) or objection_to(kind, d.code, s) for s, d in found if d is not None]
    return [str(reason) for reason in said if reason]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("asyncio.create_task(receive(text))", "`receive` may wait for what comes after this"),
        ("asyncio.create_task(*text)", "how long what it starts takes is not known"),
        ("asyncio.create_task(send(), **text)", "the task has a context of its own"),
        ("asyncio.create_task(send(), eager_start=True)", "the task has a context of its own"),
        (
            "try:\n    log.info(text)\nfinally:\n    asyncio.create_task(send())",
            "an exception may be on its way here, which a wait would hold up",
        ),
        (
            "try:\n    log.info(text)\nexcept OSError:\n    asyncio.create_task(send())\n    raise",
            "an exception may be on its way here, which a wait would hold up",
        ),
        (
            "log = None\nasyncio.create_task(send())",
            "the file has no logger that its failure could go to",
        ),
        ("asyncio.create_task(tell(text))", "how long `tell` takes is not known"),
        ("asyncio.create_task(text())", "how long `text` takes is not known"),
        ("asyncio.create_task(tell_all())", "what `tell_all` waits for is not known"),
        (
            "asyncio.get_running_loop().run_in_executor(None, functools.partial(text, 1))",
            "how long `text` takes is not known",
        ),
        ("await start()", "it is awaited already, and gives a task"),
        ("text = [start(), 1]", "no statement of its own starts the task"),
    ],
)
def test_work_is_not_awaited(line: str, reason: str) -> None:
    start = "async def start():\n    return asyncio.create_task(send())\n"
    code = f"{start}\nasync def on_message(text):\n{indent(line, '    ')}\n"
    assert reason in reasons(code, "await")


PRUNED = """\
class Server:
    def __init__(self, given):
        self.tasks = []
        self.by_name = {{}}
        self.given = given

    async def on_message(self, name):
        {}
"""
LARGER = "it joins its container as part of a larger expression"
KIND = "the file does not tell what kind of container keeps it"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("print(self.tasks.append(asyncio.create_task(send())))", LARGER),
        ("self.tasks.append(asyncio.create_task(send())); print(name)", LARGER),
        ("self.by_name[name] = asyncio.create_task(send()); print(name)", LARGER),
        ("self.last = self.by_name[name] = asyncio.create_task(send())", LARGER),
        ("self.given.append(asyncio.create_task(send()))", KIND),
        ("self.given[name] = asyncio.create_task(send())", KIND),
        ("task = asyncio.create_task(send()); self.tasks += [task]", LARGER),
        ("task = asyncio.create_task(send())\n        self.tasks.extend([task])",
         "no `add` or `append` of it is in the same function"),
    ],
)  # fmt: skip
def test_a_task_is_not_taken_out_of_its_container(line: str, reason: str) -> None:
    assert reasons(PRUNED.format(line), "track") == [reason]


OWNED = """\
class Server:
    def __init__(self, given):
        self.task = given
        self.tasks = given

    {}

    async def again(self):
        while True:
            await asyncio.sleep(1)
            self.start()

    async def run(self):
        while True:
            await asyncio.sleep(1)

    {}
"""


@pytest.mark.parametrize(
    ("line", "teardown", "reason"),
    [
        (
            "def __del__(self): asyncio.create_task(self.run())",
            "async def close(self): pass",
            "nobody takes down what is gone already",
        ),
        (
            "def start(self): self.task = asyncio.create_task(self.again())",
            "async def close(self): pass",
            "the task starts the next one in its own place",
        ),
        (
            "def start(self): asyncio.create_task(self.task())",
            "def close(self): pass",
            "`close` cannot wait for it to end",
        ),
        (
            "@staticmethod\n    def start(): asyncio.create_task(send())",
            "async def close(self): pass",
            "no instance starts the task",
        ),
        (
            "def start(self): self.tasks.append(asyncio.create_task(self.run()))",
            "async def close(self): pass",
            "the file does not tell what `self.tasks` is",
        ),
        (
            "def start(self): self.task.runner = asyncio.create_task(self.run())",
            "async def close(self): pass",
            "`self.task.runner` is not an attribute of `Server`",
        ),
    ],
)
def test_a_class_does_not_end_what_it_starts(line: str, teardown: str, reason: str) -> None:
    assert reasons(OWNED.format(line, teardown), "own") == [reason]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("async def go(): asyncio.create_task(send())", "the function is on one line"),
        (
            "async def go():\n    asyncio.create_task(send(), eager_start=True)",
            "the call does more than start a task",
        ),
    ],
)
def test_a_function_gets_no_group(line: str, reason: str) -> None:
    assert reasons(line, "taskgroup") == [reason]


MIXED = """\
import asyncio


class Server:
    def __init__(self, loop):
        self.loop = loop

    def start(self):
        asyncio.create_task(self.run())
    {}
    async def run(self):
        while True:
            await asyncio.sleep(1)

    async def close(self):
        self.loop = None
"""
LATER = """
    def later(self):
        self.loop.call_later(1, lambda: asyncio.create_task(self.run()))
"""


@pytest.mark.parametrize(("later", "kinds"), [("", ["own"]), (LATER, ["track", "track"])])
def test_a_class_ends_all_of_the_tasks_that_it_drops_or_none(later: str, kinds: list[str]) -> None:
    text = MIXED.format(later)
    sites = judge([extract(Source("a.py", "a", text))])
    made = mend(text, [Target(site, "TL001", ("own", "track")) for site in sites])
    assert [each.kind for each in made.applied] == kinds
