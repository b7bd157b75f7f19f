"""Real servers on loopback, under a bounded load, observed."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from support.command import environment, taskleash
from support.traced import run_traced
from taskleash.trace.file import load

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).with_name("programs")
CONNECTIONS = 20
AGENT = "program/agent/agents/basic_memory_agent.py"


def audit(fixture: str, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """The sites that ran, by path and line, as `scan --trace` has them."""
    shutil.copytree(ROOT / "fixtures" / fixture, tmp_path / "program")
    server = str(PROGRAMS / "voice_server.py")
    ran, _ = run_traced(sys.executable, server, "program", str(CONNECTIONS), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    scanned = taskleash(
        "scan", "--no-cache", "--trace", "trace.json", "--format", "json", "program", cwd=tmp_path
    )
    sites = json.loads(scanned.out)["sites"]
    return {f"{s['path']}:{s['line']}": s for s in sites if s["observed"]["started"]}


def test_the_voice_assistant_leaks_where_the_scan_says_high(tmp_path: Path) -> None:
    ran = audit("voice_assistant", tmp_path)
    high = {place: site["observed"] for place, site in ran.items() if site["risk"] == "high"}
    assert sorted(high) == [f"{AGENT}:35", "program/service_context.py:64"]
    lost, left = high[f"{AGENT}:35"], high["program/service_context.py:64"]
    assert (lost["started"], lost["unseen"], lost["finding"]) == (20, 20, "proven")
    assert (left["started"], left["left"], left["finding"]) == (20, 20, "proven")
    sound = [site["observed"] for site in ran.values() if site["risk"] == "none"]
    assert len(sound) == 4
    assert {seen["finding"] for seen in sound} == {"open"}


def test_after_the_fix_it_leaks_nowhere(tmp_path: Path) -> None:
    ran = audit("voice_assistant_fixed", tmp_path)
    assert ran["program/service_context.py:75"]["observed"]["cancelled"] == CONNECTIONS
    assert [s["risk"] for s in ran.values() if s["risk"] == "high"] == []
    assert sum(site["observed"]["lost"] for site in ran.values()) == 0
    # the sweeper, which lives as long as the process
    assert sum(site["observed"]["left"] for site in ran.values()) == 1


SERVER = """
import asyncio, sys, urllib.request
from concurrent.futures import ThreadPoolExecutor

import uvicorn

kept = set()

async def note():
    await asyncio.sleep(0)

async def fails():
    raise ValueError

async def app(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.create_task(note())
    if scope["path"] == "/leak":
        asyncio.create_task(fails())
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

async def main():
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    def ask(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as answer:
            assert answer.read() == b"ok"

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as pool:
        paths = ["/"] * 90 + ["/leak"] * 10
        await asyncio.gather(*[loop.run_in_executor(pool, ask, path) for path in paths])
    server.should_exit = True
    await serving

asyncio.run(main())
"""


def test_uvicorn_under_load(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    program = tmp_path / "server.py"
    program.write_text(SERVER, encoding="utf-8")
    ran, trace = run_traced(sys.executable, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    own = {s.tasks[0]: s.counts for s in trace.spawns if not s.library}
    assert (own["note"].started, own["note"].finished, own["note"].lost) == (100, 100, 0)
    assert (own["fails"].started, own["fails"].unseen) == (10, 10)
    # uvicorn's own: one for each request
    assert max(site.counts.started for site in trace.spawns if site.library) == 100


WORKERS = """
import asyncio

kept = set()

async def note():
    await asyncio.sleep(0)

async def app(scope, receive, send):
    assert scope["type"] == "http"
    task = asyncio.create_task(note())
    await task
    if scope["path"] == "/leak":
        kept.add(asyncio.create_task(asyncio.Event().wait()))
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""


def test_the_workers_of_uvicorn_under_load(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    (tmp_path / "served.py").write_text(WORKERS, encoding="utf-8")
    port = free_port()
    report = tmp_path / "trace.json"
    served = ("uvicorn", "served:app", "--workers", "2", "--port", str(port), "--lifespan", "off")
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "taskleash", "trace", "-q", "--report", str(report)),
            *("--", sys.executable, "-m", *served, "--log-level", "critical"),
        ],
        cwd=tmp_path,
        env=environment(),
    ) as running:
        wait_for(port)  # by a first request
        with ThreadPoolExecutor(4) as pool:
            paths = ["/"] * 90 + ["/leak"] * 10
            assert set(pool.map(partial(ask, port), paths)) == {b"ok"}
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=300)
    trace = load(str(report))
    # that which watches over the workers has no loop
    assert len(trace.processes) == 3
    assert len(trace.loops) == 2
    own = {site.tasks[0]: site.counts for site in trace.spawns if not site.library}
    assert (own["note"].started, own["note"].finished) == (101, 101)
    # They end by the signal that is sent to them, in the middle of their loops.
    assert (own["Event.wait"].started, own["Event.wait"].alive) == (10, 10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=300) as answer:
        found: bytes = answer.read()
        return found


def wait_for(port: int) -> None:
    for _ in range(600):
        with suppress(OSError):
            ask(port, "/")
            return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens on {port}")


AIOHTTP = """
import asyncio

import aiohttp
from aiohttp import web

events = web.AppKey("events", set)

async def note():
    await asyncio.sleep(0)

async def fails():
    raise ValueError

async def sweeps():
    while True:
        await asyncio.sleep(60)

async def plain(request):
    await asyncio.create_task(note())
    return web.Response(text="ok")

async def leak(request):
    asyncio.create_task(fails())
    request.app[events].add(asyncio.create_task(asyncio.Event().wait()))
    return web.Response(text="ok")

async def chat(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await asyncio.create_task(socket.send_str(message.data))
    return socket

async def sweeper(app):
    task = asyncio.create_task(sweeps())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

async def main():
    app = web.Application()
    app[events] = set()
    app.cleanup_ctx.append(sweeper)
    app.add_routes([web.get("/", plain), web.get("/leak", leak), web.get("/chat", chat)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:

        async def ask(path):
            async with session.get(base + path) as answer:
                assert await answer.text() == "ok"

        async def talk():
            async with session.ws_connect(base + "/chat") as talking:
                for n in range(5):
                    await talking.send_str(str(n))
                    assert await talking.receive_str() == str(n)

        await asyncio.gather(*map(ask, ["/"] * 90 + ["/leak"] * 10), *[talk() for _ in range(4)])
    await runner.cleanup()

asyncio.run(main())
"""


def test_aiohttp_under_load(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed")
    program = tmp_path / "server.py"
    program.write_text(AIOHTTP, encoding="utf-8")
    ran, trace = run_traced(sys.executable, str(program), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    own = {site.tasks[0]: site.counts for site in trace.spawns if not site.library}
    assert (own["note"].started, own["note"].finished, own["note"].lost) == (90, 90, 0)
    assert (own["fails"].started, own["fails"].unseen) == (10, 10)
    assert (own["Event.wait"].started, own["Event.wait"].left) == (10, 10)
    assert (own["sweeps"].started, own["sweeps"].cancelled, own["sweeps"].left) == (1, 1, 0)
    echoed = own["WebSocketResponse.send_str"]
    assert (echoed.started, echoed.finished, echoed.lost) == (20, 20, 0)
    # aiohttp's own: one for each connection, all of them ended by the runner
    connections = [site.counts for site in trace.spawns if "RequestHandler.start" in site.tasks]
    assert sum(counts.started for counts in connections) >= 1
    assert sum(counts.left + counts.alive for counts in connections) == 0
