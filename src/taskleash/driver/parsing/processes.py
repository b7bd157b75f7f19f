"""Processes that serve this one: forked where that is safe, else Python started anew."""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import ForkingPickler
from typing import Protocol

from taskleash.driver.parsing import child
from taskleash.driver.parsing.lifeline import Lifeline, die_with, drop_inherited
from taskleash.driver.parsing.serve import serve
from taskleash.driver.parsing.signals import ENDING, signals_held_back

#: a process whose end of the pipe is closed is as good as gone
_MOMENT_SECONDS = 1.0
_IS_WINDOWS = sys.platform == "win32"


class Process(Protocol):
    """A process that answers on its connection, and dies with this one.

    One that ``greets`` sends an empty answer first, once it is ready.
    """

    connection: Connection
    greets: bool

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        ...

    def was_killed(self) -> bool:
        """Whether something else has ended it: where memory runs out, the system does."""
        ...

    def kill(self) -> None:
        """End it, whatever it does."""
        ...


def start(of_many: bool) -> Process:
    """A new process; one ``of_many`` shares with the others what they all have to import."""
    if sys.platform == "linux" and threading.active_count() == 1:
        # The fastest start, and safe without threads; what is imported here is shared by all.
        if of_many:
            import_module("taskleash.ir.lowering.extract")
        return Forked()
    return StartedPython()


class Forked:
    """A copy of this process."""

    greets = False

    def __init__(self) -> None:
        context = get_context("fork")
        self._lifeline = Lifeline()
        self.connection, theirs = Pipe()
        ends = (theirs, self.connection, self._lifeline.theirs)
        self._process = context.Process(target=_serve_forked, args=ends, daemon=True)
        # Until it is ready it has this process's handlers, which are not for it.
        with signals_held_back():
            self._process.start()
        theirs.close()
        self._lifeline.handed_over()

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def was_killed(self) -> bool:
        self._process.join(_MOMENT_SECONDS)
        return self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()
        self._lifeline.cut()


class StartedPython:
    """A Python of its own. Its standard input is its lifeline, and says before where to answer."""

    greets = True

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        inherited = {} if _IS_WINDOWS else {"pass_fds": (theirs.fileno(),)}
        # What is started in a thread, too, must not see a signal that is meant for this process.
        with signals_held_back():
            self._process = child.start(
                __name__, str(theirs.fileno()), stdin=subprocess.PIPE, **inherited
            )
        assert self._process.stdin is not None
        self._stdin = self._process.stdin
        if _IS_WINDOWS:
            with suppress(OSError):
                self._stdin.write(bytes(ForkingPickler.dumps(theirs)))
                self._stdin.flush()
        theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def was_killed(self) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_MOMENT_SECONDS)
        return sys.platform != "win32" and self._process.returncode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.connection.close()
        with suppress(OSError):
            self._stdin.close()


def main(descriptor: str) -> None:
    """What a `StartedPython` does; ``descriptor`` is that of its connection but for Windows."""
    connection: Connection
    # From the process that started this one: nobody else has the other end.
    connection = pickle.load(sys.stdin.buffer) if _IS_WINDOWS else Connection(int(descriptor))
    _obey_the_parent(sys.stdin.fileno())
    import_module("taskleash.ir.lowering.extract")
    with suppress(OSError):
        connection.send_bytes(b"")
        serve(connection)


def _serve_forked(connection: Connection, other_end: Connection, lifeline: int) -> None:
    # While it is open here too, the parent's death would go unnoticed.
    other_end.close()
    drop_inherited()
    _obey_the_parent(lifeline)
    serve(connection)


def _obey_the_parent(lifeline: int) -> None:
    """Leave signals to the parent, which sees to Ctrl-C, and end with it, or of too much memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in ENDING:
        signal.signal(other, signal.SIG_DFL)
    if not _IS_WINDOWS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    die_with(lifeline)
    confine()


# -- what a worker may take, and what it leaves behind
#
# A small text can be a huge tree. Where the system keeps to a bound for a process's memory, on
# Linux, a worker that builds one fails by itself, before the machine has no memory left.


#: sixteen megabytes of real code, the largest file that is read, take three quarters of it
MOST_BYTES = 2 << 30


def confine() -> None:
    """Bound this process's memory; what dies in it leaves neither words nor a dump."""
    if not os.environ.get("TASKLEASH_DEBUG"):
        # The parser's native part writes there how it came to its end: the parent says it.
        faulthandler.disable()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            _, hard = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        with suppress(OSError, ValueError):
            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            most = _taken() + MOST_BYTES
            if soft == resource.RLIM_INFINITY or most < soft:
                resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _taken() -> int:
    """The bytes of this process's memory: a forked one has all of its parent's."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
