"""Which files lead to others by their imports, read off the raw bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from taskleash.driver.inputs import Input
from taskleash.source.loading import InvalidSource

_IMPORTS = re.compile(
    rb"^[ \t]*(?:from|import)\b(?:\\\r?\n|[^\n(])*(?:\([^)]*\))?|\bimport_module\([^)]*\)",
    re.MULTILINE,
)
_NAME = re.compile(rb"[^\W\d]\w*")


def leading(goals: Iterable[Input], others: Iterable[Input]) -> list[Input]:
    """Those of the other files that import a goal, or a file that leads to one.

    A file counts as importing every module whose bare name its imports mention.
    """
    rest = {item.path: (item, _imported(item)) for item in others}
    wanted = {_bare(item) for item in goals}
    found: list[Input] = []
    while True:
        new = [item for item, names in rest.values() if not wanted.isdisjoint(names)]
        if not new:
            return found
        found += new
        for item in new:
            del rest[item.path]
        wanted = {_bare(item) for item in new}


def _imported(item: Input) -> frozenset[str]:
    try:
        data = item.read()
    except InvalidSource:
        return frozenset()
    return frozenset(
        name.decode() for match in _IMPORTS.findall(data) for name in _NAME.findall(match)
    )


def _bare(item: Input) -> str:
    return item.file.module.rpartition(".")[2]
