"""One worker process, as the process that started it sees it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from math import inf
from multiprocessing.connection import wait
from multiprocessing.reduction import ForkingPickler
from typing import Generic, TypeVar

from taskleash.driver.parsing.parse import Broken
from taskleash.driver.parsing.patience import Sized, patience_for
from taskleash.driver.parsing.processes import Process
from taskleash.driver.parsing.signals import signals_held_back

DIED = "the parser died of it, nested too deeply or too large: split the code or exclude the file"
KILLED = (
    "the parser was killed twice, as where memory runs out: lower --jobs, free memory or exclude"
    " the file"
)
TOO_SLOW = "the parser takes too long: split the code or exclude the file"
#: a machine that has much to do takes a while to start Python
_SECONDS_TO_START = 120.0
_Item = TypeVar("_Item", bound=Sized)


class Worker(Generic[_Item]):
    """A process that does one thing at a time; ``item`` is what it is at work on, if anything.

    That is a file to be parsed, or an order to mend one.
    """

    def __init__(self, process: Process) -> None:
        self.item: _Item | None = None
        self.deadline = 0.0
        self.connection = process.connection
        self._process = process
        self._is_starting = process.greets
        self._patience = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether the process can be given another file."""
        return self._process.is_alive

    def give(self, item: _Item, patience: float) -> None:
        """Let the process do it, in so many seconds and a bit for its size."""
        self.item = item
        self._patience = patience_for(item, patience)
        # Its start takes no time from its first file.
        seconds = _SECONDS_TO_START if self._is_starting else self._patience
        self.deadline = time.monotonic() + seconds
        # Python passes over whatever is raised while it looks up the slots of a class to pickle.
        with signals_held_back():
            pickled = ForkingPickler.dumps(item)
        # Where the process has died, `take` finds out.
        with suppress(OSError):
            self.connection.send_bytes(pickled)

    def take(self) -> bytes | Broken | None:
        """The file's outcome, packed, or that the process has died, or its time is over.

        None where the process has only said that it is ready, and goes on with the file.
        """
        if self._is_starting and self._greeted():
            self.deadline = time.monotonic() + self._patience
            return None
        self.item = None
        if not self.connection.poll():
            self.kill()
            return Broken(1, 1, TOO_SLOW, lasts=False)
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            was_killed = self._process.was_killed()
            self.kill()
            return Broken(1, 1, KILLED if was_killed else DIED, lasts=False, killed=was_killed)

    def _greeted(self) -> bool:
        """Whether the process has just said that it is ready."""
        with suppress(EOFError, OSError):
            if self.connection.poll():
                self.connection.recv_bytes()
                self._is_starting = False
                return True
        return False

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()


def answering(
    workers: Sequence[Worker[_Item]], until: float = inf
) -> list[tuple[Worker[_Item], _Item]]:
    """The workers that have answered, died or had their time, with what they were given.

    Waits for the first of them; the wait ends at the time ``until`` of the monotonic clock.
    """
    busy = [(worker, worker.item) for worker in workers if worker.item is not None]
    first = min(until, *(worker.deadline for worker, _ in busy))
    ready = wait([worker.connection for worker, _ in busy], max(first - time.monotonic(), 0.0))
    now = time.monotonic()
    return [
        (worker, item)
        for worker, item in busy
        if worker.connection in ready or worker.deadline <= now
    ]
