"""The process behind the language server: it analyses, and nothing in it knows of any editor.

It has the folder in question as its current one, as the command line has, and on Linux no threads,
so that files are parsed in forked processes. It ends with the front, whose death closes its
lifeline, where there is one, and its input.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, TypeVar

from taskleash.driver.analysis import ProgressBar
from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.inline import configs
from taskleash.driver.configured import run_settings
from taskleash.driver.fixing.fix import Fixing, fixing
from taskleash.driver.gathering.linked import tidied
from taskleash.driver.kept import KeptPrograms
from taskleash.driver.parsing.lifeline import die_with
from taskleash.driver.parsing.spare import Spare
from taskleash.driver.run import run, work_anew
from taskleash.driver.settings import Settings
from taskleash.driver.time_limit import DEFAULT_SECONDS, TimeOver, bounded
from taskleash.fixes.choice import STYLES, FixChoice
from taskleash.fixes.text.patch import replacements, unified
from taskleash.reporters.inert import inert
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.rules.registry import UnknownRule
from taskleash.server.requests import (
    Answer,
    Failed,
    FindingPlace,
    Look,
    Looked,
    Mend,
    MendedTexts,
    Request,
)
from taskleash.source.discovery import PathNotFound
from taskleash.source.loading import InvalidSource, encode, read_bytes

_T = TypeVar("_T", Entry, FileError)
#: of so many folders something is kept
_FOLDERS = 4
#: what the user can mend; anything else is a bug of ours
_EXPECTED = (ConfigError, PathNotFound, TimeOver, UnknownRule)


def main(lifeline: str) -> None:
    """Answer each request on standard input until there is no more.

    ``lifeline`` is the descriptor of a pipe that closes with the front; empty where there is none.
    """
    if lifeline:
        die_with(int(lifeline))
    # The editor's Ctrl-C is none of ours: the front says when this is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever writes to standard output must not speak in between.
    sys.stdout = sys.stderr
    with suppress(BrokenPipeError):
        _serve(requests, answers)


def _serve(requests: BinaryIO, answers: BinaryIO) -> None:
    analyst = Analyst()
    while True:
        try:
            asked: Request = pickle.load(requests)
        except EOFError:
            return
        pickle.dump(analyst.answer(asked), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
        # Nobody waits for this.
        analyst.write()
        tidied()


class Analyst:
    """Answers requests, with what it has kept of the folders that it was asked about before."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptPrograms] = {}
        self._spare = Spare()

    def write(self) -> None:
        """Write what was found out since, so that other processes find it, too."""
        for kept in self._kept.values():
            kept.write()

    def answer(self, asked: Request) -> Answer:
        """What is found out."""
        try:
            os.chdir(asked.root)
            with bounded(DEFAULT_SECONDS):
                return self._look(asked) if isinstance(asked, Look) else _mend(asked)
        except _EXPECTED as error:
            if isinstance(error, TimeOver):
                # It was broken off in the midst of something.
                self._kept.pop(asked.root, None)
            return Failed(inert(str(error)))
        except OSError as error:
            return Failed(inert(f"{asked.root}: {(error.strerror or str(error)).lower()}"))
        except Exception as error:
            return Failed(inert(f"internal error: {type(error).__name__}: {error}"))

    def _look(self, asked: Look) -> Looked:
        settings = _settings(asked, _relative(asked.paths, asked.root) or (".",))
        kept = self._of(asked.root)
        kept.begin(asked.is_settled)

        def work(given: Settings, progress: ProgressBar | None) -> Report:
            # Where what is remembered makes no sense, it is done without.
            return run(given, progress, kept if given.recall else None)

        report = work_anew(work, settings, None)
        return Looked(
            _by_path(((e.site.path, e) for e in report.entries), asked.root),
            _by_path(((e.path, e) for e in report.errors), asked.root),
            settings.lang,
        )

    def _of(self, root: str) -> KeptPrograms:
        """What is kept of a folder; that of the one that was left alone the longest makes room."""
        kept = self._kept.pop(root, None) or KeptPrograms(self._spare)
        if len(self._kept) >= _FOLDERS:
            self._kept.pop(next(iter(self._kept))).write()
        self._kept[root] = kept
        return kept


def _settings(asked: Request, paths: tuple[str, ...]) -> Settings:
    """The settings of a folder. Raises ConfigError."""
    # An editor opens any file; what is excluded stays so.
    settings = run_settings(configs((), False, {"force-exclude": True}), paths, None, asked.root)
    return replace(settings, unsaved=_encoded(asked.unsaved), time_limit=DEFAULT_SECONDS)


def _encoded(unsaved: Mapping[str, str]) -> dict[str, bytes]:
    """The bytes that the editor would write."""
    found: dict[str, bytes] = {}
    for path, text in unsaved.items():
        try:
            found[path] = encode(text, read_bytes(path))
        except (InvalidSource, UnicodeEncodeError, LookupError):
            found[path] = text.encode(errors="replace")
    return found


def _relative(paths: tuple[str, ...], root: str) -> tuple[str, ...]:
    return tuple(os.path.relpath(path, root).replace(os.sep, "/") for path in paths)


def _by_path(found: Iterable[tuple[str, _T]], root: str) -> dict[str, tuple[_T, ...]]:
    grouped: dict[str, list[_T]] = defaultdict(list)
    for path, item in found:
        grouped[_absolute(path, root)].append(item)
    return {path: tuple(items) for path, items in grouped.items()}


def _absolute(path: str, root: str) -> str:
    return os.path.normpath(os.path.join(root, path)).replace(os.sep, "/")


def _mend(asked: Mend) -> MendedTexts:
    paths = _relative((asked.path,), asked.root)
    settings = replace(_settings(asked, paths), fix=True, fix_within=None)
    if asked.place is not None:
        settings = replace(settings, fixes=_only(settings.fixes, asked.kind))

    def accept(report: Report) -> Report:
        found = report.findings()
        if asked.place is None:
            return found
        entries = tuple(e for e in found.entries if _stands_at(e, asked.place, asked.root))
        return replace(found, entries=entries, errors=())

    done = work_anew(lambda given, progress: fixing(given, progress, accept), settings, None)
    if not done.files:
        return MendedTexts({}, reason=_reason(done))
    return MendedTexts(
        {_absolute(f.path, asked.root): replacements(f.before, f.after) for f in done.files},
        "\n".join(line for f in done.files for line in unified(f.path, f.before, f.after)),
    )


def _only(choice: FixChoice, kind: str) -> FixChoice:
    """Allows the fix that the user has chosen in the editor, and no other in its place."""
    return replace(choice, unsafe=True, style=kind if kind in STYLES else "auto", only=kind)


def _stands_at(entry: Entry, place: FindingPlace | None, root: str) -> bool:
    site = entry.site
    here = FindingPlace(_absolute(site.path, root), site.span.line, site.span.column, entry.rule)
    return here == place


def _reason(done: Fixing) -> str:
    return "; ".join(dict.fromkeys(map(str, done.failed.values()))) or "nothing here can be mended"
