"""Files parsed on an executor that is not this program's own: on the machines of a cluster."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from math import inf
from queue import Empty, SimpleQueue
from types import TracebackType

from taskleash.driver.inputs import Input
from taskleash.driver.parsing.apart import parsed_apart, program
from taskleash.driver.parsing.parse import Broken, Keep, Parsed, taken, too_late
from taskleash.driver.parsing.parser import Advance, ExecutorError

LOST = "the cluster lost several workers while they had this file: exclude it, or run without"
#: so many files travel at once: enough for some hundred machines, and little of their memory
_ON_THE_WAY = 1000
_SECONDS_BETWEEN_LOOKS = 30.0
#: a file that ends in an error so often will do so again
_TRIES = 3


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Cluster:
    """An executor of `concurrent.futures`, under the ``name`` that people know it by.

    ``is_alive`` tells whether it has anything left to run on. The errors ``lost`` mean that
    whatever ran a task has gone with it, too often to try again.
    """

    name: str
    executor: Executor
    is_alive: Callable[[], bool] = _always
    lost: tuple[type[Exception], ...] = ()
    close: Callable[[], None] = lambda: None


class OnExecutor:
    """Parses on a cluster, which is asked for once there is something to parse.

    ``keep`` is called with what follows from an input's contents, packed. What is left at the time
    ``until`` of the monotonic clock is given up.
    """

    def __init__(
        self,
        cluster: Callable[[], Cluster],
        advance: Advance,
        keep: Keep | None = None,
        until: float = inf,
    ) -> None:
        self._until = until
        self._cluster = cluster
        self._advance = advance
        self._keep = keep
        self._running: dict[Future[tuple[bytes, bytes]], Input] = {}
        self._answered: SimpleQueue[Future[tuple[bytes, bytes]]] = SimpleQueue()
        self._failures: Counter[str] = Counter()
        self._done = self._total = 0

    def __enter__(self) -> OnExecutor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for future in list(self._running):
            future.cancel()

    def begin(self, item: Input) -> None:
        """Nothing: it is not known yet whether there is anything to ask a cluster for."""

    def parse(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """The outcome of each input, by path; the inputs have their bytes.

        Raises ExecutorError where the cluster cannot be had, or is gone.
        """
        outcomes: dict[str, Parsed] = {}
        if not inputs:
            return outcomes
        cluster = self._cluster()
        self._total += len(inputs)
        # Taken from its end: the largest first, so that it is not what all wait for at last.
        waiting = sorted(inputs, key=lambda item: item.size)
        while waiting or self._running:
            while waiting and len(self._running) < _ON_THE_WAY:
                self._submit(cluster, waiting.pop())
            future = self._next(cluster)
            if future is None:
                return self._given_up(inputs, outcomes)
            item = self._running.pop(future)
            outcome = self._taken(cluster, item, future)
            if outcome is None:
                waiting.append(item)
                continue
            outcomes[item.path] = outcome
            self._done += 1
            self._advance(self._done, self._total)
        return outcomes

    def _submit(self, cluster: Cluster, item: Input) -> None:
        try:
            future = cluster.executor.submit(parsed_apart, item)
        except Exception as error:
            raise _gone(cluster, error) from None
        self._running[future] = item
        future.add_done_callback(self._answered.put)

    def _given_up(self, inputs: Sequence[Input], outcomes: dict[str, Parsed]) -> dict[str, Parsed]:
        for future in self._running:
            future.cancel()
        self._running.clear()
        return {**{item.path: too_late() for item in inputs}, **outcomes}

    def _next(self, cluster: Cluster) -> Future[tuple[bytes, bytes]] | None:
        """The next one that has ended; None where the time is over."""
        while (left := self._until - time.monotonic()) > 0:
            try:
                return self._answered.get(timeout=min(left, _SECONDS_BETWEEN_LOOKS))
            except Empty:
                if not cluster.is_alive():
                    raise ExecutorError(
                        f"{cluster.name}: all its workers are gone: start some, or run without"
                    ) from None
        return None

    def _taken(
        self, cluster: Cluster, item: Input, future: Future[tuple[bytes, bytes]]
    ) -> Parsed | None:
        """The outcome; None where the file is to be tried again."""
        try:
            by, data = future.result()
        except cluster.lost:
            return Broken(1, 1, LOST, lasts=False)
        except CancelledError:
            raise ExecutorError(
                f"{cluster.name}: lost in the middle of the work: start it again, or run without"
            ) from None
        except Exception as error:
            # A cluster that loses a worker may answer for it with an error of its own.
            self._failures[item.path] += 1
            if isinstance(error, ModuleNotFoundError) or self._failures[item.path] == _TRIES:
                raise _gone(cluster, error) from None
            return None
        if by != program():
            raise ExecutorError(
                f"{cluster.name}: its workers run another version of taskleash, libcst or Python:"
                " install the same ones there"
            )
        return taken(item, data, self._keep)


def _gone(cluster: Cluster, error: Exception) -> ExecutorError:
    """What to say of an error of the cluster: none is one of the file's."""
    if isinstance(error, ModuleNotFoundError):
        return ExecutorError(
            f"{cluster.name}: its machines have no module `{error.name}`: install taskleash there"
        )
    what = str(error).partition("\n")[0] or type(error).__name__
    return ExecutorError(f"{cluster.name}: the work was broken off: {what}")
