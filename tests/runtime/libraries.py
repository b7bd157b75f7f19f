"""Whether a task that waits for a library vanishes, where only the task reaches the client.

    python -m pip install aiofiles aiohttp aiomysql aiosqlite anthropic anyio asgiref \\
        async_timeout asyncpg 'elasticsearch[async]' grpcio httpx openai 'psycopg[binary]' \\
        python-socketio pyzmq redis slack_bolt slack_sdk starlette watchfiles websockets
    python tests/runtime/libraries.py [NAME…]

`taskleash.models.waits` has what stays as `HOLDING` and `HOLDING_WITHOUT`, and what vanishes as
`CLIENTS`: what they wait for is held by the client, so it stays where something alive holds that
(`…_kept`). Each task has a process of its own: what another left may hold it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

RELEASED = threading.Event()
KEPT: list[object] = []
TASKS: dict[str, Callable[[dict[str, int]], Coroutine[Any, Any, Any]]] = {}


def waits(function: Callable[[dict[str, int]], Coroutine[Any, Any, Any]]) -> None:
    TASKS[function.__name__] = function


@waits
async def aiofiles_read(ports):
    import aiofiles

    reading, _ = os.pipe()
    async with aiofiles.open(reading, "rb") as file:
        await file.read()


@waits
async def aiohttp_get(ports):
    from aiohttp import ClientSession, ClientTimeout

    session = ClientSession(timeout=ClientTimeout(total=None, sock_connect=None))
    async with session.get(f"http://127.0.0.1:{ports['silent']}/") as response:
        await response.text()


@waits
async def aiohttp_limit(ports):
    from aiohttp import ClientSession, ClientTimeout, TCPConnector

    timeout = ClientTimeout(total=None, sock_connect=None)
    session = ClientSession(timeout=timeout, connector=TCPConnector(limit=1))
    url = f"http://127.0.0.1:{ports['silent']}/"
    await asyncio.gather(session.get(url), session.get(url))


@waits
async def aiohttp_websocket(ports):
    from aiohttp import ClientSession

    socket = await ClientSession().ws_connect(f"http://127.0.0.1:{ports['websocket']}/")
    async for message in socket:
        print(message)


@waits
async def aiohttp_web_receive(ports):
    await _served("receive")


@waits
async def aiohttp_web_send(ports):
    await _served("send_str", "x" * 50_000_000)


async def _served(name, *args):
    """Do something with what a server has prepared for a client that reads nothing."""
    from aiohttp import web

    prepared = asyncio.get_running_loop().create_future()

    async def handle(request):
        response = web.WebSocketResponse()
        await response.prepare(request)
        prepared.set_result(response)
        return web.Response()

    application = web.Application()
    application.router.add_get("/", handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    response = await prepared
    del application, runner, site, handle
    await getattr(response, name)(*args)


@waits
async def aiomysql_connect(ports):
    import aiomysql

    await aiomysql.connect(host="127.0.0.1", port=ports["silent"])


@waits
async def aiosqlite_execute(ports):
    import aiosqlite

    connection = await aiosqlite.connect(":memory:")
    await connection.create_function("wait", 0, lambda: RELEASED.wait(10))
    await connection.execute("select wait()")


@waits
async def anthropic_create(ports):
    import anthropic

    url = f"http://127.0.0.1:{ports['silent']}/"
    client = anthropic.AsyncAnthropic(api_key="x", base_url=url, timeout=None)
    await client.messages.create(model="x", messages=[], max_tokens=1)


@waits
async def anyio_fail_after(ports):
    import anyio

    with anyio.fail_after(10):
        await asyncio.Event().wait()


@waits
async def anyio_move_on_after(ports):
    import anyio

    with anyio.move_on_after(10):
        await asyncio.Event().wait()


@waits
async def anyio_sleep(ports):
    import anyio

    await anyio.sleep(10)


@waits
async def anyio_socket(ports):
    import anyio

    stream = await anyio.connect_tcp("127.0.0.1", ports["silent"])
    await stream.receive()


@waits
async def anyio_thread(ports):
    import anyio

    await anyio.to_thread.run_sync(RELEASED.wait, 10)


@waits
async def asgiref_thread(ports):
    from asgiref.sync import sync_to_async

    await sync_to_async(RELEASED.wait)(10)


@waits
async def async_timeout_limit(ports):
    import async_timeout

    async with async_timeout.timeout(10):
        await asyncio.Event().wait()


@waits
async def async_timeout_none(ports):
    import async_timeout

    async with async_timeout.timeout(None):
        await asyncio.Event().wait()


@waits
async def asyncpg_execute(ports):
    import asyncpg

    names = {"user": "x", "password": "x", "database": "x"}
    connection = await asyncpg.connect(host="127.0.0.1", port=ports["postgres"], **names)
    await connection.execute("select 1")


@waits
async def asyncpg_pool(ports):
    import asyncpg

    names = {"user": "x", "password": "x", "database": "x"}
    size = {"min_size": 1, "max_size": 1}
    pool = await asyncpg.create_pool(host="127.0.0.1", port=ports["postgres"], **size, **names)
    first = await pool.acquire()
    await pool.acquire()
    print(first)


@waits
async def elasticsearch_info(ports):
    import elasticsearch

    client = elasticsearch.AsyncElasticsearch(f"http://127.0.0.1:{ports['silent']}/")
    await client.info()


@waits
async def grpc_call(ports):
    import grpc

    async with grpc.aio.insecure_channel(f"127.0.0.1:{ports['silent']}") as channel:
        await channel.unary_unary("/a/b")(b"x", wait_for_ready=True)


@waits
async def httpx_get(ports):
    import httpx

    async with httpx.AsyncClient(timeout=None) as client:
        await client.get(f"http://127.0.0.1:{ports['silent']}/")


@waits
async def openai_create(ports):
    import openai

    url = f"http://127.0.0.1:{ports['silent']}/"
    client = openai.AsyncOpenAI(api_key="x", base_url=url, timeout=None)
    await client.chat.completions.create(model="x", messages=[])


@waits
async def psycopg_connect(ports):
    import psycopg

    names = f"host=127.0.0.1 port={ports['silent']} user=x sslmode=disable"
    await psycopg.AsyncConnection.connect(names)


@waits
async def psycopg_execute(ports):
    import psycopg

    names = f"host=127.0.0.1 port={ports['postgres']} user=x password=x sslmode=disable"
    connection = await psycopg.AsyncConnection.connect(names)
    await connection.execute("select 1")


@waits
async def redis_listen(ports):
    import redis.asyncio

    await _subscribed(redis.asyncio.Redis(host="127.0.0.1", port=ports["redis"]).pubsub())


@waits
async def redis_listen_kept(ports):
    import redis.asyncio

    KEPT.append(redis.asyncio.Redis(host="127.0.0.1", port=ports["redis"]).pubsub())
    await _subscribed(KEPT[0])


async def _subscribed(listener):
    await listener.subscribe("x")
    async for message in listener.listen():
        print(message)


@waits
async def slack_bolt_post(ports):
    from slack_bolt.async_app import AsyncApp

    app = AsyncApp(token="x", signing_secret="x")
    app.client.base_url = f"http://127.0.0.1:{ports['silent']}/"
    await app.client.chat_postMessage(channel="x", text="x")


@waits
async def slack_bolt_say(ports):
    from slack_bolt.async_app import AsyncSay
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(token="x", base_url=f"http://127.0.0.1:{ports['silent']}/")
    say = AsyncSay(client=client, channel="x")
    await say("x")


@waits
async def slack_sdk_post(ports):
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(token="x", base_url=f"http://127.0.0.1:{ports['silent']}/")
    await client.chat_postMessage(channel="x", text="x")


@waits
async def socketio_emit(ports):
    import socketio
    from engineio.async_socket import AsyncSocket
    from socketio.base_manager import BaseManager

    server = socketio.AsyncServer(async_mode="asgi")
    server.eio.sockets["x"] = AsyncSocket(server.eio, "x")
    room = BaseManager.pre_connect(server.manager, "x", "/")
    while True:
        await server.emit("x", {}, to=room)


@waits
async def starlette_thread(ports):
    from starlette.concurrency import run_in_threadpool

    await run_in_threadpool(RELEASED.wait, 10)


@waits
async def watchfiles_watch(ports):
    import watchfiles

    async for changes in watchfiles.awatch(os.path.dirname(__file__)):
        print(changes)


@waits
async def websockets_receive(ports):
    import websockets

    url = f"ws://127.0.0.1:{ports['websocket']}/"
    async with websockets.connect(url, ping_interval=None) as socket:
        await socket.recv()


@waits
async def zmq_receive(ports):
    import zmq
    import zmq.asyncio

    socket = zmq.asyncio.Context().socket(zmq.PULL)
    socket.bind("tcp://127.0.0.1:*")
    await socket.recv()


@waits
async def zmq_send(ports):
    import zmq
    import zmq.asyncio

    socket = zmq.asyncio.Context().socket(zmq.PUSH)
    socket.bind("tcp://127.0.0.1:*")
    await socket.send(b"x")


async def _silent(reader, writer) -> None:
    while await reader.read(65536):
        pass


async def _redis(reader, writer) -> None:
    while data := await reader.read(65536):
        if b"SUBSCRIBE" not in data:
            writer.write(b"+OK\r\n" * max(data.count(b"CLIENT") + data.count(b"HELLO"), 1))


async def _postgres(reader, writer) -> None:
    """Says as much as it takes for a client to be connected, and nothing after that."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + (len(body) + 4).to_bytes(4, "big") + body

    while True:
        size = int.from_bytes(await reader.readexactly(4), "big")
        await reader.readexactly(size - 4)
        if size != 8:
            break
        writer.write(b"N")
    writer.write(message(b"R", bytes(4)))
    for setting in (b"server_version\x0014.0\x00", b"client_encoding\0UTF8\0", b"TimeZone\0UTC\0"):
        writer.write(message(b"S", setting))
    writer.write(message(b"K", bytes(8)) + message(b"Z", b"I"))
    await _silent(reader, writer)


async def _what_happens(name: str) -> str:
    import websockets

    ports: dict[str, int] = {}
    servers: list[Any] = []
    for key, answer in (("silent", _silent), ("redis", _redis), ("postgres", _postgres)):
        servers.append(await asyncio.start_server(answer, "127.0.0.1", 0))
        ports[key] = servers[-1].sockets[0].getsockname()[1]

    async def stay(connection: Any) -> None:
        await connection.wait_closed()

    servers.append(await websockets.serve(stay, "127.0.0.1", 0, ping_interval=None))
    ports["websocket"] = servers[-1].sockets[0].getsockname()[1]
    ended: list[str] = []
    task = asyncio.get_running_loop().create_task(TASKS[name](ports))
    task.add_done_callback(lambda done: ended.append(repr(done.exception())))
    reference = weakref.ref(task)
    del task
    await asyncio.sleep(1)
    if ended:
        return f"ended: {ended[0]}"
    gc.collect()
    await asyncio.sleep(0.05)
    return "vanishes" if reference() is None else "stays"


def main() -> int:
    """Try each; the exit status."""
    for name in sys.argv[1:] or TASKS:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        logging.disable(logging.CRITICAL)
        gc.disable()

        async def run(work: Awaitable[str], name: str = name) -> None:
            print(f"{name:24}{await work}", flush=True)
            # Nothing else is of interest: neither threads nor what is left of the others.
            os._exit(0)

        asyncio.run(run(_what_happens(name)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
