"""One function for a package that keeps tasks, in place of a copy in each of its files."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress

from taskleash.driver.config.errors import ConfigError, shown
from taskleash.driver.manner import manner_of
from taskleash.driver.program import Program
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Common, Target
from taskleash.fixes.shared import with_keeper
from taskleash.source.loading import InvalidSource

#: in how many files tasks must be dropped before one of the package's modules keeps them for all
_FILES = 4
#: the modules that packages have for such functions, the most telling one first
_HOSTS = (
    "_tasks", "tasks", "_asyncio", "aio", "async_utils", "asyncutils", "_utils", "utils", "_util",
    "util", "_helpers", "helpers",
)  # fmt: skip
_DROPPED = frozenset({"TL001", "TL002", "TL003"})
_RELATIVE = re.compile(r"^\s*from\s+\.", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async +)?def ", re.MULTILINE)


def keeping(targets: Sequence[Target]) -> frozenset[str]:
    """The files whose dropped tasks are to be kept, where no other fix is tried before that."""
    kept = (t for t in targets if t.kinds[:1] == ("track",) and t.rule in _DROPPED)
    return frozenset(target.site.path for target in kept)


def kept_in(files: Sequence[MendedFile]) -> frozenset[str]:
    """The files whose dropped tasks are kept now."""
    places = (each.applied for file in files for each in file.places)
    return frozenset(a.site.path for a in places if a.kind == "track" and a.rule in _DROPPED)


def common_keeper(
    program: Program, targets: Sequence[Target], paths: Collection[str]
) -> Common | None:
    """The function that is to keep the tasks of many files, and its module with it.

    ``paths`` are the files that keep some, ``targets`` all findings. None where the settings name
    one, where few files drop tasks, or where their package has no module for it: one that has
    functions, and imports nothing of the package, so that all others can import it.
    """
    if program.analysis.settings.background_tasks:
        return None
    if len(paths) < _FILES:
        return None
    asked = program.analysis.asked
    modules = {path: item.file.module for path, item in asked.items()}
    package = _package([modules[path] for path in paths])
    busy = {target.site.path for target in targets}
    hosts = {modules[path]: path for path in asked if path not in busy}
    for name in _HOSTS if package else ():
        path = hosts.get(f"{package}.{name}")
        if path is not None and (found := _hosted(program, path, f"{package}.{name}")):
            return found
    return None


def check_named(program: Program) -> None:
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


def _package(modules: Sequence[str]) -> str:
    """The package that all modules are in."""
    parts = [module.split(".")[:-1] for module in modules]
    common = []
    for names in zip(*parts, strict=False):
        if len(set(names)) > 1:
            break
        common.append(names[0])
    return ".".join(common)


def _hosted(program: Program, path: str, module: str) -> Common | None:
    """The module with the function, where it imports nothing of its package."""
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
    made = with_keeper(text, manner_of(path, program.analysis.settings))
    return Common(path, made[0], f"{module}:{made[1]}") if made is not None else None
