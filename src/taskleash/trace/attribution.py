"""Which test started the tasks that were not seen to their end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from taskleash.trace.runtime.following import IS_FAILED, IS_PENDING
from taskleash.trace.runtime.hooks import Hooks
from taskleash.trace.runtime.observer import task_name
from taskleash.trace.runtime.places import Counted
from taskleash.trace.runtime.records import MemoryRecord
from taskleash.trace.runtime.waits import waits_for


@dataclass(frozen=True)
class LeftTasks:
    """Tasks of one spawn site that a test started and did not see to their end.

    ``key`` names the site without its line, so that it outlives edits elsewhere in the file.
    """

    place: str
    caller: str
    task: str
    what: str
    waits: str
    key: str

    def __str__(self) -> str:
        called = f", called at {self.caller}" if self.caller else ""
        waits = f", waits for {self.waits}" if self.waits else ""
        return f"{self.place}: task `{self.task}`{called}: {self.what}{waits}"


class Attribution:
    """Hears of all tasks of this process; a test owns what is started while it runs."""

    def __init__(self) -> None:
        self._record = MemoryRecord()
        self._hooks = Hooks(self._record, float("inf"))
        self._began = monotonic()
        self._excluded: list[tuple[float, float]] = []

    def stop(self) -> None:
        """Leave asyncio as it was."""
        self._hooks.undo()

    def begin(self) -> None:
        """A test begins: what was started before is not its own."""
        self._hooks.observer.events.clear()
        self._excluded.clear()
        self._began = monotonic()

    @contextmanager
    def excluded(self) -> Iterator[None]:
        """What is started meanwhile belongs to no single test."""
        began = monotonic()
        try:
            yield
        finally:
            self._excluded.append((began, monotonic()))

    def leaks(self) -> list[LeftTasks]:
        """What the test has left behind so far, each site once for each kind of end."""
        observer = self._hooks.observer
        found: dict[tuple[int, str, str], LeftTasks] = {}
        for what, born, spot, name in list(observer.events):
            if self._is_own(born, spot):
                waits = self._record.waits.get(spot.number) if what == "left" else None
                _add(found, spot, name, _WORDS[what], waits)
        for living, task in observer.existing():
            if not self._is_own(living.born, living.spot):
                continue
            if living.state == IS_PENDING and not task.done():
                _add(found, living.spot, task_name(task), "still pending", waits_for(task))
            elif living.state == IS_FAILED and getattr(task, "_log_traceback", False):
                error = type(task._exception).__name__
                what = f"failed with {error}, nobody looked"
                _add(found, living.spot, task_name(task), what, None)
        return sorted(found.values(), key=lambda leak: (leak.place, leak.what))

    def _is_own(self, born: float, spot: Counted) -> bool:
        seen = spot.spot
        if seen.how == "main" or (seen.library and seen.caller is None):
            return False
        return born >= self._began and not any(a <= born <= b for a, b in self._excluded)


_WORDS = {
    "left": "pending as its loop was closed",
    "collected": "collected before it was done",
    "unseen": "failed and gone, nobody looked",
}


def _add(
    found: dict[tuple[int, str, str], LeftTasks],
    spot: Counted,
    name: str,
    what: str,
    waits: dict[str, Any] | None,
) -> None:
    seen = spot.spot
    task = name or seen.task
    caller = f"{seen.caller.path}:{seen.caller.line}" if seen.caller is not None else ""
    waited = ""
    if waits is not None and waits.get("what"):
        waited = f"`{waits['what']}` at {waits.get('path', '?')}:{waits.get('line', '?')}"
    place = f"{seen.place.path}:{seen.place.line}"
    key = f"{seen.place.path}::{seen.place.function}::{task}"
    found.setdefault((spot.number, task, what), LeftTasks(place, caller, task, what, waited, key))
