"""An import goes with its last use, and not before."""

from __future__ import annotations

import libcst as cst
import pytest

from taskleash.fixes.text.unused import without_unused

SPAWN, SLEEP = "from asyncio import create_task\n", "from asyncio import sleep\n"
FIRST = """

def first():
    create_task(work())
"""
LAST = """

class Last:
    def run(self):
        return sleep(1)
"""


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        (FIRST.replace("create_task(work())", "work()"), SLEEP),
        (FIRST.replace("create_task(work())", "keep(create_task(work()))"), SPAWN + SLEEP),
        (FIRST.replace("create_task", "sleep"), SLEEP),
        (LAST.replace("sleep(1)", "1"), SPAWN),
        (LAST.replace("sleep(1)", "create_task(1)"), SPAWN),
    ],
)
def test_what_is_still_used_above_or_below_a_change_stays(changed: str, kept: str) -> None:
    parts = (changed, LAST) if "def first" in changed else (FIRST, changed)
    before = cst.parse_module(SPAWN + SLEEP + FIRST + LAST)
    new = cst.parse_module(SPAWN + SLEEP + "".join(parts))
    # As fixes make it: what they do not change is the same.
    pairs = zip(before.body, new.body, strict=True)
    body = tuple(old if old.deep_equals(each) else each for old, each in pairs)
    after = without_unused(before, before.with_changes(body=body), "asyncio")
    assert after.code == kept + "".join(parts)
