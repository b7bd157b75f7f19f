"""What starts a task is found behind what holds it, and nothing else is."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.ir.terms import Alts
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function
from taskleash.semantics.held import HeldSpawners
from taskleash.semantics.inference import Inference
from taskleash.semantics.program import Program
from taskleash.source.loading import Source

TEXT = """
import asyncio
import functools

NAMED = {"task": asyncio.create_task, "plain": print}
ALL = [asyncio.create_task, asyncio.ensure_future]

class Base:
    made = staticmethod(asyncio.ensure_future)

    def __init__(self, loop):
        self.begin = loop.create_task
        self.own = asyncio.get_running_loop().create_task
        self.bound = functools.partial(asyncio.create_task, name="x")
        self.again = self.own
        self.say = print
        self.either = print
        self.plus += asyncio.create_task

class Heir(Base):
    def __init__(self):
        self.either = asyncio.create_task
        self.table = {}

    def use(self, start=asyncio.create_task, write=print, other=None):
        self.begin(work())
        self.own(work())
        self.bound(work())
        self.again(work())
        self.made(work())
        self.say(work())
        self.either(work())
        self.plus(work())
        start(work())
        write(work())
        other(work())
        NAMED["task"](work())
        NAMED["plain"](work())
        NAMED[other](work())
        ALL[other](work())

def outside(thing, tasks):
    thing.own(work())
    thing.either(work())
    thing.say(work())

async def work(): ...
"""
TASK, FUTURE = "asyncio.create_task", "asyncio.ensure_future"
LOOP = "asyncio.get_running_loop.create_task"


def starting(written: str) -> list[str]:
    """What the call that is written so may start a task by, as far as that is outside."""
    program = Program([extract(Source("app.py", "app", TEXT))])
    calls = Calls(program, Inference(program))
    (found,) = (
        calls.callees(function, call)
        for function in program.functions()
        for _, call in function.calls()
        if TEXT.splitlines()[call.statement[0] - 1].strip() == f"{written}(work())"
        and call.text != "work"
    )
    return [each.dotted for each in found if isinstance(each, External)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("self.begin", ["asyncio.AbstractEventLoop.create_task"]),
        ("self.own", [LOOP]),
        ("self.bound", [TASK]),
        ("self.again", [LOOP]),
        ("self.made", [FUTURE]),
        ("self.say", []),
        ("self.either", [TASK]),
        ("self.plus", []),
        ("start", [TASK]),
        ("write", []),
        ("other", []),
        ('NAMED["task"]', [TASK]),
        ('NAMED["plain"]', []),
        ("NAMED[other]", []),
        ("ALL[other]", [TASK, FUTURE]),
        ("thing.own", [LOOP]),
        ("thing.either", []),
        ("thing.say", []),
    ],
)
def test_what_holds_it_starts_a_task(written: str, expected: list[str]) -> None:
    assert starting(written) == expected


def test_only_names_of_what_holds_one_are_asked_for() -> None:
    program = Program([extract(Source("app.py", "app", TEXT))])
    calls = Calls(program, Inference(program))

    assert program.held_names == {"begin", "own", "bound", "again", "made", "either", "plus"}
    held = {(cls.name, name) for cls, name in calls.held.holders()}
    assert held == {
        ("Base", "begin"),
        ("Base", "own"),
        ("Base", "bound"),
        ("Base", "again"),
        ("Heir", "either"),
    }


def test_a_name_that_a_method_has_says_nothing_of_an_unknown_object() -> None:
    text = TEXT + "\nclass Third:\n    def own(self, work): ...\n"
    program = Program([extract(Source("app.py", "app", text))])
    calls = Calls(program, Inference(program))
    outside = program.by_name["app"].functions["outside"]

    (call, *_) = (call for _, call in outside.calls() if call.text == "thing.own")

    assert not any(isinstance(each, External) for each in calls.callees(outside, call))


@pytest.mark.parametrize("count", [8, 32])
def test_each_class_is_asked_once_however_many_call_what_it_holds(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    starting = HeldSpawners._starting

    def noting(held: HeldSpawners, function: Function, value: Alts) -> tuple[External, ...]:
        asked.append(value)
        return starting(held, function, value)

    monkeypatch.setattr(HeldSpawners, "_starting", noting)
    text = "import asyncio\n" + "".join(
        f"class Bot{n}:\n"
        "    def __init__(self):\n"
        "        self.begin = asyncio.create_task\n"
        f"def use{n}(bot):\n"
        "    bot.begin(work())\n"
        for n in range(count)
    )
    program = Program([extract(Source("app.py", "app", text))])
    calls = Calls(program, Inference(program))

    found = [calls.callees(f, c) for f in program.functions() for _, c in f.calls()]

    assert found.count((External(TASK),)) == count
    assert len(asked) <= 2 * count
