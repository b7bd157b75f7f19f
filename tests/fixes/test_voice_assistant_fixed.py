"""The reports' repair, made by the tool: its two diffs, and what a closed page leaves behind."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest

from support.command import python, taskleash

BEFORE = Path(__file__).resolve().parent.parent.parent / "fixtures" / "voice_assistant"
AGENT = "agent/agents/basic_memory_agent.py"
CONTEXT = "service_context.py"
QUEUE = "proxy_message_queue.py"

AGENT_DIFF = """
-import asyncio
-                    asyncio.create_task(self._websocket_send_func(json.dumps(websocket_message)))
+                    try:
+                        await self._websocket_send_func(json.dumps(websocket_message))
+                    except Exception:
+                        logger.exception("_websocket_send_func failed")
"""
CONTEXT_DIFF = """
+        self._background_tasks: set[asyncio.Task[None]] = set()
-        asyncio.create_task(_finish_heavy_init())
+        tasks = self._background_tasks - {asyncio.current_task()}
+        for task in tasks:
+            task.cancel()
+        if tasks:
+            await asyncio.wait(tasks, timeout=5)
+        task = asyncio.create_task(_finish_heavy_init())
+        self._background_tasks.add(task)
+        task.add_done_callback(self._background_tasks.discard)
+        tasks = self._background_tasks - {asyncio.current_task()}
+        for task in tasks:
+            task.cancel()
+        if tasks:
+            await asyncio.wait(tasks, timeout=5)
"""

#: opens a page, switches its configuration ten times and closes it; then says what is left of it
VISIT = """
import asyncio, gc, weakref
from config import load_config
from pathlib import Path
from server import WebSocketServer
from web import WebSocket


async def visit(handler):
    websocket = WebSocket()
    await handler.handle_new_connection(websocket, "page")
    context = weakref.ref(handler.client_contexts["page"])
    for number in range(10):
        message = {"type": "switch-config", "file": f"character_{number}.yaml"}
        await handler.handle_message(websocket, "page", message)
        await asyncio.sleep(0)
    await handler.handle_disconnect("page")
    return context


async def main():
    context = await visit(WebSocketServer(load_config(Path("conf.yaml"))).ws_handler)
    for _ in range(3):
        await asyncio.sleep(0)  # callbacks of what was cancelled are still to run
    gc.collect()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    names = sorted(task.get_coro().__name__ for task in left)
    print("alive" if context() else "gone", *names)


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fixed") / "voice_assistant"
    shutil.copytree(BEFORE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    ran = taskleash("check", "--fix", "--unsafe-fixes", ".", cwd=folder)
    assert ran.err == ""
    return folder


def changes(folder: Path, name: str) -> str:
    texts = [(root / name).read_text(encoding="utf-8").splitlines() for root in (BEFORE, folder)]
    lines = list(difflib.unified_diff(*texts, lineterm="", n=0))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def test_the_agent_awaits_what_it_sends_and_logs_its_failure(fixed: Path) -> None:
    assert changes(fixed, AGENT) == AGENT_DIFF.strip("\n")


def test_the_context_ends_the_earlier_task_and_all_of_them_when_it_is_closed(fixed: Path) -> None:
    assert changes(fixed, CONTEXT) == CONTEXT_DIFF.strip("\n")


def test_the_tasks_are_ended_before_the_rest_of_the_teardown(fixed: Path) -> None:
    _, _, close = (fixed / CONTEXT).read_text(encoding="utf-8").partition("async def close")
    assert close.index("asyncio.wait") < close.index("self.mcp_client.aclose()")


def test_no_other_file_changes_but_the_message_queue(fixed: Path) -> None:
    names = [path.relative_to(BEFORE).as_posix() for path in BEFORE.rglob("*.py")]
    assert {name for name in names if changes(fixed, name)} == {AGENT, CONTEXT, QUEUE}


def test_before_the_fix_a_closed_page_stays_alive() -> None:
    ran = python("-c", VISIT, cwd=BEFORE)
    assert ran.out.split() == ["alive", *["_finish_heavy_init"] * 10, "_sweep_stale"]


def test_after_the_fix_nothing_of_the_page_is_left(fixed: Path) -> None:
    ran = python("-c", VISIT, cwd=fixed)
    assert ran.out.split() == ["gone", "_sweep_stale"], ran.err


def test_a_second_run_changes_nothing(fixed: Path) -> None:
    texts = {path: path.read_bytes() for path in fixed.rglob("*.py")}
    taskleash("check", "--fix", "--unsafe-fixes", ".", cwd=fixed)
    assert {path: path.read_bytes() for path in fixed.rglob("*.py")} == texts
