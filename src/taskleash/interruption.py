"""Signals that end a run: what it has begun is tidied up first, and nothing swallows them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import NoReturn, Protocol

#: what comes before the destructor has returned is lost, too: a busy machine takes a while
_SECONDS_TO_RETURN = 0.1


class Terminated(BaseException):
    """The process is asked to end; ``signal`` is the number of the signal that asks."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


class _Unraisable(Protocol):
    """What the interpreter says of an exception that nobody can catch."""

    @property
    def exc_type(self) -> type[BaseException]: ...
    @property
    def exc_value(self) -> BaseException | None: ...
    @property
    def exc_traceback(self) -> TracebackType | None: ...


@contextmanager
def signals_end_the_block() -> Iterator[None]:
    """SIGTERM and SIGHUP raise `Terminated` in the block; what a caller ignores stays ignored.

    An exception of theirs, or of Ctrl-C, that falls into a destructor is raised again after it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ending = _Ending()
    hook, sys.unraisablehook = sys.unraisablehook, ending.unraisable
    ending.handle()
    try:
        yield
    finally:
        ending.restore()
        sys.unraisablehook = hook


def die_of(number: int) -> NoReturn:
    """End the process as the signal would have done without us."""
    if sys.platform != "win32":
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(128 + number)


class _Ending:
    """The handlers of one block; only the first signal counts, while its block is tidied up."""

    def __init__(self) -> None:
        names = ("SIGTERM", "SIGHUP", "SIGBREAK")
        known = [number for name in names if (number := getattr(signal, name, None)) is not None]
        self._numbers = [n for n in known if signal.getsignal(n) is signal.SIG_DFL]
        self._raised = False

    def handle(self) -> None:
        for number in self._numbers:
            signal.signal(number, self._raise)

    def restore(self) -> None:
        for number in self._numbers:
            signal.signal(number, signal.SIG_DFL)

    def _raise(self, number: int, frame: FrameType | None) -> None:
        if not self._raised:
            self._raised = True
            raise Terminated(number)

    def unraisable(self, what: _Unraisable) -> None:
        """Take notice of an exception that fell into a destructor or a callback."""
        error = what.exc_value
        if isinstance(error, Terminated):
            self._raised = False
            _again(error.signal)
        elif issubclass(what.exc_type, KeyboardInterrupt):
            _again(signal.SIGINT)
        else:
            sys.__unraisablehook__(what)  # type: ignore[arg-type]


def _again(number: int) -> None:
    """Raise the signal once more, after the destructor has returned."""
    timer = threading.Timer(_SECONDS_TO_RETURN, _raise_in_main_thread, (number,))
    timer.daemon = True
    timer.start()


def _raise_in_main_thread(number: int) -> None:
    if sys.platform == "win32":
        signal.raise_signal(number)
        return
    ident = threading.main_thread().ident
    assert ident is not None
    # Another thread's signal would not wake it from a system call.
    signal.pthread_kill(ident, number)
