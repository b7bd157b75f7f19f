"""What a machine of a cluster does: it parses one file, in a process beside its own.

The parser ends its process where code is nested too deeply. A worker of a cluster has other work
as well, and a scheduler that would hand the same file to the next one.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import import_module
from typing import IO

from taskleash.driver.cache.keys import key
from taskleash.driver.deep import PARSER_MEGABYTES, with_deep_stack
from taskleash.driver.inputs import Input
from taskleash.driver.parse import Broken, packed
from taskleash.driver.serve import answer
from taskleash.driver.worker import DIED, PATIENCE_SECONDS, TOO_SLOW, patience_for

_LENGTH = 8
_OWN = threading.local()


def program() -> bytes:
    """Stands for the code that parses: this package's, the parser's version and Python's."""
    return key("map step")


def parsed_apart(item: Input) -> tuple[bytes, bytes]:
    """Which `program` has parsed the file, and the outcome, packed; the file has its bytes."""
    child: _Child | None = getattr(_OWN, "child", None)
    if child is None or not child.is_alive:
        child = _OWN.child = _Child()
    return program(), child.outcome(item)


class _Child:
    """A process that parses one file after the other; it ends with this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert self._process.stdout is not None
        # Its start takes no time from the first file.
        if _received(self._process.stdout) is None:
            raise ChildProcessError("the process that parses cannot be started")

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def outcome(self, item: Input) -> bytes:
        """What parsing gives, packed: also that the process died of it, or took too long."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(patience_for(item, PATIENCE_SECONDS), self._end, (late,))
        timer.start()
        try:
            with suppress(OSError):
                _send(self._process.stdin, pickle.dumps(item))
            found = _received(self._process.stdout)
        finally:
            timer.cancel()
        if found is not None:
            return found
        self._process.kill()
        self._process.wait()
        return packed(Broken(1, 1, TOO_SLOW if late.is_set() else DIED, lasts=False))

    def _end(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()


def main() -> None:
    """Parse what comes in until nothing more does."""
    import_module("taskleash.facts.extract")
    _send(sys.stdout.buffer, b"")
    with_deep_stack(_serve, PARSER_MEGABYTES)


def _serve() -> None:
    while (data := _received(sys.stdin.buffer)) is not None:
        # From the process that started this one: nobody else has the other end.
        _send(sys.stdout.buffer, answer(pickle.loads(data)))


def _send(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_LENGTH, "little") + data)
    stream.flush()


def _received(stream: IO[bytes]) -> bytes | None:
    """What was sent; None where the other process has ended."""
    head = stream.read(_LENGTH)
    size = int.from_bytes(head, "little")
    data = stream.read(size) if len(head) == _LENGTH else b""
    return data if len(head) == _LENGTH and len(data) == size else None
