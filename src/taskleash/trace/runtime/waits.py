"""What a living task waits for: the chain of what it awaits, from the program's code inwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from .places import absolute, coroutine_name, is_internal

# how deep a chain is followed
_DEPTH = 50

#: what keeps a task that waits for it alive, by the name of asyncio's function
_KINDS = {
    "sleep": "timer",
    "wait_for": "timer",
    "Event.wait": "primitive",
    "Lock.acquire": "primitive",
    "Condition.wait": "primitive",
    "Semaphore.acquire": "primitive",
    "BoundedSemaphore.acquire": "primitive",
    "Barrier.wait": "primitive",
    "Queue.get": "primitive",
    "Queue.put": "primitive",
    "Queue.join": "primitive",
    "StreamReader._wait_for_data": "stream",
    "FlowControlMixin._drain_helper": "io",
    "Process.wait": "io",
    "sock": "io",
}


# how many of the tasks that it waits for are named
_NAMED = 3


def waits_for(task: Any, awaited: Sequence[str] = ()) -> dict[str, Any]:
    """What a task waits for, as plain data; ``awaited`` names tasks that are known to be.

    ``kind`` is ``timer``, ``io``, ``executor``, ``stream``, ``primitive``, ``task``, ``future``,
    or empty where that is not known; ``what`` names asyncio's functions from the outermost inwards;
    ``path``, ``line`` and ``function`` are the innermost place in other code than asyncio's.
    """
    steps, at = _chain(task)
    waiter = getattr(task, "_fut_waiter", None)
    kind = next((_KINDS[step] for step in steps if step in _KINDS), "")
    kind = kind or ("task" if awaited else _kind_of(waiter, steps))
    if awaited:
        steps += [f"task {name}" for name in sorted(set(awaited))[:_NAMED]]
    return {"kind": kind, "what": ", ".join(steps) or _name_of(waiter), **at}


def awaited_by(task: Any) -> Iterator[Any]:
    """The tasks that wait for one, directly or by a future between them.

    asyncio has known them since Python 3.14; before, there are none.
    """
    capture: Any = getattr(asyncio, "capture_call_graph", None)
    if capture is None:
        return
    try:
        graph = capture(task, limit=0)
    except (TypeError, RuntimeError):
        # Not one of asyncio's own tasks, or not from here.
        return
    above = list(graph.awaited_by) if graph is not None else []
    for _ in range(_DEPTH):
        if not above:
            return
        node = above.pop()
        if isinstance(node.future, asyncio.Task):
            yield node.future
        else:
            above += node.awaited_by


def _chain(task: Any) -> tuple[list[str], dict[str, Any]]:
    """The names of asyncio's functions that are awaited, and the program's place before them."""
    steps: list[str] = []
    at: dict[str, Any] = {}
    awaited = task.get_coro()
    for _ in range(_DEPTH):
        if awaited is None:
            break
        frame = _first(awaited, "cr_frame", "gi_frame", "ag_frame")
        if frame is not None and is_internal(frame.f_code):
            steps.append(_step(frame))
        elif frame is not None:
            steps.clear()
            path = absolute(frame.f_code.co_filename)
            at = {"path": path, "line": frame.f_lineno, "function": _function(frame)}
        awaited = _first(awaited, "cr_await", "gi_yieldfrom", "ag_await")
    return steps, at


def _step(frame: Any) -> str:
    name = _function(frame)
    if name == "wait_for" and frame.f_locals.get("timeout") is None:
        return "wait_for without a timeout"
    return "sock" if ".sock_" in name else name


def _first(of: Any, *names: str) -> Any:
    for name in names:
        found = getattr(of, name, None)
        if found is not None:
            return found
    return None


def _function(frame: Any) -> str:
    code = frame.f_code
    named = getattr(code, "co_qualname", None)
    if named is not None:
        return str(named).rpartition("<locals>.")[2]
    # Up to Python 3.10, a code object does not say which class it belongs to.
    owner = frame.f_locals.get("self")
    if owner is None:
        return str(code.co_name)
    for cls in type(owner).__mro__:
        if code.co_name in vars(cls):
            return f"{cls.__name__}.{code.co_name}"
    return str(code.co_name)


def _kind_of(waiter: Any, steps: list[str]) -> str:
    """What the future that it waits for says; empty where that is no more than the names say."""
    if waiter is None:
        return "timer" if "sleep" in steps else ""
    if isinstance(waiter, asyncio.Task):
        return "task"
    if type(waiter).__name__ == "_GatheringFuture":
        return "task"
    if waiter.cancelled():
        # What it stood for has been forgotten.
        return ""
    callbacks = getattr(waiter, "_callbacks", None) or ()
    names = {getattr(callback, "__name__", "") for callback, _ in callbacks}
    if "_call_check_cancel" in names:
        return "executor"
    return "" if steps else "future"


def _name_of(waiter: Any) -> str:
    if waiter is None:
        return ""
    if isinstance(waiter, asyncio.Task):
        return f"task {coroutine_name(waiter.get_coro())}"
    return "gather" if type(waiter).__name__ == "_GatheringFuture" else type(waiter).__name__
