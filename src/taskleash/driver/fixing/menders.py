"""Files mended in processes of their own.

Trees take ten times what facts do, and a process keeps what it has taken once: in this one, which
has the facts, they would add to what a check needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType

from taskleash.driver.fixing.orders import Filled, Order, taken
from taskleash.driver.parsing.cores import cores
from taskleash.driver.parsing.parse import Broken
from taskleash.driver.parsing.processes import StartedPython
from taskleash.driver.parsing.worker import Worker, answering
from taskleash.fixes.making import Made

#: with fewer characters for each of them, starting processes costs more than it saves
_WORTH_A_PROCESS = 200_000


class Menders:
    """A pool whose processes start when there is enough to do, and are gone after the block.

    There are ``jobs`` of them at most (0: one for each core).
    """

    def __init__(self, jobs: int) -> None:
        self._most = jobs or cores()
        self._workers: list[Worker[Order]] = []

    def __enter__(self) -> Menders:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.kill()

    def fill(self, orders: Sequence[Order]) -> Iterator[tuple[Order, Filled]]:
        """What becomes of each order, in no order."""
        most = min(self._most, sum(order.size for order in orders) // _WORTH_A_PROCESS)
        if not most:
            for order in orders:
                yield order, Filled(order.made())
            return
        # Taken from its end: the largest first, so that it is not what all wait for at last.
        waiting = sorted(orders, key=lambda order: order.size)
        while waiting or any(worker.item is not None for worker in self._workers):
            self._hand_out(waiting, most)
            for worker, order in answering(self._workers):
                answer = worker.take()
                if isinstance(answer, bytes):
                    yield order, taken(answer)
                elif isinstance(answer, Broken):
                    self._workers.remove(worker)
                    yield order, Filled(Made(order.wanted.text, objection=answer.message))

    def _hand_out(self, waiting: list[Order], most: int) -> None:
        while waiting and len(self._workers) < most:
            # A copy of this process would have its memory, too.
            self._workers.append(Worker(StartedPython()))
        for worker in self._workers:
            if waiting and worker.item is None:
                order = waiting.pop()
                worker.give(order, order.patience)
