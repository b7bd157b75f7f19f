"""What the work of a task does, as far as its file tells: small classes, and what is said of them.

The coroutine in question is ``work``, started in ``start``.
"""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from taskleash.fixes.meaning.coroutines import (
    Coroutine,
    calls_what_it_was_given,
    comes_to,
    coroutine_of,
    is_given,
    may_wait_for_others,
    resolves,
    started_by,
)
from taskleash.fixes.meaning.polling import runs_until_told
from taskleash.fixes.meaning.serving import fills_its_owner, is_of_one, serves_its_owner
from taskleash.fixes.syntax.tree import Tree, inside, last_name

CLASS = """\
import logging
logger = logging.getLogger()
class A:
    def __init__(self, given):
        self.known = {{}}
        self.names: set = set()
        self.client = given
        self.parts = [1] if given else (2,)
    def start(self):
        spawn(self.work(1))
    async def work(self, text):
{body}
    async def other(self):
        self.known[1] = 2
    def back(self):
        self.start()
    def {name}(self):
        pass
"""


def made(body: str, name: str = "more") -> tuple[Tree, Coroutine]:
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    tree = Tree(CLASS.format(body=lines, name=name))
    (call,) = spawns(tree)
    coroutine = coroutine_of(tree, started_by(call))
    assert coroutine is not None
    return tree, coroutine


def spawns(tree: Tree) -> list[cst.Call]:
    found = [node for node in inside(tree.module) if isinstance(node, cst.Call)]
    return [call for call in found if last_name(call.func) == "spawn"]


@pytest.mark.parametrize(
    "body",
    [
        "self.count = 1",
        "self.known[text] = len(text)",
        "await asyncio.sleep(1)\nself.names.add(text)",
        "logger.info(text)\nself.count += 1",
        "await self.other()",
        "def inner():\n    yield text\nself.count = 1",
    ],
)
def test_work_that_changes_its_object_alone_serves_it(body: str) -> None:
    assert serves_its_owner(*made(body))


@pytest.mark.parametrize(
    "body",
    [
        "text.value = 1",
        "global COUNT\nself.count = 1",
        "yield text",
        "self.key = lambda: text",
        "await text",
        "self.client.send(text)",
        "self.parts.append(text)",
        "self.elsewhere.append(text)",
        "print(text)",
        "self.known[text]()",
        "pass",
        "raise NotImplementedError",
    ],
)
def test_work_that_may_do_more_does_not(body: str) -> None:
    assert not serves_its_owner(*made(body))


@pytest.mark.parametrize(
    "body",
    [
        "self.names = await self.client.fetch_names()",
        "for each in await wait_for(self.client.list_names(text), 5):\n    self.names.add(each)",
        "async with self.client.get(text) as answer:\n    self.known[text] = await answer.json()",
        "found = []\nfound.append(await self.client.read())\nself.found = Found(found)",
    ],
)
def test_work_that_fetches_something_for_its_object_fills_it(body: str) -> None:
    assert fills_its_owner(*made(body))
    assert not serves_its_owner(*made(body))


@pytest.mark.parametrize(
    "body",
    [
        "return await self.client.fetch_names()",
        "await self.client.get(text)\nself.count += 1",
        "self.names = await self.client.fetch_names()\nself.client.send(text)",
        "self.count = await self.client.pop(text)",
        "text.names = await self.client.fetch_names()\nself.count = 1",
        "pass",
    ],
)
def test_work_that_asks_for_nothing_or_does_more_does_not(body: str) -> None:
    assert not fills_its_owner(*made(body))


@pytest.mark.parametrize(
    ("start", "body", "expected"),
    [
        ("self.work(broker_id)", "pass", True),
        ("self.work(text)", "self.known[text] += 1", True),
        ("self.work(text)", "self.count = text", False),
        ("self.work", "self.known[text] += 1", False),
        ("work(text)", "pass", False),
    ],
)
def test_work_that_is_told_a_key_is_about_one_of_several(
    start: str, body: str, expected: bool
) -> None:
    text = CLASS.format(body=f"        {body}", name="more").replace("self.work(1)", start)
    tree = Tree(text)
    (call,) = spawns(tree)
    assert is_of_one(tree, started_by(call)) is expected


@pytest.mark.parametrize("name", ["connect", "_init_pool"])
def test_nor_does_what_is_called_like_it_but_is_no_method(name: str) -> None:
    text = f"async def {name}():\n    x = 1\ndef start():\n    spawn({name}())\n"
    tree = Tree(text)
    (call,) = spawns(tree)
    assert coroutine_of(tree, started_by(call)) is not None
    assert not serves_its_owner(tree, coroutine_of(tree, started_by(call)))


def test_what_sets_its_object_up_serves_it_whatever_it_does() -> None:
    text = CLASS.replace("work", "connect").format(body="        await open(text)", name="more")
    tree = Tree(text)
    (call,) = spawns(tree)
    assert serves_its_owner(tree, coroutine_of(tree, started_by(call)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("await self.client.wait()", True),
        ("await self.client.get()", True),
        ("await self.client.get(text)", False),
        ("await self.client.join()", True),
        ("await asyncio.gather(text)", True),
        ("await text", True),
        ("await self.client.send(text)", False),
        ("async with self.client:\n    x = 1", True),
        ("async with self.client.session():\n    x = 1", False),
        ("with self.client:\n    x = 1", False),
        ("async for each in self.client:\n    x = 1", True),
        ("for each in text:\n    x = 1", False),
        ('"""To be overridden."""', True),
        ("return", True),
        ("return 1", False),
        ("...", True),
        ("raise NotImplementedError()", True),
        ("raise ValueError(text)", False),
        ("raise", False),
        ("async def inner():\n    await self.client.wait()\nx = 1", False),
        ("await self.other()", False),
    ],
)
def test_what_waits_for_others(body: str, expected: bool) -> None:
    assert may_wait_for_others(*made(body)) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text()", True),
        ("self.known[1]()", True),
        ("self.callback()", True),
        ("self.client.send(text)", False),
        ("pass", True),
        ("await self.other()", False),
        ("await self.more()", False),
        ("unknown(text)", False),
    ],
)
def test_what_calls_what_it_was_given(body: str, expected: bool) -> None:
    assert calls_what_it_was_given(*made(body)) is expected


def test_of_what_is_elsewhere_nothing_is_known() -> None:
    tree = Tree("def start():\n    spawn(work())\n    spawn(other)\n")
    for call in spawns(tree):
        assert coroutine_of(tree, started_by(call)) is None
    assert calls_what_it_was_given(tree, None)
    assert not serves_its_owner(tree, None)


def test_a_function_that_is_no_coroutine_function_is_not_the_work() -> None:
    tree = Tree("def work():\n    return other()\ndef start():\n    spawn(work())\n")
    (call,) = spawns(tree)
    assert coroutine_of(tree, started_by(call)) is None


def test_it_may_come_back_by_way_of_others() -> None:
    tree, coroutine = made("self.back()")
    start = next(f for f in tree.of(cst.FunctionDef) if f.name.value == "start")
    assert comes_to(tree, coroutine, start)
    assert not comes_to(*made("await self.other()"), start)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text.set_result(1)", True),
        ("text.set_exception(e)", True),
        ("text.cancel()", False),
        ("def later(): text.set_result(1)", False),
    ],
)
def test_what_brings_about_what_a_future_stands_for(body: str, expected: bool) -> None:
    assert resolves(*made(body)) is expected


GIVEN = """\
class A:
    def __init__(self, handler):
        self.handler = handler
    def start(self, callback, *, more=None):
        {}
    async def work(self):
        pass
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("spawn(callback())", True),
        ("spawn(more())", True),
        ("spawn(self.handler())", True),
        ("spawn(self.work())", False),
        ("spawn(self.elsewhere())", False),
        ("spawn(work())", False),
        ("spawn(callback)", False),
        ("made = callback(); spawn(made)", True),
        ("made = self.work(); spawn(made)", False),
        ("made = callback; spawn(made)", False),
        ("[spawn(each()) for each in more]", True),
        ("(each := callback) and spawn(each())", True),
        ("other = callback; spawn(other())", True),
        ("spawn(callback.send())", False),
        ("spawn(coro=callback())", True),
        ("spawn()", False),
    ],
)
def test_what_an_object_was_given_is_somebody_elses(line: str, expected: bool) -> None:
    tree = Tree(GIVEN.format(line))
    (call,) = spawns(tree)
    assert is_given(tree, call) is expected


TELLING: tuple[Callable[[Tree, Coroutine], bool], ...] = (
    may_wait_for_others,
    calls_what_it_was_given,
    resolves,
)


@pytest.mark.parametrize("tells", TELLING)
def test_functions_that_call_each_other_are_looked_at_once(
    tells: Callable[[Tree, Coroutine], bool],
) -> None:
    there, back = "async def work(): await other()\n", "async def other(): await work()\n"
    tree = Tree(f"{there}{back}spawn(work())\n")
    (call,) = spawns(tree)
    coroutine = coroutine_of(tree, started_by(call))
    assert coroutine is not None
    assert not tells(tree, coroutine)


@pytest.mark.parametrize(
    ("body", "is_told"),
    [
        ("while self.is_on:\n    await asyncio.sleep(1)", True),
        ("while text in self.names:\n    tell(text)\n    await asyncio.sleep(1)", True),
        ("while self.state != 'closed':\n    await asyncio.sleep(1)\n    tell(text)", True),
        ("while self.left > 0:\n    self.left -= 1\n    await asyncio.sleep(1)", False),
        ("while text in self.names:\n    self.names.pop()\n    await asyncio.sleep(1)", False),
        ("while text in self.names:\n    tell(text)", False),
        ("while text > 0:\n    text -= 1\n    await asyncio.sleep(1)", False),
        ("while not text.over:\n    await asyncio.sleep(1)\n    tell(text)", False),
    ],
)
def test_a_loop_ends_when_others_change_what_it_asks_for(body: str, is_told: bool) -> None:
    assert runs_until_told(made(body)[1]) is is_told
