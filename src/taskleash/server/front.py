"""The front of the language server: what the editor says, and what it is told.

It does no analysis itself: a process behind it does, one look after the other. What changes while a
look goes on is in the next one.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from taskleash import __version__
from taskleash.reporters.language import language
from taskleash.reporters.report import Entry, FileError
from taskleash.server import actions, showing
from taskleash.server.asking import AnalystProcess
from taskleash.server.requests import Failed, FindingPlace, Look, Looked, Mend, MendedTexts
from taskleash.server.texts import Texts, path_of, uri_of
from taskleash.source.discovery import root_around
from taskleash.source.paths import is_below

# -- what is known of each file, and which of two looks at it is the later one


@dataclass(frozen=True)
class KnownFile:
    """The verdicts of one file, in the folder ``root``, in the language of its settings."""

    root: str
    entries: tuple[Entry, ...] = ()
    errors: tuple[FileError, ...] = ()
    lang: str = "en"

    @property
    def findings(self) -> Iterator[Entry]:
        """What is reported of the file."""
        return (entry for entry in self.entries if entry.rule and not entry.silenced)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.errors and not any(True for _ in self.findings)


@dataclass
class Findings:
    """The verdicts of all files that were looked at, by path (absolute, with ``/``)."""

    _files: dict[str, KnownFile] = field(default_factory=dict)

    def of(self, path: str) -> KnownFile:
        """What is known of a file; nothing where it was not looked at."""
        return self._files.get(path, KnownFile(""))

    def replace(self, root: str, looked: Looked, paths: Iterable[str] | None) -> list[str]:
        """Take over a look at some files of a folder, None for all; gives those that may differ."""
        shown = looked.entries.keys() | looked.errors.keys()
        if paths is None:
            passed = {path for path in self._files if is_below(path, root)}
        else:
            passed = set(paths)
            shown &= passed
        for path in passed - shown:
            self._files.pop(path, None)
        for path in shown:
            self._files[path] = KnownFile(
                root, looked.entries.get(path, ()), looked.errors.get(path, ()), looked.lang
            )
        return sorted(shown | passed)

    def forget(self, root: str) -> list[str]:
        """Forget the files of a folder; gives them."""
        gone = sorted(path for path in self._files if is_below(path, root))
        for path in gone:
            del self._files[path]
        return gone

    def files(self) -> Mapping[str, KnownFile]:
        """All files of which something is known."""
        return self._files


#: so long nothing is looked for on disk while the user writes: where the editor says what changes
#: there, and where it does not
_SETTLED_SECONDS = {True: 60.0, False: 3.0}
#: an editor says each letter; a word is looked at once
_DEBOUNCE_SECONDS = 0.1
SETTINGS = "**/{pyproject.toml,taskleash.toml,.taskleash.toml,.gitignore,.ignore,.env}"
SOURCES = "**/*.{py,pyi}"

#: a fix as asked for: the version of the text, the finding, the kind
_Asked: TypeAlias = tuple[str, "int | None", "FindingPlace | None", str]


@dataclass
class _Folder:
    """One folder: what is to be looked at next, and the task that does.

    ``settled_until`` is the time up to which what is on disk counts as known. It ``is_known`` once
    all of it was looked at.
    """

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    is_whole: bool = False
    looking: asyncio.Task[None] | None = None
    settled_until: float = 0.0
    is_known: bool = False


class Front(LanguageServer):
    """Keeps the diagnostics of the editor as the verdicts are."""

    def __init__(self) -> None:
        super().__init__("taskleash", __version__)
        self.asking = AnalystProcess()
        self.findings = Findings()
        self._folders: dict[str, _Folder] = {}
        self._mended: dict[_Asked, MendedTexts | Failed] = {}
        self._complaint = ""
        self._tokens = itertools.count(1)
        #: whether the editor says what changes on disk
        self.is_told = False
        #: whether the editor asked for hints
        self.shows_hints = False

    @property
    def texts(self) -> Texts:
        """The texts of the editor."""
        return Texts(self.workspace)

    # -- folders

    def roots(self) -> list[str]:
        """The folders of the workspace (absolute, with ``/``)."""
        found = [path_of(uri) for uri in self.workspace.folders]
        if not found and self.workspace.root_uri:
            found = [path_of(self.workspace.root_uri)]
        return [path for path in found if path]

    def root_of(self, path: str) -> str:
        """The innermost folder that a file belongs to, else its repository or its own folder."""
        around = [root for root in self.roots() if is_below(path, root)]
        folder = os.path.dirname(path)
        return max(around, key=len) if around else root_around(folder) or folder

    def look(self, root: str, whole: bool = False) -> None:
        """Look at the open files of a folder, or at the whole of it, as soon as it is quiet.

        Of a folder that is none of the workspace's only the open files are looked at: around a file
        that was opened for a moment there may be the user's whole disk.
        """
        is_first = root not in self._folders
        folder = self._folders.setdefault(root, _Folder())
        if (whole or is_first) and root in self.roots():
            folder.is_whole = True
        if whole:
            folder.settled_until = 0.0
        folder.wake.set()
        if folder.looking is None:
            folder.looking = asyncio.create_task(self._keep_looking(root, folder))

    async def leave(self, root: str) -> None:
        """Forget a folder that is no longer part of the workspace."""
        folder = self._folders.pop(root, None)
        if folder is not None and folder.looking is not None:
            folder.looking.cancel()
            await asyncio.gather(folder.looking, return_exceptions=True)
        self._publish(self.findings.forget(root))

    async def close(self) -> None:
        """End what runs."""
        for root in list(self._folders):
            await self.leave(root)
        self.asking.close()

    async def _keep_looking(self, root: str, folder: _Folder) -> None:
        while True:
            await folder.wake.wait()
            await asyncio.sleep(_DEBOUNCE_SECONDS)
            folder.wake.clear()
            whole, folder.is_whole = folder.is_whole, False
            is_settled = time.monotonic() < folder.settled_until
            if not is_settled:
                folder.settled_until = time.monotonic() + _SETTLED_SECONDS[self.is_told]
            if whole and not folder.is_known:
                await self._look_with_progress(root)
                folder.is_known = True
            else:
                await self._look_at(root, whole, is_settled and not whole)

    async def _look_with_progress(self, root: str) -> None:
        """Look at all of a folder for the first time, which takes long: the editor shows it."""
        token = await self._token()
        if not token:
            await self._look_at(root, whole=True)
            return
        title = f"taskleash: {os.path.basename(root)}"
        self.work_done_progress.begin(token, types.WorkDoneProgressBegin(title))
        try:
            await self._look_at(root, whole=True)
        finally:
            self.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _token(self) -> str:
        """What stands for a progress that the editor shows; empty where it shows none."""
        capabilities = self.client_capabilities.window
        if capabilities is None or not capabilities.work_done_progress:
            return ""
        # It may be used once only.
        token = f"taskleash:{next(self._tokens)}"
        try:
            await self.work_done_progress.create_async(token)
        except JsonRpcException:
            return ""
        return token

    async def _look_at(self, root: str, whole: bool, is_settled: bool = False) -> None:
        documents = self.texts.open_below(root)
        if not documents and not whole:
            return
        versions = {path: document.version for path, document in documents.items()}
        unsaved = {path: document.source for path, document in documents.items()}
        paths = () if whole else tuple(documents)
        answer = await self.asking.ask(Look(root, paths, unsaved, is_settled))
        if not isinstance(answer, Looked):
            self._complain(answer)
            return
        self._complaint = ""
        changed = self.findings.replace(root, answer, None if whole else documents)
        now = self.texts.open_below(root)
        # What was written meanwhile is looked at next: until then its lines are where they were.
        self._publish([p for p in changed if p not in now or versions.get(p) == now[p].version])

    def _complain(self, answer: MendedTexts | Failed) -> None:
        """Say what is wrong, once: the last good verdicts stay."""
        message = answer.message if isinstance(answer, Failed) else answer.reason
        if message != self._complaint:
            self._complaint = message
            shown = types.ShowMessageParams(types.MessageType.Error, f"taskleash: {message}")
            self.window_show_message(shown)

    def _publish(self, paths: list[str]) -> None:
        for path in paths:
            known = self.findings.of(path)
            say = language(known.lang)
            found = [showing.diagnostic(entry, known.root, say) for entry in known.findings]
            found += [showing.file_diagnostic(error) for error in known.errors]
            document = self.texts.document(path)
            shown = types.PublishDiagnosticsParams(
                uri=document.uri if document is not None else uri_of(path),
                diagnostics=self.texts.shown(path, found),
                version=document.version if document is not None else None,
            )
            self.text_document_publish_diagnostics(shown)
        if self.shows_hints and paths and self._refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    @property
    def _refreshes_hints(self) -> bool:
        workspace = self.client_capabilities.workspace
        hints = workspace.inlay_hint if workspace else None
        return hints is not None and bool(hints.refresh_support)

    # -- what the editor asks

    def actions(self, path: str, wanted: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the findings in a range."""
        known = self.findings.of(path)
        say = language(known.lang)
        only = wanted.context.only
        found: list[types.CodeAction] = []
        if _is_wanted(types.CodeActionKind.QuickFix, only):
            entries = self._in_range(path, known, wanted.range)
            reported = [each for each in entries if each.rule and not each.silenced]
            for entry in reported:
                name = actions.named(entry, len(reported) > 1)
                found += actions.fixes(entry, name, path, known.root, say)
                found.append(actions.comment(entry, name, path, known.root, say))
        if _is_wanted(actions.FIX_ALL, only) and not known.is_empty:
            found.append(actions.fix_all(path, say))
        self.texts.shown(path, (each for action in found for each in action.diagnostics or ()))
        return found

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """An action with what it changes; where that does not stand, the editor is told why."""
        chosen = actions.from_data(action.data)
        if chosen is None:
            return action
        path, place, kind = chosen
        mended: MendedTexts | Failed
        if place is not None and kind == actions.COMMENT:
            mended = self._silenced(place)
        else:
            mended = await self._mend(path, place, kind)
        if isinstance(mended, MendedTexts) and mended.replacements:
            action.edit = self.texts.edit(dict(mended.replacements))
        else:
            self._complain(mended)
        return action

    async def hover(self, path: str, at: types.Position) -> types.Hover | None:
        """What is known of the spawn at a position, with what its fix would change."""
        known = self.findings.of(path)
        entry = next(iter(self._in_range(path, known, types.Range(at, at))), None)
        if entry is None:
            return None
        diff = ""
        allowed = [fix.kind for fix in entry.fixes if fix.allowed] if not entry.silenced else []
        if allowed:
            place = showing.place_of(path, entry.site, entry.rule)
            mended = await self._mend(path, place, allowed[0])
            diff = mended.diff if isinstance(mended, MendedTexts) else ""
        text = showing.hover(entry, known.root, diff, language(known.lang))
        shown = showing.range_of(entry.site.span)
        content = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(content, self.texts.to_client(path, [shown])[0])

    def hints(self, path: str, wanted: types.Range) -> list[types.InlayHint]:
        """What is shown behind each spawn in a range; nothing unless the editor asked for it."""
        known = self.findings.of(path)
        found = self._in_range(path, known, wanted) if self.shows_hints else []
        ends = [showing.range_of(entry.site.span).end for entry in found]
        places = self.texts.to_client(path, [types.Range(end, end) for end in ends])
        say = language(known.lang)
        return [
            types.InlayHint(place.start, showing.hint(entry, say), padding_left=True)
            for entry, place in zip(found, places, strict=True)
        ]

    def _in_range(self, path: str, known: KnownFile, wanted: types.Range) -> list[Entry]:
        begin, end = _positions(self.texts.from_client(path, wanted))
        return [
            entry
            for entry in known.entries
            if (span := _positions(showing.range_of(entry.site.span)))[0] <= end
            and begin <= span[1]
        ]

    def _silenced(self, place: FindingPlace) -> MendedTexts:
        """What a comment changes that silences a finding."""
        for entry in self.findings.of(place.path).entries:
            if showing.place_of(place.path, entry.site, entry.rule) == place:
                found = actions.commented(entry, self.texts.text(place.path))
                if found:
                    return MendedTexts({place.path: found})
        return MendedTexts({}, reason="there is no room for a comment here")

    async def _mend(self, path: str, place: FindingPlace | None, kind: str) -> MendedTexts | Failed:
        """What a fix changes in the texts as they are; known for the texts of the last question."""
        root = self.root_of(path)
        documents = self.texts.open_below(root)
        document = documents.get(path)
        asked = (path, document.version if document is not None else None, place, kind)
        if asked not in self._mended:
            unsaved: Mapping[str, str] = {p: each.source for p, each in documents.items()}
            answer = await self.asking.ask(Mend(root, path, unsaved, place, kind))
            if isinstance(answer, Looked):
                raise AssertionError("a fix was asked for")
            self._mended = {k: v for k, v in self._mended.items() if k[:2] == asked[:2]}
            self._mended[asked] = answer
        return self._mended[asked]


def _is_wanted(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether the client asks for a kind of action, by that or by a kind that it belongs to."""
    asked = [str(each.value if isinstance(each, Enum) else each) for each in only or ()]
    return only is None or any(kind == each or kind.startswith(f"{each}.") for each in asked)


def _positions(found: types.Range) -> tuple[tuple[int, int], tuple[int, int]]:
    return (found.start.line, found.start.character), (found.end.line, found.end.character)
