"""Which files are read: folders walked, ignore files and excludes honoured.

Folders that are symbolic links are not followed unless they are named, as git and ruff do it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from taskleash.source.excludes import DEFAULT_EXCLUDES, compile_excludes
from taskleash.source.gitignore import (
    IgnoreFiles,
    Layers,
    ignores_folder,
    ignores_python_file,
)
from taskleash.source.modules import ModuleNames
from taskleash.source.paths import SUFFIXES, is_below, join, parents

_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py", ".git")


@dataclass(frozen=True)
class Discovery:
    """What to leave out.

    ``exclude`` replaces the default patterns, ``extend_exclude`` adds to them. With
    ``force_exclude`` they and the ignore files apply to the paths that are named, too.
    """

    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True


class PathNotFound(Exception):
    """A path that was named does not exist; ``path`` is as it was given."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, order=True)
class File:
    """A file to read.

    ``path`` is as reported: relative to the current folder, absolute where it lies outside.
    ``module`` is the dotted name that the file has when imported, ``size`` is in bytes. Paths are
    written with ``/``.
    """

    path: str
    module: str
    absolute: str
    size: int


def discover(paths: Sequence[str], options: Discovery = Discovery()) -> list[File]:
    """The Python files that ``paths`` name or hold, each of them once, sorted by path.

    Files that are named are taken whatever their suffix. Folders that cannot be read are skipped.
    Raises PathNotFound.
    """
    walk = _Walk(options)
    for path in paths:
        if not os.path.exists(path):
            raise PathNotFound(path)
        walk.add(os.path.abspath(path).replace(os.sep, "/"))
    return sorted(walk.files(), key=lambda file: file.path)


def discover_unsaved(path: str, options: Discovery) -> list[File]:
    """The file that ``path`` names, which need not exist; none where it is excluded by force."""
    walk = _Walk(options)
    walk.add_file(os.path.abspath(path).replace(os.sep, "/"))
    return walk.files()


def project_root(path: str) -> str | None:
    """The nearest folder, ``path`` itself or above it, that holds a project's files."""
    start = os.path.abspath(path).replace(os.sep, "/")
    for folder in (start, *parents(start)):
        if any(os.path.exists(join(folder, name)) for name in _PROJECT_FILES):
            return folder
    return None


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        # Whoever reads the file reports that it has vanished, or that it never was there.
        return 0


@dataclass
class _Listing:
    """What a folder holds, of interest here; ``names`` are those that decide about ignoring."""

    folders: list[str] = field(default_factory=list)
    files: list[os.DirEntry[str]] = field(default_factory=list)
    names: Container[str] = ()


def _list(folder: str) -> _Listing:
    listing = _Listing()
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_dir(follow_symlinks=False):
                    listing.folders.append(name)
                elif name.endswith(SUFFIXES):
                    listing.files.append(entry)
                if name.startswith(".git"):
                    names.append(name)
    except OSError:
        # What was listed before the error still counts.
        pass
    listing.names = names
    return listing


class _Walk:
    """Collects files; links are kept apart until all files with a name of their own are known."""

    def __init__(self, options: Discovery) -> None:
        self._current = os.getcwd().replace(os.sep, "/")
        self._prefix = join(self._current, "")
        self._excludes = compile_excludes(
            (*options.exclude, *options.extend_exclude), self._current
        )
        self._ignore_files = IgnoreFiles(self._current)
        self._options = options
        self._modules: dict[str, ModuleNames] = {}
        self._own: dict[str, File] = {}
        self._linked: dict[str, File] = {}

    def add(self, path: str) -> None:
        """Adds what ``path`` names or holds."""
        if not os.path.isdir(path):
            self.add_file(path)
            return
        layers, left_out = self._above(path, is_folder=True)
        if not left_out:
            self._walk(path, layers)

    def add_file(self, path: str) -> None:
        """Adds the file that ``path`` names, whether it exists or not."""
        if self._options.force_exclude and self._above(path, is_folder=False)[1]:
            return
        modules = self._module_names(project_root(path) or os.path.dirname(path))
        real = os.path.realpath(path)
        file = self._file(path, _size(path), modules)
        if os.path.islink(path):
            self._add_link(real, file)
        else:
            self._own.setdefault(real.replace(os.sep, "/"), file)

    def files(self) -> list[File]:
        """What was found, each file under one path."""
        linked = (file for real, file in self._linked.items() if real not in self._own)
        return [*self._own.values(), *linked]

    def _above(self, path: str, is_folder: bool) -> tuple[Layers, bool]:
        """The ignore files above a path that is named, and whether it is left out all the same."""
        layers: Layers = ()
        hidden = False
        if self._options.respect_gitignore:
            layers, hidden = self._ignore_files.above(path, is_folder)
        return layers, self._options.force_exclude and (hidden or self._is_excluded(path))

    def _is_excluded(self, path: str) -> bool:
        """Whether a pattern names ``path`` or a folder above it, up to the current folder."""
        inside = is_below(path, self._current)
        chain = [path, *parents(path)]
        return any(
            self._excludes.match(step, os.path.basename(step))
            for step in chain
            if not (inside and is_below(self._current, step))
        )

    def _walk(self, root: str, layers: Layers) -> None:
        modules = self._module_names(root)
        # Only the root can be a link, so one look gives the real path of all it holds.
        pending = [(root, os.path.realpath(root).replace(os.sep, "/"), layers)]
        while pending:
            folder, real, layers = pending.pop()
            prefix, real_prefix = join(folder, ""), join(real, "")
            listing = _list(folder)
            if listing.names and self._options.respect_gitignore:
                layers = self._ignore_files.enter(layers, folder, listing.names)
            for entry in listing.files:
                path = prefix + entry.name
                if not self._leaves_out_file(layers, path, entry.name):
                    self._add_entry(entry, path, real_prefix + entry.name, modules)
            for name in listing.folders:
                path = prefix + name
                if not self._leaves_out_folder(layers, path, name):
                    pending.append((path, real_prefix + name, layers))

    def _leaves_out_file(self, layers: Layers, path: str, name: str) -> bool:
        return self._excludes.match(path, name) or (
            bool(layers) and ignores_python_file(layers, path)
        )

    def _leaves_out_folder(self, layers: Layers, path: str, name: str) -> bool:
        return self._excludes.match(path, name) or (bool(layers) and ignores_folder(layers, path))

    def _add_entry(
        self, entry: os.DirEntry[str], path: str, real: str, modules: ModuleNames
    ) -> None:
        try:
            status = entry.stat()
        except OSError:
            # A broken or looping link, or a file that vanished.
            return
        if not stat.S_ISREG(status.st_mode):
            return
        size = status.st_size
        if entry.is_symlink():
            self._add_link(os.path.realpath(path), self._file(path, size, modules))
        elif real not in self._own:
            self._own[real] = self._file(path, size, modules)

    def _add_link(self, target: str, file: File) -> None:
        # The order of a folder's entries differs between file systems, the result must not.
        target = target.replace(os.sep, "/")
        known = self._linked.get(target, file)
        self._linked[target] = min(known, file)

    def _module_names(self, root: str) -> ModuleNames:
        return self._modules.setdefault(root, ModuleNames(root))

    def _file(self, path: str, size: int, modules: ModuleNames) -> File:
        folder, name = path.rsplit("/", 1)
        prefix = self._prefix
        reported = path[len(prefix) :] if path.startswith(prefix) else path
        return File(reported, modules.name(folder or "/", name), path, size)
