"""Which of several teardowns the evidence names."""

from __future__ import annotations

from textwrap import dedent

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

_CLASS = """
        import asyncio

        async def work():
            await asyncio.sleep(1)

        class Client:
            def __init__(self):
                self._tasks = set()

            def start(self):
                task = asyncio.create_task(work())
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

            async def __aexit__(self, *error):
                await self.{name}()

            def _cleanup(self):
                print("left")

            async def {name}(self):
                self._cleanup()
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("close", "close"),
        # Only as a context manager is this one known to be taken down.
        ("delete", "__aexit__"),
    ],
)
def test_the_teardown_that_users_come_to_is_named(name: str, said: str) -> None:
    text = dedent(_CLASS.format(name=name))
    (site,) = judge([extract(Source("app.py", "app", text))])
    assert site.evidence[-1].message == (
        f"`Client.{said}` neither cancels nor awaits what `_tasks` keeps"
    )
