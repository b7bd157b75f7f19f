"""Outputs that are pinned word for word in files, for people to read in a review."""

from __future__ import annotations

import os
from pathlib import Path

#: set, a run writes the pinned files anew; its tests fail all the same where that changed one
_UPDATE = "TASKLEASH_UPDATE_PINNED"


def pinned(file: Path, text: str) -> str:
    """What is pinned in the file, which a run that updates the pinned files writes first."""
    expected = file.read_text(encoding="utf-8") if file.exists() else ""
    if os.environ.get(_UPDATE) and text != expected:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return expected
