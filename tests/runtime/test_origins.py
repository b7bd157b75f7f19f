"""What a task calls is found wherever it comes from, and numbers that end its waits are, too.

Each program is looked at and run: a task of which it is excluded that it vanishes stays.
"""

from __future__ import annotations

import pytest

from runtime.test_vanishing import HEAD, PAUSE, the_site
from runtime.test_vanishing import test_what_callers_give_holds_the_task as holds
from taskleash.verdict.model import Vanishings

START = "\n\ndef start():\n    asyncio.create_task(work())\n"
WAIT = "\n\nasync def wait(x):\n    await asyncio.Event().wait()\n"
CALLING = {
    "list of a module": "CALLS = []\n\n\nasync def work():\n    for call in CALLS:\n"
    "        await call(1)\n\n\ndef add(call):\n    CALLS.append(call)\n",
    "list of a module, spread": "OTHERS = [lambda x: pause(x)]\nCALLS = [*OTHERS]\n\n\n"
    "async def work():\n    for call in CALLS:\n        await call(1)\n\n\ndef add(call):\n"
    "    OTHERS.append(call)\n    CALLS.append(call)\n",
    "variable of a module": "CALL = None\n\n\nasync def work():\n    await CALL(1)\n\n\n"
    "def add(call):\n    global CALL\n    CALL = call\n",
    "closure": "async def work():\n    call = pause\n\n    async def inner():\n"
    "        await call(1)\n\n    await inner()\n\n\ndef add(call):\n    pass\n",
    "list of a closure": "async def work():\n    calls = [pause]\n\n    async def inner():\n"
    "        for call in calls:\n            await call(1)\n\n    await inner()\n\n\n"
    "def add(call):\n    pass\n",
    "partial": "import functools\n\n\nasync def work():\n"
    "    call = functools.partial(pause, 1)\n    await call()\n\n\ndef add(call):\n    pass\n",
    "what is awaited": "async def made():\n    return pause\n\n\nasync def work():\n"
    "    call = await made()\n    await call(1)\n\n\ndef add(call):\n    pass\n",
    "what is returned in a list": "def made():\n    return [pause]\n\n\nasync def work():\n"
    "    for call in made():\n        await call(1)\n\n\ndef add(call):\n    pass\n",
    "attribute of what is given": "class A:\n    def __init__(self, call):\n"
    "        self.calls = [call]\n\n\nasync def inner(a):\n    for call in a.calls:\n"
    "        await call(1)\n\n\nasync def work():\n    await inner(A(pause))\n\n\n"
    "def add(call):\n    pass\n",
    "class that is chosen": "class Base:\n    def __init__(self, call):\n"
    "        self.call = call\n\n    async def step(self):\n        await self.call(1)\n\n\n"
    "class One(Base):\n    pass\n\n\nclass Other(Base):\n    pass\n\n\n"
    "async def work():\n    if HEAD:\n        made = One\n    else:\n        made = Other\n"
    "    await made(pause).step()\n\n\nHEAD = 1\n\n\ndef add(call):\n    pass\n",
}  # fmt: skip


@pytest.mark.parametrize("code", CALLING.values(), ids=CALLING)
def test_what_is_called_holds_the_task(code: str) -> None:
    whole = code + PAUSE + "\n\nadd(pause)\n" + START
    assert the_site(HEAD + whole, "start").vanishing.state is Vanishings.EXCLUDED
    holds(whole)


@pytest.mark.parametrize("code", CALLING.values(), ids=CALLING)
def test_where_it_may_not_hold_it_nothing_is_excluded(code: str) -> None:
    whole = (code + "\n\nadd(pause)\n").replace("pause", "wait") + WAIT + START
    assert the_site(HEAD + whole, "start").vanishing.state is not Vanishings.EXCLUDED


LIMITED = """\
LIMIT = {value}


class Settings:
    limit: {note}


def seconds() -> {note}:
    return LIMIT


async def by_default(limit={value}):
    await asyncio.wait_for(asyncio.Event().wait(), limit)


async def by_annotation(limit: {note}):
    await asyncio.wait_for(asyncio.Event().wait(), limit)


async def by_callers(limit):
    await asyncio.wait_for(asyncio.Event().wait(), limit)


async def work():
    settings = Settings()
    own = {value}

    async def inner():
        await asyncio.wait_for(asyncio.Event().wait(), own)

    {line}


def start():
    asyncio.create_task(work())
"""
LINES = (
    "await by_default()",
    "await by_annotation(LIMIT)",
    "await by_callers({value})",
    "await by_callers(LIMIT)",
    "await by_callers(seconds())",
    "await by_callers(settings.limit)",
    "await inner()",
)
NUMBERS = (("10", "float"), ("1.5", "int | float"), ("3", "Final[int]"))
OTHERS = (("None", "float | None"), ("None", "Optional[float]"), ("True", "bool"))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(("value", "note"), [*NUMBERS, *OTHERS])
def test_only_a_number_of_seconds_ends_a_wait(line: str, value: str, note: str) -> None:
    code = LIMITED.format(line=line.format(value=value), value=value, note=note)
    state = the_site(HEAD + code, "start").vanishing.state
    assert (state is Vanishings.EXCLUDED) == ((value, note) in NUMBERS)


@pytest.mark.parametrize(
    "limit", ["*limits", "start", "unknown", "unknown.limit", "start()", "asyncio", "[1][0]"]
)
def test_what_is_not_known_to_be_one_does_not(limit: str) -> None:
    code = (
        f"async def work(*limits):\n    await asyncio.wait_for(asyncio.Event().wait(), {limit})\n"
    )
    state = the_site(HEAD + code + START, "start").vanishing.state
    assert state is not Vanishings.EXCLUDED
