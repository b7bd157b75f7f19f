"""An event loop with a clock of its own, which keeps no task alive that the program drops.

Time goes on only when nothing is left to do, at once. A task that waits for a sleep is held by the
loop's timers; here the timers of watched tasks hold the sleep weakly, as if it waited for something
that only it holds. So what the program drops is collected, when the collector is run.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import weakref
from asyncio import base_events
from collections.abc import Callable
from typing import Any

#: how long a run may last by its own clock, and how many turns it may take
_LONGEST = 400.0
_TURNS = 5_000
#: after so many waits nothing new can have been dropped: programs are small, and turns repeat
_COLLECTED = 6


class Stuck(Exception):
    """Nothing is left that could go on, or it goes on for ever."""


class VirtualLoop(base_events.BaseEventLoop):
    """A loop without sockets, in virtual time.

    ``pace`` says how much slower the sleeps of the running task are, 0 for one that is not watched.
    """

    def __init__(self, pace: Callable[[], float]) -> None:
        super().__init__()
        self._pace = pace
        self._now = 0.0
        self._turns = 0
        self._waits = 0
        self._selector = self
        self.set_exception_handler(lambda loop, context: None)

    def time(self) -> float:
        return self._now

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        pace = self._pace()
        if not pace or not args or not isinstance(args[0], asyncio.Future):
            return super().call_later(delay, callback, *args, context=context)
        waiting = weakref.ref(args[0])

        def wake() -> None:
            future = waiting()
            if future is not None:
                callback(future, *args_left)

        args_left = args[1:]
        del args
        return super().call_later(delay * pace, wake, context=context)

    def select(self, timeout: float | None) -> list[Any]:
        """What a selector does: here it lets the time go by."""
        self._turns += 1
        if timeout is None or self._now > _LONGEST or self._turns > _TURNS:
            raise Stuck
        if timeout > 0:
            self._waits += 1
            if self._waits <= _COLLECTED:
                gc.collect()
            self._now += timeout
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """No other thread wakes this loop."""
