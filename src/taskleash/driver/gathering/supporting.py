"""Which files the asked ones may call: those that they import, as far as the names fit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from taskleash.driver.cache.memory import Memory
from taskleash.driver.cache.questions import FileQuestion
from taskleash.driver.gathering.by_module import Modules
from taskleash.driver.inputs import Input
from taskleash.source.loading import InvalidSource
from taskleash.source.modules import folders, is_package
from taskleash.source.spelling import searchable

#: what is kept of a file is some names
_NAMES = tuple[str, ...]
_FROM = re.compile(
    rb"^[ \t]*from[ \t]+([\w.]+)[ \t]+import\b([^\n(]*(?:\\\r?\n[^\n(]*)*(?:\([^)]*\))?)",
    re.MULTILINE,
)
_IMPORT = re.compile(rb"^[ \t]*import[ \t]+([^\n]*(?:\\\r?\n[^\n]*)*)", re.MULTILINE)
_DEFINED = re.compile(rb"^[ \t]*(?:async[ \t]+)?def[ \t]+([^\W\d]\w*)", re.MULTILINE)
_CLASS = re.compile(rb"^[ \t]*class[ \t]+([^\W\d]\w*)", re.MULTILINE)
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+(?:\[[^\]]*\])?\(([^)]*)\)", re.MULTILINE)
_NAME = re.compile(rb"[^\W\d]\w*")
_DOTTED = re.compile(rb"[^\W\d][\w.]*")


def supporting(asked: Iterable[Input], modules: Modules, memory: Memory) -> list[Input]:
    """The files among the modules that the asked ones import, and seem to call or inherit from.

    Imports are followed by way of a package's ``__init__``. Whether a file defines what an asked
    one calls is told by the bare name.
    """
    defines = memory.question("defines", (), _NAMES, _defined)
    defined: list[tuple[Input, frozenset[str]]] = []
    for item in _imported_by(asked, modules, memory):
        with suppress(InvalidSource):
            defined.append((item, frozenset(defines.answer(item))))
    named: set[str] = set()
    for item in asked if defined else ():
        with suppress(InvalidSource):
            named.update(_used(memory.contents.data(item)))
    return [item for item, names in defined if not names.isdisjoint(named)]


def _imported_by(asked: Iterable[Input], modules: Modules, memory: Memory) -> list[Input]:
    """The files that the asked ones import, but for these themselves, sorted by path."""
    question = memory.question("imported modules", (), _NAMES, _imported)
    asked = [*asked]
    unsaved = [item for item in modules.items if item.data is not None]
    # What else is followed is on disk, and there as it was.
    depends = tuple((item.path, _answer(question, item)) for item in (*asked, *unsaved))
    follow = partial(_followed, asked, modules, question)
    among = None if modules.is_whole else tuple(item.path for item in modules.items)
    places = memory.once(("imported", len(asked), depends, among), follow)
    return sorted((modules.items[place] for place in places), key=lambda item: item.path)


def _answer(question: FileQuestion[tuple[str, ...]], item: Input) -> tuple[str, ...] | None:
    with suppress(InvalidSource):
        return question.answer(item)
    return None


def _followed(
    asked: list[Input], modules: Modules, question: FileQuestion[tuple[str, ...]]
) -> frozenset[int]:
    """The places of the files that the asked ones import."""
    found: set[int] = set()
    pending = [*asked]
    seen = {item.path for item in pending}
    while pending:
        item = pending.pop()
        with suppress(InvalidSource):
            for dotted in question.answer(item):
                for place in _named(modules, item, dotted):
                    module = modules.items[place]
                    if module.path not in seen:
                        seen.add(module.path)
                        found.add(place)
                        if is_package(module.path):
                            pending.append(module)
    return frozenset(found)


def _named(modules: Modules, item: Input, dotted: str) -> list[int]:
    """The places of what an import in a file stands for: absolute, or beside the file."""
    if dotted.startswith("."):
        name = dotted.lstrip(".")
        home = _folder(item.file.module, len(dotted) - len(name) - is_package(item.path))
        return modules.places(f"{home}.{name}".strip("."))
    found = modules.places(dotted)
    if found or dotted.partition(".")[0] in modules.tops:
        return found
    return [
        beside for folder in folders(item.path) for beside in modules.places(f"{folder}.{dotted}")
    ]


def _folder(dotted: str, ups: int) -> str:
    parts = dotted.split(".")
    return ".".join(parts[: len(parts) - ups])


def _imported(data: bytes) -> tuple[str, ...]:
    """What may be a module of all that a file imports, dots for relative imports before it."""
    data = searchable(data)
    found: set[bytes] = set()
    for module, names in _FROM.findall(data):
        inside = module if module.endswith(b".") else module + b"."
        found |= {module, *(inside + name for name in _NAME.findall(names))}
    for names in _IMPORT.findall(data):
        found.update(_DOTTED.findall(names))
    return tuple(sorted(name.decode() for name in found))


def _defined(data: bytes) -> tuple[str, ...]:
    """The functions and classes of a file, but for functions that nobody calls by name."""
    data = searchable(data)
    functions = {name.decode() for name in _DEFINED.findall(data)}
    classes = {f"class {name.decode()}" for name in _CLASS.findall(data)}
    return tuple(sorted({name for name in functions if not name.startswith("__")} | classes))


def _used(data: bytes) -> set[str]:
    """What a file may call or inherit from, in the same form."""
    data = searchable(data)
    names = {name.decode() for name in _NAME.findall(data)}
    bases = {name.decode() for found in _BASES.findall(data) for name in _NAME.findall(found)}
    return names | {f"class {name}" for name in bases}
