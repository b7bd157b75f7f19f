"""What is said of a task is said of this one: where it goes, how often it starts, what lets it."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site


def sites(code: str) -> list[Site]:
    return judge([extract(Source("app.py", "app", f"import asyncio\n\n\n{code}"))])


TWO = """\
class Runner:
    def __init__(self):
        self._tasks = set()

    def first(self):
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def second(self):
        task = asyncio.create_task(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self):
        await asyncio.sleep(1)
"""


def test_of_two_that_share_a_set_each_cites_its_own_callback() -> None:
    cited = [
        [step.line for step in site.evidence if step.message == "taken out when it is done"]
        for site in sites(TWO)
    ]
    assert cited == [[11], [16]]


TURNS = """\
class Reader:
    def __init__(self):
        self._read = None

    async def next(self, audio):
        while True:
            if {check}:
                self._read = asyncio.ensure_future(audio.get())
            done, _ = await asyncio.wait({{self._read}}, timeout=1)
            if done:
                task, self._read = self._read, None
                return task.result()

    async def aclose(self):
        if self._read is not None:
            self._read.cancel()
"""


def test_in_a_loop_that_asks_for_the_earlier_one_there_is_one_at_a_time() -> None:
    (asking,) = sites(TURNS.format(check="self._read is None"))
    assert asking.runs == "in a loop of `Reader.next`, one at a time"
    (each,) = sites(TURNS.format(check="audio.ready"))
    assert each.runs == "in a loop of `Reader.next`, once for each turn"


AGAIN = """\
class Stream:
    def __init__(self):
        self._attempt = None

    def connect(self):
        self._attempt = asyncio.ensure_future(self._dial())

    async def _dial(self):
        await asyncio.sleep(1)

    def dial_again(self):
        if self._attempt is None:
            return
        self._attempt = asyncio.ensure_future(self._dial())

    def close(self):
        if self._attempt is not None:
            self._attempt.cancel()
"""


def test_a_check_that_lets_a_second_one_pass_is_not_cited() -> None:
    again = sites(AGAIN)[1]
    assert not [step for step in again.evidence if "asked for here" in step.message]
    assert again.runs == "once for each call of `Stream.dial_again`"


DIALLING = """\
class Client:
    def __init__(self):
        self.monitor = None

    async def connect(self):
        while True:
            try:
                await self.dial()
                {check}
                self.monitor = asyncio.ensure_future(asyncio.sleep(1))
                break
            except OSError:
                await asyncio.sleep(1)

    async def dial(self):
        await asyncio.sleep(1)

    async def close(self):
        if self.monitor is not None:
            self.monitor.cancel()
"""


def test_what_ends_the_earlier_task_is_no_check_that_there_is_none() -> None:
    ending = "if self.monitor is not None:\n                    self.monitor.cancel()"
    (site,) = sites(DIALLING.format(check=ending))
    assert not [step for step in site.evidence if "asked for here" in step.message]
    assert site.runs == "once for each call of `Client.connect`"
    (site,) = sites(DIALLING.format(check="if self.monitor:\n                    return"))
    assert [step.line for step in site.evidence if "asked for here" in step.message] == [12]
    assert site.runs == "one at a time for each `Client`"


GATEWAY = """\
class Socket:
    async def __aenter__(self):
        self._beat = asyncio.create_task(self.beat())
        return self

    async def __aexit__(self, *args):
        await self._beat

    async def beat(self):
        await asyncio.sleep(1)


class Gateway(Socket):
    async def __aenter__(self):
        self._beat = asyncio.create_task(self.beat())
        return self

    async def __aexit__(self, *args):
        {first}
        await self._beat
"""


def test_an_ending_that_a_subclass_replaces_ends_none_of_its_tasks() -> None:
    def ended(first: str) -> list[list[str]]:
        found = sites(GATEWAY.format(first=first))
        return [[s.message for s in each.evidence if "awaited" in s.message] for each in found]

    base, own = "awaited in `Socket.__aexit__`", "awaited in `Gateway.__aexit__`"
    assert ended("pass") == [[base, own], [own]]
    assert ended("await super().__aexit__(*args)") == [[base, own], [base, own]]


LOCAL = """\
async def send():
    await asyncio.sleep(1)


async def serve(jobs):
    running = set()
    for job in jobs:
        {statement}
        if await job:
            return


def started():
    task = asyncio.create_task(send())
    print(task)
    return task
"""


def held(statement: str) -> list[str]:
    return [
        step.message
        for site in sites(LOCAL.format(statement=statement))
        for step in site.evidence
        if "hold" in step.message or "drops" in step.message
    ]


def test_a_local_holds_a_task_until_the_function_returns_or_its_loop_turns() -> None:
    spawn, wrapped = "task = asyncio.create_task(send())", "task = started()"
    added = "running.add(task); task.add_done_callback(running.discard)"
    turn = "only `task` holds it, until the next turn of the loop"
    assert held(f"{spawn}; print(task)")[0] == turn
    assert held(f"{spawn}; {added}")[0] == "only `running` holds it, until `serve` returns"
    assert held(spawn.partition(" = ")[2])[0] == "nothing holds it after line 11"
    kept = "returned to `serve`, where only `running` holds it, until that returns"
    assert kept in held(f"{wrapped}; {added}")
    assert "returned to `serve`, which drops the task that it gets" in held(wrapped)


KINDS = """\
class Exchange:
    async def _create(self):
        await self._place()

    async def _place(self):
        await asyncio.sleep(1)


class One(Exchange):
    def sell(self):
        asyncio.create_task(self._create())

    async def _place(self):
        {first}


class Other(Exchange):
    async def _place(self):
        await self.link.sent()


class Below(One):
    async def _place(self):
        {below}
"""


@pytest.mark.parametrize(
    ("first", "below", "line"),
    [
        ("await asyncio.sleep(1)", "await super()._place()", 0),
        ("await asyncio.sleep(1)", "await self.link.got()", 27),
        ("await self.link.done()", "await super()._place()", 17),
        ("await super()._place()", "await self.handler()", 27),
    ],
)
def test_a_task_waits_for_what_its_own_object_comes_to(first: str, below: str, line: int) -> None:
    (site,) = sites(KINDS.format(first=first, below=below))
    assert site.vanishing.line == line


ASKED = """\
class Device:
    def __init__(self):
        self._reader = None

    def start(self):
        if self._reader and self._reader.done():
            raise OSError
        {spawn}

    async def close(self):
        self._reader.cancel()
"""


def test_the_condition_around_a_spawn_is_what_asks_for_the_earlier_task() -> None:
    spawn = "self._reader = asyncio.create_task(asyncio.sleep(1))"
    inside = f"if self._reader is None:\n            {spawn}"
    before = f"if self._reader is not None:\n            return\n        {spawn}"
    said = "started only where no earlier task runs: the handle is asked for here"
    for code, line in ((inside, 11), (before, 9)):
        (site,) = sites(ASKED.format(spawn=code))
        assert [step.line for step in site.evidence if step.message == said] == [line]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("tasks = [{}]\n    await asyncio.wait(tasks)", "tasks"),
        ("done, _ = await asyncio.wait([{}])\n    return done", ""),
        ("done, _ = await asyncio.wait([{}])\n    one = next(iter(done))\n    return one", ""),
    ],
)
def test_a_local_that_is_named_has_the_task_for_certain(code: str, name: str) -> None:
    spawn = "asyncio.create_task(asyncio.sleep(1))"
    (site,) = sites(f"async def main():\n    {code.format(spawn)}\n")
    assert site.local == name


HANDED_OVER = """\
class Runner:
    def __init__(self):
        self._tasks = set()

    def run(self, work):
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def start(self):
        self.run(self._work())

    async def _work(self):
        while True:
            await asyncio.sleep(1)

    async def close(self):
        print("closed")
"""


def test_what_is_handed_to_a_wrapper_cites_where_that_keeps_it_and_who_passes_it_over() -> None:
    (handed,) = (site for site in sites(HANDED_OVER) if site.span.line == 14)
    assert [(step.line, str(step.message)) for step in handed.evidence] == [
        (14, "handed to `Runner.run`, which keeps the task"),
        (10, "kept in `self._tasks`"),
        (11, "taken out when it is done"),
        (20, "`Runner.close` neither cancels nor awaits what `_tasks` keeps"),
    ]


RETURNED = """\
async def gathered(names):
    tasks = set()
    waiters = []
    for name in names:
        task = begin(name)
        tasks.add(task)
        waiters.append(task)
    await asyncio.gather(*waiters)


def begin(name):
    return asyncio.create_task(asyncio.sleep(1))
"""


def test_a_caller_that_sees_to_the_end_is_cited_with_the_end() -> None:
    (returned,) = sites(RETURNED)
    assert returned.evidence[0].message == "returned to `gathered`, which sees to its end"
    assert returned.evidence[-1].line == 11


ONE_STEP = """\
from abc import ABC, abstractmethod


class Bell(ABC):
    def all(self):
        asyncio.create_task(self.beep())
        asyncio.create_task(self.ring())
        asyncio.create_task(self.rest())

    async def beep(self):
        print("beep")

    @abstractmethod
    async def ring(self):
        print("ring")

    async def rest(self):
        pass
"""


def test_what_stands_for_another_is_not_said_to_be_over_in_its_first_step() -> None:
    assert [site.in_one_step for site in sites(ONE_STEP)] == [True, False, False]
