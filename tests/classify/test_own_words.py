"""What is said of a task is said of this one: where it goes, how often it starts, what lets it."""

from __future__ import annotations

from taskleash.classify.judge import judge
from taskleash.classify.model import Site
from taskleash.facts.extract import extract
from taskleash.source.loading import Source


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
