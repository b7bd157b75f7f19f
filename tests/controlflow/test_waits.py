"""What the outcome of a condition tells of two tasks that a wait was for."""

from __future__ import annotations

import pytest

from taskleash.controlflow.paths import Paths
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call, If
from taskleash.ir.terms import Result
from taskleash.source.loading import Source

TEXT = """
import asyncio

async def f(work, other_work):
    task = asyncio.create_task(work())
    other = asyncio.create_task(other_work())
    done, pending = await asyncio.wait({{task, other}}, return_when=asyncio.FIRST_COMPLETED{more})
    if {asked}:
        print()
"""


def told(asked: str, more: str = "") -> dict[str, tuple[bool, bool]]:
    """What is told of the first task where the condition holds, and where it does not.

    ``done``: it is; ``other``: the other one is.
    """
    text = TEXT.format(asked=asked, more=more)
    facts = extract(Source("app.py", "app", text)).functions["f"]
    waits = Paths(facts).waits
    (branch,) = (item for item in facts.body.items if isinstance(item, If))
    spawn, *_ = (
        index
        for index, event in enumerate(facts.events)
        if isinstance(event, Call) and event.text == "asyncio.create_task"
    )
    (wait,) = (e for e in facts.events if isinstance(e, Call) and e.text == "asyncio.wait")
    task = {Result(spawn)}
    return {
        "done": (
            waits.shows_done(branch.test, True, task),
            waits.shows_done(branch.test, False, task),
        ),
        "other": (
            waits.shows_other_first(branch.test, True, wait, task),
            waits.shows_other_first(branch.test, False, wait, task),
        ),
    }


NOTHING = (False, False)
IF_SO, IF_NOT = (True, False), (False, True)


@pytest.mark.parametrize(
    ("asked", "done", "other"),
    [
        ("task in done", IF_SO, NOTHING),
        ("task not in done", IF_NOT, NOTHING),
        ("other in done", IF_NOT, IF_SO),
        ("other in pending", IF_SO, IF_NOT),
        ("other not in pending", IF_NOT, IF_SO),
        ("other.done()", IF_NOT, IF_SO),
        ("not other.done()", NOTHING, IF_NOT),
        ("other in done and work", NOTHING, IF_SO),
        ("other in done or work", NOTHING, NOTHING),
        ("other not in done and other not in done", NOTHING, IF_NOT),
        ("other in work", NOTHING, NOTHING),
        ("work", NOTHING, NOTHING),
    ],
)
def test_a_condition_tells_which_of_two_is_done(
    asked: str, done: tuple[bool, bool], other: tuple[bool, bool]
) -> None:
    assert told(asked) == {"done": done, "other": other}


def test_a_wait_that_may_run_out_of_time_tells_nothing_of_the_other() -> None:
    assert told("other in done", ", timeout=1") == {"done": NOTHING, "other": NOTHING}
    assert told("other.done()", ", timeout=1") == {"done": NOTHING, "other": NOTHING}
