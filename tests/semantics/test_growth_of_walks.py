"""Nothing is dropped because there is much of it, and what is left out is said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from taskleash.dataflow import flow, walk
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.ir.lowering.extract import extract
from taskleash.semantics.uses import Role
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Defect, Ignorance, Risk, Site

START = "import asyncio\nasync def work():\n    await asyncio.sleep(1)\n"


def only_site(text: str) -> Site:
    facts = [extract(Source("program.py", "program", START + text))]
    (site,) = with_deep_stack(lambda: judge(facts), LINKER_MEGABYTES)
    return site


def helpers(count: int, last: str) -> str:
    text = "".join(f"def look{number}(task):\n    print(task)\n" for number in range(count))
    text += f"async def last(task):\n    {last}\n"
    text += "async def main():\n    task = asyncio.create_task(work())\n"
    text += "".join(f"    look{number}(task)\n" for number in range(count))
    return text + "    await last(task)\n"


def chain(length: int, last: str) -> str:
    text = f"async def hand0(task):\n    {last}\n"
    for number in range(1, length):
        text += f"async def hand{number}(task):\n    await hand{number - 1}(task)\n"
    text += "async def main():\n    task = asyncio.create_task(work())\n"
    return f"{text}    await hand{length - 1}(task)\n"


def callers_with_a_set(count: int, ending: str) -> str:
    """A set is handed in by many; the last of them gives that of an object with a teardown."""
    text = "def keep(tasks):\n    tasks.add(asyncio.create_task(work()))\n"
    text += "".join(f"def with_own{number}():\n    keep(set())\n" for number in range(count))
    text += "class Owner:\n    def __init__(self):\n        self.tasks = set()\n"
    text += "    def start(self):\n        keep(self.tasks)\n"
    return (
        f"{text}    async def close(self):\n        for task in self.tasks:\n            {ending}\n"
    )


def taken_down(distance: int, ending: str) -> str:
    text = "class Owner:\n    def start(self):\n        self.task = asyncio.create_task(work())\n"
    text += f"    def step0(self):\n        {ending}\n"
    for number in range(1, distance):
        text += f"    def step{number}(self):\n        self.step{number - 1}()\n"
    return f"{text}    async def close(self):\n        self.step{distance - 1}()\n"


@pytest.mark.parametrize("size", [5, 60, pytest.param(400, marks=pytest.mark.sweep)])
@pytest.mark.parametrize(
    ("program", "ends", "does_not"),
    [
        (helpers, "await task", "print(task)"),
        (chain, "await task", "print(task)"),
        (callers_with_a_set, "task.cancel()", "print(task)"),
        (taken_down, "self.task.cancel()", "print(self.task)"),
    ],
)
def test_an_ending_counts_however_far_away(program, ends, does_not, size) -> None:  # type: ignore[no-untyped-def]
    assert only_site(program(size, ends)).risk is Risk.NONE
    assert only_site(program(size, does_not)).risk is not Risk.NONE


def test_a_name_of_many_methods_that_override_one() -> None:
    def text(ending: str) -> str:
        found = "class Base:\n    async def take_over(self, task):\n        pass\n"
        for number in range(6):
            found += f"class Heir{number}(Base):\n    async def take_over(self, task):\n"
            found += f"        {ending if number == 5 else 'pass'}\n"
        found += "async def main(unknown):\n    task = asyncio.create_task(work())\n"
        return f"{found}    await unknown.take_over(task)\n"

    assert only_site(text("await task")).ending == "awaited"
    assert only_site(text("pass")).ending != "awaited"


@pytest.mark.parametrize(
    ("module", "bound", "text"),
    [
        (flow, "_MOST_CARRIERS", helpers(30, "print(task)")),
        (walk, "_MOST_CALLS", chain(30, "print(task)")),
    ],
)
def test_what_is_left_out_is_said_and_accuses_nobody(
    monkeypatch: pytest.MonkeyPatch, module: object, bound: str, text: str
) -> None:
    assert only_site(text).risk is Risk.HIGH

    monkeypatch.setattr(module, bound, 10)
    site = only_site(text)

    assert site.risk is Risk.NONE
    assert Ignorance.TOO_FAR in [unknown.kind for unknown in site.undecided]
    assert "more than 10" in " ".join(unknown.message for unknown in site.undecided)


def cyclic_bases(count: int) -> str:
    return "".join(
        f"class Kind{number}(Kind{(number + 1) % count}, Kind{(number + 7) % count}):\n    pass\n"
        for number in range(count)
    )


def wrappers_that_branch(count: int) -> str:
    text = "def make0(x):\n    return asyncio.create_task(work())\n"
    for number in range(1, count):
        text += f"def make{number}(x):\n    if x:\n        return make{number - 1}(x)\n"
        text += f"    return make{number - 1}(x)\n"
    return text


def factories_in_a_circle(count: int) -> str:
    text = ""
    for number in range(count):
        text += f"class Kind{number}:\n    pass\ndef make{number}(n):\n"
        text += f"    if n == {number}:\n        return Kind{number}()\n    if n:\n"
        text += f"        return make{(number + 1) % count}(n)\n"
        text += f"    return make{number * 5 % count}(n)\n"
    return (
        f"{text}def begin(n):\n    made = make0(n)\n    made.task = asyncio.create_task(work())\n"
    )


@pytest.mark.parametrize(
    "text", [cyclic_bases(600), wrappers_that_branch(150), factories_in_a_circle(200)]
)
def test_what_hangs_on_itself_in_many_ways_comes_to_an_end(text: str) -> None:
    # Each of them takes hours where one of the steps is exponential.
    last = "async def main():\n    task = asyncio.create_task(work())\n    await task\n"
    facts = [extract(Source("program.py", "program", START + text + last))]

    found = with_deep_stack(lambda: judge(facts), LINKER_MEGABYTES)

    assert found[-1].ending == "awaited"


def writers(count: int) -> str:
    text = "class Owner:\n    def __init__(self):\n        self.task = None\n"
    for number in range(count):
        text += f"    def start{number}(self):\n        self.task = asyncio.create_task(work())\n"
    return text


def handed_on(count: int) -> str:
    """Who starts the tasks also gives what is in their set to another function."""
    text = "tasks = set()\ndef look(task):\n    print(task)\nasync def main():\n"
    text += "    tasks.add(asyncio.create_task(work()))\n" * count
    return f"{text}    for task in tasks:\n        look(task)\n"


def globals_in_a_set(count: int) -> str:
    text = "tasks = set()\n"
    for number in range(count):
        text += f"t{number} = asyncio.create_task(work())\ntasks.add(t{number})\n"
    return text


@pytest.mark.parametrize("program", [writers, handed_on, globals_in_a_set])
def test_what_uses_a_place_is_looked_at_once_for_all_that_are_put_there(
    program: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    role, visited = flow._Follower._role, []
    method = flow._Follower._method_call

    def counted(self: flow._Follower, carrier: walk.Carrier, used: Role) -> None:
        visited.append(carrier)
        role(self, carrier, used)

    def called(self: flow._Follower, carrier: walk.Carrier, index: int, name: str) -> None:
        visited.append(carrier)
        method(self, carrier, index, name)

    monkeypatch.setattr(flow._Follower, "_role", counted)
    monkeypatch.setattr(flow._Follower, "_method_call", called)
    counts = []
    for count in (20, 40):
        visited.clear()
        facts = [extract(Source("program.py", "program", START + program(count)))]
        sites = with_deep_stack(partial(judge, facts), LINKER_MEGABYTES)
        assert len(sites) == count
        assert Defect.NEVER_ENDED in {site.defect for site in sites}
        counts.append(len(visited))
    assert counts[1] < 2.2 * counts[0]


def test_an_operation_is_made_where_it_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of many tasks in one set comes to all that is done to the set, by each way there."""
    made, kept = [], []
    own, op = walk.FoundAlone.add, walk.Op

    def make(*arguments: Any) -> walk.Op:
        made.append(arguments)
        return op(*arguments)

    def add(self: walk.FoundAlone, new: walk.Op) -> None:
        kept.append(new)
        own(self, new)

    monkeypatch.setattr(walk, "Op", make)
    monkeypatch.setattr(walk.FoundAlone, "add", add)
    text = START + "tasks = set()\n"
    for _ in range(20):
        text += "task = asyncio.ensure_future(work())\ntasks.add(task)\n"
        text += "task.add_done_callback(tasks.discard)\n"
    sites = judge([extract(Source("program.py", "program", text))])
    assert len(sites) == 20
    assert len(made) == len(kept) > 20
