"""How the work grows with the spawns: what follows each in one function, who stores them."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge

HEAD = "import asyncio\ntasks = set()\nasync def work():\n    await asyncio.sleep(1)\n"
ADD = "    task = asyncio.create_task(work())\n    tasks.add(task)\n"

#: what stands behind each spawn
ENDINGS = {
    "cancel": "    for task in tasks:\n        task.cancel()\n",
    "hand on": "    for task in tasks:\n        stop(task)\n",
    "cancel and gather": "    for task in tasks:\n        task.cancel()\n"
    "    await asyncio.gather(*tasks, return_exceptions=True)\n",
    "ask first": "    for task in tasks:\n        if not task.done():\n            task.cancel()\n",
    "shield": "    for task in tasks:\n        await asyncio.shield(task)\n",
    "wait a while": "    await asyncio.wait(tasks, timeout=1)\n",
    "wait for the first": "    done, left = await asyncio.wait(\n"
    "        tasks, return_when='FIRST_COMPLETED'\n    )\n"
    "    for task in left:\n        task.cancel()\n",
}


def calls_while_judging(text: str) -> int:
    """How many calls it takes to judge a program: as many on any machine."""
    facts = [extract(Source("program.py", "program", text))]
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    def judged() -> None:
        sys.setprofile(counted)
        try:
            judge(facts)
        finally:
            sys.setprofile(None)

    with_deep_stack(judged, LINKER_MEGABYTES)
    return count


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_an_ending_behind_each_spawn(ending: str) -> None:
    def program(count: int) -> str:
        stop = "def stop(task):\n    task.cancel()\n"
        return f"{HEAD}{stop}async def main():\n" + (ADD + ending) * count

    assert calls_while_judging(program(40)) < 4.3 * calls_while_judging(program(20))


def test_many_who_hand_in_what_a_function_puts_its_task_into() -> None:
    def program(count: int) -> str:
        keep = "def keep(tasks):\n    tasks.add(asyncio.create_task(work()))\n"
        return HEAD + keep + "".join(f"def own{i}():\n    keep(set())\n" for i in range(count))

    assert calls_while_judging(program(80)) < 4.3 * calls_while_judging(program(40))


def test_many_functions_that_write_one_attribute() -> None:
    def program(count: int) -> str:
        text = f"{HEAD}class Owner:\n    def __init__(self):\n        self.task = None\n"
        return text + "".join(
            f"    def on_{i}(self):\n        if self.task is None:\n"
            "            self.task = asyncio.create_task(work())\n"
            for i in range(count)
        )

    assert calls_while_judging(program(200)) < 2.4 * calls_while_judging(program(100))
