"""Where flags are read from, as ``flags-from`` names it: a file, and perhaps a section of it."""

from __future__ import annotations

import os


def parted(source: str) -> tuple[str, list[str]]:
    """The path of a source, and the keys after its last colon."""
    path, colon, keys = source.rpartition(":")
    if not colon or "/" in keys or os.path.isfile(source):
        return source, []
    return path, keys.split(".") if keys else []
