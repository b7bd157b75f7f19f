"""Where asyncio is entered to hear of every task, at the lowest level that it has.

Up to Python 3.13 every task, whoever makes it, adds itself to one weak set, which tells of it here;
so a program's task factory, and another event loop, need nothing of their own. From 3.14 on, where
asyncio lists its tasks in C, it is the loop's `create_task` that tells; another loop than asyncio's
is known once it runs. No task factory is ever replaced.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import weakref
from asyncio import base_events, events, tasks
from collections.abc import Callable
from typing import Any

from .observer import Record, TaskObserver


def tells_by_itself() -> bool:
    """Whether a task adds itself to a set as it is made: not where asyncio lists them in C."""
    try:
        import _asyncio
    except ImportError:
        return True
    return not hasattr(_asyncio, "all_tasks")


class Hooks:
    """An observer with its hooks in asyncio; `undo` takes them out, the last one first."""

    def __init__(self, record: Record, interval: float, weak_set: bool | None = None) -> None:
        weak_set = tells_by_itself() if weak_set is None else weak_set
        every = _every_task() if weak_set else weakref.WeakSet()
        self.observer = TaskObserver(record, interval, self._adopt, every)
        self._undo: list[Callable[[], None]] = []
        self._adopted: set[type] = set()
        self._weak_set = weak_set
        if weak_set:
            # Each task registers itself there.
            self._replace(every, "add", self.observer.started)
            self._hook_eager_factories()
        else:
            self._hook_running_loop()
        self._hook_threadsafe()
        self._adopt_class(base_events.BaseEventLoop)

    def undo(self) -> None:
        """Leave asyncio as it was."""
        self.observer.stop()
        while self._undo:
            self._undo.pop()()

    def _replace(self, owner: Any, name: str, new: Any) -> None:
        old = vars(owner).get(name)
        setattr(owner, name, new)

        def undo() -> None:
            if old is None:
                delattr(owner, name)
            else:
                setattr(owner, name, old)

        self._undo.append(undo)

    def _hook_running_loop(self) -> None:
        """Know other loops than asyncio's as they begin to run."""
        original: Any = events._set_running_loop

        @functools.wraps(original)
        def _set_running_loop(loop: Any) -> None:
            if loop is not None:
                self._adopt(loop)
            original(loop)

        for module in (events, asyncio):
            self._replace(module, "_set_running_loop", _set_running_loop)

    def _hook_eager_factories(self) -> None:
        """Hear of tasks that are done as soon as they are made: those register nowhere."""
        make: Any = getattr(tasks, "create_eager_task_factory", None)
        if make is None:
            return
        observer = self.observer

        @functools.wraps(make)
        def create_eager_task_factory(custom_task_constructor: Any) -> Any:
            factory = make(custom_task_constructor)

            @functools.wraps(factory)
            def eager(loop: Any, coro: Any, **options: Any) -> Any:
                task = factory(loop, coro, **options)
                if task.done() and not observer.knows(task):
                    observer.started(task, coro)
                return task

            return eager

        for module in (tasks, asyncio):
            self._replace(module, "create_eager_task_factory", create_eager_task_factory)
        eager = create_eager_task_factory(asyncio.Task)
        for module in (tasks, asyncio):
            self._replace(module, "eager_task_factory", eager)

    def _hook_threadsafe(self) -> None:
        """Remember who sends a coroutine to another thread: the task is made over there."""
        original: Any = tasks.run_coroutine_threadsafe
        observer = self.observer

        @functools.wraps(original)
        def run_coroutine_threadsafe(coro: Any, loop: Any) -> Any:
            observer.sent(coro, sys._getframe(1))
            try:
                return original(coro, loop)
            except BaseException:
                observer.not_sent(coro)
                raise

        for module in (tasks, asyncio):
            self._replace(module, "run_coroutine_threadsafe", run_coroutine_threadsafe)

    def _adopt(self, loop: Any) -> None:
        """See to the hooks of a loop that is not asyncio's."""
        if not isinstance(loop, base_events.BaseEventLoop):
            self._adopt_class(type(loop))

    def _adopt_class(self, cls: type) -> None:
        if cls in self._adopted:
            return
        self._adopted.add(cls)
        try:
            if not self._weak_set:
                self._replace(cls, "create_task", self._create_task(cls))
            self._replace(cls, "run_forever", self._run_forever(cls))
            self._replace(cls, "close", self._close(cls))
            self._replace(cls, "call_exception_handler", self._call_exception_handler(cls))
        except (TypeError, AttributeError) as error:
            # A class that cannot be changed: its tasks are counted, its end is not seen.
            self.observer.record.note({"error": f"{cls.__name__}: {error}"})

    def _create_task(self, cls: Any) -> Any:
        original, observer = cls.create_task, self.observer

        @functools.wraps(original)
        def create_task(loop: Any, coro: Any, **options: Any) -> Any:
            task = original(loop, coro, **options)
            observer.started(task, coro)
            return task

        return create_task

    def _run_forever(self, cls: Any) -> Any:
        original, observer = cls.run_forever, self.observer

        def run_forever(loop: Any) -> Any:
            observer.resumed(loop)
            return original(loop)

        # A loop without frames of its own runs its callbacks right below this one.
        observer.places.barrier(run_forever.__code__)
        return functools.wraps(original)(run_forever)

    def _close(self, cls: Any) -> Any:
        original, observer = cls.close, self.observer

        @functools.wraps(original)
        def close(loop: Any) -> Any:
            if not loop.is_running():
                observer.closing(loop)
            return original(loop)

        return close

    def _call_exception_handler(self, cls: Any) -> Any:
        original, observer = cls.call_exception_handler, self.observer

        @functools.wraps(original)
        def call_exception_handler(loop: Any, context: Any) -> Any:
            if "never retrieved" in str(context.get("message", "")):
                observer.unseen(context.get("future") or context.get("task"))
            return original(loop, context)

        return call_exception_handler


def _every_task() -> Any:
    """asyncio's set of all tasks."""
    every = getattr(tasks, "_scheduled_tasks", None)
    return tasks._all_tasks if every is None else every  # type: ignore[attr-defined]
