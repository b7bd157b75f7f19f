"""The caches in the user's cache folder of a test."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folders() -> list[Path]:
    """The folders of the projects that have one."""
    found = Path(os.environ["XDG_CACHE_HOME"]).glob("taskleash/*")
    return sorted(path for path in found if path.is_dir())


def the_cache() -> Path:
    """The only one."""
    (folder,) = cache_folders()
    return folder
