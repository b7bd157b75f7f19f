"""The language server in a folder that is not trusted."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lsprotocol import types

from server.test_server import KEPT, LEAK, session, written
from support.command import environment
from support.processes import children, wait_until_gone

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="has no such names")
HOSTILE = "![x](https://example.invalid/x.png)<img src=y>.py"


@posix_only
@pytest.mark.asyncio
async def test_what_is_shown_above_a_task_is_no_markup(tmp_path: Path) -> None:
    root = written(tmp_path)
    # What the fix would change has a fence of its own around it.
    fence = '    """\n```\n![x](y)\n    """\n'
    text = LEAK.replace("    asyncio.create", f"{fence}    asyncio.create")
    (root / HOSTILE).parent.mkdir(parents=True)
    (root / HOSTILE).write_text(text, encoding="utf-8")
    async with session(root) as editor:
        editor.open(HOSTILE)
        (found,) = await editor.codes(HOSTILE, "TL001")
        document = types.TextDocumentIdentifier(editor.uri(HOSTILE))
        asked = types.HoverParams(document, found.range.start)
        shown = await editor.client.text_document_hover_async(asked)
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    around, fence, _ = shown.contents.value.partition("\n````diff\n")
    assert fence
    assert "example.invalid" in around
    assert not re.search(r"!\[x\]\(|<img", around)


@pytest.mark.asyncio
async def test_a_configuration_of_the_folder_names_no_file_to_write(tmp_path: Path) -> None:
    root = written(tmp_path, app=LEAK)
    (root / "taskleash.toml").write_text('format = ["concise=app.txt"]\n', encoding="utf-8")
    async with session(root) as editor:
        editor.open("app.py")
        while not editor.messages:
            editor.news.clear()
            await editor.news.wait()
        (root / "taskleash.toml").write_text("fix = true\n", encoding="utf-8")
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
    assert "format" in editor.messages[0]
    assert not (root / "app.txt").exists()
    assert (root / "app.py").read_text(encoding="utf-8") == LEAK


@pytest.mark.asyncio
async def test_around_a_file_from_elsewhere_nothing_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "home").mkdir()
    for name in ("opened", "other"):
        (tmp_path / "home" / f"{name}.py").write_text(LEAK, encoding="utf-8")
    async with session(written(tmp_path / "own", app=LEAK)) as editor:
        await editor.codes("app.py", "TL001")
        editor.open("../home/opened.py")
        await editor.codes("../home/opened.py", "TL001")
        saved = types.TextDocumentIdentifier(editor.uri("../home/opened.py"))
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(saved))
        editor.change("../home/opened.py", LEAK + "\n\nx = 1\n")
        await editor.codes("../home/opened.py", "TL001")
        editor.change("../home/opened.py", "")
        await editor.codes("../home/opened.py")
    assert sorted(Path(uri).name for uri in editor.said) == ["app.py", "opened.py"]


def said(method: str, number: int | None = None, **params: object) -> bytes:
    """A message of an editor."""
    what = {"jsonrpc": "2.0", "method": method, "params": params}
    body = json.dumps(what if number is None else {**what, "id": number}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@linux_only
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT", "end of input"])
def test_nothing_goes_on_once_the_server_is_gone(tmp_path: Path, how: str) -> None:
    slow = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(f())\n\n\n"
    slow += "x = f(1, [2])\n" * 30_000
    root = written(tmp_path, a=slow, b=slow, c=slow, d=slow)
    command = [sys.executable, "-m", "taskleash", "server"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=root, env=environment(), **pipes) as server:
        assert server.stdin is not None
        folders = [{"uri": root.as_uri(), "name": "root"}]
        server.stdin.write(said("initialize", 1, capabilities={}, workspaceFolders=folders))
        server.stdin.write(said("initialized"))
        server.stdin.flush()
        workers: list[int] = []
        while not workers:
            time.sleep(0.05)
            analysts = children(server.pid)
            workers = [worker for analyst in analysts for worker in children(analyst)]
        if how == "end of input":
            server.stdin.close()
        else:
            server.send_signal(signal.Signals[how])
        assert wait_until_gone([server.pid, *analysts, *workers]) == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "address",
    [
        "file:///nul%00byte.py", "file://[half/a.py", "file://\u2100/a.py", "file:///dev/stdin.py",
        "file:", "untitled:a.py", "file:///" + "a/" * 5000 + "a.py", "",
    ],
)  # fmt: skip
async def test_a_document_with_an_odd_address_is_no_end_of_the_others(
    tmp_path: Path, address: str
) -> None:
    async with session(written(tmp_path, app=LEAK)) as editor:
        item = types.TextDocumentItem(address, "python", 1, LEAK)
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        named = types.TextDocumentIdentifier(address)
        asked = types.HoverParams(named, types.Position(2**31 - 1, 2**31 - 1))
        assert await editor.client.text_document_hover_async(asked) is None
        editor.open("app.py", KEPT)
        await editor.codes("app.py")
        editor.change("app.py", LEAK)
        await editor.codes("app.py", "TL001")
