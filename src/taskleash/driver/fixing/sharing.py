"""One function for a package that keeps tasks or logs, in place of a copy in each of its files."""

from __future__ import annotations

import keyword
import os
import re
import sys
from collections import Counter
from collections.abc import Collection, Container, Sequence
from contextlib import suppress
from dataclasses import replace

from taskleash.driver.config.errors import ConfigError, shown
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.manner import manner_of
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Common, Target
from taskleash.fixes.shared import with_keeper, with_logger
from taskleash.source.loading import InvalidSource
from taskleash.source.modules import is_package, is_regular

#: in how many files tasks must be dropped before one of the package's modules serves them all
_FILES = 4
#: the modules that packages have for such functions, the most telling one first
_HOSTS = (
    "_tasks", "tasks", "_asyncio", "aio", "aiotools", "async_tools", "async_utils", "asyncutils",
    "_utils", "utils", "_util", "util", "utility", "utilities", "_helpers", "helpers", "tools",
)  # fmt: skip
_DROPPED = frozenset({"TL001", "TL002", "TL003"})
_FUTURES = "TL004"
#: what a file imports whenever it is imported itself
_ALWAYS = re.compile(r"^(?:from[ \t]+(\.*)([\w.]*)|import[ \t]+([\w.]+))", re.MULTILINE)
_RELATIVE = re.compile(r"^\s*from\s+\.", re.MULTILINE)
_IMPORT = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async +)?def ", re.MULTILINE)


def keeping(targets: Sequence[Target]) -> frozenset[str]:
    """The files whose dropped tasks are to be kept, where no other fix is tried before that."""
    kept = (t for t in targets if t.kinds[:1] == ("track",) and t.rule in _DROPPED)
    return frozenset(target.site.path for target in kept)


def kept_in(files: Sequence[MendedFile]) -> frozenset[str]:
    """The files whose dropped tasks are kept now."""
    places = (each.applied for file in files for each in file.places)
    return frozenset(a.site.path for a in places if a.kind == "track" and a.rule in _DROPPED)


def logging(targets: Sequence[Target]) -> frozenset[str]:
    """The files whose dropped futures are to be logged."""
    return frozenset(t.site.path for t in targets if t.kinds[:1] == ("log",) and t.rule == _FUTURES)


def common_functions(
    program: FixedProgram, targets: Sequence[Target], kept: Collection[str], logged: Collection[str]
) -> Common | None:
    """The functions that serve many files, and their module with them.

    ``kept`` are the files that keep tasks, ``logged`` those that log how futures failed, and
    ``targets`` all findings. None where few files do, where the settings name a function that keeps
    tasks and nothing is logged, or where their package has no module for it: one that has
    functions, and imports nothing of the package, so that all others can import it.
    """
    is_named = bool(program.analysis.settings.background_tasks)
    asked = program.analysis.asked
    modules = {path: item.file.module for path, item in asked.items()}
    # Tests, examples and other packages stand on their own.
    root = _root([_top(path, modules[path]) for path in (*kept, *logged)])
    kept, logged = (
        [path for path in paths if _top(path, modules[path]) == root] for paths in (kept, logged)
    )
    keeps, logs = len(kept) >= _FILES and not is_named, len(logged) >= _FILES
    users = frozenset({*(kept if keeps else ()), *(logged if logs else ())})
    if not users:
        return None
    package = _package([modules[path] for path in users])
    start = _start(program, package, sorted(users))
    if start is None:
        return None
    busy = {target.site.path for target in targets}
    hosts = {modules[path]: path for path in asked if path not in busy}
    for name in _HOSTS:
        module = _joined(package, name)
        path = hosts.get(module)
        if path is None or (text := _hosting(program, path, start)) is None:
            continue
        named = module.removeprefix(f"{start}.")
        if found := _hosted(program, path, text, named, (keeps, logs)):
            return replace(found, users=users)
    return None


def check_named(program: FixedProgram) -> None:
    """Raise `ConfigError` where the module that the settings name lacks the function.

    What is no part of the program is not known.
    """
    module, _, name = (program.analysis.settings.background_tasks or "").partition(":")
    for path, item in program.analysis.asked.items() if name else ():
        if item.file.module != module:
            continue
        with suppress(InvalidSource):
            if not re.search(rf"\b{name}\b|\bimport +\*", program.text(path)):
                raise ConfigError(f"background-tasks: {path}: there is no {shown(name)} in it")


def _top(path: str, module: str) -> str:
    """The top package of a module; empty for a script, which is in none."""
    return module.partition(".")[0] if "." in module or is_package(path) else ""


def _root(tops: Sequence[str]) -> str:
    """The top package that most modules are in."""
    counts = Counter(tops)
    return min(counts, key=lambda root: (-counts[root], root), default="")


def _package(modules: Sequence[str]) -> str:
    """The package that all modules are in."""
    parts = [module.split(".")[:-1] for module in modules]
    common = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return ".".join(common)


def _start(program: FixedProgram, package: str, paths: Sequence[str]) -> str | None:
    """The folder, as a dotted name, that files import the modules of their package from.

    None where they do not tell: only a folder with an `__init__.py` is certainly imported by the
    name that its path gives it. Of any other one the files have to import something already.
    """
    parts = package.split(".") if package else []
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return None
    modules = {item.file.module for item in program.analysis.asked.values()}
    shown = [_starts(program, path, package, modules) for path in paths]
    common = frozenset.intersection(*shown)
    return min(common) if len(common) == 1 else None


def _starts(
    program: FixedProgram, path: str, package: str, modules: Container[str]
) -> frozenset[str]:
    """The folders from which one file can import the modules of a package, as far as it tells."""
    module = program.analysis.asked[path].file.module
    try:
        text = program.text(path)
    except InvalidSource:
        return frozenset()
    if _is_in_regular(path, module):
        runs_inside = _runs_inside(text, package.partition(".")[0], modules)
        return frozenset() if runs_inside else frozenset({""})
    return _shown_starts(text, module if is_package(path) else _parent(module), package, modules)


def _is_in_regular(path: str, module: str) -> bool:
    """Whether the outermost folder that names a file is a package with an `__init__.py`."""
    folder = os.path.dirname(os.path.abspath(path))
    depth = module.count(".") + is_package(path)
    for _ in range(depth - 1):
        folder = os.path.dirname(folder)
    return bool(depth) and is_regular(folder)


def _runs_inside(text: str, root: str, modules: Container[str]) -> bool:
    """Whether a file imports modules of its package as if there were no package.

    So it is where a folder with an `__init__.py` is run from inside.
    """
    bare = {*_IMPORT.findall(text)} - sys.stdlib_module_names - {root}
    return any(f"{root}.{name}" in modules for name in bare)


def _shown_starts(text: str, own: str, package: str, modules: Container[str]) -> frozenset[str]:
    """Where a file of the package ``own`` starts from as it imports others of that folder.

    Dots that lead as far up as ``package`` show that the whole name is right.
    """
    found = set()
    for dots, named, plain in _ALWAYS.findall(text):
        name = named or plain
        if dots:
            if package and len(dots) > own.removeprefix(package).count("."):
                found.add("")
        elif name.partition(".")[0] not in sys.stdlib_module_names:
            found |= {
                start
                for start in ("", *_outer(package))
                if _shows(start, name, package) and _joined(start, name) in modules
            }
    return frozenset(found)


def _shows(start: str, name: str, package: str) -> bool:
    """Whether who imports this name from a folder can import a package from there, too."""
    inner = package.removeprefix(start).removeprefix(".")
    return not inner or inner.partition(".")[0] == name.partition(".")[0]


def _outer(module: str) -> list[str]:
    """A module and the packages that it lies in, as dotted names."""
    parts = module.split(".") if module else []
    return [".".join(parts[:size]) for size in range(1, len(parts) + 1)]


def _parent(module: str) -> str:
    return module.rpartition(".")[0]


def _joined(package: str, name: str) -> str:
    return f"{package}.{name}" if package else name


def _hosting(program: FixedProgram, path: str, start: str) -> str | None:
    """The text of a module that can have functions for others: it imports nothing of the program.

    ``start`` is the folder, as a dotted name, that imports start from.
    """
    try:
        text = program.text(path)
    except InvalidSource:
        return None
    if not _FUNCTION.search(text):
        # An empty `__init__.py` is to stay empty, and constants are no place for what works.
        return None
    inner = f"{start}." if start else ""
    modules = [item.file.module for item in program.analysis.asked.values()]
    own = {m.removeprefix(inner).partition(".")[0] for m in modules if m.startswith(inner)}
    if _RELATIVE.search(text) or not own.isdisjoint(_IMPORT.findall(text)):
        return None
    return text


def _hosted(
    program: FixedProgram, path: str, text: str, module: str, wanted: tuple[bool, bool]
) -> Common | None:
    """The module with the functions that are wanted: one that keeps tasks, one that logs."""
    manner = manner_of(path, program.analysis.settings)
    names = ["", ""]
    for at, make in enumerate((with_keeper, with_logger)):
        if not wanted[at]:
            continue
        made = make(text, manner)
        if made is None:
            return None
        text, names[at] = made[0], f"{module}:{made[1]}"
    return Common(path, text, names[0], names[1])
