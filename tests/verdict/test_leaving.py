"""Of a task that is ended on some paths only, the evidence names the step that leads past it."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

_HEAD = """\
import asyncio

async def work():
    await asyncio.sleep(1)

async def run(items, ask):
    task = asyncio.create_task(work())
"""
LEFT = "`run` ends while the task runs "
WAYS = {
    "a condition that does not hold": (
        "if items:  # here\n    await task\nif ask():\n    print(items)",
        f"{LEFT}where this does not hold",
    ),
    "a condition that holds": (
        "if not items:  # here\n    print(items)\nelse:\n    await task",
        f"{LEFT}where this holds",
    ),
    "a loop without a turn": (
        "for item in items:  # here\n    await task",
        f"{LEFT}where this loop has no turn",
    ),
    "a loop that is over": (
        "for item in (1, 2):  # here\n    if ask(item):\n        await task\n        break",
        f"{LEFT}once this loop is over",
    ),
    "an exception that is caught": (
        "try:\n    ask()\nexcept ConnectionError:  # here\n    print(items)\nelse:\n    await task",
        f"{LEFT}where this is caught",
    ),
    "a yield": (
        "print(items)\nfor item in items:\n    yield item  # here\nawait task",
        "`run` is left at this `yield` while the task runs, if its caller stops there",
    ),
    "a yield after the start": (
        "yield items  # here\nyield items\nawait task",
        "`run` is left at this `yield` while the task runs, if its caller stops there",
    ),
    "a yield behind an exception that is caught": (
        (
            "try:\n    yield items\nexcept BaseException:\n    yield ask  # here\n"
            "    task.cancel()\n    raise\nawait task"
        ),
        "`run` is left at this `yield` while the task runs, if its caller stops there",
    ),
    "a cancellation of a wait that is caught": (
        (
            "pending = []\ntry:\n    _, pending = await asyncio.wait([task])\n"
            "except asyncio.CancelledError:  # here\n    pass\nawait asyncio.gather(*pending)"
        ),
        f"{LEFT}where this is caught",
    ),
    "a return": (
        "if items:\n    return  # here\nawait task",
        "`run` returns while the task runs",
    ),
}


@pytest.mark.parametrize(("body", "message"), WAYS.values(), ids=WAYS)
def test_the_way_out_is_cited(body: str, message: str) -> None:
    code = _HEAD + indent(dedent(body), "    ")
    (site,) = judge([extract(Source("a.py", "a", code))])
    cited = next(n for n, line in enumerate(code.splitlines(), 1) if "# here" in line)
    assert (cited, message) in [(step.line, step.message) for step in site.evidence]
