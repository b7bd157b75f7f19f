"""A task is said to be ended before the next one starts where that is so on each path."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

_CLIENT = """
import asyncio

async def beat():
    await asyncio.sleep(1)

class Client:
    async def on_hello(self, data):
        await self.greet(data)
        self._beat = asyncio.create_task(beat())

    def close(self):
        if self._open:
            self._beat.cancel()

    async def drain(self):
        if self._beat:
            await self._beat
"""
_ENDED = "started only once the earlier task is ended here"


@pytest.mark.parametrize(
    ("body", "is_said"),
    [
        ("if self._beat:\n    self._beat.cancel()", True),
        ("await self.drain()", True),
        ("try:\n    await self.send(data)\nexcept ConnectionError:\n    self.close()", False),
        ("if self.reader.at_eof():\n    self.close()\n    return\nself.send(data)", False),
    ],
)
def test_what_ends_the_earlier_task(body: str, is_said: bool) -> None:
    greet = "async def greet(self, data):\n" + indent(body, "    ")
    text = dedent(_CLIENT) + "\n" + indent(greet, "    ") + "\n"
    (site,) = judge([extract(Source("app.py", "app", text))])
    assert (_ENDED in [str(step.message) for step in site.evidence]) is is_said
