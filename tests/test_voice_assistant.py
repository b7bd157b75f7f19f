"""The source reports' project in small: its table, its JSON, and that it really runs."""

from __future__ import annotations

import ast
import filecmp
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash

ROOT = Path(__file__).resolve().parent.parent
BEFORE = ROOT / "fixtures" / "voice_assistant"
FIXED = ROOT / "fixtures" / "voice_assistant_fixed"
AGENT = "agent/agents/basic_memory_agent.py"
CONF = "conf.yaml"
CHANGED_BY_THE_FIX = {"service_context.py", AGENT}

HEADINGS = ["File", "Lines", "Task", "Tracked", "Cleaned up", "Risk"]
CONVERSATION = ["37", "_run_single_turn", "✅ tracked", "✅ cancelled", "🟢 none"]
QUEUE = ["29,20", "_forward_message +1 sound", "❌ none", "❌ none", "🔴 high"]
PROXY = ["39,40", "_maintain_connection, …", "🟡 partial", "🟡 partial", "🟡 low"]
TTS = ["30,33,38", "_process_tts, …", "✅ tracked", "✅ gathered", "🟢 none"]
SWEEPER = ["29", "_sweep_stale", "✅ singleton", "✅ self-managed", "🟢 none"]
TABLE_BEFORE = [
    [AGENT, "35", "_websocket_send_func", "❌ none", "❌ none", "🔴 high"],
    ["proxy_message_queue.py", *QUEUE],
    ["service_context.py", "64", "_finish_heavy_init", "❌ none", "❌ none", "🔴 high"],
    ["proxy_handler.py", *PROXY],
    ["conversation_handler.py", *CONVERSATION],
    ["tts_manager.py", *TTS],
    ["websocket_handler.py", *SWEEPER],
]
TABLE_FIXED = [
    ["proxy_message_queue.py", *QUEUE],
    ["proxy_handler.py", *PROXY],
    ["conversation_handler.py", *CONVERSATION],
    ["service_context.py", "75", "_finish_heavy_init", "✅ tracked", "✅ cancelled", "🟢 none"],
    ["tts_manager.py", *TTS],
    ["websocket_handler.py", *SWEEPER],
]

OVERWRITTEN = "stored/partial low TL011 partial:partial partial:partial"
SITES_BEFORE = f"""
{AGENT}:35 _websocket_send_func discarded/none high TL001 no:none no:none
conversation_handler.py:37 _run_single_turn stored/cancelled none - yes:tracked yes:cancelled
proxy_handler.py:39 _maintain_connection {OVERWRITTEN}
proxy_handler.py:40 _forward_server_messages {OVERWRITTEN}
proxy_message_queue.py:20 _consume_loop stored/none none - yes:singleton yes:self-managed
proxy_message_queue.py:29 _forward_message discarded/none high TL001 no:none no:none
service_context.py:64 _finish_heavy_init discarded/none high TL001 no:none no:none
tts_manager.py:30 _process_tts stored/awaited none - yes:tracked yes:gathered
tts_manager.py:33 _send_silent_payload stored/awaited none - yes:tracked yes:gathered
tts_manager.py:38 _process_payload_queue stored/awaited none - yes:tracked yes:gathered
websocket_handler.py:29 _sweep_stale stored/none none - yes:singleton yes:self-managed
"""

TALK = """
import asyncio, json
from config import load_config
from pathlib import Path
from proxy_handler import ProxyHandler
from server import WebSocketServer
from web import WebSocket


async def talk():
    handler = WebSocketServer(load_config(Path("conf.yaml"))).ws_handler
    websocket = WebSocket()
    await handler.handle_new_connection(websocket, "page")
    text = {"type": "text-input", "text": "The washing machine ... please"}
    await handler.handle_message(websocket, "page", text)
    await asyncio.sleep(0.1)
    await handler.handle_message(websocket, "page", {"type": "switch-config", "file": "b.yaml"})
    await handler.handle_message(websocket, "page", {"type": "interrupt-signal"})
    await handler.handle_disconnect("page")
    print([json.loads(message)["type"] for message in websocket.sent])


async def relay():
    proxy, websocket = ProxyHandler("ws://server"), WebSocket()
    await websocket.incoming.put("hello")
    asyncio.get_running_loop().call_later(0.1, websocket.incoming.put_nowait, None)
    await proxy.handle_client_connection(websocket)
    print(proxy.server_ws.sent)


asyncio.run(talk())
asyncio.run(relay())
"""


def python(*arguments: str, cwd: Path = ROOT) -> str:
    env = {**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
    env |= {"PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    run = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def scan(folder: Path, *arguments: str) -> str:
    return scanned(ROOT, *arguments, folder.relative_to(ROOT).as_posix())


@cache
def scanned(folder: Path, *arguments: str) -> str:
    """What a scan in a folder prints: no test changes what it reads."""
    ran = taskleash("scan", *arguments, cwd=folder, COLUMNS="120")
    assert ran.status == 0, ran.err
    return ran.out


def sites(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(scan(folder, "--format", "json"))["sites"]
    return found


def in_short(site: dict[str, Any]) -> str:
    path = site["path"].removeprefix("fixtures/voice_assistant/")
    cells = [f"{site[name]['state']}:{site[name]['how']}" for name in ("tracked", "cleaned")]
    verdict = f"{site['handle']}/{site['ending']} {site['risk']} {site['rule'] or '-'}"
    return " ".join([f"{path}:{site['line']}", site["task"], verdict, *cells])


def sources(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def scan_there(folder: Path, *arguments: str) -> list[str]:
    """The lines of the table of a scan in the folder itself."""
    return scanned(folder, "--format", "table", *arguments, ".").splitlines()


def rows(folder: Path, *arguments: str) -> list[list[str]]:
    """The scan table without its heading."""
    lines = scan_there(folder, *arguments)
    table = [re.split(r" {2,}", line.strip()) for line in lines[1:]]
    return [row for row in table if len(row) == len(HEADINGS)]


@pytest.mark.parametrize(
    "given",
    [("--flag", "enable_proxy=false"), ("--config", f'flags-from = ["{CONF}:system_config"]')],
    ids=["option", "file"],
)
def test_the_proxy_is_out_of_use_where_its_flag_is_off(given: tuple[str, ...]) -> None:
    high = [row for row in TABLE_BEFORE if row[-1] == "🔴 high" and row[1:] != QUEUE]
    asleep = [
        ["proxy_message_queue.py", *QUEUE[:-1], "🟡 dormant"],
        ["proxy_handler.py", *PROXY[:-1], "🟡 dormant"],
    ]
    sound = [row for row in TABLE_BEFORE if row[-1] == "🟢 none"]
    assert rows(BEFORE, *given) == [*high, *asleep, *sound]


def test_no_flag_is_suggested_where_it_is_given() -> None:
    last = scan(BEFORE, "--format", "table").splitlines()[-1]
    assert last.startswith("4 sites are reachable only where `enable_proxy` is true: ")
    known = scan(BEFORE, "--format", "table", "--flag", "enable_proxy=false").splitlines()[-1]
    assert known.startswith("11 tasks in 7 files: 2 high, 3 low (3 dormant), 6 sound.")


@pytest.mark.parametrize(
    ("folder", "expected"), [(BEFORE, TABLE_BEFORE), (FIXED, TABLE_FIXED)], ids=["before", "fixed"]
)
def test_the_scan_table(folder: Path, expected: list[list[str]]) -> None:
    lines = scan_there(folder)
    table = [re.split(r" {2,}", line.strip()) for line in lines[: len(expected) + 1]]
    assert table == [HEADINGS, *expected]


def test_the_json_of_every_site() -> None:
    found = sites(BEFORE)
    assert {site["path"].rpartition("voice_assistant/")[0] for site in found} == {"fixtures/"}
    assert [in_short(site) for site in found] == SITES_BEFORE.strip().splitlines()


def test_the_json_summary_counts_the_sites() -> None:
    summary = json.loads(scan(BEFORE, "--format", "json"))["summary"]
    assert {name: summary[name] for name in ("sites", "high", "low", "none")} == {
        "sites": 11,
        "high": 3,
        "low": 2,
        "none": 6,
    }


def test_how_long_and_how_often_the_tasks_run() -> None:
    runs = {site["task"]: (site["lifetime"], site["multiplicity"]) for site in sites(BEFORE)}
    assert runs["_sweep_stale"] == ("endless", "once")
    assert runs["_consume_loop"] == ("unknown", "once")
    assert runs["_finish_heavy_init"] == ("short", "per-call")
    assert runs["_maintain_connection"][0] == "endless"
    assert runs["_forward_message"][1] == "loop"


def test_the_fix_leaves_one_risky_module_and_a_sound_context() -> None:
    risks = {(site["path"].rpartition("/")[2], site["risk"]) for site in sites(FIXED)}
    assert ("service_context.py", "none") in risks
    assert {name for name, risk in risks if risk == "high"} == {"proxy_message_queue.py"}


def test_only_the_repaired_files_differ() -> None:
    assert sources(BEFORE) == sources(FIXED)
    names = [*sorted(sources(BEFORE)), "conf.yaml"]
    _, different, unreadable = filecmp.cmpfiles(BEFORE, FIXED, names, shallow=False)
    assert (set(different), unreadable) == (CHANGED_BY_THE_FIX, [])


@pytest.mark.parametrize("folder", [BEFORE, FIXED], ids=["before", "fixed"])
def test_every_file_is_python_3_10(folder: Path) -> None:
    for name in sources(folder):
        text = (folder / name).read_text(encoding="utf-8")
        ast.parse(text, filename=name, feature_version=(3, 10))


@pytest.mark.parametrize("folder", [BEFORE, FIXED], ids=["before", "fixed"])
def test_it_talks_and_relays(folder: Path) -> None:
    sent, relayed = python("-c", TALK, cwd=folder).splitlines()
    spoken = ["audio"] * 5 + ["conversation-chain-end"]
    assert sorted(ast.literal_eval(sent)) == sorted([*spoken, "laundry-video", "config-switched"])
    assert ast.literal_eval(relayed) == ["hello"]


@pytest.mark.parametrize(
    ("folder", "alive"),
    [(BEFORE, "contexts 2, tasks 11"), (FIXED, "contexts 1, tasks 1")],
    ids=["before", "fixed"],
)
def test_what_a_closed_page_leaves_behind(folder: Path, alive: str) -> None:
    out = python("run_server.py", "10", cwd=folder)
    assert out == f"alive after the page was closed: {alive}\n"


SPAWNING = [p for p in sorted(BEFORE.rglob("*.py")) if "create_task" in p.read_text("utf-8")]


@pytest.mark.parametrize("path", SPAWNING, ids=lambda path: path.stem)
def test_a_file_alone_is_judged_with_the_rest_of_its_project(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    alone = json.loads(scan(path, "--format", "json"))["sites"]
    whole = [site for site in sites(BEFORE) if site["path"] == name]
    # Who calls the callers, and what they hand in, is told as far as the files at hand say.
    triggers = [
        (far.pop("trigger"), near.pop("trigger")) for far, near in zip(whole, alone, strict=True)
    ]
    vanishing = [
        (far.pop("vanishing", None), near.pop("vanishing", None))
        for far, near in zip(whole, alone, strict=True)
    ]
    assert alone == whole
    assert all(far.startswith(near) for far, near in triggers)
    assert all(near == far or near["state"] == "unknown" for far, near in vanishing)
