"""What is said of a dropped task that the program cancels with all tasks of its loop."""

from __future__ import annotations

from textwrap import dedent

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.rules.wording import harm_of_a_drop
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Handle, Site

DROPPED = """
    import asyncio

    async def poll():
        while True:
            await asyncio.sleep(1)

    def main():
        loop = asyncio.new_event_loop()
        loop.create_task(poll())
"""
ENDED = """
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()

    main()
"""
OF_ANOTHER_RUN = """
        loop.run_forever()

    def sweep():
        loop = asyncio.new_event_loop()
        loop.run_forever()
        for task in asyncio.all_tasks(loop):
            task.cancel()

    main()
    sweep()
"""


def site_of(after: str) -> Site:
    text = dedent(DROPPED + after)
    (site,) = judge([extract(Source("app.py", "app", text))])
    assert site.handle is Handle.DISCARDED
    return site


def test_the_end_of_its_loop_stops_it() -> None:
    site = site_of(ENDED)
    assert str(harm_of_a_drop(site)) == "only what cancels all tasks of its loop can stop it"
    assert [(step.line, str(step.message)) for step in site.evidence] == [
        (10, "nothing holds it after line 10"),
        (14, "cancelled in `main` once the loop has run"),
    ]


@pytest.mark.parametrize("after", ["        loop.run_forever()\n", OF_ANOTHER_RUN])
def test_nothing_stops_it_where_that_is_not_of_its_loop(after: str) -> None:
    site = site_of(after)
    assert str(harm_of_a_drop(site)) == "nothing can stop it or wait for it"
    assert [str(step.message) for step in site.evidence] == ["nothing holds it after line 10"]
