"""Where a task was started: the first frame outside of asyncio and taskleash, and its caller.

Frames are walked raw, and what was found out about a code object is kept under its identity, which
costs a fraction of what a stack summary does.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, NamedTuple, TypeAlias

# what a frame is: asyncio's own, the program's, a library's, the loop's own call of a callback,
# or asyncio's start of a program
_INTERNAL, _USER, _LIBRARY, _BARRIER, _RUNNER = range(5)

# how far a library's frames are followed out to the program's
_REACH = 16
# how deep a task factory calls to make a task
_FACTORY = 4
_CREATE_TASK = inspect.unwrap(asyncio.BaseEventLoop.create_task).__code__
# programs that make code as they run must not fill the memory
_MAX_CODES = 20_000

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ASYNCIO = os.path.dirname(os.path.abspath(asyncio.__file__))
_STDLIB = os.path.dirname(os.path.abspath(os.__file__))
_CWD = os.getcwd()
_LIBRARIES = (_STDLIB + os.sep, _HERE + os.sep)
_INSTALLED = [os.sep + name + os.sep for name in ("site-packages", "dist-packages")]

# by how many frames a spot is known at most, without a look at each
_KEPT = 4

_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


class Location(NamedTuple):
    """A line of code: ``column`` is 1-based, in bytes, and 0 where the interpreter does not say."""

    path: str
    line: int
    column: int
    function: str


class SpawnSpot(NamedTuple):
    """A spawn site with its caller; ``task`` names the coroutine that it was first seen to start.

    ``how`` is ``spawn``; ``main`` where asyncio itself started the task for a program;
    ``callback`` where the loop did, with nobody's frame at hand: ``place`` is then where the
    coroutine is defined.
    """

    place: Location
    caller: Location | None
    task: str
    how: str
    library: bool


class Counted:
    """A spot with its counts: a row of the record, and what of it is at hand faster."""

    __slots__ = ("alive", "counts", "finished", "longest", "number", "peak", "spot", "started")

    def __init__(self, number: int, spot: SpawnSpot, counts: Any) -> None:
        self.number = number
        self.spot = spot
        self.counts = counts
        self.started = self.finished = self.alive = self.peak = 0
        self.longest = 0.0


#: code, instruction, and what that comes to
_Known: TypeAlias = "dict[int, dict[int, Counted | _Known]]"
_NOTHING: dict[int, Counted | _Known] = {}


class SpotTable:
    """The spots seen so far, by number; ``noted`` makes the counts of each new one."""

    def __init__(self, noted: Callable[[int, SpawnSpot], Counted]) -> None:
        self.spots: list[Counted] = []
        #: the identities of asyncio's own code, and the spots by the frames that are sure to tell
        #: them: the identity of the first one's code leads to its instruction, that to the spot,
        #: or on to the frame that called it
        self.internal: set[int] = set()
        self.known: _Known = {}
        self._noted = noted
        self._kinds: dict[int, int] = {}
        # Their identities are keys only as long as they are alive.
        self._codes: list[CodeType] = []
        self._barriers: list[CodeType] = []
        self._by_code: dict[tuple[int, ...], Counted] = {}
        self._by_place: dict[tuple[Any, ...], Counted] = {}

    def clear(self) -> None:
        """Forget all spots; they are noted again where they are seen again."""
        self.spots.clear()
        self.known.clear()
        self._by_code.clear()
        self._by_place.clear()

    def barrier(self, code: CodeType) -> None:
        """Let the walk end at frames of a function: a loop runs its callbacks from there."""
        self._barriers.append(code)
        self._kinds[id(code)] = _BARRIER

    def find(self, frame: FrameType | None, coroutine: Any) -> Counted | None:
        """The spot that a task is started from, None where it is not to be counted.

        ``frame`` is one of those inside of the start, ``coroutine`` what the task runs.
        """
        kinds, how, kind = self._kinds, "spawn", _INTERNAL
        while frame is not None:
            code = frame.f_code
            key = id(code)
            kind = kinds[key] if key in kinds else self._learn(code, frame)
            if kind:
                if kind == _RUNNER:
                    how = "main"
                elif kind == _BARRIER:
                    return self._from_callback(coroutine)
                else:
                    break
            frame = frame.f_back
        else:
            return self._from_callback(coroutine)
        caller = self._caller(frame, kind)
        if caller is None:
            at: tuple[int, ...] = (key, frame.f_lasti)
        else:
            at = (key, frame.f_lasti, id(caller.f_code), caller.f_lasti)
        spot = self._by_code.get(at)
        if spot is None:
            spot = self._by_code[at] = self._new(frame, caller, kind, coroutine, how)
        if how == "spawn":
            self._know(frame, caller, kind, spot)
        return spot

    def recall(self, frame: FrameType | None) -> Counted | None:
        """The spot of a frame, where that was kept."""
        known = self.known
        while frame is not None:
            found = known.get(id(frame.f_code), _NOTHING).get(frame.f_lasti)
            if not isinstance(found, dict):
                return found
            known, frame = found, frame.f_back
        return None

    def _know(self, frame: FrameType, caller: FrameType | None, kind: int, spot: Counted) -> None:
        """Keep a spot under the frames that tell it for sure, where those are few."""
        told = [frame]
        while not self._tell(told[-1], frame, caller, kind):
            back = told[-1].f_back
            if back is None or len(told) == _KEPT:
                return
            told.append(back)
        known = self.known
        for at in told[:-1]:
            further = known.setdefault(id(at.f_code), {}).setdefault(at.f_lasti, {})
            if not isinstance(further, dict):
                return
            known = further
        known.setdefault(id(told[-1].f_code), {})[told[-1].f_lasti] = spot

    def _tell(self, at: FrameType, frame: FrameType, caller: FrameType | None, kind: int) -> bool:
        """Whether it takes no frame beyond one to know the caller."""
        if frame.f_code.co_name in _COMPREHENSIONS or at is caller:
            return True
        return at is not frame and (
            kind == _USER or self._kinds.get(id(at.f_code)) in (_INTERNAL, _BARRIER)
        )

    def _caller(self, frame: FrameType, kind: int) -> FrameType | None:
        """The program's frame that called it, directly or, in a library, through the library."""
        if frame.f_code.co_name in _COMPREHENSIONS:
            # Called by the function that it stands in; who called that would take a longer look.
            return None
        back = frame.f_back
        for _ in range(_REACH if kind == _LIBRARY else 1):
            if back is None:
                return None
            key = id(back.f_code)
            found = self._kinds[key] if key in self._kinds else self._learn(back.f_code, None)
            if found == _USER:
                return back
            if found != _LIBRARY:
                return None
            back = back.f_back
        return None

    def _learn(self, code: CodeType, frame: FrameType | None) -> int:
        """What a frame's code is; with a frame, whether it makes tasks for a loop.

        What a task factory does is a part of the start, not its place.
        """
        if len(self._codes) > _MAX_CODES:
            self.internal.clear()
            self.known.clear()
            self._by_code.clear()
            self._codes.clear()
            self._kinds.clear()
            self._kinds.update((id(barrier), _BARRIER) for barrier in self._barriers)
        kind = self._kinds[id(code)] = _INTERNAL if _in_a_factory(frame) else _kind(code)
        self._codes.append(code)
        if kind == _INTERNAL:
            self.internal.add(id(code))
        return kind

    def _new(
        self, frame: FrameType, caller: FrameType | None, kind: int, coroutine: Any, how: str
    ) -> Counted:
        place = _place(frame)
        called_at = _place(caller) if caller is not None else None
        return self._numbered(
            SpawnSpot(place, called_at, coroutine_name(coroutine), how, kind == _LIBRARY),
            (place[:3], called_at and called_at[:3], how),
        )

    def _from_callback(self, coroutine: Any) -> Counted | None:
        """A task that the loop starts by itself stands where its coroutine is defined."""
        code = getattr(coroutine, "cr_code", None) or getattr(coroutine, "gi_code", None)
        if code is None or type(coroutine).__name__.startswith("async_generator"):
            # The loop finalises an asynchronous generator.
            return None
        if is_internal(code):
            # The loop's own work, such as to accept a connection.
            return None
        place = Location(absolute(code.co_filename), code.co_firstlineno, 0, code.co_name)
        known = self._by_place.get((place, "callback"))
        if known is not None:
            return known
        library = _kind(code) != _USER
        spot = SpawnSpot(place, None, coroutine_name(coroutine), "callback", library)
        return self._numbered(spot, (place, "callback"))

    def _numbered(self, spot: SpawnSpot, key: tuple[Any, ...]) -> Counted:
        known = self._by_place.get(key)
        if known is None:
            known = self._by_place[key] = self._noted(len(self.spots), spot)
            self.spots.append(known)
        return known


def _in_a_factory(frame: FrameType | None) -> bool:
    """Whether a frame is called, within a few steps, by the loop's `create_task`."""
    for _ in range(_FACTORY):
        # A coroutine is in there where it is started eagerly.
        if frame is None or frame.f_code.co_flags & inspect.CO_COROUTINE:
            return False
        frame = frame.f_back
        if frame is None:
            return False
        if frame.f_code is _CREATE_TASK:
            return True
        if is_internal(frame.f_code):
            return False
    return False


def _kind(code: CodeType) -> int:
    name = code.co_filename
    if code is asyncio.events.Handle._run.__code__:
        return _BARRIER
    path = absolute(name)
    folder = os.path.dirname(path)
    if folder == _ASYNCIO:
        runs = code.co_name == "run_until_complete" or os.path.basename(path) == "runners.py"
        return _RUNNER if runs else _INTERNAL
    if folder.startswith(_HERE) or os.path.basename(folder) == "uvloop":
        return _INTERNAL
    return _LIBRARY if name.startswith("<frozen") or is_library(path) else _USER


def is_library(path: str) -> bool:
    """Whether an absolute path is that of Python's own library or of an installed package."""
    return path.startswith(_LIBRARIES) or any(each in path for each in _INSTALLED)


def is_internal(code: CodeType) -> bool:
    """Whether code is asyncio's own, or taskleash's."""
    return _kind(code) not in (_USER, _LIBRARY)


def _place(frame: FrameType) -> Location:
    code, line, column = frame.f_code, frame.f_lineno, 0
    positions = getattr(code, "co_positions", None)
    if positions is not None:
        found = next(itertools.islice(positions(), frame.f_lasti // 2, None), None)
        if found is not None and found[0] is not None:
            line, column = found[0], (found[2] + 1 if found[2] is not None else 0)
    function = getattr(code, "co_qualname", code.co_name)
    return Location(absolute(code.co_filename), line or code.co_firstlineno, column, function)


def absolute(path: str) -> str:
    """A path as reports have it, whatever the folder is by now; names that are none stay."""
    return path if path.startswith("<") else os.path.normpath(os.path.join(_CWD, path))


def coroutine_name(coroutine: Any) -> str:
    """The name of a coroutine, without that of the function that it is defined in."""
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return str(name).rpartition("<locals>.")[2]
