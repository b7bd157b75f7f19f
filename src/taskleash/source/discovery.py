"""Which files are read: folders walked, ignore files and excludes honoured.

Folders that are symbolic links are not followed unless they are named, as git and ruff do it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable, Sequence
from dataclasses import field, replace

from taskleash.records import by_name, dataclass
from taskleash.source.excludes import Excludes, compile_excludes
from taskleash.source.gitignore import (
    IgnoreFiles,
    Layers,
    ignores_file,
    ignores_folder,
    ignores_python_file,
)
from taskleash.source.modules import ModuleNames, is_regular
from taskleash.source.options import DEFAULT_INCLUDES, Discovery, Everywhere, Nearest
from taskleash.source.paths import SUFFIXES, is_below, join, parents
from taskleash.source.walks import Walk, Walks, WalkTrace, stands

_DEFAULT = Discovery()
#: the suffix of what is JSON with code in it, and valid Python of another meaning
NOTEBOOK = ".ipynb"
REPOSITORY = ".git"
_PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py", REPOSITORY)


class PathNotFound(Exception):
    """A path that was named does not exist; ``path`` is as it was given."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, order=True)
class File:
    """A file to read.

    ``path`` is as reported: relative to the current folder, absolute where it lies outside.
    ``module`` is the dotted name that the file has when imported, ``size`` is in bytes. ``times``
    are when the contents and the entry changed last, in nanoseconds; (0, 0) where that is unknown.
    Paths are written with ``/``.
    """

    path: str
    module: str
    absolute: str
    size: int
    times: tuple[int, int] = field(default=(0, 0), compare=False)


_file_of = by_name(File)


def discover(
    paths: Sequence[str],
    options: Discovery = _DEFAULT,
    nearest: Nearest | None = None,
    walks: Walks | None = None,
) -> list[File]:
    """The Python files that ``paths`` name or hold, each of them once, sorted by path.

    ``nearest`` has the options of each folder; ``options`` decide what holds for a whole run. Files
    that are named are taken whatever their suffix, notebooks apart. Folders that cannot be read
    are skipped. What earlier ``walks`` came to is used. Raises PathNotFound.
    """
    for path in paths:
        if not os.path.exists(path):
            raise PathNotFound(path)
    named = [os.path.abspath(path).replace(os.sep, "/") for path in paths]
    walk = _Walk(options, nearest)
    if walks is None or not all(map(os.path.isdir, named)):
        return walk.found(named)
    asked = walk.depends(named)
    known = walks.get(asked)
    files = None if known is None else _refound(known)
    if files is None:
        files = walk.found(named)
        if walk.trace.lasts:
            walks.keep(asked, walk.traced(files))
    return files


def _refound(walk: Walk) -> list[File] | None:
    """The files of an earlier walk as they are now; None where it would come to others."""
    _, _, packages, files = walk
    if not stands(walk) or any(is_regular(folder) != known for folder, known in packages):
        return None
    prefix = join(os.getcwd().replace(os.sep, "/"), "")
    found = []
    for path, module in files:
        status = _status(path)
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        found.append(_file(path, prefix, module, status))
    return found


def discover_unsaved(path: str, options: Discovery, nearest: Nearest | None = None) -> list[File]:
    """The file that ``path`` names, which need not exist; none where it is excluded by force."""
    walk = _Walk(options, nearest)
    walk.add_file(os.path.abspath(path).replace(os.sep, "/"))
    return walk.files()


def project_root(path: str) -> str | None:
    """The nearest folder, ``path`` itself or above it, that holds a project's files."""
    start = os.path.abspath(path).replace(os.sep, "/")
    for folder in (start, *parents(start)):
        if any(os.path.exists(join(folder, name)) for name in _PROJECT_FILES):
            return folder
    return None


def root_around(folder: str) -> str | None:
    """The repository around a folder (absolute, with ``/``), else the nearest project, if any."""
    for step in (folder, *parents(folder)):
        if os.path.exists(join(step, REPOSITORY)):
            return step
    return project_root(folder)


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        # Whoever reads the file reports that it has vanished, or that it never was there.
        return None


@dataclass
class _Listing:
    """What a folder holds: ``modules`` are the files that are Python's by their suffix.

    ``names`` are those of files that say what to leave out. It ``is_whole`` unless an error broke
    it off.
    """

    folders: list[str] = field(default_factory=list)
    modules: list[os.DirEntry[str]] = field(default_factory=list)
    others: list[os.DirEntry[str]] = field(default_factory=list)
    names: Sequence[str] = ()
    is_whole: bool = True


@dataclass(frozen=True)
class _Scope:
    """The options of a folder, compiled; without ``includes`` it is the suffix that decides."""

    excludes: Excludes
    includes: Excludes | None
    sources: tuple[str, ...]


def _list(folder: str, telling: Container[str]) -> _Listing:
    listing = _Listing()
    names = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                if name.endswith(SUFFIXES) and not entry.is_dir(follow_symlinks=False):
                    listing.modules.append(entry)
                elif entry.is_dir(follow_symlinks=False):
                    listing.folders.append(name)
                else:
                    listing.others.append(entry)
                if name.startswith(".git") or name in telling:
                    names.append(name)
    except OSError:
        # What was listed before the error still counts.
        listing.is_whole = False
    listing.names = names
    return listing


class _Walk:
    """Collects files; links are kept apart until all files with a name of their own are known."""

    def __init__(self, options: Discovery, nearest: Nearest | None) -> None:
        self._current = os.getcwd().replace(os.sep, "/")
        self._prefix = join(self._current, "")
        self._ignore_files = IgnoreFiles(self._current)
        self._options = options
        self._nearest = nearest or Everywhere(options)
        self._scopes: dict[Discovery, _Scope] = {}
        self._modules: dict[tuple[str, tuple[str, ...]], ModuleNames] = {}
        self._own: dict[str, File] = {}
        self._linked: dict[str, File] = {}
        self.trace = WalkTrace()

    def found(self, named: Iterable[str]) -> list[File]:
        """The files that the named paths stand for, sorted by path."""
        for path in named:
            self.add(path)
        return sorted(self.files(), key=lambda file: file.path)

    def depends(self, named: Iterable[str]) -> list[str]:
        """All that the files hang on but the disk. Raises `ConfigError`."""
        options = map(self._nearest.options, named)
        roots = (self._project_of(path) or path for path in named)
        # Of the project counts only from where modules are named.
        whole = replace(self._options, project=None)
        return [self._current, self._nearest.fixed, *named, *roots, *map(repr, (whole, *options))]

    def traced(self, files: Iterable[File]) -> Walk:
        """What the walk has listed and asked, and the files that it came to."""
        self.trace.asks(self._ignore_files.asked)
        packages = {
            folder: is_one for names in self._modules.values() for folder, is_one in names.regular
        }
        return self.trace.walk(packages, [(file.absolute, file.module) for file in files])

    def add(self, path: str) -> None:
        """Adds what ``path`` names or holds."""
        if not os.path.isdir(path):
            self.add_file(path)
            return
        layers, left_out = self._above(path, is_folder=True)
        if not left_out:
            self._walk(path, layers)

    def add_file(self, path: str) -> None:
        """Adds the file that ``path`` names, whether it exists or not, unless it is a notebook."""
        if path.endswith(NOTEBOOK):
            return
        if self._options.force_exclude and self._above(path, is_folder=False)[1]:
            return
        folder = os.path.dirname(path)
        root = self._project_of(path) or project_root(path) or folder
        modules = self._module_names(root, self._scope(folder))
        real = os.path.realpath(path)
        file = self._file(path, _status(path), modules)
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
            self._scope(os.path.dirname(step)).excludes.match(step, os.path.basename(step))
            for step in chain
            if not (inside and is_below(self._current, step))
        )

    def _scope(self, folder: str) -> _Scope:
        """What counts for the entries of a folder."""
        options = self._nearest.options(folder)
        if options not in self._scopes:
            excludes = (*options.exclude, *options.extend_exclude)
            has_own = options.include != DEFAULT_INCLUDES
            self._scopes[options] = _Scope(
                compile_excludes(excludes, self._current),
                compile_excludes(options.include, self._current) if has_own else None,
                options.sources,
            )
        return self._scopes[options]

    def _walk(self, root: str, layers: Layers) -> None:
        # Only the root can be a link, so one look gives the real path of all it holds.
        real = os.path.realpath(root).replace(os.sep, "/")
        telling = self._nearest.file_names
        pending = [(root, real, layers, self._scope(root))]
        while pending:
            folder, real, layers, scope = pending.pop()
            prefix, real_prefix = join(folder, ""), join(real, "")
            self.trace.lists(folder)
            listing = _list(folder, telling)
            self.trace.lasts &= listing.is_whole
            if listing.names:
                self.trace.asks(prefix + name for name in listing.names if name in telling)
                scope = self._scope(folder)
                if self._options.respect_gitignore:
                    layers = self._ignore_files.enter(layers, folder, listing.names)
            modules = self._module_names(self._project_of(root) or root, scope)
            # Only patterns of one's own take what has another suffix.
            others = [] if scope.includes is None else listing.others
            for entry in (*listing.modules, *others):
                path = prefix + entry.name
                if not _leaves_out_file(scope, layers, path, entry.name):
                    self._add_entry(entry, path, real_prefix + entry.name, modules)
            for name in listing.folders:
                path = prefix + name
                if not _leaves_out_folder(scope, layers, path, name):
                    pending.append((path, real_prefix + name, layers, scope))

    def _add_entry(
        self, entry: os.DirEntry[str], path: str, real: str, modules: ModuleNames
    ) -> None:
        try:
            status = entry.stat()
        except OSError:
            # A broken or looping link, or a file that vanished.
            self.trace.lasts = False
            return
        is_link = entry.is_symlink()
        self.trace.lasts &= not is_link
        if not stat.S_ISREG(status.st_mode):
            return
        if is_link:
            self._add_link(os.path.realpath(path), self._file(path, status, modules))
        elif real not in self._own:
            self._own[real] = self._file(path, status, modules)

    def _add_link(self, target: str, file: File) -> None:
        # The order of a folder's entries differs between file systems, the result must not.
        target = target.replace(os.sep, "/")
        known = self._linked.get(target, file)
        self._linked[target] = min(known, file)

    def _project_of(self, path: str) -> str | None:
        """The folder that is given as the project's, where ``path`` lies in it."""
        project = self._options.project
        return project if project is not None and is_below(path, project) else None

    def _module_names(self, root: str, scope: _Scope) -> ModuleNames:
        key = (root, scope.sources)
        if key not in self._modules:
            self._modules[key] = ModuleNames(*key)
        return self._modules[key]

    def _file(self, path: str, status: os.stat_result | None, modules: ModuleNames) -> File:
        folder, name = path.rsplit("/", 1)
        return _file(path, self._prefix, modules.name(folder or "/", name), status)


def _file(path: str, prefix: str, module: str, status: os.stat_result | None) -> File:
    reported = path[len(prefix) :] if path.startswith(prefix) else path
    if status is None:
        return File(reported, module, path, 0)
    times = status.st_mtime_ns, status.st_ctime_ns
    return _file_of(path=reported, module=module, absolute=path, size=status.st_size, times=times)


def _leaves_out_file(scope: _Scope, layers: Layers, path: str, name: str) -> bool:
    is_python = name.endswith(SUFFIXES)
    taken = is_python if scope.includes is None else scope.includes.match(path, name)
    if not taken or scope.excludes.match(path, name):
        return True
    ignores = ignores_python_file if is_python else ignores_file
    return bool(layers) and ignores(layers, path)


def _leaves_out_folder(scope: _Scope, layers: Layers, path: str, name: str) -> bool:
    return scope.excludes.match(path, name) or (bool(layers) and ignores_folder(layers, path))
