"""A monitor for production: how many tasks are alive, where they come from, an alarm.

It needs the standard library alone, and no task of its own.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from types import TracebackType
from typing import Any

from taskleash.trace.runtime.hooks import Hooks
from taskleash.trace.runtime.places import Counted
from taskleash.trace.runtime.records import MemoryRecord

_TOP = 5


class monitor:  # noqa: N801 (it is used as `async with taskleash.monitor(...)`)
    """Logs, every ``interval`` seconds, how many tasks are alive and where most were started.

    Use it as an asynchronous context manager around the program's main coroutine. Above
    ``warn_alive`` living tasks the line is a warning, else for information. Tasks of all loops of
    the process count. `alive` and `sites` are there for a gauge, and can be called by any thread.
    """

    def __init__(
        self, interval: float = 60, warn_alive: int = 30, log: logging.Logger | None = None
    ) -> None:
        if interval <= 0:
            raise ValueError(f"interval: expected more than 0 seconds, got {interval}")
        self._interval = interval
        self._warn_alive = warn_alive
        self._log = log or logging.getLogger("taskleash.monitor")
        self._hooks: Hooks | None = None
        self._earlier: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> monitor:
        """Begin to count; tasks that are alive already count as one site."""
        if self._hooks is not None:
            raise RuntimeError("this monitor runs already: make another one")
        self._hooks = Hooks(MemoryRecord(), float("inf"))
        self._earlier = weakref.WeakSet(asyncio.all_tasks())
        self._later(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Log once more, and leave asyncio as it was."""
        if self._timer is not None:
            self._timer.cancel()
        self._say()
        if self._hooks is not None:
            self._hooks.undo()
            self._hooks = None

    def alive(self) -> int:
        """How many tasks are alive, for a gauge: ``Gauge(…).set_function(tasks.alive)``."""
        return sum(self.sites().values())

    def sites(self) -> dict[str, int]:
        """How many living tasks each spawn site has, by ``path:line``, the most first."""
        counted = list(self._hooks.observer.places.spots) if self._hooks is not None else []
        found: dict[str, int] = {}
        for spot in counted:
            found[_name(spot)] = found.get(_name(spot), 0) + spot.alive
        earlier = sum(not task.done() for task in list(self._earlier))
        found["before the monitor"] = earlier
        ordered = sorted(found.items(), key=lambda item: -item[1])
        return {name: alive for name, alive in ordered if alive > 0}

    def _later(self, loop: asyncio.AbstractEventLoop) -> None:
        def tick() -> None:
            self._say()
            self._later(loop)

        self._timer = loop.call_later(self._interval, tick)

    def _say(self) -> None:
        sites = self.sites()
        total = sum(sites.values())
        level = logging.WARNING if total > self._warn_alive else logging.INFO
        top = ", ".join(f"{alive} from {name}" for name, alive in list(sites.items())[:_TOP])
        if level == logging.WARNING:
            self._log.log(level, "%d tasks alive, more than %d: %s", total, self._warn_alive, top)
        else:
            self._log.log(level, "%d tasks alive: %s", total, top or "none")


def _name(spot: Counted) -> str:
    place = spot.spot.place
    return f"{place.path}:{place.line}"
