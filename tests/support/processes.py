"""Processes as Linux shows them: which a process has started, and whether they are gone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

#: what nothing takes that does not hang, on a machine that does other work
SECONDS = 300.0


def children(parent: int) -> list[int]:
    """The processes that one has started and that are still there."""
    try:
        told = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(pid) for pid in told.split()]


def runs(pid: int) -> bool:
    """Whether there is such a process; one that nobody has buried does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(pids: list[int]) -> list[int]:
    """The processes that are still there when patience ends; those are killed."""
    end = time.monotonic() + SECONDS
    while any(map(runs, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    left = [pid for pid in pids if runs(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left
