"""Which of the paths that are given belong together: each project is linked for itself.

Modules of the same name in two repositories have nothing to do with each other. Paths inside one
repository are parts of one program, however many of them are given.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from taskleash.driver.inputs import Input, asked_inputs
from taskleash.driver.settings import Settings
from taskleash.records import dataclass
from taskleash.source.discovery import root_around
from taskleash.source.paths import is_below
from taskleash.source.walks import Walks


@dataclass(frozen=True)
class Root:
    """One program: the folder around it (empty where none is known), and what is asked of it.

    ``settings`` have those of the paths that lie in it, ``asked`` are the files to report.
    """

    path: str
    settings: Settings
    asked: list[Input]


def roots(settings: Settings, walks: Walks | None = None) -> Iterator[Root]:
    """The roots that the paths of the settings lie in, at least one.

    A file that lies in two of them belongs to the inner one. What earlier ``walks`` came to is
    used. Raises PathNotFound, ConfigError.
    """
    taken: set[str] = set()
    # Inner folders have longer paths than those around them.
    for path, paths in sorted(_by_root(settings).items(), key=lambda item: (-len(item[0]), item)):
        part = replace(settings, paths=tuple(paths))
        asked = [item for item in asked_inputs(part, walks) if item.file.absolute not in taken]
        taken.update(item.file.absolute for item in asked)
        yield Root(path, part, asked)


def _by_root(settings: Settings) -> dict[str, list[str]]:
    """The paths by their roots; those without one are together under an empty name."""
    found: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for path in settings.paths:
        real = os.path.realpath(path).replace(os.sep, "/")
        folder = real if os.path.isdir(real) else os.path.dirname(real)
        if folder not in known:
            known[folder] = _root(folder, settings.discovery.project)
        found.setdefault(known[folder], []).append(path)
    return found


def _root(folder: str, project: str | None) -> str:
    """The project that is given, else the repository around a folder, else the nearest project."""
    if project is not None and is_below(folder, os.path.realpath(project).replace(os.sep, "/")):
        return project
    return root_around(folder) or ""
