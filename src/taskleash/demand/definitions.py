"""The modules that define what was asked for by name, and its bases, from the facts alone.

What a module hands on is defined in another one, and to know what a class inherits takes all of its
bases, each of which may be in a module of its own: linking the program once for each of them would
take too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.ir.model import ModuleFacts
from taskleash.source.modules import folders, path_name

#: a class, the class around it
_MOST_PARTS = 2


def definitions(facts: Iterable[ModuleFacts], names: Iterable[str]) -> frozenset[str]:
    """The modules that these names, or the bases of classes, are defined in or may be defined in.

    ``names`` are dotted, as they are imported; ``facts`` are those at hand. Re-exports are
    followed.
    """
    modules = {name: m for m in facts for name in (path_name(m.path), m.module)}
    found: set[str] = set()
    seen: set[str] = set()
    pending = [*names]
    while pending:
        dotted = pending.pop()
        if dotted in seen:
            continue
        seen.add(dotted)
        prefixes = [*_prefixes(dotted)]
        found.update(prefixes)
        at_hand = [prefix for prefix in prefixes if prefix in modules][-1:]
        for prefix in at_hand:
            name = dotted.removeprefix(f"{prefix}.")
            # The rest is a class, or one inside another, unless a module is not at hand.
            if name.count(".") < _MOST_PARTS:
                pending += _next(modules[prefix], name)
    return frozenset(found)


def modules_with(names: Iterable[str]) -> frozenset[str]:
    """The modules in which names may be defined or handed on, or which they are themselves."""
    found = frozenset(names)
    return found.union(*map(_prefixes, found))


def possible(path: str, dotted: str) -> Iterator[str]:
    """The names that an import in a file may mean: it may find modules beside the file."""
    yield dotted
    yield from (f"{folder}.{dotted}" for folder in folders(path))


def _next(home: ModuleFacts, name: str) -> Iterator[str]:
    """The bases of a class of a module, or what else its name stands for there."""
    head, _, rest = name.partition(".")
    bases = [ref.name for cls in home.classes.values() if cls.qualname == name for ref in cls.bases]
    for base in bases:
        first, _, more = base.partition(".")
        if first in home.imports:
            yield from possible(home.path, _joined(home.imports[first], more))
        else:
            yield f"{home.module}.{base}"
    if bases:
        return
    if head in home.imports:
        yield from possible(home.path, _joined(home.imports[head], rest))
    for star in home.stars:
        yield from possible(home.path, f"{star}.{name}")


def _joined(dotted: str, rest: str) -> str:
    return f"{dotted}.{rest}" if rest else dotted


def _prefixes(dotted: str) -> Iterator[str]:
    """The modules in which a dotted name may be defined."""
    parts = dotted.split(".")
    yield from (".".join(parts[:size]) for size in range(1, len(parts)))
