"""What a small program does when it is run, in virtual time, where dropped tasks are collected."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import types
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from oracle.clock import Stuck, VirtualLoop

#: what is noted of tasks that outlive the program, once they are cancelled
_TURNS = 6


@dataclass(frozen=True)
class Run:
    """What a program noted, in order; the failures that somebody was told of; how it ended.

    ``error`` is what left its ``main``, ``is_stuck`` tells that nothing was left to wait for.
    """

    notes: tuple[str, ...]
    failures: Counter[str]
    error: str
    is_stuck: bool


class _Telling(logging.Handler):
    """Counts the exceptions that are logged."""

    def __init__(self, failures: Counter[str]) -> None:
        super().__init__()
        self._failures = failures

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self._failures[repr(record.exc_info[1])] += 1


def ran(source: str, *, keeps: bool, eager: bool = False) -> Run:
    """Run the ``main`` of a program. With ``keeps`` nothing that it drops is collected."""
    seen: list[str] = []
    failures: Counter[str] = Counter()
    kept: list[object] = []

    def note(*words: object) -> None:
        seen.append(" ".join(map(str, words)))

    def told(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        if context.get("exception") is not None:
            failures[repr(context["exception"])] += 1

    loop = VirtualLoop(lambda: 1.0 if asyncio.current_task(loop) is not main_task else 0)
    main_task: asyncio.Task[object] | None = None
    notes: tuple[str, ...] = ()
    loop.set_exception_handler(told)
    factory = _eager() if eager else None
    loop.set_task_factory(_keeping(kept, factory) if keeps else factory)
    logger = logging.getLogger("program")
    handler = _Telling(failures)
    logger.addHandler(handler)
    logger.propagate = False
    # A dataclass looks its module up.
    module = sys.modules["program"] = types.ModuleType("program")
    names: dict[str, object] = module.__dict__
    names["note"] = note
    error, is_stuck = "", False
    # What was there before is not looked through again at every step.
    gc.freeze()
    try:
        exec(compile(source, "<program>", "exec"), names)
        main = names["main"]
        assert callable(main)
        main_task = asyncio.Task(main(), loop=loop)
        loop.run_until_complete(main_task)
    except Stuck:
        is_stuck = True
    except Exception as failure:
        error = repr(failure)
    finally:
        # How what is left is cancelled then is no part of the program.
        notes = tuple(seen)
        _finish(loop, main_task, names, kept)
        logger.removeHandler(handler)
        sys.modules.pop("program", None)
        gc.unfreeze()
    return Run(notes, failures, error, is_stuck)


def _finish(
    loop: VirtualLoop,
    main_task: asyncio.Task[object] | None,
    names: dict[str, object],
    kept: list[object],
) -> None:
    """Cancel what is left, as `asyncio.run` does, and let go of everything."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    try:
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=9))
        for _ in range(_TURNS):
            loop.run_until_complete(_turn())
    except Stuck:
        pass
    del left, main_task
    names.clear()
    kept.clear()
    gc.collect()
    loop.close()


async def _turn() -> None:
    await asyncio.sleep(0)


def _eager() -> Callable[..., asyncio.Task[object]]:
    assert sys.version_info >= (3, 12)
    return asyncio.eager_task_factory  # type: ignore[no-any-return,attr-defined,unused-ignore]


def _keeping(
    kept: list[object], factory: Callable[..., asyncio.Task[object]] | None
) -> Callable[..., asyncio.Task[object]]:
    def make(loop: asyncio.AbstractEventLoop, coro: object, **more: object) -> asyncio.Task[object]:
        if factory is not None:
            task = factory(loop, coro, **more)
        else:
            task = asyncio.Task(coro, loop=loop, **more)  # type: ignore[arg-type]
        kept.append(task)
        return task

    return make
