"""One function for a package that keeps tasks or logs, in place of a copy in each of its files."""

from __future__ import annotations

import keyword
import re
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress

from taskleash.driver.config.errors import ConfigError, shown
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.manner import manner_of
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Common, Target
from taskleash.fixes.shared import with_keeper, with_logger
from taskleash.source.loading import InvalidSource

#: in how many files tasks must be dropped before one of the package's modules serves them all
_FILES = 4
#: the modules that packages have for such functions, the most telling one first
_HOSTS = (
    "_tasks", "tasks", "_asyncio", "aio", "aiotools", "async_tools", "async_utils", "asyncutils",
    "_utils", "utils", "_util", "util", "utility", "utilities", "_helpers", "helpers", "tools",
)  # fmt: skip
_DROPPED = frozenset({"TL001", "TL002", "TL003"})
_FUTURES = "TL004"
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
    root = _root([modules[path] for path in (*kept, *logged)])
    kept, logged = (
        [path for path in paths if root_of(modules[path]) == root] for paths in (kept, logged)
    )
    keeps, logs = len(kept) >= _FILES and not is_named, len(logged) >= _FILES
    paths = {*(kept if keeps else ()), *(logged if logs else ())}
    if not paths:
        return None
    package = _package([modules[path] for path in paths])
    if not _is_imported(program, package, paths):
        return None
    busy = {target.site.path for target in targets}
    hosts = {modules[path]: path for path in asked if path not in busy}
    for name in _HOSTS:
        path = hosts.get(f"{package}.{name}")
        if path is None or (text := _hosting(program, path, f"{package}.{name}")) is None:
            continue
        if found := _hosted(program, path, text, f"{package}.{name}", (keeps, logs)):
            return found
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


def root_of(module: str) -> str:
    """The top package of a module, or the module itself."""
    return module.partition(".")[0]


def _root(modules: Sequence[str]) -> str:
    """The top package that most modules are in."""
    counts = Counter(map(root_of, modules))
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


def _is_imported(program: FixedProgram, package: str, paths: Collection[str]) -> bool:
    """Whether files can import from their package by this name, as far as they tell.

    Where a folder with an `__init__.py` is run from inside, its modules import each other as if
    there were no package.
    """
    parts = package.split(".")
    if not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        return False
    modules = {item.file.module for item in program.analysis.asked.values()}
    for path in paths:
        with suppress(InvalidSource):
            bare = {*_IMPORT.findall(program.text(path))} - sys.stdlib_module_names - {parts[0]}
            if any(f"{parts[0]}.{name}" in modules for name in bare):
                return False
    return True


def _hosting(program: FixedProgram, path: str, module: str) -> str | None:
    """The text of a module that can have functions for its package: it imports nothing of it."""
    try:
        text = program.text(path)
    except InvalidSource:
        return None
    if not _FUNCTION.search(text):
        # An empty `__init__.py` is to stay empty, and constants are no place for what works.
        return None
    root = module.partition(".")[0]
    if _RELATIVE.search(text) or re.search(rf"^\s*(?:from|import)\s+{root}\b", text, re.MULTILINE):
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
    return Common(path, text, *names)
