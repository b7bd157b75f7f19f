"""Which files lead to spawns by their imports: with flags, one of them may have the branch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from taskleash.driver.cache.memory import Memory
from taskleash.driver.inputs import Input
from taskleash.models.settings import FLAG_WORDS
from taskleash.source.loading import InvalidSource
from taskleash.source.spelling import searchable

#: what is kept of a file is some names
_NAMES = tuple[str, ...]
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from|import)\b(?:\\\r?\n|[^\n(])*(?:\([^)]*\))?|\bimport_module\([^)]*\)",
    re.MULTILINE,
)
_NAME = re.compile(rb"[^\W\d]\w*")
_ASKS = re.compile(
    rb"^[ \t]*(?:if|elif)\b[^\n]*(?:\b|_)(?:%s)(?:\b|_)"
    % b"|".join(word.encode() for word in sorted(FLAG_WORDS)),
    re.MULTILINE | re.IGNORECASE,
)
#: more than this is not parsed only to suggest flags
_MAX_BYTES_FOR_HINTS = 400_000


def hinting(chosen: Sequence[Input], others: Iterable[Input], memory: Memory) -> list[Input] | None:
    """The other files that lead to a chosen one, with their bytes: what suggestions rest on.

    None where there is nothing to suggest, for no file asks for a flag, or where they are too many
    to be parsed for suggestions only: one that is not seen could reach a task in another way.
    """
    found = _leading(chosen, others, memory, _MAX_BYTES_FOR_HINTS)
    if found is None:
        return None
    asks = memory.question("asks for flags", (), bool, _asks)
    for item in (*chosen, *found):
        with suppress(InvalidSource):
            if asks.answer(item):
                return [item.with_data(memory.contents.data(item)) for item in found]
    return None


def leading(goals: Iterable[Input], others: Iterable[Input], memory: Memory) -> list[Input]:
    """The other files that import a goal, or a file that leads to one.

    A file counts as importing every module whose bare name its imports mention.
    """
    return _leading(goals, others, memory, math.inf) or []


def _leading(
    goals: Iterable[Input], others: Iterable[Input], memory: Memory, most: float
) -> list[Input] | None:
    """The files that lead to a goal; None where they have more than so many bytes."""
    imports = memory.question("imports", (), _NAMES, _imported)
    wanted = set(map(_bare, goals))
    new: list[Input] = []
    rest: list[tuple[Input, frozenset[str]]] = []
    for item in others:
        with suppress(InvalidSource):
            names = imports.answer(item)
            if wanted.isdisjoint(names):
                rest.append((item, frozenset(names)))
            else:
                new.append(item)
                most -= item.size
        if most < 0:
            return None
    found: list[Input] = []
    while new:
        found += new
        wanted = set(map(_bare, new))
        new = [item for item, names in rest if not wanted.isdisjoint(names)]
        rest = [(item, names) for item, names in rest if wanted.isdisjoint(names)]
        most -= sum(item.size for item in new)
        if most < 0:
            return None
    return found


def _imported(data: bytes) -> tuple[str, ...]:
    names = {
        name.decode()
        for match in _IMPORTS.findall(searchable(data))
        for name in _NAME.findall(match)
    }
    return tuple(sorted(names))


def _asks(data: bytes) -> bool:
    return _ASKS.search(searchable(data)) is not None


def _bare(item: Input) -> str:
    return item.file.module.rpartition(".")[2]
