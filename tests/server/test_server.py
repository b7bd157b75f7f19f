"""`taskleash server` with a real client over standard input and output: a session of an editor."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcInternalError
from pygls.lsp.client import LanguageClient

from support.command import environment

_PATIENCE_SECONDS = 120

LEAK = """\
import asyncio


async def send(text):
    await asyncio.sleep(1)


async def serve(text):
    asyncio.create_task(send(text))
"""
KEPT = LEAK.replace("asyncio.create_task(send(text))", "await asyncio.create_task(send(text))")


@dataclass
class Session:
    """A client with its server: what the server has said last of each file."""

    client: LanguageClient
    root: Path
    said: dict[str, types.PublishDiagnosticsParams] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    refreshed: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    versions: dict[str, int] = field(default_factory=dict)

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        text = (self.root / name).read_text(encoding="utf-8") if text is None else text
        self.versions[name] = 1
        item = types.TextDocumentItem(self.uri(name), "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        self.versions[name] += 1
        named = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(named, [whole]))

    def save(self, name: str, text: str) -> None:
        """Write a file from the editor."""
        (self.root / name).write_text(text, encoding="utf-8")
        document = types.TextDocumentIdentifier(self.uri(name))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    async def codes(self, name: str, *expected: str) -> Sequence[types.Diagnostic]:
        """Wait until these are the codes of what is said of a file."""

        async def wait() -> Sequence[types.Diagnostic]:
            while True:
                self.news.clear()
                found = self.said.get(self.uri(name))
                if found is not None and found.version in (None, self.versions.get(name)):
                    codes = tuple(diagnostic.code for diagnostic in found.diagnostics)
                    if codes == expected:
                        return found.diagnostics
                await self.news.wait()

        try:
            return await asyncio.wait_for(wait(), _PATIENCE_SECONDS)
        except asyncio.TimeoutError:
            raise AssertionError((name, expected, self.said, self.messages)) from None

    async def actions(self, name: str, at: types.Range) -> list[types.CodeAction]:
        document = types.TextDocumentIdentifier(self.uri(name))
        asked = types.CodeActionParams(document, at, types.CodeActionContext([]))
        found = await self.client.text_document_code_action_async(asked)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]

    async def changed(self, action: types.CodeAction, name: str, text: str) -> str:
        """The text of a file with what an action changes in it."""
        resolved = action if action.edit else await self.client.code_action_resolve_async(action)
        assert resolved.edit is not None, self.messages
        for change in resolved.edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            if change.text_document.uri == self.uri(name):
                assert change.text_document.version == self.versions.get(name)
                lines = text.splitlines(keepends=True)
                for edit in reversed(change.edits):
                    assert isinstance(edit, types.TextEdit)
                    at = edit.range
                    assert at.start.character == at.end.character == 0
                    lines[at.start.line : at.end.line] = [edit.new_text]
                text = "".join(lines)
        return text


@asynccontextmanager
async def session(
    root: Path,
    encodings: Sequence[types.PositionEncodingKind] = (),
    progress: bool | None = None,
    options: object = None,
) -> AsyncIterator[Session]:
    """A server that is asked to look after a folder; it has ended well at the end of the block.

    The ``options`` are those of the server, as a user of the editor sets them.
    The editor shows ``progress``, or refuses to where that is false; None is one that knows none.
    """
    client = LanguageClient("test", "1")
    made = Session(client, root)

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: types.PublishDiagnosticsParams) -> None:
        made.said[params.uri] = params
        made.news.set()

    @client.feature(types.WINDOW_SHOW_MESSAGE)
    def show(params: types.ShowMessageParams) -> None:
        made.messages.append(params.message)
        made.news.set()

    @client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
    def create(params: types.WorkDoneProgressCreateParams) -> None:
        if not progress:
            raise JsonRpcInternalError("no room")

    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    def refresh(params: None) -> None:
        made.refreshed.set()

    @client.feature(types.PROGRESS)
    def go_on(params: types.ProgressParams) -> None:
        made.progress.append(params.value["kind"])

    command = [sys.executable, "-m", "taskleash", "server"]
    await client.start_io(*command, cwd=root, env=environment(XDG_CACHE_HOME=str(root / ".c")))
    general = types.GeneralClientCapabilities(position_encodings=[*encodings] or None)
    window = types.WindowClientCapabilities(work_done_progress=progress is not None)
    await client.initialize_async(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(
                general=general,
                window=window,
                workspace=types.WorkspaceClientCapabilities(
                    inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
                ),
            ),
            workspace_folders=[types.WorkspaceFolder(root.as_uri(), root.name)],
            initialization_options=options,
        )
    )
    client.initialized(types.InitializedParams())
    try:
        yield made
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()
        # asyncio waits for the process in a thread, which outlives the client by a moment.
        for thread in threading.enumerate():
            if "waitpid" in thread.name:
                thread.join(_PATIENCE_SECONDS)


def written(root: Path, **files: str) -> Path:
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    for name, text in files.items():
        (root / f"{name}.py").write_text(text, encoding="utf-8")
    return root


@pytest.mark.asyncio
async def test_a_session_of_an_editor(tmp_path: Path) -> None:
    async with session(written(tmp_path, app=LEAK)) as editor:
        # What is on disk is known before anything is opened.
        (found,) = await editor.codes("app.py", "TL001")
        assert found.severity == types.DiagnosticSeverity.Error
        assert found.range == types.Range(types.Position(8, 4), types.Position(8, 35))
        assert found.code_description is not None
        assert found.code_description.href.endswith("/rules/TL001/")
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        # Unsaved text counts as soon as it is typed.
        editor.change("app.py", KEPT)
        await editor.codes("app.py")
        editor.change("app.py", LEAK)
        (found,) = await editor.codes("app.py", "TL001")

        offered = await editor.actions("app.py", found.range)
        titles = [action.title for action in offered]
        assert len(set(titles)) == len(titles)
        (track,) = (action for action in offered if action.is_preferred)
        mended = await editor.changed(track, "app.py", LEAK)
        assert "add_done_callback" in mended
        unsafe = [action for action in offered if "(unsafe: " in action.title]
        assert unsafe
        assert not any(action.is_preferred for action in unsafe)
        (silence,) = (action for action in offered if "comment" in action.title)
        silenced = await editor.changed(silence, "app.py", LEAK)
        assert "create_task(send(text))  # noqa: TL001" in silenced
        (everything,) = (a for a in offered if a.kind == "source.fixAll.taskleash")
        assert await editor.changed(everything, "app.py", LEAK) == mended

        editor.change("app.py", mended)
        await editor.codes("app.py")
        named = types.TextDocumentIdentifier(editor.uri("app.py"))
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(named))
        del editor.versions["app.py"]
        await editor.codes("app.py", "TL001")


@pytest.mark.asyncio
async def test_above_a_spawn_stands_what_is_known_of_it(tmp_path: Path) -> None:
    async with session(written(tmp_path, app=LEAK)) as editor:
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        document = types.TextDocumentIdentifier(editor.uri("app.py"))
        asked = types.HoverParams(document, types.Position(8, 12))
        shown = await editor.client.text_document_hover_async(asked)
        assert shown is not None
        assert isinstance(shown.contents, types.MarkupContent)
        for part in ("**`send`**", "TL001", "Tracked", "Cleaned up", "```diff", "+"):
            assert part in shown.contents.value
        elsewhere = types.HoverParams(document, types.Position(0, 0))
        assert await editor.client.text_document_hover_async(elsewhere) is None


@pytest.mark.asyncio
async def test_an_edit_of_one_file_changes_what_is_said_of_another(tmp_path: Path) -> None:
    base = "class Base:\n    def close(self):\n        self.task.cancel()\n"
    service = (
        "import asyncio\n"
        "from base import Base\n\n"
        "class Service(Base):\n"
        "    def start(self):\n"
        "        self.task = asyncio.create_task(self.run())\n"
        "    async def run(self):\n"
        "        while True:\n"
        "            await asyncio.sleep(1)\n"
    )
    async with session(written(tmp_path, base=base, service=service)) as editor:
        editor.open("service.py")
        editor.open("base.py")
        await editor.codes("service.py")
        editor.change("base.py", base.replace("self.task.cancel()", "pass"))
        (found,) = await editor.codes("service.py", "TL010")
        assert found.related_information is not None
        editor.change("base.py", base)
        await editor.codes("service.py")


@pytest.mark.asyncio
async def test_columns_are_counted_as_the_client_counts(tmp_path: Path) -> None:
    text = LEAK.replace("    asyncio.create_task", "    '𝒳é'; asyncio.create_task")
    starts = {
        types.PositionEncodingKind.Utf8: 4 + 8 + 2,
        types.PositionEncodingKind.Utf16: 4 + 5 + 2,
        types.PositionEncodingKind.Utf32: 4 + 4 + 2,
    }
    written(tmp_path, app=text)
    for encoding, start in starts.items():
        async with session(tmp_path, [encoding]) as editor:
            (found,) = await editor.codes("app.py", "TL001")
            assert found.range.start == types.Position(8, start), encoding


@pytest.mark.asyncio
async def test_settings_that_cannot_be_used_are_said_and_the_rest_stays(tmp_path: Path) -> None:
    async with session(written(tmp_path, app=LEAK)) as editor:
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        settings = tmp_path / "pyproject.toml"
        settings.write_text("[tool.taskleash]\nselect = ['NO']\n", encoding="utf-8")
        change = types.FileEvent(settings.as_uri(), types.FileChangeType.Changed)
        told = types.DidChangeWatchedFilesParams([change])
        editor.client.workspace_did_change_watched_files(told)

        async def complained() -> None:
            while not editor.messages:
                editor.news.clear()
                await editor.news.wait()

        await asyncio.wait_for(complained(), _PATIENCE_SECONDS)
        assert "NO" in editor.messages[0]
        settings.write_text("[tool.taskleash]\nignore = ['TL001']\n", encoding="utf-8")
        editor.client.workspace_did_change_watched_files(told)
        await editor.codes("app.py")


@pytest.mark.asyncio
async def test_a_file_that_is_no_python_is_said_to_be_none(tmp_path: Path) -> None:
    async with session(written(tmp_path, app=LEAK)) as editor:
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        editor.change("app.py", LEAK + "def (:\n")
        await editor.codes("app.py", "TL000")
        editor.change("app.py", LEAK)
        await editor.codes("app.py", "TL001")


@pytest.mark.asyncio
@pytest.mark.parametrize("progress", [True, False])
async def test_after_a_file_was_saved_the_others_are_looked_at_as_before(
    tmp_path: Path, progress: bool
) -> None:
    async with session(written(tmp_path, app=LEAK, other=KEPT), progress=progress) as editor:
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        editor.change("app.py", KEPT)
        await editor.codes("app.py")
        editor.save("app.py", KEPT)
        editor.open("other.py")
        editor.change("other.py", LEAK)
        await editor.codes("other.py", "TL001")
        editor.save("other.py", LEAK)
        editor.change("other.py", KEPT)
        await editor.codes("other.py")
    # The first look alone takes long.
    assert editor.progress == ["begin", "end"] * progress


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ({"inlayHints": True}, ["❌ none · ❌ none · 🔴 high"]),
        ({"inlayHints": "yes"}, []),
        ({}, []),
        (None, []),
    ],
)
async def test_hints_are_shown_where_the_editor_asks_for_them(
    tmp_path: Path, options: object, labels: list[str]
) -> None:
    text = LEAK.replace("    asyncio.create_task", "    '𝒳é'; asyncio.create_task")
    async with session(written(tmp_path, app=text), options=options) as editor:
        editor.open("app.py")
        await editor.codes("app.py", "TL001")
        if labels:
            await asyncio.wait_for(editor.refreshed.wait(), _PATIENCE_SECONDS)
        everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
        document = types.TextDocumentIdentifier(editor.uri("app.py"))
        asked = types.InlayHintParams(document, everywhere)
        found = await editor.client.text_document_inlay_hint_async(asked)
        assert [hint.label for hint in found or []] == labels
        # UTF-16, unless another is agreed on: one of the letters before it counts twice.
        end = len("    '𝒳é'; asyncio.create_task(send(text))") + 1
        assert [hint.position.character for hint in found or []] == [end] * len(labels)
        above = types.InlayHintParams(document, types.Range(*[types.Position(0, 0)] * 2))
        assert not await editor.client.text_document_inlay_hint_async(above)
