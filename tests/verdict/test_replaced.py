"""What replaces a handle is said with its key, where it has one that may be another."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

CODE = """\
import asyncio

async def work():
    await asyncio.sleep(1)

class Client:
    def on_message(self, key):
        self.{place} = asyncio.create_task(work())

    async def close(self):
        self.task.cancel()
        for task in self.tasks.values():
            task.cancel()
"""


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("tasks[key]", "a call of `Client.on_message` with the same key replaces it"),
        ("task", "the next call of `Client.on_message` replaces it"),
    ],
)
def test_what_replaces_a_handle(place: str, reason: str) -> None:
    (site,) = judge([extract(Source("a.py", "a", CODE.format(place=place)))])
    assert [step.message for step in site.evidence if step.message.endswith(reason)]
