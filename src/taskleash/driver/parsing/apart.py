"""What a machine of a cluster does: it parses one file, in a process beside its own.

The parser ends its process where code is nested too deeply. A worker of a cluster has other work
as well, and a scheduler that would hand the same file to the next one.
"""

from __future__ import annotations

import threading
import time

from taskleash.driver.cache.keys import key
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken, packed
from taskleash.driver.parsing.patience import PATIENCE_SECONDS
from taskleash.driver.parsing.processes import StartedPython
from taskleash.driver.parsing.worker import Worker
from taskleash.source.discovery import File

_OWN = threading.local()
_NOTHING = Input(File("nothing.py", "nothing", "nothing.py", 0), b"")


def program() -> bytes:
    """Stands for the code that parses: this package's, the parser's version and Python's."""
    return key("map step")


def parsed_apart(item: Input) -> tuple[bytes, bytes]:
    """Which `program` has parsed the file, and the outcome, packed; the file has its bytes."""
    worker: Worker[Input] | None = getattr(_OWN, "worker", None)
    if worker is None or not worker.is_alive:
        worker = _OWN.worker = _started()
    outcome = _outcome(worker, item)
    return program(), packed(outcome) if isinstance(outcome, Broken) else outcome


def _started() -> Worker[Input]:
    """A process that is ready: its start takes no time from the first file."""
    worker: Worker[Input] = Worker(StartedPython())
    if isinstance(_outcome(worker, _NOTHING), Broken):
        raise ChildProcessError("the process that parses cannot be started")
    return worker


def _outcome(worker: Worker[Input], item: Input) -> bytes | Broken:
    """What parsing gives, packed, or that the process died of it, or took too long."""
    worker.give(item, PATIENCE_SECONDS)
    outcome = None
    while outcome is None:
        worker.connection.poll(worker.deadline - time.monotonic())
        outcome = worker.take()
    return outcome
