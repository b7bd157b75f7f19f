"""Room for code that is nested deeply: long chains of operators and of `elif` are deep trees."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

PARSER_MEGABYTES = 32
LINKER_MEGABYTES = 256
#: a Python call takes half a kilobyte of the stack, two where native code makes it
_CALLS_A_MEGABYTE = 500

_STARTING = threading.Lock()
_T = TypeVar("_T")


def with_deep_stack(work: Callable[[], _T], megabytes: int) -> _T:
    """What the work returns or raises, done in a thread with a stack of that size."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, megabytes * _CALLS_A_MEGABYTE))
    try:
        # The size holds for every thread that starts: one at a time sets it and puts it back.
        with _STARTING:
            size = threading.stack_size(megabytes << 20)
            thread.start()
            threading.stack_size(size)
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]
