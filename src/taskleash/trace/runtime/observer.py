"""What is known of the tasks of a process, and what is looked up when their loop ends."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic
from types import FrameType
from typing import Any, Protocol

from . import layout as at
from .following import (
    IS_DONE,
    IS_FAILED,
    IS_LEFT,
    IS_PENDING,
    IS_STRANGE,
    MAX_EVENTS,
    Event,
    Living,
    SeenLoop,
    Started,
    Tables,
    follower,
)
from .loaded import Loaded
from .places import Counted, SpawnSpot, SpotTable, coroutine_name
from .waits import awaited_by, waits_for

# what one look at living tasks takes at most
_WAITS_A_SPOT = 3
_WAITS = 200

_MICROSECONDS = 1_000_000


class Record(Protocol):
    """Where the counts go; ``counts`` is an array as `layout` says."""

    @property
    def counts(self) -> Any: ...

    def note(self, what: dict[str, Any]) -> None:
        """Keep what is no count."""


class TaskObserver:
    """Follows every task that it is told of.

    ``interval`` is how often it looks at what living tasks wait for, in seconds. ``adopt`` is
    called with each new loop, once. ``every`` is the set of all tasks, which it adds to.
    """

    def __init__(
        self,
        record: Record,
        interval: float,
        adopt: Callable[[Any], None],
        every: weakref.WeakSet[Any],
    ) -> None:
        self.record = record
        self.places = SpotTable(self._spot_noted)
        self.over = False
        self._loaded = Loaded()
        self._adopt = adopt
        self._interval = interval
        self._began = monotonic()
        self._loop_count = 0
        self.events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self._tables = tables = Tables(every, {}, {}, {}, self.events)
        looks = self._new_loop, self._sample, self.failed
        self.started: Started = follower(tables, self.places, *looks)

    def restart(self, record: Record) -> None:
        """Begin anew, as in a forked process, which has no part in what its parent started."""
        self.record = record
        self._loop_count = 0
        self.places.clear()
        self._loaded.clear()
        self._tables.forget()

    def stop(self) -> None:
        """Count nothing any more."""
        self.over = True
        self._tables.forget()

    def failed(self, error: Exception) -> None:
        """Something went wrong here, which is none of the program's business."""
        self.record.note({"error": repr(error)})

    def knows(self, task: Any) -> bool:
        """Whether a task is followed already."""
        return _followed(task) is not None

    def unseen(self, task: Any) -> None:
        """A task goes whose failure nobody has looked at: the loop reports it."""
        living = _followed(task) or self._tables.ghosts.pop(id(task), None)
        if living is not None and living.state != IS_STRANGE:
            living.state = IS_DONE
            living.spot.counts[at.UNSEEN] += 1
            event = Event("unseen", living.born, living.spot, task_name(task))
            self.events.append(event)

    def sent(self, coroutine: Any, frame: FrameType) -> None:
        """A coroutine is on its way to a loop in another thread; the frame is its caller's."""
        spot = self.places.find(frame, coroutine)
        if spot is not None:
            self._tables.sent[id(coroutine)] = spot

    def not_sent(self, coroutine: Any) -> None:
        """A coroutine has not found its way."""
        self._tables.sent.pop(id(coroutine), None)

    def resumed(self, loop: Any) -> None:
        """A loop is about to run: what was cancelled while it stood still was left to its end."""
        owner = self._tables.loops.get(id(loop))
        if owner is not None:
            pending = self._pending(owner)
            self._leave("close", [pair for pair in pending if _is_cancelled(pair[1])])

    def closing(self, loop: Any) -> None:
        """A loop is about to be closed."""
        owner = self._tables.loops.pop(id(loop), None)
        if owner is not None:
            self._settle(owner)
            self.look("close")
            self._leave("close", list(self._pending(owner)))
            self.record.note({"closed": owner.number, "at": self._time()})

    def finish(self) -> None:
        """The process ends: what is still alive is left."""
        if not self.over:
            self._settle(None)
            self.look("exit")
            self._leave("exit", list(self._pending(None)))
            self.record.counts[at.ENDED] = 1
            self.stop()

    def look(self, why: str) -> None:
        """Look at the tasks that exist.

        Notes which files were loaded since, how many tasks each loop has, which failed ones are
        held and unseen, how old the others are and, where ``why`` is ``sample``, what those wait
        for.
        """
        held: dict[Counted, int] = {}
        loops: dict[int, list[int]] = {}
        pending = []
        for living, task in self.existing():
            totals = loops.setdefault(living.loop.number, [0, 0])
            totals[0] += 1
            if living.state == IS_FAILED and getattr(task, "_log_traceback", False):
                held[living.spot] = held.get(living.spot, 0) + 1
            elif living.state == IS_PENDING and not task.done():
                totals[1] += 1
                self._aged(living)
                pending.append((living, task))
        for spot in self.places.spots[: at.MAX_SPOTS]:
            if spot.counts[at.FAILED]:
                spot.counts[at.HELD] = held.get(spot, 0)
        files = self._loaded.new()
        if files:
            self.record.note({"files": files})
        if loops:
            self.record.note({"loops": loops, "at": self._time(), "why": why})
        if why == "sample":
            self._note_waits(why, pending)

    def existing(self) -> Iterator[tuple[Living, Any]]:
        """The tasks that exist, with what is known of them."""
        for living in self._tables.living():
            task = living()
            if task is not None:
                yield living, task

    def _sample(self, now: float) -> float:
        """Look at what there is; gives the time of the next look."""
        self.look("sample")
        return now + self._interval

    def _time(self) -> float:
        return round(monotonic() - self._began, 3)

    def _spot_noted(self, number: int, spot: SpawnSpot) -> Counted:
        if number < at.MAX_SPOTS:
            caller = spot.caller._asdict() if spot.caller is not None else None
            known = {**spot.place._asdict(), "caller": caller, "task": spot.task, "how": spot.how}
            self.record.note({"spot": number, **known, "library": spot.library})
            row = at.spot_row(number)
            return Counted(number, spot, self.record.counts[row : row + at.SPOT_WIDTH])
        return self._others()

    def _others(self) -> Counted:
        """The last row, for all that there is no room for."""
        return self.places.spots[at.MAX_SPOTS - 1]

    def _new_loop(self, loop: Any) -> SeenLoop:
        self._adopt(loop)
        loops, key, ref = self._tables.loops, id(loop), _weak(loop)
        owner = loops[key] = SeenLoop(self._loop_count, ref)
        if isinstance(ref, weakref.ref):
            weakref.finalize(loop, _forget, loops, key, owner).atexit = False
        self._loop_count += 1
        kind = f"{type(loop).__module__}.{type(loop).__qualname__}"
        self.record.note({"loop": owner.number, "kind": kind})
        return owner

    def _pending(self, owner: SeenLoop | None) -> Iterator[tuple[Living, Any]]:
        """The tasks of a loop, or of all, that are not done and not counted as left."""
        for living, task in self.existing():
            of_it = owner is None or living.loop is owner
            # A task may be done and its callback never called.
            if living.state == IS_PENDING and of_it and not task.done():
                yield living, task

    def _settle(self, owner: SeenLoop | None) -> None:
        """Count the end of tasks that are done and whose callbacks no loop will call any more."""
        for living, task in self.existing():
            of_it = owner is None or living.loop is owner
            if living.state == IS_PENDING and of_it and task.done():
                living.done(task)
                # Who holds it is not known here.
                living.spot.counts[at.LOOSE] += 1

    def _leave(self, why: str, found: list[tuple[Living, Any]]) -> None:
        for living, task in found:
            living.state = IS_LEFT
            living.spot.counts[at.LEFT] += 1
            self.events.append(Event("left", living.born, living.spot, task_name(task)))
            self._aged(living)
        self._note_waits(why, found)

    def _aged(self, living: Living) -> None:
        life, spot = monotonic() - living.born, living.spot
        if life > spot.longest:
            spot.longest = life
            spot.counts[at.LONGEST] = int(life * _MICROSECONDS)

    def _note_waits(self, why: str, found: list[tuple[Living, Any]]) -> None:
        """What tasks wait for, the oldest of each spot."""
        if not found:
            return
        awaited: dict[int, list[str]] = {}
        for _, task in self.existing():
            for above in awaited_by(task):
                awaited.setdefault(id(above), []).append(task_name(task))
        shown: dict[int, int] = {}
        noted: list[dict[str, Any]] = []
        now = monotonic()
        for living, task in sorted(found, key=lambda pair: pair[0].born):
            if len(noted) == _WAITS:
                break
            spot = living.spot.number
            shown[spot] = shown.get(spot, 0) + 1
            if shown[spot] <= _WAITS_A_SPOT:
                age = round(now - living.born, 3)
                waits = waits_for(task, awaited.get(id(task), ()))
                noted.append({"spot": spot, "age": age, **waits})
        if noted:
            self.record.note({"waits": noted, "why": why})


def _followed(task: Any) -> Living | None:
    """What is known of a task, None where it is not followed."""
    return next((ref for ref in weakref.getweakrefs(task) if type(ref) is Living), None)


def task_name(task: Any) -> str:
    """The name of the coroutine that a task runs; empty where it does not say so any more."""
    # Not `get_coro()`, with which Python 3.12.1 crashes once an eager task is done.
    coroutine = getattr(task, "_coro", None)
    return coroutine_name(coroutine) if coroutine is not None else ""


def _is_cancelled(task: Any) -> bool:
    """Whether a task that has not gone on yet was asked to end."""
    if getattr(task, "_must_cancel", False):
        return True
    waiter = getattr(task, "_fut_waiter", None)
    if waiter is not None and waiter.cancelled():
        return True
    cancelling = getattr(task, "cancelling", None)
    return cancelling is not None and cancelling() > 0


def _weak(loop: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(loop)
    except TypeError:
        # Held for as long as it is not closed.
        return lambda: loop


def _forget(loops: dict[int, SeenLoop], key: int, owner: SeenLoop) -> None:
    if loops.get(key) is owner:
        del loops[key]
