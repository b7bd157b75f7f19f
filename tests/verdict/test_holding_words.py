"""What is said of who has a task says no more than is known of that."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

HEAD = "import asyncio\n\n\nasync def send():\n    await asyncio.sleep(1)\n\n\n"
#: a program, the function of the spawn, and what is said of it
SAID = {
    "object of no known class": (
        "def start(session: 'Session'):\n    session.create_task(send())\n",
        "start",
        "handed to `session.create_task`: what that does with the task is not known",
    ),
    "wrapper that waits for a while": (
        (
            "async def sent(coroutine):\n    task = asyncio.create_task(coroutine)\n"
            "    await asyncio.wait([task], timeout=1)\n\n\n"
            "async def start():\n    await sent(send())\n"
        ),
        "start",
        "handed to `sent`, which ends it only partly",
    ),
    "wrapper that keeps": (
        (
            "class A:\n    def __init__(self):\n        self.tasks = set()\n\n"
            "    def keep(self, coroutine):\n        task = asyncio.create_task(coroutine)\n"
            "        self.tasks.add(task)\n        task.add_done_callback(self.tasks.discard)\n\n"
            "    def start(self):\n        self.keep(send())\n"
        ),
        "A.start",
        "handed to `A.keep`, which keeps the task",
    ),
    "wrapper that hands on": (
        (
            "from elsewhere import Wish\n\n\ndef wish(coroutine):\n"
            "    return Wish.of(asyncio.ensure_future(coroutine))\n\n\n"
            "def start():\n    wish(send())\n"
        ),
        "start",
        "handed to `wish`: where it goes from there is not known",
    ),
    "handle that the next turn replaces": (
        (
            "class A:\n    async def start(self):\n        self.task = None\n        try:\n"
            "            while await self.read():\n"
            "                self.task = asyncio.create_task(send())\n        finally:\n"
            "            if self.task:\n                self.task.cancel()\n"
        ),
        "A.start",
        (
            "overwritten here while the earlier task may still run: the next turn of the loop"
            " replaces it"
        ),
    ),
    "futures that a thread waits for": (
        (
            "from concurrent.futures import wait\n\n\nclass A:\n    def __init__(self, loop):\n"
            "        self.loop, self.futures = loop, set()\n\n    def start(self):\n"
            "        future = asyncio.run_coroutine_threadsafe(send(), self.loop)\n"
            "        self.futures.add(future)\n"
            "        future.add_done_callback(self.futures.discard)\n\n    def close(self):\n"
            "        wait(list(self.futures))\n"
        ),
        "A.start",
        "waited for in `A.close`",
    ),
}
GUARDED = """class A:
    def __init__(self):
        self.running = False

    def start(self):
        if not self.running:
            self.running = True
            self.task = asyncio.create_task(send())

    async def stop(self):
        {back}
        self.task.cancel()
"""


def site(code: str, scope: str) -> Site:
    sites = judge([extract(Source("a.py", "a", HEAD + code))])
    (found,) = (each for each in sites if each.scope == scope)
    return found


@pytest.mark.parametrize(("code", "scope", "said"), SAID.values(), ids=SAID)
def test_what_is_said_of_who_has_it(code: str, scope: str, said: str) -> None:
    assert said in [step.message for step in site(code, scope).evidence]


@pytest.mark.parametrize(
    ("back", "often", "said"),
    [
        ("pass", "once for each `A`", "started once only: "),
        (
            "self.running = False",
            "once for each `A`, and again once its state is set back",
            "state that is set with it is asked for here: it is not started again as long as",
        ),
    ],
)
def test_state_that_is_set_back_lets_it_start_again(back: str, often: str, said: str) -> None:
    found = site(GUARDED.format(back=back), "A.start")
    assert str(found.often) == often
    assert any(step.message.startswith(said) for step in found.evidence)


def test_an_ending_is_told_once() -> None:
    code = (
        "class A:\n    async def start(self):\n        self.task = asyncio.create_task(send())\n"
        "        try:\n            await self.read()\n        finally:\n"
        "            self.task.cancel()\n"
    )
    said = [(step.line, step.message.split()[0]) for step in site(code, "A.start").evidence]
    assert len(said) == len(set(said))


def test_a_condition_beside_the_state_lets_it_start_again() -> None:
    code = GUARDED.format(back="pass").replace("if not self.", "if self.again or not self.")
    found = site(code, "A.start")
    assert str(found.often) == "once for each `A`, and again where a condition asks for it"
    said = (
        "state that is set with it is asked for here, or else something that starts it all the same"
    )
    assert said in [step.message for step in found.evidence]


def test_state_that_is_given_may_be_set_back_by_its_function() -> None:
    code = GUARDED.format(back="pass").replace("def start(self)", "def start(self, value)")
    found = site(code.replace("self.running = True", "self.running = value"), "A.start")
    assert str(found.often) == "once for each `A`, and again once its state is set back"


def test_an_answer_that_changes_nothing_is_no_requirement() -> None:
    code = (
        "async def start():\n    task = asyncio.create_task(send())\n    try:\n        await task\n"
        "    except:\n        if task.done():\n            print('over')\n        raise\n"
    )
    assert [step.message for step in site(code, "start").evidence] == ["awaited in `start`"]
