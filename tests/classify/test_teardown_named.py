"""Which of several teardowns the evidence names."""

from __future__ import annotations

from textwrap import dedent

from taskleash.classify.judge import judge
from taskleash.facts.extract import extract
from taskleash.source.loading import Source


def test_the_teardown_that_users_call_is_named() -> None:
    text = """
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
                await self.close()

            def _cleanup(self):
                print("left")

            async def close(self):
                self._cleanup()
    """
    (site,) = judge([extract(Source("app.py", "app", dedent(text)))])
    assert site.evidence[-1].message == (
        "`Client.close` neither cancels nor awaits what `_tasks` keeps"
    )
