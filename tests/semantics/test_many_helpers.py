"""A search has no bound that an accusation could rest on: the last of many helpers counts."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

MANY = 400


def program(last: str) -> str:
    """A task that is given to many helpers, of which only the last does something."""
    helpers = [f"def helper{n}(task):\n    print({n})\n" for n in range(MANY)]
    calls = "".join(f"    helper{n}(task)\n" for n in range(MANY))
    return (
        "import asyncio\n\nasync def work():\n    await asyncio.sleep(1)\n\n"
        + "\n".join(helpers)
        + f"\nasync def last(task):\n    {last}\n"
        + "\nasync def main():\n    task = asyncio.create_task(work())\n"
        + f"{calls}    await last(task)\n"
    )


@pytest.mark.parametrize(("last", "said"), [("await task", "awaited"), ("print(1)", "none")])
def test_what_the_last_of_many_helpers_does_counts(last: str, said: str) -> None:
    (site,) = judge([extract(Source("app.py", "app", program(last)))])
    assert site.ending.value == said
    assert (site.defect is None) == (said == "awaited")
    assert not site.undecided
