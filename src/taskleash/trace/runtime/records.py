"""Where counts go: a file for each process that survives it, or the memory.

The file of counts is mapped into memory and shared: what was counted is in it however the process
ends, and whoever reads it needs no answer from the process. What is no count is a line of JSON that
is appended in one step.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import time
from typing import Any

from . import layout

COUNTS = ".counts"
NOTES = ".notes"

# what a process may note of one kind before it falls silent
_MAX_NOTES = 2000


class FileRecord:
    """The record of this process in a folder; raises `OSError` where it cannot be made there."""

    def __init__(self, folder: str) -> None:
        # A process that replaces itself keeps its number.
        stem = os.path.join(folder, f"{os.getpid()}-{time.time_ns()}")
        self._notes = stem + NOTES
        self._noted: dict[str, int] = {}
        file = os.open(stem + COUNTS, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.ftruncate(file, layout.SIZE * 8)
            self._map = mmap.mmap(file, layout.SIZE * 8)
        finally:
            os.close(file)
        self.counts = memoryview(self._map).cast("q")
        self.counts[layout.FORMAT] = layout.VERSION
        self.counts[layout.BEGAN] = time.time_ns() // 1000
        self.note(
            {
                "process": os.getpid(),
                "parent": os.getppid(),
                "command": list(getattr(sys, "orig_argv", sys.argv)),
                "python": ".".join(map(str, sys.version_info[:3])),
                "folder": os.getcwd(),
            }
        )

    def note(self, what: dict[str, Any]) -> None:
        """Append a line; a folder that is gone, or full, is no concern of the program's."""
        kind = next(iter(what))
        self._noted[kind] = self._noted.get(kind, 0) + 1
        if self._noted[kind] > (_MAX_NOTES if kind != "spot" else layout.MAX_SPOTS):
            return
        line = json.dumps(what, separators=(",", ":")) + "\n"
        try:
            file = os.open(self._notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            return
        try:
            os.write(file, line.encode("utf-8", "backslashreplace"))
        except OSError:
            return
        finally:
            os.close(file)


class MemoryRecord:
    """Counts that live as long as the process; ``waits`` has what was last noted of each spot."""

    def __init__(self) -> None:
        self.waits: dict[int, dict[str, Any]] = {}
        self.counts = memoryview(bytearray(layout.SIZE * 8)).cast("q")

    def note(self, what: dict[str, Any]) -> None:
        """Keep what tasks wait for; all else is at hand in this process anyway."""
        for wait in what.get("waits", ()):
            self.waits[wait["spot"]] = wait
