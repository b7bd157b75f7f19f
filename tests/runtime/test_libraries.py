"""What is said of tasks that wait for a library is what `libraries.py` shows of them, run."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.libraries import TASKS
from taskleash.ir.lowering.extract import extract
from taskleash.models.waits import CLIENTS, HOLDING, HOLDING_WITHOUT
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Vanishings

SCRIPT = Path(__file__).with_name("libraries.py")
#: what was seen to vanish, or to stay only because something holds the client
VANISHING = {
    "aiomysql_connect", "async_timeout_none", "asyncpg_pool", "redis_listen", "redis_listen_kept",
}  # fmt: skip
#: nothing is said of these, since what they wait for is had from what is not read
UNKNOWN = {"aiohttp_web_receive", "aiohttp_web_send", "grpc_call"}


def start(name: str) -> str:
    return f"\n\ndef start_{name}(ports):\n    asyncio.create_task({name}(ports))\n"


CODE = SCRIPT.read_text(encoding="utf-8") + "".join(map(start, TASKS))
SAID = {
    site.scope: site.vanishing.state
    for site in judge([extract(Source("libraries.py", "libraries", CODE))])
}


@pytest.mark.parametrize("name", sorted(TASKS))
def test_what_stays_is_excluded_and_nothing_else(name: str) -> None:
    assert (SAID[f"start_{name}"] is Vanishings.EXCLUDED) == (name not in VANISHING | UNKNOWN)


@pytest.mark.parametrize("name", sorted([*HOLDING, *HOLDING_WITHOUT, *CLIENTS]))
def test_each_library_was_run(name: str) -> None:
    package = name.partition(".")[0]
    assert (
        package in ("asyncio", "fastapi")
        or f"import {package}" in CODE
        or (f"from {package}" in CODE)
    )


def test_a_server_that_tells_others_what_it_sends_is_no_such() -> None:
    plain = 'socketio.AsyncServer(async_mode="asgi")'
    code = CODE.replace(plain, f"{plain[:-1]}, client_manager=ports)")
    (site,) = (
        site
        for site in judge([extract(Source("libraries.py", "libraries", code))])
        if site.scope == "start_socketio_emit"
    )
    assert site.vanishing.state is not Vanishings.EXCLUDED


GIVEN = """
import asyncio
import aiohttp
import another


async def fetch(session, url):
    async with session.get(url):
        print("entered")


async def start(url):
    async with {client}() as session:
        asyncio.create_task(fetch(session, url))
"""


@pytest.mark.parametrize("client", ["aiohttp.ClientSession", "another.Session"])
def test_a_client_that_is_given_is_known_by_who_gives_it(client: str) -> None:
    code = GIVEN.format(client=client)
    (site,) = judge([extract(Source("a.py", "a", code))])
    assert (site.vanishing.state is Vanishings.EXCLUDED) == client.startswith("aiohttp")
