"""One worker process, as the process that started it sees it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken
from taskleash.driver.serve import serve

DIED = "the parser died of it, nested too deeply or too large: split the code or exclude the file"
TOO_SLOW = "the parser takes too long, nested too deeply: split the code or exclude the file"

#: real code needs a tenth of this at most; the rest is for machines that have other things to do
PATIENCE_SECONDS = 30.0
_BYTES_A_SECOND = 50_000
_MAX_SECONDS = 120.0


def patience_for(item: Input, patience: float) -> float:
    """How many seconds a file may take: so many, and a bit for its size."""
    return patience + min(item.size / _BYTES_A_SECOND, _MAX_SECONDS)


class Worker:
    """A process that parses one file at a time; ``item`` is what it is at work on, if anything.

    One ``of_many`` shares with the others what they all have to import.
    """

    def __init__(self, of_many: bool = True) -> None:
        self.item: Input | None = None
        self.deadline = 0.0
        self.connection, self._process = _start(of_many)

    @property
    def is_alive(self) -> bool:
        """Whether the process can be given another file."""
        return self._process.is_alive()

    def give(self, item: Input, patience: float) -> None:
        """Let the process parse a file, in so many seconds and a bit for its size."""
        self.item = item
        self.deadline = time.monotonic() + patience_for(item, patience)
        # Where the process has died, `take` finds out.
        with suppress(OSError):
            self.connection.send(item)

    def take(self) -> bytes | Broken:
        """The file's outcome, packed, or that the process has died, or its time is over."""
        self.item = None
        if not self.connection.poll():
            self.kill()
            return Broken(1, 1, TOO_SLOW, lasts=False)
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            self.kill()
            return Broken(1, 1, DIED, lasts=False)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _start(of_many: bool) -> tuple[Connection, BaseProcess]:
    """A new process, and this side's end of the pipe to it."""
    if sys.platform == "linux" and threading.active_count() == 1:
        # The fastest start, and safe without threads; what is imported here is shared by all.
        if of_many:
            import_module("taskleash.facts.extract")
        context = get_context("fork")
        ours, theirs = context.Pipe()
        process: BaseProcess = context.Process(target=serve, args=(theirs, ours), daemon=True)
    else:
        ours, theirs = get_context().Pipe()
        process = get_context().Process(target=serve, args=(theirs, ours), daemon=True)
    with _interrupts_held_back():
        process.start()
    theirs.close()
    return ours, process


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes started in the block never see Ctrl-C; this one sees it after the block."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
