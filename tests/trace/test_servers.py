"""Real servers on loopback, under a bounded load, observed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash
from support.traced import run_traced

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
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
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
