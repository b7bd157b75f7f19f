"""What is done for each single task: the part whose cost a program feels.

So it is written for speed: functions over local variables, no call that can be spared, and counts
that are only written. No lock either: one could be held by a thread that a fork leaves behind, or
by the code that the garbage collector interrupts.
"""

from __future__ import annotations

import asyncio
import sys
import weakref
from collections import deque
from collections.abc import Callable
from sys import _getframe as getframe
from sys import getrefcount
from time import monotonic
from typing import Any, NamedTuple, Protocol

from .layout import CANCELLED, COLLECTED, FAILED, FINISHED, LEFT, LONGEST, LOOSE, PEAK
from .places import Counted, SpotTable

#: what is known of a task: not done; not done as its loop ended; done; failed and done; or that it
#: is none of this record's
IS_PENDING, IS_LEFT, IS_DONE, IS_FAILED, IS_STRANGE = range(5)

# the code of the function by which most tasks are made
_ASYNCIOS = getattr(asyncio.create_task, "__code__", None)
# From Python 3.12 on it is told whose function a frame is of, which spares making an object of it.
_module = getattr(sys, "_getframemodulename", None)
_LOOPS_MODULE, _TASKS_MODULE = asyncio.base_events.__name__, asyncio.tasks.__name__

# failed tasks that are gone while the report of their end may still come
_MAX_GHOSTS = 1000
#: how many tasks that did not end well are remembered
MAX_EVENTS = 1000

_MICROSECONDS = 1_000_000


class SeenLoop(NamedTuple):
    """A loop that has tasks: its number, and a weak reference to it."""

    number: int
    ref: Callable[[], Any]


class Living(weakref.ref):  # type: ignore[type-arg]
    """A task that exists, and what is known of it; `key` only once it has failed.

    It is the reference by which asyncio's own set of all tasks has the task, so that there is only
    one, and its method the task's first done callback, which finds it without looking it up.
    """

    __slots__ = ("born", "key", "loop", "spot", "state")

    born: float
    key: int
    loop: SeenLoop
    spot: Counted
    state: int

    def done(self, task: Any) -> None:
        """The task has come to its end."""
        if self.state >= IS_DONE:
            return
        spot = self.spot
        spot.alive -= 1
        if task._exception is not None:
            self.state = IS_FAILED
            self.key = id(task)
            spot.counts[FAILED] += 1
        else:
            self.state = IS_DONE
            if task.cancelled():
                spot.counts[CANCELLED] += 1
            else:
                spot.finished = count = spot.finished + 1
                spot.counts[FINISHED] = count
        if getrefcount(task) <= _ALONE:
            spot.counts[LOOSE] += 1
        life = monotonic() - self.born
        if life > spot.longest:
            spot.longest = life
            spot.counts[LONGEST] = int(life * _MICROSECONDS)


class Event(NamedTuple):
    """A task that did not end well: ``left``, ``collected`` or ``unseen``; its name if known."""

    what: str
    born: float
    spot: Counted
    task: str = ""


class Tables(NamedTuple):
    """What is known of this process.

    ``every`` is the set of all tasks: asyncio's, or one of our own where asyncio has none.
    ``loops`` are by identity, ``sent`` has the spots of coroutines on their way to a loop in
    another thread, ``ghosts`` failed tasks that are gone. ``events`` are the last tasks that did
    not end well.
    """

    every: weakref.WeakSet[Any]
    loops: dict[int, SeenLoop]
    sent: dict[int, Counted]
    ghosts: dict[int, Living]
    events: deque[Event]

    def living(self) -> list[Living]:
        """The tasks that are followed."""
        # Not by the set's own iterator, which would hold back what goes meanwhile.
        every = list(self.every.data)  # type: ignore[attr-defined]
        return [each for each in every if type(each) is Living and each.state != IS_STRANGE]

    def forget(self) -> None:
        """Count nothing any more of what is known so far."""
        for living in self.living():
            living.state = IS_STRANGE
        for table in (self.loops, self.sent, self.ghosts, self.events):
            table.clear()


class Started(Protocol):
    """Called with each task that was just made.

    A task that is done already does not say any more what it ran (and Python 3.12.1 crashes where
    it is asked): that is given then.
    """

    def __call__(self, task: Any, coroutine: Any = None) -> None: ...


def follower(
    tables: Tables,
    places: SpotTable,
    new_loop: Callable[[Any], SeenLoop],
    look: Callable[[float], float],
    failed: Callable[[Exception], None],
) -> Started:
    """A function to call with each task that was just made; it counts what becomes of it.

    It is called by what makes the task. ``look`` is called with the time once that is past the time
    it returned last, ``failed`` with what must not reach the program.
    """
    loops, gone = tables.loops, _forgetter(tables)
    register, add = tables.every.data.add, tables.every.add  # type: ignore[attr-defined]
    known, internal, find = places.known, places.internal, _finder(tables, places)
    due = 0.0

    def started(task: Any, coroutine: Any = None) -> None:
        nonlocal due
        try:
            try:
                if _module and _module(1) is _LOOPS_MODULE:
                    frame: Any = getframe(3 if _module(2) is _TASKS_MODULE else 2)
                else:
                    # An object is made of each frame that is asked for: not of the loop's own then.
                    frame = getframe(2)
                    if frame.f_code is _ASYNCIOS:
                        frame = frame.f_back
                    elif id(getframe(1).f_code) not in internal:
                        frame = getframe(1)
                # as in `SpotTable.recall`, whose call is spared
                step = known.get(id(frame.f_code))
                spot: Any = step and step[frame.f_lasti]
                while type(spot) is dict:
                    frame = frame.f_back
                    spot = spot[id(frame.f_code)][frame.f_lasti]
            except (AttributeError, KeyError, ValueError):
                # It has not been here before, or nothing called it.
                spot = None
            if spot is None and (spot := find(getframe(1), task, coroutine)) is None:
                add(task)
                return
            loop = loops.get(id(task.get_loop())) or new_loop(task.get_loop())
            this = Living(task, gone)
            this.spot, this.loop, this.state = spot, loop, IS_PENDING
            this.born = now = monotonic()
            register(this)
            task.add_done_callback(this.done)
            spot.started = spot.counts[0] = spot.started + 1
            spot.alive = alive = spot.alive + 1
            if alive > spot.peak:
                spot.peak = spot.counts[PEAK] = alive
            if now > due:
                due = look(now)
        except Exception as error:
            add(task)
            failed(error)

    return started


def _finder(tables: Tables, places: SpotTable) -> Callable[[Any, Any, Any], Counted | None]:
    """What finds the spot of a task whose frames are not known at first sight."""
    sent, internal = tables.sent, places.internal

    def find(frame: Any, task: Any, coroutine: Any) -> Counted | None:
        if coroutine is None:
            coroutine = task.get_coro()
        if sent:
            spot = sent.pop(id(coroutine), None)
            if spot is not None:
                return spot
        while frame is not None and id(frame.f_code) in internal:
            frame = frame.f_back
        return places.recall(frame) or places.find(frame, coroutine)

    return find


def _forgetter(tables: Tables) -> Callable[[Living], None]:
    """The callback for tasks that do not exist any more."""
    every: Any = tables.every
    discard, ghosts, events = every.data.discard, tables.ghosts, tables.events
    # From Python 3.14 on, a set is not gone through itself but a copy of it: nothing has to wait.
    readers: Any = getattr(every, "_iterating", ())

    def gone(this: Living) -> None:
        # What the set itself does: nothing leaves it while somebody goes through it.
        if readers:
            every._pending_removals.append(this)
        else:
            discard(this)
        state = this.state
        if state == IS_DONE:
            return
        if state == IS_FAILED:
            # Where a collection found it, its end is reported only after this.
            if len(ghosts) > _MAX_GHOSTS:
                ghosts.clear()
            ghosts[this.key] = this
            return
        if state == IS_STRANGE:
            return
        spot = this.spot
        spot.alive -= 1
        if state == IS_PENDING:
            together = this.loop.ref() is None
            spot.counts[LEFT if together else COLLECTED] += 1
            events.append(Event("left" if together else "collected", this.born, spot))
            life = monotonic() - this.born
            if life > spot.longest:
                spot.longest = life
                spot.counts[LONGEST] = int(life * _MICROSECONDS)

    return gone


def _references_of_a_done_task() -> int:
    """How many references a done callback sees where only the loop's call holds the task."""
    seen: list[int] = []

    class Stub:
        def get_debug(self) -> bool:
            return False

        def done(self, task: Any) -> None:
            seen.append(getrefcount(task))

    stub = Stub()
    handle = asyncio.Handle(stub.done, (object(),), stub, None)  # type: ignore[arg-type]
    handle._run()
    return seen[0]


_ALONE = _references_of_a_done_task()
