"""A worker that stays from one run of a process to its next: to start one takes time."""

from __future__ import annotations

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.worker import Worker

#: a worker that has parsed so many files makes room for one that has nothing left of them
_MOST_RUNS = 500


class Spare:
    """Holds one worker, that is idle and alive, for whoever needs one next."""

    def __init__(self) -> None:
        self._worker: Worker[Input] | None = None
        self._runs = 0

    def take(self) -> Worker[Input] | None:
        """The worker, which is held no longer; None where there is none that is alive."""
        worker, self._worker = self._worker, None
        if worker is not None and not worker.is_alive:
            worker.kill()
            return None
        return worker

    def leave(self, worker: Worker[Input]) -> None:
        """Hold a worker that is not needed any more, or end it: one is enough."""
        self._runs += 1
        is_fit = worker.item is None and worker.is_alive and self._runs % _MOST_RUNS
        if is_fit and self._worker is None:
            self._worker = worker
        else:
            worker.kill()
