"""Which paths git leaves out: ``.gitignore`` files and ``.git/info/exclude``.

This module goes through the patterns as git does, which looks at the folders from the top down and
asks of each entry only whether a pattern matches that entry itself: the last pattern of the nearest
ignore file decides. All paths are absolute, with ``/``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable

from taskleash.records import dataclass
from taskleash.source.gitpattern import IgnorePattern, read_pattern
from taskleash.source.paths import SUFFIXES, is_below, join, parents
from taskleash.source.reading import TEXT_BYTES, read_regular

_FILE_NAME = ".gitignore"
_REPOSITORY = ".git"
#: each file is held against each pattern: nobody has so many of them
_MOST_LINES = 20_000
_WILDCARD = re.compile(r"[*?\]\\]")


@dataclass(frozen=True)
class IgnoreFile:
    """One ignore file: its rules, the last one first.

    ``base`` is the folder that they are relative to, with a ``/`` at its end. ``of_python_files``
    are the rules that can match a Python file: most ignore files have few of them, and there are
    many more files than folders.
    """

    base: str
    rules: tuple[IgnorePattern, ...]
    of_python_files: tuple[IgnorePattern, ...]


Layers = tuple[IgnoreFile, ...]


def ignores_folder(layers: Layers, folder: str) -> bool:
    """Whether git would leave out ``folder``; ``layers`` are nearest first."""
    return _decide([(layer.base, layer.rules) for layer in layers], f"{folder}/")


def ignores_file(layers: Layers, path: str) -> bool:
    """Whether git would leave out the file ``path``, whatever its suffix."""
    return _decide([(layer.base, layer.rules) for layer in layers], path)


def ignores_python_file(layers: Layers, path: str) -> bool:
    """Whether git would leave out ``path``, which ends in ``.py`` or ``.pyi``."""
    return _decide([(layer.base, layer.of_python_files) for layer in layers], path)


def _decide(layers: Iterable[tuple[str, tuple[IgnorePattern, ...]]], path: str) -> bool:
    for base, rules in layers:
        relative = path[len(base) :]
        for rule in rules:
            if rule.matches(relative):
                return rule.ignores
    return False


class IgnoreFiles:
    """Finds the ignore files that apply to a path, and compiles each of them once."""

    def __init__(self, current: str) -> None:
        self._current = current
        self._compiled: dict[str, Layers] = {}
        #: the paths that were looked for
        self.asked: dict[str, None] = {}

    def enter(self, layers: Layers, folder: str, names: Container[str]) -> Layers:
        """The layers that apply to what ``folder`` holds.

        ``layers`` are those that apply to ``folder`` itself, ``names`` the names in it.
        """
        if _REPOSITORY in names:
            layers = self._layer(folder, self._info_exclude(folder))
        if _FILE_NAME in names:
            layers = self._layer(folder, join(folder, _FILE_NAME)) + layers
        return layers

    def above(self, path: str, is_folder: bool) -> tuple[Layers, bool]:
        """The layers that apply to ``path``, and whether it or a folder above it is ignored.

        Patterns such as ``*`` ignore a folder and all it holds: those that ignore a folder above
        ``path`` are left out of the layers, so that it can be walked where that is asked for.
        """
        folder = self._top(path if is_folder else os.path.dirname(path))
        layers: Layers = ()
        hidden = False
        parts = [part for part in path[len(folder) :].split("/") if part]
        for depth, part in enumerate(parts, start=1):
            layers = self.enter(layers, folder, self._ignore_names_in(folder))
            folder = join(folder, part)
            is_file = depth == len(parts) and not is_folder
            if ignores_file(layers, folder) if is_file else ignores_folder(layers, folder):
                layers, hidden = (), True
        return layers, hidden

    def _top(self, folder: str) -> str:
        """Where ignore files start to count: the repository, else the current folder."""
        for parent in (folder, *parents(folder)):
            if self._exists(join(parent, _REPOSITORY)):
                return parent
        return self._current if is_below(folder, self._current) else folder

    def _layer(self, folder: str, path: str) -> Layers:
        if path not in self._compiled:
            self._compiled[path] = _compile(join(folder, ""), self._lines(path))
        return self._compiled[path]

    def _exists(self, path: str) -> bool:
        self.asked[path] = None
        return os.path.lexists(path)

    def _ignore_names_in(self, folder: str) -> list[str]:
        return [name for name in (_REPOSITORY, _FILE_NAME) if self._exists(join(folder, name))]

    def _info_exclude(self, folder: str) -> str:
        """The repository's own exclude file; ``.git`` is a file in a work tree or a submodule."""
        repository = join(folder, _REPOSITORY)
        for line in self._lines(repository):
            if line.startswith("gitdir:"):
                repository = os.path.join(folder, line[len("gitdir:") :].strip())
        for line in self._lines(os.path.join(repository, "commondir")):
            repository = os.path.join(repository, line.strip())
        return os.path.join(repository, "info", "exclude")

    def _lines(self, path: str) -> list[str]:
        """The lines of a small text file; none where it cannot be read, or has too many."""
        self.asked[path] = None
        try:
            data = read_regular(path, TEXT_BYTES)
        except OSError:
            return []
        text = data.decode("utf-8-sig", "surrogateescape")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines if len(lines) <= _MOST_LINES else []


def _compile(base: str, lines: list[str]) -> Layers:
    rules: list[IgnorePattern] = []
    of_python_files: list[IgnorePattern] = []
    for line in reversed(lines):
        pattern = read_pattern(line)
        # git passes over a line that is not a pattern.
        if pattern is None:
            continue
        rules.append(pattern)
        if not pattern.only_folders and _can_match_python_file(line):
            of_python_files.append(pattern)
    return (IgnoreFile(base, tuple(rules), tuple(of_python_files)),) if rules else ()


def _can_match_python_file(pattern: str) -> bool:
    tail = _WILDCARD.split(pattern.rstrip())[-1]
    return any(suffix.endswith(tail) or tail.endswith(suffix) for suffix in SUFFIXES)
