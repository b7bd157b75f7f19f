"""Where files are parsed: in processes of this machine, or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING

from taskleash.driver.parsing.cores import cores
from taskleash.driver.parsing.parse import Keep
from taskleash.driver.parsing.parser import Advance, Parser

if TYPE_CHECKING:
    from taskleash.driver.parsing.executors import Cluster
    from taskleash.driver.parsing.spare import Spare

#: the name of each kind of cluster before the ``=`` of ``--executor``
CLUSTERS = ("dask",)
PROCESSES = "processes"


class Parsers:
    """Makes the parsers of one run, whose cluster, if any, is only connected to when it is used.

    ``executor`` is empty for ``jobs`` processes of this machine (0: one for each core), else the
    kind of a cluster and its address, with ``=`` between them. What is not done ``until`` that time
    of the monotonic clock is given up. A process that has more than one run keeps a ``spare``
    worker.
    """

    def __init__(
        self, jobs: int, executor: str = "", until: float = inf, spare: Spare | None = None
    ) -> None:
        self._jobs = jobs
        self._until = until
        self._spare = spare
        self._executor = executor
        self._connected: Cluster | None = None

    @property
    def jobs(self) -> int:
        """How many processes of this machine may be at work."""
        return self._jobs or cores()

    def make(self, advance: Advance, keep: Keep) -> Parser:
        """A parser; ``keep`` is called with what follows from an input's contents, packed."""
        if self._executor:
            from taskleash.driver.parsing.executors import OnExecutor

            return OnExecutor(self._cluster, advance, keep, self._until)
        from taskleash.driver.parsing.workers import Workers

        return Workers(self._jobs, advance, keep, until=self._until, spare=self._spare)

    def _cluster(self) -> Cluster:
        """Raises ExecutorError."""
        if self._connected is None:
            from taskleash.driver.parsing.dask_cluster import connect

            self._connected = connect(self._executor.partition("=")[2])
        return self._connected

    def close(self) -> None:
        """Leave the cluster."""
        if self._connected is not None:
            self._connected.close()


@contextmanager
def parsers(
    jobs: int, executor: str = "", until: float = inf, spare: Spare | None = None
) -> Iterator[Parsers]:
    """The parsers of one run, see `Parsers`."""
    found = Parsers(jobs, executor, until, spare)
    try:
        yield found
    finally:
        found.close()
