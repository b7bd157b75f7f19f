"""A pipe to a worker that says nothing: once its other end closes, the worker's parent is gone.

The parser keeps every other thread of its process waiting, for hours where a file is hostile. So it
takes the kernel to end a worker in the midst of it, which Linux does. Elsewhere a thread does it,
as soon as the parser lets it run, and a watchdog at the end of the file's time at the latest.
"""

from __future__ import annotations

import faulthandler
import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: this process's ends, which would keep workers alive if they stayed open in a forked one
_HELD: set[int] = set()


class Lifeline:
    """The parent's side: ``theirs`` is the file descriptor that the worker is to have."""

    def __init__(self) -> None:
        self.theirs, ours = os.pipe()
        self._ours: int | None = ours
        _HELD.add(ours)

    def handed_over(self) -> None:
        """Close the worker's end, once the worker has it, too."""
        os.close(self.theirs)

    def cut(self) -> None:
        """Close this end, if it is still open."""
        if self._ours is not None:
            _HELD.discard(self._ours)
            os.close(self._ours)
            self._ours = None


def drop_inherited() -> None:
    """Close what a forked process has of its parent's ends."""
    while _HELD:
        os.close(_HELD.pop())


def die_with(lifeline: int) -> None:
    """End this process, whatever it does, as soon as the other end of its lifeline closes."""
    if sys.platform != "linux":
        threading.Thread(target=_wait_and_die, args=(lifeline,), daemon=True).start()
        return
    import fcntl

    # A signal that nobody handles, sent when there is something to read: here only the end.
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    # The parent may have been faster.
    if select.select([lifeline], [], [], 0)[0]:
        os._exit(1)


def _wait_and_die(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(1)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """End this process where the block takes longer; it needs no other thread to run for that."""
    with open(os.devnull, "wb") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
