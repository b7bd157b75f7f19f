"""How long-running tasks live, what a captured instance weighs, and what makes a site run."""

from __future__ import annotations

from textwrap import dedent

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Site, Standing

BROAD = "except BaseException:\n    pass"
LINK = "class Link:\n    def start(self):\n        self.task = asyncio.create_task(beat())\n\n"
ENDED = LINK + "    def close(self):\n        self.task.cancel()\n\n\n"


def only_site(text: str) -> Site:
    head = "import asyncio\n\n\nasync def work():\n    await asyncio.sleep(1)\n\n\n"
    (site,) = judge([extract(Source("app.py", "app", head + dedent(text)))])
    return site


def standing(text: str) -> Standing:
    found = only_site(text).standing
    assert found is not None
    return found


def looping(body: str, loop: str = "while True:") -> str:
    """A class that starts its loop once and never ends it."""
    inner = "".join(f"            {line}\n" for line in dedent(body).strip().splitlines())
    return (
        "class Poller:\n    PAUSE = 2.5\n\n    def start(self):\n"
        "        self.task = asyncio.create_task(self.run())\n\n"
        f"    async def run(self):\n        {loop}\n{inner}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "async def go():\n    await asyncio.create_task(work())\n",
        looping("await asyncio.sleep(1)", "for _ in range(3):"),
        looping("await asyncio.sleep(1)", "async for line in self.read():"),
    ],
)
def test_what_ends_by_itself_has_no_standing(text: str) -> None:
    assert only_site(text).standing is None


@pytest.mark.parametrize(
    ("body", "period"),
    [
        ("await asyncio.sleep(30)", "30"),
        ("await asyncio.sleep(delay=self.PAUSE)", "2.5"),
        ("await asyncio.sleep(self.PAUSE)", "2.5"),
        ("if self.idle:\n    await asyncio.sleep(0.5)\nelse:\n    await asyncio.sleep(0.5)", "0.5"),
        ("await asyncio.sleep(self.pause)", ""),
        ("await asyncio.sleep(1)\nawait asyncio.sleep(2)", ""),
        ("await self.step()", ""),
        ("if self.over:\n    break\nawait asyncio.sleep(5)", "5"),
        ("try:\n    await self.step()\nexcept OSError:\n    pass\nawait asyncio.sleep(5)", "5"),
        ("try:\n    await self.step()\nfinally:\n    await asyncio.sleep(5)", "5"),
        # Not each turn comes to the sleep.
        ("try:\n    await self.step()\nexcept OSError:\n    await asyncio.sleep(5)", ""),
        ("if self.idle:\n    await asyncio.sleep(5)\nelse:\n    await self.step()", ""),
        ("while self.idle:\n    await asyncio.sleep(5)\nawait self.step()", ""),
        ("if await self.step():\n    continue\nawait asyncio.sleep(5)", ""),
    ],
)
def test_the_period_of_a_loop(body: str, period: str) -> None:
    assert standing(looping(body)).period == period


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    await self.step()\nexcept Exception:\n    pass",
        "try:\n    await self.step()\nexcept asyncio.CancelledError:\n    raise",
        "try:\n    await self.step()\nexcept asyncio.CancelledError:\n    break",
        "try:\n    await self.step()\nexcept asyncio.CancelledError:\n    raise\n" + BROAD,
        "try:\n    await self.step()\nexcept:\n    if self.closing:\n        return",
        "try:\n    self.step()\nexcept BaseException:\n    pass",
        "self.inner.cancel()\ntry:\n    await self.inner\nexcept asyncio.CancelledError:\n    pass",
    ],
)
def test_a_loop_that_can_be_cancelled(body: str) -> None:
    assert standing(looping(body)).swallows is None


@pytest.mark.parametrize(
    ("caught", "message"),
    [
        ("except:", "`except` swallows cancellation: the loop goes on"),
        ("except BaseException:", "`except BaseException` swallows cancellation: the loop goes on"),
        ("except asyncio.CancelledError:",
         "`except asyncio.CancelledError` swallows cancellation: the loop goes on"),
        ("except (OSError, asyncio.CancelledError):",
         "`except OSError, asyncio.CancelledError` swallows cancellation: the loop goes on"),
    ],
)  # fmt: skip
def test_a_loop_that_swallows_its_cancellation(caught: str, message: str) -> None:
    for handling in ("pass", "continue", "print()"):
        found = standing(looping(f"try:\n    await self.step()\n{caught}\n    {handling}"))
        assert found.swallows is not None
        assert found.swallows.message == message
        assert found.swallows.line == 18


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("task = asyncio.create_task(beat())\n", "process"),
        (
            "async def main():\n    task = asyncio.create_task(beat())\n    await work()\n",
            "process",
        ),
        ("async def on_open(socket):\n    task = asyncio.create_task(beat())\n", "call"),
        (ENDED, "instance"),
        (ENDED + "link = Link()\n", "process"),
        (ENDED + "async def serve():\n    link = Link()\n    link.start()\n", "call"),
        (ENDED + "def make():\n    link = Link()\n    return lambda: link.start()\n", "instance"),
    ],
)
def test_what_a_task_lives_with(text: str, reach: str) -> None:
    beat = "async def beat():\n    while True:\n        await asyncio.sleep(1)\n\n\n"
    assert str(standing(beat + text).reach) == reach


def test_what_stops_a_task() -> None:
    run = "    async def run(self):\n        while self.on:\n            await work()\n\n"
    start = "    def start(self):\n        self.task = asyncio.create_task(self.run())\n\n"
    flag = "    def stop(self):\n        self.on = False\n"
    cancel = "    async def aclose(self):\n        self.task.cancel()\n"
    assert standing(f"class A:\n{start}{run}").stopped_by == ""
    assert standing(f"class A:\n{start}{run}{flag}").stopped_by == "stop()"
    assert standing(f"class A:\n{start}{run}{cancel}").stopped_by == "aclose()"


def test_heavy_members_of_the_captured_instance() -> None:
    text = """
        import aiohttp


        class Tool:
            async def aclose(self):
                pass


        class Context:
            def __init__(self, model, limit: int):
                self.name = "x"
                self.model_name = "y"
                self.connections = 4
                self.limit = limit
                self.tool = Tool()
                self.session = aiohttp.ClientSession()
                self.model = model
                self.engine = None

            def switch(self):
                asyncio.create_task(self.load())

            async def load(self):
                pass
        """
    assert only_site(text).heavy == ("tool", "session", "model", "engine")


def test_nothing_is_heavy_where_the_instance_is_not_captured() -> None:
    text = """
        class Context:
            def __init__(self, client):
                self.client = client

            def switch(self):
                asyncio.create_task(work())
        """
    assert only_site(text).heavy == ()


@pytest.mark.parametrize(
    ("rest", "runs"),
    [
        ("", "once for each call of `go`"),
        ("def top():\n    go()\n", "once for each call of `go`, from `top`"),
        ("def a():\n    go()\ndef b():\n    go()\n", "once for each call of `go`"),
        ("def a():\n    go()\ndef b():\n    a()\ndef c():\n    b()\ndef d():\n    c()\n",
         "once for each call of `go`, from `a`, from `b`, from `c`"),
        ("def top(kind):\n    if kind == 'switch':\n        go()\n",
         'once for each call of `go`, from `top` for "switch"'),
        ("def top(kind):\n    match kind:\n        case 'switch':\n            go()\n",
         'once for each call of `go`, from `top` for "switch"'),
        ("def top(kind):\n    if kind == Kind.SWITCH:\n        go()\n",
         "once for each call of `go`, from `top` for `Kind.SWITCH`"),
        # What stands in the other branch is called for anything but that.
        ("def top(kind):\n    if kind == 'switch':\n        return\n    else:\n        go()\n",
         "once for each call of `go`, from `top`"),
        ("TABLE = {'switch': go}\n", 'once for each call of `go`, for "switch"'),
        ("TABLE = {'switch': go, 'none': None}\n", 'once for each call of `go`, for "switch"'),
        # A record tells no name for which it is called.
        ("COMMAND = {'name': 'switch', 'func': go}\n", "once for each call of `go`"),
        ("bus.on('switch', go)\n", 'once for each call of `go`, by `bus.on("switch")`'),
        ("async def serve():\n    await asyncio.start_server(go, '', 1)\n",
         "once for each call of `go`, for each connection of `asyncio.start_server`"),
        ("@app.websocket('/ws')\ndef top():\n    go()\n",
         'once for each call of `go`, from `top`, by `@app.websocket("/ws")`'),
        ("@bot.event\ndef on_ready():\n    go()\n",
         "once for each call of `go`, from `on_ready`, by `@bot.event`"),
        ("def top():\n    def inner():\n        go()\n    inner()\n",
         "once for each call of `go`, from `top`"),
        ("@traced('chat')\ndef top():\n    go()\n", "once for each call of `go`, from `top`"),
        ("@tracer.start_as_current_span('x')\ndef top():\n    go()\n",
         "once for each call of `go`, from `top`"),
        (("class P(asyncio.DatagramProtocol):\n    def datagram_received(self, data, _):\n"
         "        go()\n"),
         ("once for each call of `go`, from `P.datagram_received`,"
         " for each datagram of `asyncio.DatagramProtocol`")),
        (("class A(asyncio.Protocol):\n    pass\n\n\nclass P(A):\n"
         "    def data_received(self, data):\n        go()\n"),
         ("once for each call of `go`, from `P.data_received`,"
         " for each piece of data of `asyncio.Protocol`")),
        (("from tornado import websocket\n\n\nclass H(websocket.WebSocketHandler):\n"
         "    async def on_message(self, text):\n        go()\n"),
         ("once for each call of `go`, from `H.on_message`,"
         " for each message of `websocket.WebSocketHandler`")),
        (("from tornado.web import RequestHandler\n\n\nclass H(RequestHandler):\n"
         "    async def post(self):\n        go()\n"),
         "once for each call of `go`, from `H.post`, for each request of `RequestHandler`"),
        ("class P(asyncio.Protocol):\n    def send(self, data):\n        go()\n",
         "once for each call of `go`, from `P.send`"),
    ],
)  # fmt: skip
def test_what_makes_a_site_run(rest: str, runs: str) -> None:
    assert only_site(f"def go():\n    asyncio.create_task(work())\n\n\n{rest}").runs == runs


@pytest.mark.parametrize("condition", ["len(self.tasks) < 10", "len(self.tasks) > 10", "x"])
def test_tasks_that_are_counted_before_the_next_starts_are_bounded(condition: str) -> None:
    text = f"""
        class Pool:
            def __init__(self):
                self.tasks = []

            def add(self, x):
                if {condition}:
                    self.tasks.append(asyncio.create_task(work()))
        """
    assert only_site(text).is_bounded is (condition != "x")


@pytest.mark.parametrize(
    ("rest", "runs"),
    [
        ("    on_message()\n", "once for each call of `serve`"),
        ("    bus.on('text', on_message)\n",
         'once for each call of `serve.on_message`, by `bus.on("text")`'),
        ("    bus.handler = on_message\n", "once for each call of `serve.on_message`"),
        ("    return on_message\n", "once for each call of `serve.on_message`"),
        ("    for _ in bus:\n        on_message()\n",
         "once for each call of `serve.on_message`, from `serve`"),
        ("    while on_message():\n        pass\n",
         "once for each call of `serve.on_message`, from `serve`"),
        ("    on_message()\n    on_message()\n",
         "once for each call of `serve.on_message`, from `serve`"),
    ],
)  # fmt: skip
def test_a_callback_runs_as_often_as_what_calls_it(rest: str, runs: str) -> None:
    text = "def serve(bus):\n    def on_message():\n        asyncio.create_task(work())\n\n"
    assert only_site(f"{text}{rest}").runs == runs


@pytest.mark.parametrize(
    ("ending", "stopped_by"),
    [
        # A loop without an exit fails by what closes what it waits for, and hears nothing else.
        ("self.queue.put_nowait(None)", ""),
        ("self.queue.shutdown()", "aclose()"),
    ],
)
def test_what_stops_a_loop_without_an_exit(ending: str, stopped_by: str) -> None:
    start = "    def start(self):\n        self.task = asyncio.create_task(self.run())\n\n"
    run = "    async def run(self):\n        while True:\n            await self.queue.get()\n\n"
    end = f"    async def aclose(self):\n        {ending}\n"
    assert standing(f"class A:\n{start}{run}{end}").stopped_by == stopped_by


def test_what_stops_one_of_two_coroutines_does_not_stop_the_task() -> None:
    text = """
        class Flagged:
            async def listen(self):
                while self.on:
                    await work()

            async def aclose(self):
                self.on = False


        class Other:
            async def listen(self):
                while self.more():
                    await work()


        class App:
            def __init__(self, flagged: bool):
                self.link: Flagged | Other = Flagged() if flagged else Other()

            def start(self):
                self.task = asyncio.create_task(self.link.listen())
        """
    assert standing(text).stopped_by == ""
    assert standing(text.replace("self.more()", "self.on")).stopped_by == ""
    alone = text.replace("Flagged | Other", "Flagged").replace(" if flagged else Other()", "")
    assert standing(alone).stopped_by == "aclose()"


def test_a_loop_is_one_of_the_function_that_has_it() -> None:
    text = """
        def serve(bus):
            async def messages():
                while bus.open:
                    await asyncio.create_task(work())
                    yield

            return bus.run(messages())
        """
    assert only_site(text).runs == "in a loop of `serve.messages`, once for each turn"


@pytest.mark.parametrize(
    ("kept", "is_keyed"),
    [
        ("self.tasks[key] = {spawn}", True),
        (("if key in self.seen:\n            return\n        self.seen[key] = 1\n"
          "        self.tasks[key] = {spawn}"), True),
        ("self.tasks.setdefault(key, []).append({spawn})", False),
        ("self.list.append({spawn})", False),
    ],
)  # fmt: skip
def test_a_task_under_a_key_makes_room_for_the_next_of_that_key(kept: str, is_keyed: bool) -> None:
    text = (
        "class Pool:\n    def __init__(self):\n"
        "        self.tasks, self.seen, self.list = {}, {}, []\n\n"
        f"    def add(self, key):\n        {kept.format(spawn='asyncio.create_task(work())')}\n"
    )
    assert only_site(text).is_keyed is is_keyed


def test_what_is_said_to_stop_a_task_is_cited() -> None:
    text = """
        class Agent:
            async def run(self):
                self.history = asyncio.create_task(self.keep_history())
                try:
                    await work()
                except asyncio.CancelledError:
                    self.history.cancel()
                    raise

            async def keep_history(self):
                while True:
                    await asyncio.sleep(2)


        async def reload_agent(agent):
            agent.history.cancel()


        async def close_agent(agent, at_once=False):
            if at_once:
                agent.history.cancel()
        """
    site = only_site(text)
    assert site.standing is not None
    assert site.standing.stopped_by == "run()"
    assert any("`Agent.run` only" in str(each.message) for each in site.evidence)
