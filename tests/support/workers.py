"""Workers that outlive a run, for the runs of taskleash in the process of the tests.

That process is large: to fork it takes longer than most of what tests have parsed. A worker parses
one file after another anyway; here the files of the next run are simply the next ones. A run that
ends while one is at work ends that one, as ever.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import process as multiprocessing_process
from multiprocessing.connection import Connection
from unittest.mock import patch

from taskleash.driver.parsing import processes, workers

#: the collector is off in a worker
_MOST_FILES = 300


class _Counting:
    """A connection that knows how many files are unanswered, and how many there have been."""

    def __init__(self, connection: Connection, waiting: int) -> None:
        self._connection = connection
        self.waiting = waiting
        self.files = 0
        self.fileno = connection.fileno
        self.poll = connection.poll
        self.close = connection.close

    def send_bytes(self, data: bytes) -> None:
        self.waiting += 1
        self.files += 1
        self._connection.send_bytes(data)

    def recv_bytes(self) -> bytes:
        found = self._connection.recv_bytes()
        self.waiting -= 1
        return found


class _Kept:
    """A process that is not killed but put by, unless it is in the midst of something."""

    def __init__(self, process: processes.Process) -> None:
        self._process = process
        self.was_killed = process.was_killed
        # The first answer of one that greets is that it is ready.
        self.connection = _Counting(process.connection, int(process.greets))
        self._debug = os.environ.get("TASKLEASH_DEBUG")
        if isinstance(process, processes.Forked):
            # Others count the children of their own.
            multiprocessing_process._children.discard(process._process)  # type: ignore[attr-defined]

    @property
    def greets(self) -> bool:
        return self.connection.files == 0 and self.connection.waiting == 1

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive

    @property
    def is_fit(self) -> bool:
        """Whether it can do what a new one can."""
        return self.is_alive and self._debug == os.environ.get("TASKLEASH_DEBUG")

    def kill(self) -> None:
        if self.connection.waiting or self.connection.files > _MOST_FILES or not self.is_alive:
            self._process.kill()
        else:
            _idle.append(self)


_idle: list[_Kept] = []
_forking = ContextVar("_forking", default=False)


@contextmanager
def new_workers() -> Iterator[None]:
    """Runs in the block start workers of their own, which have what is patched in this process."""
    token = _forking.set(True)
    try:
        yield
    finally:
        _forking.reset(token)


@contextmanager
def kept_workers() -> Iterator[None]:
    """Runs in the block use the workers of earlier ones."""
    start: Callable[[bool], processes.Process] = processes.start

    def started(of_many: bool) -> processes.Process:
        if _forking.get():
            return start(of_many)
        while _idle:
            kept = _idle.pop()
            if kept.is_fit:
                return kept  # type: ignore[return-value]
            kept.connection.waiting = 1
            kept.kill()
        # It must not stay in a folder that a test removes.
        before = os.getcwd()
        os.chdir(os.path.dirname(__file__))
        try:
            return _Kept(start(of_many))  # type: ignore[return-value]
        finally:
            os.chdir(before)

    with patch.object(workers, "start", started):
        yield
