"""The monitor that runs in a program."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest

import taskleash
from taskleash.trace.runtime.layout import spot_row


async def nap(seconds: float = 60) -> None:
    await asyncio.sleep(seconds)


def test_it_logs_totals_and_the_top_sites(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with taskleash.monitor(interval=0.02, warn_alive=3, log=logging.getLogger("app")):
            tasks = [asyncio.create_task(nap()) for _ in range(5)]
            await asyncio.sleep(0.1)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    with caplog.at_level(logging.INFO, "app"):
        asyncio.run(main())
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert warnings
    assert warnings[0].startswith("6 tasks alive, more than 3: 5 from ")
    assert f"{__file__}:" in warnings[0]
    last = caplog.records[-1]
    assert (last.levelno, last.getMessage()) == (
        logging.INFO,
        "1 tasks alive: 1 from before the monitor",
    )


def test_gauges_follow_the_tasks_and_nothing_stays_behind() -> None:
    async def main() -> None:
        earlier = asyncio.create_task(nap())
        async with taskleash.monitor() as tasks:
            assert tasks.alive() == 2
            later = [asyncio.create_task(nap()) for _ in range(3)]
            assert tasks.alive() == 5
            assert sorted(tasks.sites().values()) == [2, 3]
            for task in [earlier, *later]:
                task.cancel()
            await asyncio.gather(earlier, *later, return_exceptions=True)
            assert tasks.alive() == 1
        assert tasks.sites() == {"before the monitor": 1}

    before = dict(vars(asyncio.base_events.BaseEventLoop)), asyncio.run_coroutine_threadsafe
    asyncio.run(main())
    after = dict(vars(asyncio.base_events.BaseEventLoop)), asyncio.run_coroutine_threadsafe
    assert before == after


def test_it_needs_the_standard_library_alone() -> None:
    code = (
        "import sys, asyncio, taskleash\n"
        "async def main():\n"
        "    async with taskleash.monitor():\n"
        "        await asyncio.create_task(asyncio.sleep(0))\n"
        "asyncio.run(main())\n"
        "print(sorted({n.split('.')[0] for n in sys.modules} - sys.stdlib_module_names))"
    )
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {SOURCE!r})\n{code}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout.strip() == "['__main__', 'taskleash']", ran.stderr


SOURCE = str(__import__("pathlib").Path(taskleash.__file__).parents[1])


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected more than 0 seconds"):
        taskleash.monitor(interval=0)


def test_rows_are_bounded() -> None:
    assert spot_row(10**6) == spot_row(4095)
