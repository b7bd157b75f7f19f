"""What a file of models says of calls is what the analysis goes by."""

from __future__ import annotations

from typing import Any

import pytest

from taskleash.ir.known import KnownCalls
from taskleash.ir.lowering.extract import extract
from taskleash.models.reading import models
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site

HEAD = """import asyncio
import lib
from lib import Pool, finish, group

async def beat(): ...

"""


def only_site(text: str, **entry: Any) -> Site | None:
    """The site, if any, of a program where one entry is told."""
    known = KnownCalls(apis=models({"api": [entry]} if entry else {}, "models.toml").apis)
    facts = [extract(Source("app/a.py", "app.a", HEAD + text))]
    sites = judge(facts, known)
    assert len(sites) <= 1
    return sites[0] if sites else None


def ending(site: Site | None) -> str:
    assert site is not None
    return f"{site.handle}/{site.ending}"


STARTS = "def go(pool: Pool):\n    pool.submit('name', beat())\n"


@pytest.mark.parametrize(
    ("starts", "expected"),
    [("task", "discarded/none"), ("owner", "owned/cancelled"), ("threadsafe", "discarded/none")],
)
def test_what_starts_a_task(starts: str, expected: str) -> None:
    assert only_site(STARTS) is None
    site = only_site(STARTS, name="lib.Pool.submit", starts=starts, work=1)
    assert ending(site).startswith(expected.partition("/")[0])
    assert site is not None
    assert site.task == "beat"


@pytest.mark.parametrize(("starts", "risk"), [("owner", "none"), ("task", "high")])
def test_callers_of_what_keeps_its_tasks_are_not_asked_what_they_do(starts: str, risk: str) -> None:
    text = "def start(c):\n    return asyncio.create_task(c)\ndef go():\n    start(beat())\n"
    known = KnownCalls(
        apis=models({"api": [{"name": "app.a.start", "starts": starts}]}, "models.toml").apis
    )
    sites = judge([extract(Source("app/a.py", "app.a", HEAD + text))], known)
    assert [str(site.risk) for site in sites if site.scope == "start"] == [risk]


KEPT = "class A:\n    def go(self):\n        self.t = asyncio.create_task(beat())\n"


@pytest.mark.parametrize(
    ("task", "expected"),
    [("cancels", "stored/cancelled"), ("ends", "stored/awaited"), ("reads", "stored/none")],
)
def test_what_is_done_with_a_task(task: str, expected: str) -> None:
    text = KEPT + "    async def close(self):\n        finish(self.t)\n"
    assert ending(only_site(text, name="lib.finish", task=task)) == expected


@pytest.mark.parametrize("task", ["awaits", "gathers", "waits", "shields", "times"])
def test_what_is_awaited_by_what_comes_back(task: str) -> None:
    awaited = KEPT + "    async def close(self):\n        await group(self.t)\n"
    dropped = KEPT + "    async def close(self):\n        group(self.t)\n"
    assert ending(only_site(awaited, name="lib.group", task=task)) == "stored/awaited"
    assert ending(only_site(dropped, name="lib.group", task=task)) == "stored/none"


def test_a_function_of_the_program_that_the_analysis_does_not_see_through() -> None:
    text = (
        "import hidden\n\ndef end(task):\n    hidden.run(task)\n\n"
        + KEPT
        + "    def close(self):\n        end(self.t)\n"
    )
    assert ending(only_site(text, name="app.a.end", task="cancels")) == "stored/cancelled"


def test_a_callback_whose_coroutine_is_dropped() -> None:
    text = "def go():\n    lib.connect('event', beat)\n"
    assert only_site(text) is None
    site = only_site(text, name="lib.connect", callback=1)
    assert site is not None
    assert str(site.defect) == "unawaited"
    assert only_site(text, name="lib.connect", callback=0) is None


def test_a_coroutine_function_that_is_called_and_no_more() -> None:
    site = only_site("def go():\n    lib.flush()\n", name="lib.flush", gives="coroutine")
    assert site is not None
    assert str(site.defect) == "unawaited"
