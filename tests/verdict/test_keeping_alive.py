"""A task keeps the object that it runs on and what it is given; no more is said to be kept."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

PROGRAM = """\
import asyncio

from elsewhere import Other


class Event:
    def __init__(self, of):
        self.of = of


class Tracker:
    def note(self, event):
        return asyncio.create_task(self._note(event))

    def told(self, event):
        return spawned(self._note(event))

    async def _note(self, event):
        await asyncio.sleep(1)


def spawned(coroutine):
    return asyncio.create_task(coroutine)


async def use(what):
    await asyncio.sleep(1)


class Node:
    def __init__(self, hook, peers):
        self.hook, self.peers = hook, peers
        self.peer, self.tracker = peers[0], Tracker()

    async def send(self, what=None):
        await asyncio.sleep(1)

    def go(self, x, cls):
        {statement}
"""


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("asyncio.create_task(self.send(x))", ("self (Node)", "x")),
        ("asyncio.create_task(super().send(x))", ("self (Node)", "x")),
        ("asyncio.create_task(self.peer.send(x.y))", ("self.peer", "x.y")),
        ("asyncio.create_task(use(self.peer))", ("self.peer",)),
        ("asyncio.create_task(use(self.send))", ("self (Node)",)),
        # What an attribute holds may be a function of anything.
        ("asyncio.create_task(self.hook(x))", ("self.hook", "x")),
        ("[asyncio.create_task(each.send()) for each in self.peers]", ("each",)),
        ("asyncio.create_task(Node.send(self, x))", ("self (Node)", "x")),
        ("spawned(self.send(x))", ("self (Node)", "x")),
        # The coroutine is that of the wrapper: it keeps what the wrapper hands on to it.
        ("self.tracker.note(x)", ("self.tracker", "x")),
        ("self.tracker.note(Event(x))", ("self.tracker",)),
        ("self.tracker.note(Other(of=x))", ("self.tracker",)),
        ("self.tracker.told(x)", ("self.tracker", "x")),
        ("self.tracker.told(Other(of=x))", ("self.tracker",)),
        ("asyncio.get_running_loop().call_soon(lambda: spawned(self.send()))", ("self (Node)",)),
        ("f = lambda: cls\n        asyncio.create_task(use(cls))", ("cls",)),
    ],
)
def test_what_a_task_keeps_alive(statement: str, kept: tuple[str, ...]) -> None:
    text = PROGRAM.format(statement=statement)
    sites = judge([extract(Source("app.py", "app", text))])
    (found,) = (site for site in sites if site.scope.startswith("Node.go"))
    assert found.captures == kept
