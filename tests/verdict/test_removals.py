"""A handle is said to go when the task is done only where nothing else lets go of it."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

CODE = """\
import asyncio


class Pool:
    def __init__(self):
        self._tasks = {{}}

    def start(self, key):
        task = asyncio.create_task(self._work(key))
        self._tasks[key] = task
        {after}

    async def _work(self, key):
        await asyncio.sleep(1)
        {at_its_end}

    {method}
"""
FORGET = "def _forget(self, key):\n        self._tasks.pop(key, None)\n\n    "
CALLBACK = "task.add_done_callback(lambda _: {})"
POP = "self._tasks.pop(key, None)"
WHEN_DONE = {
    "a callback": {"after": CALLBACK.format(POP)},
    "a helper of a callback": {"after": CALLBACK.format("self._forget(key)"), "method": FORGET},
    "a callback, and a teardown before it": {
        "after": CALLBACK.format("self._forget(key)"),
        "method": f"{FORGET}def close(self):\n        for key in list(self._tasks):\n"
        "            self._tasks.pop(key).cancel()",
    },
}
BY_ITSELF = {"the coroutine": {"at_its_end": POP}}
OTHERWISE = {
    "a teardown": (
        {
            "method": "def close(self):\n        for key in list(self._tasks):\n"
            "            self._tasks.pop(key).cancel()"
        },
        "Pool.close",
    ),
    "a helper of the coroutine, which starts another task for it": (
        {
            "at_its_end": "asyncio.create_task(self._other(key))",
            "method": f"{FORGET}async def _other(self, key):\n        self._forget(key)",
        },
        "Pool._forget",
    ),
    "an answer": (
        {"method": "def on_answer(self, key):\n        del self._tasks[key]"},
        "Pool.on_answer",
    ),
    "a helper that an answer calls too": (
        {
            "after": CALLBACK.format("self._forget(key)"),
            "method": f"{FORGET}def on_answer(self, key):\n        self._forget(key)",
        },
        "Pool._forget",
    ),
}


def said(parts: dict[str, str]) -> list[str]:
    code = CODE.format(**{"after": "pass", "at_its_end": "pass", "method": "", **parts})
    sites = judge([extract(Source("a.py", "a", code))])
    site = next(site for site in sites if site.task == "_work")
    return [step.message for step in site.evidence]


@pytest.mark.parametrize("parts", WHEN_DONE.values(), ids=WHEN_DONE)
def test_what_comes_with_the_end_of_the_task(parts: dict[str, str]) -> None:
    assert "taken out when it is done" in said(parts)


@pytest.mark.parametrize("parts", BY_ITSELF.values(), ids=BY_ITSELF)
def test_what_the_task_does_itself(parts: dict[str, str]) -> None:
    assert "the coroutine takes it out itself" in said(parts)


@pytest.mark.parametrize(("parts", "function"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_comes_at_another_time(parts: dict[str, str], function: str) -> None:
    assert f"taken out in `{function}`" in said(parts)
    assert "taken out when it is done" not in said(parts)
