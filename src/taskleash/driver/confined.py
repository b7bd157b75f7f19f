"""What a worker may take, and what it leaves behind.

A small text can be a huge tree. Where the system keeps to a bound for a process's memory, on Linux,
a worker that builds one fails by itself, before the machine has no memory left.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from contextlib import suppress

#: sixteen megabytes of real code, the largest file that is read, take three quarters of it
MOST_BYTES = 2 << 30


def confine() -> None:
    """Bound this process's memory; what dies in it leaves neither words nor a dump."""
    if not os.environ.get("TASKLEASH_DEBUG"):
        # The parser's native part writes there how it came to its end: the parent says it.
        faulthandler.disable()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        with suppress(OSError, ValueError):
            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            most = _taken() + MOST_BYTES
            if soft == resource.RLIM_INFINITY or most < soft:
                resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _taken() -> int:
    """The bytes of this process's memory: a forked one has all of its parent's."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
