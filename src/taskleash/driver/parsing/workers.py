"""Files parsed in worker processes.

The native parser ends its process where code is so deeply nested that the stack overflows, and
some nestings would take it hours. So it never runs in this process: a file that it dies of, or that
it takes too long for, costs a worker and no other file.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import inf
from types import TracebackType

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.cores import cores
from taskleash.driver.parsing.parse import Broken, Keep, Parsed, taken, too_late
from taskleash.driver.parsing.parser import Advance
from taskleash.driver.parsing.patience import PATIENCE_SECONDS
from taskleash.driver.parsing.processes import start
from taskleash.driver.parsing.spare import Spare
from taskleash.driver.parsing.worker import Worker, answering

#: with fewer bytes for each of them, starting workers costs more than it saves
_WORTH_A_WORKER = 100_000


class Workers:
    """A pool whose processes start when they are first needed, and are gone after the block.

    There are ``jobs`` of them at most (0: one for each core). A file that takes longer than
    ``patience``, in seconds, is given up, and all that are left at the time ``until`` of the
    monotonic clock. ``keep`` is called with what follows from an input's contents, packed. One
    worker is taken from what is ``spare``, where that is kept, and left there.
    """

    def __init__(
        self,
        jobs: int,
        advance: Advance,
        keep: Keep | None = None,
        patience: float = PATIENCE_SECONDS,
        until: float = inf,
        spare: Spare | None = None,
    ) -> None:
        self._patience = patience
        self._spare = spare
        self._until = until
        self._most = jobs or cores()
        self._advance = advance
        self._keep = keep
        self._workers: list[Worker[Input]] = []
        #: what nobody has been given yet
        self._outcomes: dict[str, Parsed] = {}
        #: the files whose first worker was killed
        self._again: set[str] = set()
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
            if self._spare is not None:
                self._spare.leave(worker)
            else:
                worker.kill()

    def begin(self, item: Input) -> None:
        """Parse a file while this process does other things, until `parse` is given it, too."""
        self._total += 1
        self._workers.append(self._worker(of_many=False))
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
            if time.monotonic() >= self._until:
                self._give_up(inputs)
                break
            self._hand_out(waiting, most)
            for worker, item in answering(self._workers, self._until):
                answer = worker.take()
                if answer is None:
                    continue
                if self._is_to_be_tried_again(item, answer):
                    waiting.append(item)
                    continue
                self._outcomes[item.path] = self._taken(item, answer)
                self._done += 1
                self._advance(self._done, self._total)
            self._bury_the_dead()
        return {item.path: self._outcomes.pop(item.path) for item in inputs}

    def _worker(self, of_many: bool) -> Worker[Input]:
        """A worker that has nothing to do."""
        spare = None if self._spare is None else self._spare.take()
        return spare or Worker(start(of_many))

    def _give_up(self, inputs: Sequence[Input]) -> None:
        """End the workers: what they have not answered by now is too late."""
        for worker in self._workers:
            worker.kill()
        self._workers = []
        for item in inputs:
            self._outcomes.setdefault(item.path, too_late())

    def _bury_the_dead(self) -> None:
        for worker in [w for w in self._workers if w.item is None and not w.is_alive]:
            worker.kill()
            self._workers.remove(worker)

    def _is_to_be_tried_again(self, item: Input, answer: bytes | Broken) -> bool:
        """Whether the file's worker was killed, for the first time: the file need not be why."""
        if not isinstance(answer, Broken) or not answer.killed or item.path in self._again:
            return False
        self._again.add(item.path)
        return True

    def _taken(self, item: Input, answer: bytes | Broken) -> Parsed:
        if isinstance(answer, Broken):
            return answer
        return taken(item, answer, self._keep)

    def _hand_out(self, waiting: list[Input], most: int) -> None:
        for worker in self._workers:
            if waiting and worker.item is None:
                worker.give(waiting.pop(), self._patience)
        while waiting and len(self._workers) < most:
            self._workers.append(self._worker(of_many=True))
            self._workers[-1].give(waiting.pop(), self._patience)
