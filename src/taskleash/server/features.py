"""The language server: the front with what it answers to. It is run by `taskleash server`."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from lsprotocol import types

from taskleash.driver.parsing.signals import ENDING
from taskleash.server import actions
from taskleash.server.front import SETTINGS, SOURCES, Front
from taskleash.server.texts import path_of


def main() -> None:
    """Serve the editor on standard input and output until it says that this is over."""
    # A thread reads standard input: whatever would tidy up first would wait for the next message.
    for number in (signal.SIGINT, *ENDING):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    front = make()
    try:
        front.start_io()
    finally:
        front.asking.close()


def make() -> Front:
    """A front that is ready to be started."""
    front = Front()
    _documents(front)
    _workspace(front)
    _questions(front)
    return front


def _documents(front: Front) -> None:
    @front.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: Front, params: types.DidOpenTextDocumentParams) -> None:
        _look(ls, params.text_document.uri)

    @front.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: Front, params: types.DidChangeTextDocumentParams) -> None:
        _look(ls, params.text_document.uri)

    @front.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: Front, params: types.DidSaveTextDocumentParams) -> None:
        _look(ls, params.text_document.uri, whole=True)

    @front.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: Front, params: types.DidCloseTextDocumentParams) -> None:
        # What was not saved is gone: the file on disk is what counts again.
        _look(ls, params.text_document.uri, whole=True)


def _look(front: Front, uri: str, whole: bool = False) -> None:
    path = path_of(uri)
    if path is not None:
        front.look(front.root_of(path), whole)


def _workspace(front: Front) -> None:
    @front.feature(types.INITIALIZE)
    def initialize(ls: Front, params: types.InitializeParams) -> None:
        options = params.initialization_options
        ls.shows_hints = isinstance(options, Mapping) and options.get("inlayHints") is True

    @front.feature(types.INITIALIZED)
    async def initialized(ls: Front, params: types.InitializedParams) -> None:
        await _watch_files(ls)
        for root in ls.roots():
            ls.look(root, whole=True)

    @front.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(ls: Front, params: types.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            _look(ls, change.uri, whole=True)

    @front.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders(ls: Front, params: types.DidChangeWorkspaceFoldersParams) -> None:
        for folder in params.event.removed:
            if path := path_of(folder.uri):
                await ls.leave(path)
        for root in ls.roots():
            ls.look(root, whole=True)

    @front.feature(types.SHUTDOWN)
    async def shutdown(ls: Front, params: None) -> None:
        await ls.close()


async def _watch_files(front: Front) -> None:
    """Have the editor say what changes on disk: settings, and files that are not open in it."""
    workspace = front.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if watched is None or not watched.dynamic_registration:
        return
    watchers = [types.FileSystemWatcher(pattern) for pattern in (SOURCES, SETTINGS)]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    registration = types.Registration("taskleash-files", method, options)
    await front.client_register_capability_async(types.RegistrationParams([registration]))
    front.is_told = True


def _questions(front: Front) -> None:
    kinds = [types.CodeActionKind.QuickFix, actions.FIX_ALL]
    offered = types.CodeActionOptions(code_action_kinds=kinds, resolve_provider=True)

    @front.feature(types.TEXT_DOCUMENT_CODE_ACTION, offered)
    def code_actions(ls: Front, params: types.CodeActionParams) -> list[types.CodeAction]:
        path = path_of(params.text_document.uri)
        return ls.actions(path, params) if path is not None else []

    @front.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(ls: Front, params: types.CodeAction) -> types.CodeAction:
        return await ls.resolved(params)

    @front.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: Front, params: types.HoverParams) -> types.Hover | None:
        path = path_of(params.text_document.uri)
        return await ls.hover(path, params.position) if path is not None else None

    @front.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def hints(ls: Front, params: types.InlayHintParams) -> list[types.InlayHint]:
        path = path_of(params.text_document.uri)
        return ls.hints(path, params.range) if path is not None else []
