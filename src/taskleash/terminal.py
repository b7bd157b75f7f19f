"""What the place that output goes to can show."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

_SYMBOLS = "✅🟡❌🔴🟢…"
_PIPE_WIDTH = 120


def width() -> int:
    """The width to write for, in terminal cells."""
    return shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns


def use_color(choice: str, stream: TextIO | None) -> bool:
    """Whether to colour what goes to a stream (None for a file), as NO_COLOR and the like ask."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def can_show_symbols(stream: TextIO | None) -> bool:
    """Whether a stream's encoding has the symbols; a file is written as UTF-8 and has."""
    if stream is None:
        return True
    try:
        _SYMBOLS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
