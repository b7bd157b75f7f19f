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
from time import monotonic
from typing import Any, NamedTuple, Protocol

from .layout import CANCELLED, COLLECTED, FAILED, FINISHED, KEPT, LEFT, LONGEST, PEAK
from .places import Counted, Places

#: what is known of a task: not done; not done as its loop ended; done; failed and done
IS_PENDING, IS_LEFT, IS_DONE, IS_FAILED = range(4)

# failed tasks that are gone while the report of their end may still come
_MAX_GHOSTS = 1000
#: how many tasks that did not end well are remembered
MAX_EVENTS = 1000

_MICROSECONDS = 1_000_000


class Loop(NamedTuple):
    """A loop that has tasks: its number, and a weak reference to it."""

    number: int
    ref: Callable[[], Any]


class Living(weakref.ref):  # type: ignore[type-arg]
    """A task that exists, and what is known of it."""

    __slots__ = ("born", "key", "loop", "spot", "state")

    born: float
    key: int
    loop: Loop
    spot: Counted
    state: int


class Event(NamedTuple):
    """A task that did not end well: ``left``, ``collected`` or ``unseen``; its name if known."""

    what: str
    born: float
    spot: Counted
    task: str = ""


class Tables(NamedTuple):
    """What is known of this process: tasks and loops by identity.

    ``sent`` has the spots of coroutines on their way to a loop in another thread, ``ghosts`` failed
    tasks that are gone. ``events`` are the last tasks that did not end well.
    """

    living: dict[int, Living]
    loops: dict[int, Loop]
    sent: dict[int, Counted]
    ghosts: dict[int, Living]
    events: deque[Event]


class Started(Protocol):
    """Called with each task that was just made.

    A task that is done already does not say any more what it ran (and Python 3.12.1 crashes where
    it is asked): that is given then.
    """

    def __call__(self, task: Any, coroutine: Any = None) -> None: ...


def follower(
    tables: Tables,
    places: Places,
    new_loop: Callable[[Any], Loop],
    look: Callable[[float], float],
) -> Started:
    """A function to call with each task that was just made; it counts what becomes of it.

    ``look`` is called with the time once that is past the time it returned last.
    """
    living, loops, sent = tables.living, tables.loops, tables.sent
    done, gone = _finisher(tables), _forgetter(tables)
    internal, known, getframe = places.internal, places.known, sys._getframe
    due = 0.0

    def slow(task: Any, coroutine: Any) -> Counted | None:
        if coroutine is None:
            coroutine = task.get_coro()
        spot = sent.pop(id(coroutine), None) if sent else None
        return places.find(getframe(3), coroutine) if spot is None else spot

    def started(task: Any, coroutine: Any = None) -> None:
        nonlocal due
        frame: Any = getframe(2)
        spot: Counted | None
        try:
            while id(frame.f_code) in internal:
                frame = frame.f_back
            back = frame.f_back
            spot = known[id(frame.f_code), frame.f_lasti, id(back.f_code), back.f_lasti]
        except (KeyError, AttributeError):
            spot = slow(task, coroutine)
            if spot is None:
                return
        loop = loops.get(id(task.get_loop()))
        if loop is None:
            loop = new_loop(task.get_loop())
        this = Living(task, gone)
        this.key = key = id(task)
        living[key] = this
        this.spot = spot
        this.loop = loop
        this.state = IS_PENDING
        spot.started = count = spot.started + 1
        spot.counts[0] = count
        spot.alive = alive = spot.alive + 1
        if alive > spot.peak:
            spot.peak = spot.counts[PEAK] = alive
        task.add_done_callback(done)
        this.born = now = monotonic()
        if now > due:
            due = look(now)

    return started


def _finisher(tables: Tables) -> Callable[[Any], None]:
    """The done callback of every task: the first one to be called."""
    living, getrefcount = tables.living, sys.getrefcount
    alone = _references_of_a_done_task()

    def done(task: Any) -> None:
        this = living.get(id(task))
        if this is None:
            return
        spot = this.spot
        counts = spot.counts
        spot.alive -= 1
        if task._exception is not None:
            this.state = IS_FAILED
            counts[FAILED] += 1
        else:
            this.state = IS_DONE
            if task.cancelled():
                counts[CANCELLED] += 1
            else:
                spot.finished = count = spot.finished + 1
                counts[FINISHED] = count
        if getrefcount(task) > alone:
            spot.kept = count = spot.kept + 1
            counts[KEPT] = count
        life = monotonic() - this.born
        if life > spot.longest:
            spot.longest = life
            counts[LONGEST] = int(life * _MICROSECONDS)

    return done


def _forgetter(tables: Tables) -> Callable[[Living], None]:
    """The callback for tasks that do not exist any more."""
    living, ghosts, events = tables.living, tables.ghosts, tables.events

    def gone(this: Living) -> None:
        living.pop(this.key, None)
        state = this.state
        if state == IS_DONE:
            return
        if state == IS_FAILED:
            # Where a collection found it, its end is reported only after this.
            if len(ghosts) > _MAX_GHOSTS:
                ghosts.clear()
            ghosts[this.key] = this
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

    def done(task: Any) -> None:
        seen.append(sys.getrefcount(task))

    class Stub:
        def get_debug(self) -> bool:
            return False

    handle = asyncio.Handle(done, (object(),), Stub(), None)  # type: ignore[arg-type]
    handle._run()
    return seen[0]
