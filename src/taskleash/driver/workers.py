"""Files parsed in worker processes.

The native parser ends its process where code is so deeply nested that the stack overflows, and
some nestings would take it hours. So it never runs in this process: a file that it dies of, or that
it takes too long for, costs a worker and no other file.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import wait
from types import TracebackType

from taskleash.driver.collect import Advance
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, Keep, Parsed, taken
from taskleash.driver.worker import PATIENCE_SECONDS, Worker

#: with fewer bytes for each of them, starting workers costs more than it saves
_WORTH_A_WORKER = 100_000


class Workers:
    """A pool whose processes start when they are first needed, and are gone after the block.

    There are ``jobs`` of them at most (0: one for each core). A file that takes longer than
    ``patience``, in seconds, is given up. ``keep`` is called with what follows from an input's
    contents, packed.
    """

    def __init__(
        self,
        jobs: int,
        advance: Advance,
        keep: Keep | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience = patience
        self._most = jobs or _cores()
        self._advance = advance
        self._keep = keep
        self._workers: list[Worker] = []
        #: what nobody has been given yet
        self._outcomes: dict[str, Parsed] = {}
        self._done = self._total = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.kill()

    def begin(self, item: Input) -> None:
        """Parse a file while this process does other things, until `parse` is given it, too."""
        self._total += 1
        self._workers.append(Worker(of_many=False))
        self._workers[-1].give(item, self._patience)

    def parse(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """The outcome of each input, by path."""
        begun = self._outcomes.keys() | {w.item.path for w in self._workers if w.item is not None}
        new = [item for item in inputs if item.path not in begun]
        self._total += len(new)
        most = min(self._most, 1 + sum(item.size for item in new) // _WORTH_A_WORKER)
        # Taken from its end: the largest first, so that it is not what all wait for at last.
        waiting = sorted(new, key=lambda item: item.size)
        while any(item.path not in self._outcomes for item in inputs):
            self._hand_out(waiting, most)
            for worker, item in self._answering():
                self._outcomes[item.path] = self._taken(worker, item)
                self._done += 1
                self._advance(self._done, self._total)
            self._workers = [w for w in self._workers if w.item is not None or w.is_alive]
        return {item.path: self._outcomes.pop(item.path) for item in inputs}

    def _taken(self, worker: Worker, item: Input) -> Parsed:
        answer = worker.take()
        if isinstance(answer, Broken):
            return answer
        return taken(item, answer, self._keep)

    def _hand_out(self, waiting: list[Input], most: int) -> None:
        for worker in self._workers:
            if waiting and worker.item is None:
                worker.give(waiting.pop(), self._patience)
        while waiting and len(self._workers) < most:
            self._workers.append(Worker())
            self._workers[-1].give(waiting.pop(), self._patience)

    def _answering(self) -> list[tuple[Worker, Input]]:
        """The workers that have answered, died or had their time; waits for the first of them."""
        busy = [(worker, worker.item) for worker in self._workers if worker.item is not None]
        patience = min(worker.deadline for worker, _ in busy) - time.monotonic()
        ready = wait([worker.connection for worker, _ in busy], max(patience, 0.0))
        now = time.monotonic()
        return [
            (worker, item)
            for worker, item in busy
            if worker.connection in ready or worker.deadline <= now
        ]


def _cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
