"""Where files are parsed: in processes of this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from taskleash.driver.inputs import Input
from taskleash.driver.parse import Keep, Parsed

if TYPE_CHECKING:
    from taskleash.driver.collect import Advance
    from taskleash.driver.executors import Cluster

#: the name of each kind of cluster before the ``=`` of ``--executor``
CLUSTERS = ("dask",)
PROCESSES = "processes"


class ExecutorError(Exception):
    """An executor that cannot be used; the message names it and the remedy."""


class Parser(Protocol):
    """The map step: it can be entered once, and is over with the block."""

    def __enter__(self) -> Parser: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def begin(self, item: Input) -> None:
        """Parse an input ahead, if that is worth it: `parse` will be given it, too."""
        ...

    def parse(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        """The outcome of each input, by path."""
        ...


class Parsers:
    """Makes the parsers of one run, whose cluster, if any, is only connected to when it is used.

    ``executor`` is empty for ``jobs`` processes of this machine (0: one for each core), else the
    kind of a cluster and its address, with ``=`` between them. What is not done ``until`` that time
    of the monotonic clock is given up.
    """

    def __init__(self, jobs: int, executor: str = "", until: float = inf) -> None:
        self._jobs = jobs
        self._until = until
        self._executor = executor
        self._connected: Cluster | None = None

    def make(self, advance: Advance, keep: Keep) -> Parser:
        """A parser; ``keep`` is called with what follows from an input's contents, packed."""
        if self._executor:
            from taskleash.driver.executors import OnExecutor

            return OnExecutor(self._cluster, advance, keep, self._until)
        from taskleash.driver.workers import Workers

        return Workers(self._jobs, advance, keep, until=self._until)

    def _cluster(self) -> Cluster:
        """Raises ExecutorError."""
        if self._connected is None:
            from taskleash.driver.dask_cluster import connect

            self._connected = connect(self._executor.partition("=")[2])
        return self._connected

    def close(self) -> None:
        """Leave the cluster."""
        if self._connected is not None:
            self._connected.close()


@contextmanager
def parsers(jobs: int, executor: str = "", until: float = inf) -> Iterator[Parsers]:
    """The parsers of one run."""
    found = Parsers(jobs, executor, until)
    try:
        yield found
    finally:
        found.close()
