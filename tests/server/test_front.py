"""What the front says to the editor, and what it asks for, without an editor or an analysis."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lsprotocol import types
from pygls.workspace import Workspace

from server.test_server import LEAK, written
from support.reports import TRACK, entry, site, sound
from taskleash.fixes.text.patch import Replacement
from taskleash.reporters.report import Entry, FileError
from taskleash.server import actions
from taskleash.server.features import make
from taskleash.server.front import SETTINGS, SOURCES
from taskleash.server.requests import Answer, Failed, Look, Looked, Mend, MendedTexts, Request
from taskleash.server.texts import path_of, uri_of
from taskleash.verdict.model import Evidence

NEW = (Replacement(site().span, "new\n"),)


class Analysis:
    """Answers in the place of the process that analyses."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.is_closed = False

    async def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.answers.pop(0)

    def close(self) -> None:
        self.is_closed = True


class Editor:
    """A front with the editor's side of it: what it was told, and what is open."""

    def __init__(self, root: Path, *answers: Answer, folders: bool = True) -> None:
        self.root = root
        self.front = make()
        self.analysis = Analysis(*answers)
        self.said: list[types.PublishDiagnosticsParams] = []
        self.messages: list[str] = []
        front: Any = self.front
        front.asking = self.analysis
        uri = root.as_uri()
        given = [types.WorkspaceFolder(uri, root.name)] if folders else None
        front.protocol._workspace = Workspace(None if folders else uri, workspace_folders=given)
        front.text_document_publish_diagnostics = self.said.append
        front.window_show_message = lambda shown: self.messages.append(shown.message)
        front.protocol.client_capabilities = types.ClientCapabilities()

    def open(self, name: str, text: str, version: int = 1) -> str:
        """The path of a file that is open from now on."""
        uri = (self.root / name).as_uri()
        item = types.TextDocumentItem(uri, "python", version, text)
        self.front.workspace.put_text_document(item)
        path = path_of(uri)
        assert path is not None
        return path

    def knows(self, *entries: Entry, errors: tuple[FileError, ...] = ()) -> None:
        """Take over verdicts of ``app.py``."""
        path = f"{path_of(self.root.as_uri())}/app.py"
        self.front.findings.replace(
            str(self.root), Looked({path: entries}, {path: errors} if errors else {}), None
        )

    def feature(self, name: str) -> Any:
        return self.front.protocol.fm.features[name]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return written(tmp_path, app=LEAK)


def asked_for(path: Path, *only: types.CodeActionKind | str) -> types.CodeActionParams:
    everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
    context = types.CodeActionContext([], only=[*only] or None)
    return types.CodeActionParams(types.TextDocumentIdentifier(path.as_uri()), everywhere, context)


LEAKING = entry(site(line=9), "TL001", "dropped", fixes=(TRACK,))


def test_an_editor_without_folders_has_one_by_its_root(root: Path) -> None:
    front = Editor(root, folders=False).front
    assert front.roots() == [path_of(root.as_uri())]
    assert front.root_of(f"{front.roots()[0]}/a/b.py") == front.roots()[0]


def test_a_file_of_no_folder_belongs_to_its_repository_or_its_own_folder(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    front = Editor(root).front
    other = tmp_path_factory.mktemp("other").resolve()
    (other / "inner").mkdir()
    assert front.root_of((other / "inner" / "a.py").as_posix()) == (other / "inner").as_posix()
    (other / ".git").mkdir()
    assert front.root_of((other / "inner" / "a.py").as_posix()) == other.as_posix()


def test_what_is_no_file_has_no_verdicts(root: Path) -> None:
    editor = Editor(root)
    document = types.TextDocumentIdentifier("untitled:Untitled-1")
    opened = types.TextDocumentItem(document.uri, "python", 1, LEAK)
    editor.feature(types.TEXT_DOCUMENT_DID_OPEN)(types.DidOpenTextDocumentParams(opened))
    assert editor.front._folders == {}
    wanted = types.CodeActionParams(
        document, types.Range(types.Position(0, 0), types.Position(0, 0)),
        types.CodeActionContext([]),
    )  # fmt: skip
    assert editor.feature(types.TEXT_DOCUMENT_CODE_ACTION)(wanted) == []
    hover = editor.feature(types.TEXT_DOCUMENT_HOVER)
    assert asyncio.run(hover(types.HoverParams(document, types.Position(0, 0)))) is None


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        ((), ["quickfix", "quickfix", actions.FIX_ALL]),
        ((types.CodeActionKind.QuickFix,), ["quickfix", "quickfix"]),
        (("source",), [actions.FIX_ALL]),
        (("source.fix",), []),
        ((types.CodeActionKind.Refactor,), []),
    ],
)
def test_only_what_is_asked_for_is_offered(
    root: Path, only: tuple[str, ...], kinds: list[str]
) -> None:
    editor = Editor(root)
    editor.knows(LEAKING, entry(site(line=3)), entry(site(line=5), "TL001", "x", suppressed=True))
    found = editor.front.actions(editor.open("app.py", LEAK), asked_for(root / "app.py", *only))
    assert [str(getattr(each.kind, "value", each.kind)) for each in found] == kinds


def test_no_two_actions_have_the_same_title(root: Path) -> None:
    editor = Editor(root)
    other = entry(site(line=8), "TL001", "dropped", fixes=(TRACK,))
    editor.knows(LEAKING, other)
    path = editor.open("app.py", LEAK)
    found = [action.title for action in editor.front.actions(path, asked_for(Path(path)))]
    assert len(found) == len({*found}) == 5
    assert sum(" 8:" in title for title in found) == 2
    editor.knows(LEAKING)
    alone = [action.title for action in editor.front.actions(path, asked_for(Path(path)))]
    assert not any(" 9:" in title for title in alone)


def test_where_nothing_is_wrong_nothing_is_offered(root: Path) -> None:
    editor = Editor(root)
    editor.knows(entry(site()))
    assert editor.front.actions(editor.open("app.py", LEAK), asked_for(root / "app.py")) == []


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"path": 3},
        {"path": "a.py", "line": "3", "column": 5, "rule": "TL001", "kind": "track"},
        {"path": "a.py", "line": 3, "column": None, "rule": "TL001", "kind": "track"},
        {"path": "a.py", "line": 3, "column": 5, "rule": None, "kind": "track"},
        {"path": "a.py", "line": 3, "column": 5, "rule": "TL001"},
    ],
)
def test_an_action_that_is_none_of_ours_comes_back_as_it_was(root: Path, data: object) -> None:
    editor = Editor(root)
    action: Any = types.CodeAction("x", data=data)  # type: ignore[arg-type]
    assert asyncio.run(editor.front.resolved(action)) is action
    assert (action.edit, editor.messages, editor.analysis.asked) == (None, [], [])


def test_a_fix_that_does_not_stand_is_said_once(root: Path) -> None:
    refused = MendedTexts({}, reason="no logger")
    editor = Editor(root, refused, refused, Failed("no memory"))
    path = editor.open("app.py", LEAK)
    editor.knows(LEAKING)
    (fix, _, _) = editor.front.actions(path, asked_for(root / "app.py"))
    assert asyncio.run(editor.front.resolved(fix)).edit is None
    editor.open("app.py", LEAK, version=2)
    asyncio.run(editor.front.resolved(fix))
    assert editor.messages == ["taskleash: no logger"]
    editor.open("app.py", LEAK, version=3)
    asyncio.run(editor.front.resolved(fix))
    assert editor.messages == ["taskleash: no logger", "taskleash: no memory"]


def test_a_fix_is_worked_out_once_for_a_text(root: Path) -> None:
    path = f"{path_of(root.as_uri())}/app.py"
    editor = Editor(root, *[MendedTexts({path: NEW}, "+new")] * 2)
    editor.knows(LEAKING)
    editor.open("app.py", LEAK)
    at = types.Position(8, 6)
    for _ in range(2):
        shown = asyncio.run(editor.front.hover(path, at))
        assert shown is not None
        assert "+new" in str(shown.contents)
    (asked,) = editor.analysis.asked
    assert isinstance(asked, Mend)
    assert (asked.path, asked.kind, asked.unsaved) == (path, "track", {path: LEAK})
    editor.open("app.py", LEAK, version=2)
    asyncio.run(editor.front.hover(path, at))
    assert len(editor.analysis.asked) == 2


@pytest.mark.parametrize("silenced", [{"suppressed": True}, {"known": True}])
def test_of_what_is_silenced_no_fix_is_shown(root: Path, silenced: dict[str, bool]) -> None:
    editor = Editor(root)
    editor.knows(entry(site(line=9), "TL001", "dropped", fixes=(TRACK,), **silenced))
    path = editor.open("app.py", LEAK)
    shown = asyncio.run(editor.front.hover(path, types.Position(8, 6)))
    assert shown is not None
    assert editor.analysis.asked == []


def test_a_comment_for_a_finding_that_is_gone(root: Path) -> None:
    editor = Editor(root)
    editor.knows(LEAKING)
    path = editor.open("app.py", LEAK)
    (_, comment, _) = editor.front.actions(path, asked_for(root / "app.py"))
    editor.knows()
    assert asyncio.run(editor.front.resolved(comment)).edit is None
    assert editor.messages == ["taskleash: there is no room for a comment here"]


def test_a_folder_that_is_left_is_forgotten(root: Path) -> None:
    async def left(editor: Editor) -> None:
        folder = editor.front.roots()[0]
        editor.front.look(folder)
        editor.knows(LEAKING)
        (running,) = (each.looking for each in editor.front._folders.values())
        assert running is not None
        uri = uri_of(folder)
        gone = [types.WorkspaceFolder("git:x", "x"), types.WorkspaceFolder(uri, "x")]
        event = types.WorkspaceFoldersChangeEvent([], gone)
        editor.front.workspace.remove_folder(uri)
        params = types.DidChangeWorkspaceFoldersParams(event)
        await editor.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(params)
        assert running.cancelled()
        await editor.front.leave(folder)

    editor = Editor(root)
    asyncio.run(left(editor))
    assert [(shown.uri, shown.diagnostics) for shown in editor.said] == [
        (uri_of(f"{path_of(root.as_uri())}/app.py"), [])
    ]
    assert editor.front.roots() == []


def test_a_folder_that_is_added_is_looked_at_as_a_whole(root: Path) -> None:
    async def added(editor: Editor) -> None:
        event = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder("x:", "x")], [])
        params = types.DidChangeWorkspaceFoldersParams(event)
        await editor.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(params)
        (folder,) = editor.front._folders.values()
        assert folder.is_whole
        await editor.feature(types.SHUTDOWN)(None)

    editor = Editor(root)
    asyncio.run(added(editor))
    assert editor.analysis.is_closed


@pytest.mark.parametrize("can_register", [True, False, None])
def test_the_editor_is_asked_to_say_what_changes_on_disk_where_it_can(
    root: Path, can_register: bool | None
) -> None:
    editor = Editor(root)
    front: Any = editor.front
    registered: list[types.RegistrationParams] = []

    async def register(params: types.RegistrationParams) -> None:
        registered.append(params)

    async def started() -> None:
        await editor.feature(types.INITIALIZED)(types.InitializedParams())
        await front.close()

    front.client_register_capability_async = register
    if can_register is not None:
        watched = types.DidChangeWatchedFilesClientCapabilities(can_register)
        workspace = types.WorkspaceClientCapabilities(did_change_watched_files=watched)
        front.protocol.client_capabilities = types.ClientCapabilities(workspace=workspace)
    asyncio.run(started())
    watchers = [each.register_options.watchers for p in registered for each in p.registrations]
    patterns = [each.glob_pattern for found in watchers for each in found]
    assert patterns == ([SOURCES, SETTINGS] if can_register else [])
    assert editor.front.is_told == bool(can_register)


@pytest.mark.parametrize("is_told", [True, False])
def test_while_letters_are_written_nothing_is_looked_for_on_disk(
    root: Path, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("taskleash.server.front._DEBOUNCE_SECONDS", 0)
    now = 100.0
    monkeypatch.setattr("taskleash.server.front.time", SimpleNamespace(monotonic=lambda: now))
    editor = Editor(root, *[Looked({}, {})] * 7)
    editor.front.is_told = is_told
    folder = editor.front.roots()[0]
    editor.open("app.py", LEAK)

    async def looked(whole: bool = False) -> bool:
        before = len(editor.analysis.asked)
        editor.front.look(folder, whole)
        while len(editor.analysis.asked) == before:
            await asyncio.sleep(0)
        asked = editor.analysis.asked[-1]
        assert isinstance(asked, Look)
        return asked.is_settled

    async def written() -> list[bool]:
        nonlocal now
        found = [await looked(), await looked(), await looked()]
        found += [await looked(whole=True), await looked()]
        for later in (5.0, 56.0):
            now += later
            found.append(await looked())
        await editor.front.close()
        return found

    # First all of it; then letters; a file is saved; letters again, some of them much later.
    after = [True, False] if is_told else [False, False]
    assert asyncio.run(written()) == [False, True, True, False, True, *after]


def test_the_first_look_says_that_it_goes_on_where_the_editor_shows_that(root: Path) -> None:
    editor = Editor(root, Looked({}, {}))
    said: list[str] = []

    class Progress:
        async def create_async(self, token: str) -> None:
            said.append("create")

        def begin(self, token: str, value: types.WorkDoneProgressBegin) -> None:
            said.append(value.title)

        def end(self, token: str, value: types.WorkDoneProgressEnd) -> None:
            said.append("end")

    front: Any = editor.front
    window = types.WindowClientCapabilities(work_done_progress=True)
    front.protocol.client_capabilities = types.ClientCapabilities(window=window)
    front.protocol.progress = Progress()
    asyncio.run(front._look_with_progress(str(root)))
    assert said == ["create", f"taskleash: {root.name}", "end"]
    assert editor.analysis.asked == [Look(str(root))]


def test_what_was_written_meanwhile_keeps_its_lines_until_the_next_look(root: Path) -> None:
    path = f"{path_of(root.as_uri())}/app.py"
    looked = Looked({path: (LEAKING,)}, {})
    editor = Editor(root, looked, looked)
    editor.open("app.py", LEAK)
    ask = editor.analysis.ask

    async def slow(request: Request) -> Answer:
        editor.open("app.py", f"\n{LEAK}", version=2)
        return await ask(request)

    front: Any = editor.front
    front.asking.ask = slow
    asyncio.run(front._look_at(editor.front.roots()[0], whole=False))
    assert editor.said == []
    front.asking.ask = ask
    asyncio.run(front._look_at(editor.front.roots()[0], whole=False))
    assert [(shown.version, len(shown.diagnostics)) for shown in editor.said] == [(2, 1)]


def test_where_nothing_is_open_there_is_nothing_to_ask(root: Path) -> None:
    editor = Editor(root)
    # Neither is what is no Python, nor what is not on disk.
    (root / "notes.txt").write_text("x", encoding="utf-8")
    editor.open("notes.txt", "x")
    editor.open("new.py", LEAK)
    asyncio.run(editor.front._look_at(editor.front.roots()[0], whole=False))
    assert editor.analysis.asked == []


def test_a_file_that_cannot_be_read_has_no_text(root: Path) -> None:
    texts = Editor(root).front.texts
    assert texts.text(f"{root}/none.py") == ""
    assert texts.text((root / "app.py").as_posix()) == LEAK
    (root / "app.py").write_bytes(b"x = '\xff'\n")
    assert texts.text((root / "app.py").as_posix()) == ""


def test_above_a_sound_task_stands_what_is_known_of_it(root: Path) -> None:
    editor = Editor(root)
    editor.knows(entry(sound(line=9)))
    path = editor.open("app.py", LEAK)
    shown = asyncio.run(editor.front.hover(path, types.Position(8, 6)))
    assert shown is not None
    assert isinstance(shown.contents, types.MarkupContent)
    assert "Cleaned up" in shown.contents.value
    assert "TL0" not in shown.contents.value


def test_evidence_is_counted_in_the_units_of_its_own_file(root: Path) -> None:
    editor = Editor(root)
    (root / "base.py").write_text("'\U0001d4b3'; x = 1\n", encoding="utf-8")
    steps = (Evidence("base.py", 1, 6, "made here"), Evidence("app.py", 9, 5, "started here"))
    editor.knows(entry(site(line=9, evidence=steps), "TL001", "dropped"))
    path = editor.open("app.py", LEAK)
    editor.front._publish([path])
    (said,) = editor.said
    (found,) = said.diagnostics
    (related,) = found.related_information or ()
    assert related.location.uri == (root / "base.py").as_uri()
    assert related.location.range.start == types.Position(0, 6)


def test_a_comment_goes_to_the_finding_that_was_chosen(root: Path) -> None:
    editor = Editor(root)
    other = entry(site(line=5), "TL001", "dropped")
    editor.knows(other, LEAKING)
    path = editor.open("app.py", LEAK)
    found = editor.front.actions(path, asked_for(root / "app.py"))
    comments = [each for each in found if "comment" in each.title]
    resolved = asyncio.run(editor.front.resolved(comments[1]))
    assert resolved.edit is not None
    (change,) = resolved.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    (edit,) = change.edits
    assert edit.range.start.line == 8
