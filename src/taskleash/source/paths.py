"""Absolute paths as text, with ``/``: what the walk needs of them, without objects."""

from __future__ import annotations

import os

SUFFIXES = (".py", ".pyi")


def join(folder: str, name: str) -> str:
    """``folder/name``, also where ``folder`` is the root of the file system."""
    return f"{folder}{name}" if folder.endswith("/") else f"{folder}/{name}"


def parents(path: str) -> list[str]:
    """The folders above an absolute ``path``, nearest first."""
    found = []
    while (parent := os.path.dirname(path)) != path:
        found.append(parent)
        path = parent
    return found


def is_below(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or lies in it."""
    return path == folder or path.startswith(join(folder, ""))
