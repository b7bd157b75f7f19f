"""Which of the program's own files were run as modules: what is not loaded cannot start a task."""

from __future__ import annotations

import sys

from .places import absolute, is_library


class Loaded:
    """The files of modules, each told of once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()  # as the modules say them
        self._count = 0

    def clear(self) -> None:
        """Tell of all of them again."""
        self._seen.clear()
        self._count = 0

    def new(self) -> list[str]:
        """The absolute paths of what was loaded since the last call."""
        if len(sys.modules) == self._count:
            return []
        modules = list(sys.modules.values())
        self._count = len(modules)
        # Not by attribute: a module may do anything when it is asked for one.
        spaces = [getattr(module, "__dict__", None) for module in modules]
        files = [space.get("__file__") for space in spaces if isinstance(space, dict)]
        new = {file for file in files if isinstance(file, str)} - self._seen
        self._seen |= new
        # Most are a library's, which shows before a path is made absolute, which takes longer.
        paths = {absolute(file) for file in new if not is_library(file)}
        return [path for path in sorted(paths) if not is_library(path)]
