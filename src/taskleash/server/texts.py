"""The texts of the editor, and positions in them in the units that it counts in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lsprotocol import types
from pygls import uris
from pygls.workspace import PositionCodec, TextDocument, Workspace

from taskleash.fixes.text.patch import Replacement
from taskleash.server.actions import text_edits
from taskleash.source.loading import InvalidSource, decode, read_bytes
from taskleash.source.paths import SUFFIXES, is_below

#: only these end a line in the protocol, and in Python
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Texts:
    """What is open in the editor, and what is on disk."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @property
    def _codec(self) -> PositionCodec:
        return self._workspace.position_codec

    def open_below(self, root: str) -> dict[str, TextDocument]:
        """The open Python files of a folder, by path (absolute, with ``/``), that exist on disk."""
        return {path: document for path, document in self._open() if is_below(path, root)}

    def _open(self) -> Iterator[tuple[str, TextDocument]]:
        for uri, document in self._workspace.text_documents.items():
            path = path_of(uri)
            if path is not None and path.endswith(SUFFIXES) and os.path.isfile(path):
                yield path, document

    def document(self, path: str) -> TextDocument | None:
        """The open file with this path."""
        return next((document for each, document in self._open() if each == path), None)

    def text(self, path: str) -> str:
        """The text as the editor has it, or as it is on disk; empty where it cannot be read."""
        document = self.document(path)
        if document is not None:
            return document.source
        try:
            return decode(read_bytes(path))
        except InvalidSource:
            return ""

    def to_client(self, path: str, found: Sequence[types.Range]) -> list[types.Range]:
        """Ranges of a file, in code points, in the client's units."""
        lines = _LINE.findall(self.text(path))
        return [self._codec.range_to_client_units(lines, each) for each in found]

    def from_client(self, path: str, found: types.Range) -> types.Range:
        """A range of the client in code points."""
        own = self._codec.range_from_client_units(_LINE.findall(self.text(path)), found)
        return types.Range(
            types.Position(own.start.line, own.start.character),
            types.Position(own.end.line, own.end.character),
        )

    def shown(self, path: str, found: Iterable[types.Diagnostic]) -> list[types.Diagnostic]:
        """Diagnostics of a file with their places in the client's units."""
        # Each file is read once, however many there are: the editor waits for this.
        lines: dict[str, list[str]] = {}

        def turned(path: str, place: types.Range) -> types.Range:
            if path not in lines:
                lines[path] = _LINE.findall(self.text(path))
            return self._codec.range_to_client_units(lines[path], place)

        diagnostics = list(found)
        for each in diagnostics:
            each.range = turned(path, each.range)
            for related in each.related_information or ():
                other = path_of(related.location.uri)
                if other is not None:
                    related.location.range = turned(other, related.location.range)
        return diagnostics

    def edit(self, changes: dict[str, tuple[Replacement, ...]]) -> types.WorkspaceEdit:
        """Changes of files, by path, for the versions of them that are open."""
        return types.WorkspaceEdit(
            document_changes=[self._edits(path, found) for path, found in changes.items()]
        )

    def _edits(self, path: str, found: Sequence[Replacement]) -> types.TextDocumentEdit:
        document = self.document(path)
        uri = document.uri if document is not None else uri_of(path)
        edits = text_edits(found)
        for edit, place in zip(edits, self.to_client(path, [e.range for e in edits]), strict=True):
            edit.range = place
        version = document.version if document is not None else None
        named = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        return types.TextDocumentEdit(named, [*edits])


def path_of(uri: str) -> str | None:
    """The path of a file, absolute, with ``/``, its links resolved as the analysis has them.

    None for anything but a file, and for what no file can be called.
    """
    try:
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        return os.path.realpath(path).replace(os.sep, "/") if path else None
    except ValueError:
        return None


def uri_of(path: str) -> str:
    """The address of a file."""
    return uris.from_fs_path(path) or Path(path).as_uri()
