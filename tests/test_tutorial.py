"""The tutorial: every command of it is run, and prints what stands there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.pinned import pinned
from support.walkthrough import steady, walked

PAGE = Path(__file__).resolve().parents[1] / "docs/tutorial.md"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_every_command_prints_what_stands_there(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    seen = walked(page, tmp_path)
    if steady(seen) != steady(page):
        page = pinned(PAGE, seen)
    assert steady(seen) == steady(page), "after a look: TASKLEASH_UPDATE_PINNED=1 pytest"


def test_a_command_that_prints_something_else_is_noticed(tmp_path: Path) -> None:
    page = '```python title="a.py"\nprint(1)\n```\n\n```console\n$ python a.py\n2\n```\n'
    assert walked(page, tmp_path) == page.replace("2", "1")
