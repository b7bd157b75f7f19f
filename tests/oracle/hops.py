"""Helpers that a handle passes on its way to the ending, and ways to start a task."""

from __future__ import annotations

from oracle.model import Hop, Spawn

LONGEST = 12


def _passed(count: int) -> Hop:
    steps = [f"async def help_{n}(task):\n    await help_{n + 1}(task)" for n in range(1, count)]
    return Hop("\n\n\n".join([*steps, f"async def help_{count}(task):\n    $E"]),
               "await help_1($h)")  # fmt: skip


_RECURSIVE = """\
async def even(task, depth):
    if depth:
        await odd(task, depth - 1)
    else:
        $E


async def odd(task, depth):
    if depth:
        await even(task, depth - 1)
    else:
        $E"""
_LOGGED = """\
def logged(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


@logged
async def finish(task):
    $E"""
_CONTEXT = """\
@contextlib.asynccontextmanager
async def ending(task):
    try:
        yield
    finally:
        $E"""
_FINISH = "async def finish(task):\n    $E"
_SAME = "def same(task):\n    return task"

HOPS = {
    "direct": Hop(),
    **{f"passed {count}": _passed(count) for count in range(1, LONGEST + 1)},
    "keyword": Hop(_FINISH, "await finish(task=$h)"),
    "star": Hop(
        "async def finish(*tasks):\n    for task in tasks:\n        $E", "await finish($h)"
    ),
    "star and others": Hop(
        "async def finish(first, *tasks):\n    for task in tasks:\n        $E",
        "await finish(None, $h)",
    ),
    "star, not reached": Hop(
        "async def finish(first, *tasks):\n    for task in tasks:\n        $E", "await finish($h)"
    ),
    "recursive": Hop(_RECURSIVE, "await even($h, 3)"),
    "method of a class": Hop(
        "class Helper:\n    async def finish(self, task):\n        $E", "await Helper().finish($h)"
    ),
    "static method": Hop(
        "class Helper:\n    @staticmethod\n    async def finish(task):\n        $E",
        "await Helper.finish($h)",
    ),
    "constructor": Hop(
        "class Helper:\n    def __init__(self, task):\n        self.task = task\n\n"
        "    async def finish(self):\n        task = self.task\n        $E",
        "await Helper($h).finish()",
    ),
    "constructor only": Hop(
        "class Helper:\n    def __init__(self, task):\n        self.task = task\n\n"
        "    async def finish(self):\n        task = self.task\n        $E",
        "Helper($h)",
    ),
    "inherited method, C3": Hop(
        "class D:\n    async def finish(self, task):\n        pass\n\n\n"
        "class B(D):\n    pass\n\n\n"
        "class C(D):\n    async def finish(self, task):\n        $E\n\n\n"
        "class A(B, C):\n    pass",
        "await A().finish($h)",
    ),
    "inherited method, C3, ignored": Hop(
        "class D:\n    async def finish(self, task):\n        $E\n\n\n"
        "class B(D):\n    pass\n\n\n"
        "class C(D):\n    async def finish(self, task):\n        pass\n\n\n"
        "class A(B, C):\n    pass",
        "await A().finish($h)",
    ),
    "partial": Hop(_FINISH, "await functools.partial(finish, $h)()"),
    "lambda": Hop(_FINISH, "await (lambda task: finish(task))($h)"),
    "alias": Hop(_FINISH + "\n\n\nend = finish", "await end($h)"),
    "dict of functions": Hop(
        _FINISH + "\n\n\nactions = {'end': finish}", "await actions['end']($h)"
    ),
    "function as argument": Hop(
        _FINISH + "\n\n\nasync def apply(action, task):\n    await action(task)",
        "await apply(finish, $h)",
    ),
    "lambda as argument": Hop(
        _FINISH + "\n\n\nasync def call(action):\n    await action()",
        "await call(lambda: finish($h))",
    ),
    "decorated": Hop(_LOGGED, "await finish($h)"),
    "context manager": Hop(_CONTEXT, "async with ending($h):\n    pass"),
    "context manager around": Hop(_CONTEXT, "async with ending($h):\n    await $peer.recv()"),
    "one of two helpers": Hop(
        _FINISH + "\n\n\nasync def ignore(task):\n    pass",
        "if $flag:\n    await finish($h)\nelse:\n    await ignore($h)",
    ),
    "helper that does nothing": Hop(
        "async def ignore(task):\n    await asyncio.sleep(0)", "await ignore($h)"
    ),
    "helper under a condition": Hop(
        "async def finish(task, wanted):\n    if wanted:\n        $E", "await finish($h, $flag)"
    ),
    "helper with a default": Hop(
        "async def finish(task, wanted=True):\n    if wanted:\n        $E", "await finish($h)"
    ),
    "helper with a default against": Hop(
        "async def finish(task, wanted=False):\n    if wanted:\n        $E", "await finish($h)"
    ),
    "helper that may return early": Hop(
        "async def finish(task, peer):\n    if peer.ready():\n        return\n    $E",
        "await finish($h, $peer)",
    ),
    "helper that may raise": Hop(
        "async def finish(task, peer):\n    await peer.recv()\n    $E",
        "try:\n    await finish($h, $peer)\nexcept ConnectionError:\n    pass",
    ),
    "identity": Hop(_SAME, around="same($h)"),
    "identity twice": Hop(_SAME, around="same(same($h))"),
    "identity called twice": Hop(_SAME, "same($h)\n$DIRECT", around="same($h)"),
    "identity of two": Hop(
        "def either(first, second):\n    return first or second", around="either($h, None)"
    ),
    "not the second of two": Hop(
        "def second(first, other):\n    return other", around="second($h, $h)"
    ),
    "nested": Hop("", "async def finish():\n    $DIRECT\n\nawait finish()"),
}


def _returned(count: int) -> Spawn:
    steps = [f"def make_{n}():\n    return make_{n + 1}()" for n in range(1, count)]
    last = f"def make_{count}():\n    return asyncio.create_task(work())$*"
    return Spawn("make_1()", "\n\n\n".join([*steps, last]))


SPAWNS = {
    "create_task": Spawn("asyncio.create_task($W)"),
    "ensure_future": Spawn("asyncio.ensure_future($W)"),
    "loop": Spawn("asyncio.get_running_loop().create_task($W)"),
    "alias": Spawn("spawn($W)", "spawn = asyncio.create_task"),
    "partial": Spawn("functools.partial(asyncio.create_task, $W)()"),
    **{f"returned {count}": _returned(count) for count in (1, 2, 5, LONGEST)},
    "returned from a local": Spawn(
        "make()", "def make():\n    task = asyncio.create_task(work())$*\n    return task"
    ),
    "returned, coroutine given": Spawn(
        "launch($W)", "def launch(coro):\n    return asyncio.create_task(coro)$*"
    ),
    "returned from a coroutine": Spawn(
        "(await make())", "async def make():\n    return asyncio.create_task(work())$*"
    ),
    "returned from a method": Spawn(
        "Maker().make()",
        "class Maker:\n    def make(self):\n        return asyncio.create_task(work())$*",
    ),
    "returned in a pair": Spawn(
        "make()[0]", "def make():\n    return asyncio.create_task(work()), 1$*"
    ),
    "returned by one of two": Spawn(
        "make_left(3)",
        "def make_left(depth):\n    if depth:\n        return make_right(depth - 1)\n"
        "    return asyncio.create_task(work())$*\n\n\n"
        "def make_right(depth):\n    if depth:\n        return make_left(depth - 1)\n"
        "    return asyncio.create_task(work())$*",
    ),
    "returned by a lambda": Spawn("make()", "make = lambda: asyncio.create_task(work())$*"),
    "kept by the factory": Spawn(
        "make()",
        "kept = set()\n\n\ndef make():\n    task = asyncio.create_task(work())$*\n"
        "    kept.add(task)\n    task.add_done_callback(kept.discard)\n    return task",
    ),
}

WORKS = {
    "short": "async def work():\n    await asyncio.sleep(1)",
    "endless": "async def work():\n    while True:\n        await asyncio.sleep(1)",
    "failing": "async def work(peer):\n    await peer.fetch()",
}
