"""What the front of the language server asks of the process that analyses, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from taskleash.fixes.text.patch import Replacement
from taskleash.reporters.report import Entry, FileError


@dataclass(frozen=True)
class FindingPlace:
    """Where a finding stands: its file (absolute, with ``/``), line and column (1-based), rule."""

    path: str
    line: int
    column: int
    rule: str


@dataclass(frozen=True)
class Look:
    """Asks for the verdicts of files of a folder ``root``; no ``paths`` stand for all of them.

    Paths are absolute, with ``/``; ``unsaved`` are the texts in the editor, by path. It
    ``is_settled`` where nothing on disk has changed since the last look at it, as far as is known.
    """

    root: str
    paths: tuple[str, ...] = ()
    unsaved: Mapping[str, str] = field(default_factory=dict)
    is_settled: bool = False


@dataclass(frozen=True)
class Mend:
    """Asks for the fix, of a kind, of one finding; without a ``place`` for a file's safe ones.

    ``path`` is that file; the rest is as in `Look`.
    """

    root: str
    path: str
    unsaved: Mapping[str, str] = field(default_factory=dict)
    place: FindingPlace | None = None
    kind: str = ""


@dataclass(frozen=True)
class Looked:
    """Verdicts by path: all sites of the files that were asked for, and what is wrong with files.

    ``lang`` is the language that the settings of the folder choose.
    """

    entries: Mapping[str, tuple[Entry, ...]]
    errors: Mapping[str, tuple[FileError, ...]]
    lang: str = "en"


@dataclass(frozen=True)
class MendedTexts:
    """What leads from the texts to the mended ones, by path, and the diff that people read.

    Where nothing is mended ``reason`` says why.
    """

    replacements: Mapping[str, tuple[Replacement, ...]]
    diff: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Failed:
    """Nothing was found out; the message names what is wrong and the remedy."""

    message: str


Request: TypeAlias = Look | Mend
Answer: TypeAlias = Looked | MendedTexts | Failed
