"""A bound for the time that a run takes.

Once it is over no further file is parsed, and what was found is reported with the files that are
missing. Whatever else goes on is broken off when half as much time again has passed.
"""

from __future__ import annotations

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isinf
from types import FrameType

from taskleash.reporters.inert import inert

#: far above need: real programs take seconds, the largest some minutes
DEFAULT_SECONDS = 1800.0
#: what a file's error says
NOT_DONE = "not analysed: the time limit of the run was over"
_MOST_NAMES = 50
#: an interrupt that falls into a destructor is lost: another one comes
_AGAIN_SECONDS = 5.0
#: at least that much time there is to judge and report what was read
_GRACE_SECONDS = 10.0
_REMEDY = "raise --time-limit, or check fewer files at once"


class TimeOver(Exception):
    """The time of the run is over; the message names the limit and what was not done."""


def unfinished(paths: Sequence[str], seconds: float) -> str:
    """What to say of the files that were not analysed in so many seconds."""
    names = ", ".join(paths[:_MOST_NAMES])
    more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
    files = "1 file was" if len(paths) == 1 else f"{len(paths)} files were"
    over = f"the time limit of {seconds:g} s is over"
    return inert(f"{over}, {files} not analysed: {names}{more}: {_REMEDY}", unicode=True)


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Breaks the block off in the main thread, with `TimeOver`, well after so many seconds."""
    if isinf(seconds) or threading.current_thread() is not threading.main_thread():
        yield
        return
    over = TimeOver(f"the time limit of {seconds:g} s is long over, nothing is reported: {_REMEDY}")
    with _broken_off(seconds + max(seconds / 2, _GRACE_SECONDS), over):
        yield


if sys.platform == "win32":

    @contextmanager
    def _broken_off(seconds: float, over: TimeOver) -> Iterator[None]:
        timer = threading.Timer(seconds, interrupt_main)
        timer.daemon = True

        def end(number: int, frame: FrameType | None) -> None:
            if timer.finished.is_set():
                raise over
            if callable(before):
                before(number, frame)

        before = signal.signal(signal.SIGINT, end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            signal.signal(signal.SIGINT, before)

else:

    @contextmanager
    def _broken_off(seconds: float, over: TimeOver) -> Iterator[None]:
        # No thread: with one, worker processes could not be forked.
        def end(number: int, frame: FrameType | None) -> None:
            raise over

        before = signal.signal(signal.SIGALRM, end)
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
