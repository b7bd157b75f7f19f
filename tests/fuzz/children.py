"""Processes that try inputs: each in so much time and memory, and none outlives the soak."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from fuzz.cases import Case, Failure

#: an input that takes more time of the processor is a failure
BOUND_SECONDS = 10.0
#: and so is one that takes so many times that by the clock, as one that waits for ever
_PATIENCE = 8.0
_BYTES = 4 << 30
#: so many inputs, and a process makes room for a new one: what leaks does not add up
_INPUTS = 2000
#: what Linux calls the signal that comes as the parent ends
_PDEATHSIG = 1
OVER = "over the bound"
DIED = "the process died"

Job = tuple[str, int] | Case
Answer = tuple[Job, Failure | None, float]


class Children:
    """A pool that tries inputs and gives back what is wrong with each."""

    def __init__(self, jobs: int, bound: float = BOUND_SECONDS) -> None:
        self._jobs = jobs
        self._bound = bound
        self._children: list[_Child] = []

    def __enter__(self) -> Children:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()

    def tried(self, jobs: Iterator[Job]) -> Iterator[Answer]:
        """Each input with what is wrong with it and the seconds it took, as they are done."""
        while True:
            self._renew()
            for child in self._children:
                if child.job is None and (job := next(jobs, None)) is not None:
                    child.give(job)
            busy = [child for child in self._children if child.job is not None]
            if not busy:
                return
            end = min(child.since for child in busy) + self._bound * _PATIENCE
            patience = max(0.0, end - time.monotonic())
            ready = wait([child.connection for child in busy], patience)
            for child in busy:
                if child.connection in ready:
                    yield child.take()
                elif time.monotonic() - child.since > self._bound * _PATIENCE:
                    yield child.give_up(OVER)

    def _renew(self) -> None:
        """Put new processes in the place of those that are spent.

        This comes first: who asks for one answer never lets the search for the next go on.
        """
        for child in self._children:
            if child.is_spent:
                child.kill()
        self._children = [child for child in self._children if not child.is_spent]
        while len(self._children) < self._jobs:
            self._children.append(_Child(self._bound))


class _Child:
    def __init__(self, bound: float) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, bound))
        self._process.start()
        theirs.close()
        self.job: Job | None = None
        self.since = 0.0
        self._left = _INPUTS
        try:
            # Its start takes no time from the first input.
            self.connection.recv()
        except BaseException:
            # Nobody else knows of it yet.
            self.kill()
            raise

    @property
    def is_spent(self) -> bool:
        return self._left <= 0

    def give(self, job: Job) -> None:
        self.job, self.since = job, time.monotonic()
        self.connection.send(job)

    def take(self) -> Answer:
        job = self._done()
        try:
            failure: Failure | None = self.connection.recv()
        except (EOFError, OSError):
            self._process.join(1.0)
            slow = sys.platform != "win32" and self._process.exitcode == -signal.SIGPROF
            return self.give_up(OVER if slow else DIED, job)
        self._left -= 1
        return job, failure, time.monotonic() - self.since

    def give_up(self, why: str, job: Job | None = None) -> Answer:
        job = job or self._done()
        self.kill()
        self._left = 0
        return job, Failure(why), time.monotonic() - self.since

    def _done(self) -> Job:
        assert self.job is not None
        job, self.job = self.job, None
        return job

    def kill(self) -> None:
        """End it and all that it has started."""
        if sys.platform != "win32" and self._process.pid is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()
        self.connection.close()


def _serve(connection: Connection, bound: float) -> None:
    if sys.platform != "win32":
        import resource

        os.setpgid(0, 0)
        _die_with_parent()
        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the parser says as it dies, and what a hostile file prints, is for nobody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    from fuzz.kinds import case
    from fuzz.trial import tried

    with tempfile.TemporaryDirectory() as folder, suppress(EOFError):
        os.chdir(folder)
        connection.send(None)
        while True:
            job = connection.recv()
            _limit(bound)
            answer = _answer(tried, case, job)
            _limit(0.0)
            connection.send(answer)


def _die_with_parent() -> None:
    """Have the kernel end this process with the soak, however that ends; its workers see to it."""
    soak = parent_process()
    if sys.platform == "linux" and soak is not None:
        import ctypes

        ctypes.CDLL(None).prctl(_PDEATHSIG, int(signal.SIGKILL))
        # It may have been faster.
        if os.getppid() != soak.pid:
            os._exit(1)


def _limit(seconds: float) -> None:
    """End this process once it has had so many seconds of the processor; 0 is no limit."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _answer(tried: Callable[[Case], Failure | None], case: Callable[..., Case], job: Any) -> object:
    try:
        return tried(job if isinstance(job, Case) else case(*job))
    except BaseException as error:
        return Failure(f"{type(error).__name__} out of the trial", traceback.format_exc())
