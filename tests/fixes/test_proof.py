"""Whom a scan of the mended program speaks against."""

from __future__ import annotations

from pathlib import Path

from taskleash.driver.analysis import analyse
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.proof import ProvedScan, doubts

TEXT = """import asyncio


async def one():
    asyncio.create_task(work())


async def two():
    asyncio.create_task(work())
"""


def test_a_file_that_cannot_be_read_any_more_has_one_fix_to_blame(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(TEXT, encoding="utf-8")
    program = FixedProgram(analyse(Settings(paths=(str(tmp_path),)), with_facts=True))
    before = program.scan(FixChoice())
    first, second = before.targets
    broken = ProvedScan(broken={first.site.path: "broken"})
    assert doubts(before, broken, [first]).guilty == {first: "broken"}
    # Which of the two is told by trying each.
    found = doubts(before, broken, [first, second])
    assert (found.guilty, found.suspects) == ({}, {first: "broken", second: "broken"})
