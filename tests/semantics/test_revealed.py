"""Types, calls, control flow and what becomes of handles, line by line of small programs."""

from __future__ import annotations

import pytest

from support.revealed import Revealed

PROGRAMS = {
    "factories that call each other": """\
class Left: ...
class Right: ...
def left(n):  # callers: go, right
    return right(n - 1) if n else Left()  # type: Left | Right
def right(n):
    return left(n - 1) if n else Right()
def go(n):
    found = left(n)  # type: Left | Right
    return found
""",
    "the order of methods": """\
class D:
    def finish(self): ...
class B(D): ...
class C(D):
    def finish(self): ...  # callers: go
class A(B, C): ...
class Beside(B): ...
def go():
    A().finish()  # calls: C.finish
    Beside().finish()  # calls: D.finish
    D.finish(A())
""",
    "the next class, and an override": """\
class Base:
    def run(self):
        self.step()  # calls: Base.step, Heir.step
    def step(self): ...
class Heir(Base):
    def step(self):
        super().step()  # calls: Base.step
""",
    "what an attribute keeps": """\
class Worker:
    def stop(self): ...  # callers: Owner.close
class Other:
    def stop(self): ...  # callers: nothing
class Owner:
    def __init__(self, worker: Worker | None = None):
        self.worker = worker or Worker()  # type: Worker
    def close(self):
        self.worker.stop()  # calls: Worker.stop
""",
    "what containers and tuples have": """\
class Left:
    def stop(self): ...  # callers: any_of, apart, each, every, first
class Right:
    def stop(self): ...  # callers: apart, every, second
def each(lefts: list[Left]):
    for one in lefts:
        one.stop()  # calls: Left.stop
def first(pair: tuple[Left, Right]):
    pair[0].stop()  # calls: Left.stop
def second(pair: tuple[Left, Right]):
    pair[1].stop()  # calls: Right.stop
    pair[-1].stop()  # calls: Right.stop
def every(pair: tuple[Left, Right], n):
    for one in pair:
        one.stop()  # calls: Left.stop, Right.stop
    pair[n].stop()  # calls: Left.stop, Right.stop
def apart(pair: tuple[Left, Right]):
    left, right = pair
    left.stop()  # calls: Left.stop
    right.stop()  # calls: Right.stop
def any_of(lefts: tuple[Left, ...]):
    lefts[3].stop()  # calls: Left.stop
""",
    "what a program puts into containers that say nothing": """\
from collections import defaultdict
class Left:
    def stop(self): ...  # callers: Owner.end, Owner.paired
class Right:
    def stop(self): ...  # callers: Owner.listed, Owner.picked, Owner.tupled
class Owner:
    def __init__(self):
        self.lefts = {}
        self.lists = defaultdict(list)
        self.tuples = {}
    def put(self, key):
        self.lefts[key] = Left()
        self.lists[key].append(Right())
        self.tuples[key] = (key, Right())
    def paired(self):
        for key, left in list(self.lefts.items()):
            left.stop()  # calls: Left.stop
        self.end(self.lefts.pop(key))
    def end(self, one):
        one.stop()  # calls: Left.stop
    def listed(self):
        for rights in self.lists.values():
            for at, right in enumerate(rights):
                right.stop()  # calls: Right.stop
    def tupled(self):
        for key, right in self.tuples.values():
            right.stop()  # calls: Right.stop
    def picked(self, key):
        max(self.lists[key], key=id).stop()  # calls: Right.stop
        next(iter(self.lists[key])).stop()  # calls: Right.stop
""",
    "values that are called": """\
import asyncio
from functools import partial
spawn = asyncio.create_task
class Bus:
    def send(self, work):
        return asyncio.create_task(work)
bus = Bus()
begin = bus.send
async def work(): ...
def go():
    spawn(work())  # calls: asyncio.create_task
    begin(work())  # calls: Bus.send
    bound = partial(spawn, name="x")
    bound(work())  # calls: asyncio.create_task
""",
    "what nobody knows": """\
def go(handler):
    handler.stop()  # calls: stop
    made = handler.make()  # type: nothing
    return made
""",
    "paths through handlers and loops": """\
def go(xs):
    a()  # edges: 4
    try:
        b()  # edges: 6, 10
    except ValueError:
        c()  # edges: 7
        d()  # edges: 10
        return
    finally:
        e()  # edges: 12, 13, exit
    for x in xs:
        f()  # edges: 12, 13
    while g():  # edges: 14, 15
        h()  # edges: 13
    i()
""",
    "what a helper does for certain, or only sometimes": """\
import asyncio
async def work(): ...
async def finish(task):
    await task
async def maybe(task, wanted):
    if wanted:
        task.cancel()
async def go(wanted):
    one = asyncio.create_task(work())  # summary: await 4
    await finish(one)
    two = asyncio.create_task(work())  # summary: cancel 7
    await maybe(two, wanted)
    three = asyncio.create_task(work())  # summary: nothing
""",
    "where a handle is kept, and ended": """\
import asyncio
async def work(): ...
class Owner:
    tasks: set[asyncio.Task]

    def start(self):
        task = asyncio.create_task(work())  # summary: contain 8, grow 8, cancel 11
        self.tasks.add(task)
    def close(self):
        for task in self.tasks:
            task.cancel()
""",
    "handed to what is not known": """\
import asyncio
async def work(): ...
def go(handler):
    handler.keep(asyncio.create_task(work()))  # calls: keep
    return asyncio.create_task(work())  # summary: give 5
""",
}


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_what_is_found_out_about_a_program(text: str) -> None:
    revealed = Revealed(text)
    assert list(revealed.stated())
    assert revealed.differences() == []


def test_what_a_line_states_wrongly_is_told() -> None:
    text = PROGRAMS["the order of methods"].replace("# calls: C.finish", "# calls: D.finish")
    assert Revealed(text).differences() == ["line 9: calls: stated D.finish, found C.finish"]
