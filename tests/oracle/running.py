"""Runs a generated program along each of its paths, and notes what becomes of its tasks."""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
import re
import sys
import types
import warnings
import weakref
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from oracle.clock import VirtualLoop
from oracle.model import Written

_FILE = "<generated>"
_SETTLING = 30
#: after how many blocks the collector looks at what earlier ones kept from it
_BLOCKS_BETWEEN = 100
_BLOCKS = itertools.count()
#: when every task is done that ends by itself
_AT_LAST = 100
#: how much longer than a second the n-th task takes: the first is done first, or the last, late
#: or before any deadline of the programs
PACES = {
    "rising": lambda n: 1.0 + 10 * n,
    "falling": lambda n: max(10.0, 90.0 - 10 * n),
    "short": lambda n: max(1.0, 4.5 - 0.5 * n),
}
#: what the peer may raise, as far as the program names it: nothing is known of it
_FAILURES: dict[str, type[Exception]] = {
    "ConnectionError": ConnectionError,
    "KeyError": KeyError,
    "TimeoutError": asyncio.TimeoutError,
}
_READY = {"never": 0, "once": 1, "thrice": 3}


@dataclass
class Record:
    """One task of a run: its mark, and what became of it."""

    mark: str
    number: int
    task: weakref.ref[asyncio.Task[Any]]
    done: bool = False
    #: it ended, or was cancelled, before the life of its owner was over
    ended: bool = False
    #: nobody held it when the call that started it returned
    lost_at_once: bool = False
    #: nobody held it when the life of its owner was over
    lost: bool = False
    #: nobody holds it once it is done
    released: bool = False

    @property
    def fate(self) -> str:
        """What became of it, in a word."""
        if self.ended:
            return "ended"
        return "lost" if self.lost else "left, lets go" if self.released else "left"

    def note_done(self, _: object) -> None:
        """Called as the task is done."""
        self.done = True


@dataclass(frozen=True)
class Run:
    """One way through the program: what it was given, what was called, what became of its tasks."""

    life: tuple[str, ...]
    given: Mapping[str, object]
    records: Sequence[Record]
    #: an exception left the function, or it never returned
    normal: bool = True
    usual: bool = True


class Peer:
    """What the program talks to: it may fail, at once or after some messages, and be ready."""

    def __init__(self, fails: str, ready: int, messages: int = 0) -> None:
        self._fails = fails
        self._messages = messages
        self._ready = ready

    async def recv(self) -> str:
        await asyncio.sleep(0)
        self._messages -= 1
        if self._fails and self._messages < 0:
            raise _FAILURES[self._fails]
        return "message"

    async def fetch(self) -> str:
        await asyncio.sleep(1)
        return await self.recv()

    def ready(self) -> bool:
        self._ready -= 1
        return self._ready >= 0


@dataclass
class Watch:
    """The tasks of one run, noted as they start."""

    marks: Mapping[int, str]
    pace: str
    records: list[Record] = field(default_factory=list)
    by_task: weakref.WeakKeyDictionary[asyncio.Task[Any], Record] = field(
        default_factory=weakref.WeakKeyDictionary
    )

    def start(
        self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        """The task factory."""
        task = asyncio.Task(coro, loop=loop, **options)
        mark = self._mark()
        if mark:
            record = Record(mark, len(self.records), weakref.ref(task))
            self.records.append(record)
            self.by_task[task] = record
            task.add_done_callback(record.note_done)
        return task

    def _mark(self) -> str:
        """The mark of the outermost marked line that is being run."""
        frame: types.FrameType | None = sys._getframe(2)
        found = ""
        while frame is not None:
            if frame.f_code.co_filename == _FILE:
                found = self.marks.get(frame.f_lineno, found)
            frame = frame.f_back
        return found

    def slower(self) -> float:
        """How much slower the running task sleeps, 0 for one that is not watched."""
        try:
            task = asyncio.current_task()
        except RuntimeError:
            return 0
        record = self.by_task.get(task) if task else None
        return PACES[self.pace](record.number) if record else 0


def runs(programs: Sequence[Written]) -> list[list[Run]]:
    """Each program, run along each of its paths with a loop of its own each time."""
    with _quiet():
        return [_runs(written) for written in programs]


def _runs(written: Written) -> list[Run]:
    code = compile(written.text, _FILE, "exec")
    ways = [(life, True) for life in written.layout.lives]
    ways += [(life, False) for life in written.layout.unusual]
    given = choices(written.text)
    return [_run(written, code, life, usual, one) for life, usual in ways for one in given]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the collector's own runs, and without warnings of what is left behind."""
    # In a process with ten thousand tests to look at everything takes longer than most programs.
    if next(_BLOCKS) % _BLOCKS_BETWEEN == 0:
        gc.unfreeze()
        gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        gc.enable()


def choices(text: str) -> list[dict[str, object]]:
    """All that the program may be given, as far as it looks at it."""
    modes = [0, 1, 9]
    if "== 8" in text:
        modes = [0, 1, 7, 8, 9]
    known: dict[str, Sequence[object]] = {
        "flag": (True, False),
        "names": ([], ["a"], ["a", "b"]),
        "mode": modes,
        "fails": ("", "ConnectionError", *(name for name in list(_FAILURES)[1:] if name in text)),
        "ready": tuple(_READY),
        "leaves": (False, True),
        "messages": (0, 1),
    }
    looks = {
        "fails": r"\.(recv|fetch)\(",
        "ready": r"\.ready\(",
        "leaves": r"\byield \w+",
        # Where it is asked twice, it may fail the second time only.
        "messages": r"\.(recv|fetch)\((?s:.)*\.(recv|fetch)\(",
        **{name: rf"\b_?{name}\b" for name in ("flag", "names", "mode")},
    }
    used = {name: known[name] for name in known if re.search(looks[name], text)}
    used["pace"] = tuple(PACES)
    found = (dict(zip(used, values, strict=True)) for values in itertools.product(*used.values()))
    return [each for each in found if each.get("fails") or not each.get("messages")]


def _run(
    written: Written,
    code: types.CodeType,
    life: tuple[str, ...],
    usual: bool,
    given: Mapping[str, object],
) -> Run:
    watch = Watch(written.marks, str(given["pace"]))
    loop = VirtualLoop(watch.slower)
    loop.set_task_factory(watch.start)
    normal = False
    try:
        loop.run_until_complete(_live(_namespace(code), life, given, watch))
        normal = True
    except (Exception, asyncio.CancelledError):
        # Stuck too: a function that never returns has not left its tasks yet.
        pass
    finally:
        _clear(loop, watch)
    return Run(life, given, watch.records, normal, usual)


def _namespace(code: types.CodeType) -> dict[str, Any]:
    module = types.ModuleType("generated")
    sys.modules["generated"] = module  # dataclasses look for it
    exec(code, module.__dict__)
    return module.__dict__


async def _live(
    module: dict[str, Any], life: tuple[str, ...], given: Mapping[str, object], watch: Watch
) -> None:
    """Call what makes up a life, then look at what is left."""
    ready = _READY[str(given.get("ready", "never"))]
    peer = Peer(str(given.get("fails", "")), ready, int(bool(given.get("messages"))))
    knobs = {"flag": given.get("flag"), "mode": given.get("mode"), "peer": peer}
    knobs["names"] = list(given.get("names", ()))  # type: ignore[call-overload]
    owner: Any = None
    for name in life:
        if isinstance(module.get(name), type):
            owner = module[name](**_wanted(module[name], knobs))
            continue
        called = len(watch.records)
        functions = [getattr(owner, one) if owner else module[one] for one in name.split("&")]
        calls = [_call(function, knobs, bool(given.get("leaves"))) for function in functions]
        await asyncio.gather(*calls)
        await _settle()
        for record in watch.records[called:]:
            record.lost_at_once = record.task() is None and not record.done
    for record in watch.records:
        record.ended = record.done
        record.lost = record.task() is None and not record.done
    await _see_through(watch.records)


async def _call(function: Any, knobs: Mapping[str, Any], leaves: bool) -> None:
    details = (None,) * 3 if function.__name__ == "__aexit__" else ()
    result = function(*details, **_wanted(function, knobs))
    del function
    if inspect.isasyncgen(result):
        async for _ in result:
            if leaves:
                break
        await result.aclose()
    elif inspect.isawaitable(result):
        await result


def _wanted(function: Any, knobs: Mapping[str, Any]) -> dict[str, Any]:
    names = inspect.signature(function).parameters
    return {name: value for name, value in knobs.items() if name in names}


async def _settle() -> None:
    """Let happen what happens at once, cancellations too, and collect what nobody holds."""
    for _ in range(_SETTLING):
        await asyncio.sleep(0)
    gc.collect()


async def _see_through(records: Sequence[Record]) -> None:
    """Wait for what is left, at last cancel it, and note who lets go of it then."""
    await asyncio.sleep(_AT_LAST)
    for record in records:
        task = record.task()
        if task is not None:
            task.cancel()
        del task
    await _settle()
    for record in records:
        record.released = record.task() is None


def _clear(loop: VirtualLoop, watch: Watch) -> None:
    """End the run; its tasks must not be found by a later one."""
    sys.modules.pop("generated", None)
    for task in asyncio.all_tasks(loop):
        task.cancel()
    with suppress(Exception, asyncio.CancelledError):
        loop.run_until_complete(_settle())
    loop.close()
