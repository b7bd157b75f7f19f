"""The map step: one file's bytes to its facts, in this process or another one."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from taskleash.facts.model import ModuleFacts
from taskleash.source.discovery import File
from taskleash.source.loading import InvalidSource, Source, decode, read_bytes

_T = TypeVar("_T")

_BRACKETS = b"()[]{}"
_REST = bytes(byte for byte in range(256) if byte not in _BRACKETS)
#: CPython itself refuses more than 200 brackets inside each other
_MAX_DEPTH = 150
_MAX_LINE = 50_000
_DEEP_STACK = 64 << 20
_DEEP_RECURSION = 50_000


@dataclass(frozen=True)
class Broken:
    """A file that cannot be analysed, and why."""

    file: File
    line: int
    column: int
    message: str


Parsed = ModuleFacts | Broken


def parse_file(file: File) -> Parsed:
    """The facts of a file, read from disk; what is wrong with it where it has none."""
    try:
        return parse_bytes(file, read_bytes(file.absolute))
    except InvalidSource as error:
        return Broken(file, error.line, error.column, error.message)


def parse_bytes(file: File, data: bytes) -> Parsed:
    """The facts of a file's bytes."""
    # libcst is only imported once something has to be parsed.
    from taskleash.facts.extract import extract

    collecting = gc.isenabled()
    gc.disable()
    try:
        source = Source(file.path, file.module, decode(data))
        return with_deep_stack(lambda: extract(source))
    except InvalidSource as error:
        return Broken(file, error.line, error.column, error.message)
    finally:
        if collecting:
            gc.enable()


def with_deep_stack(work: Callable[[], _T]) -> _T:
    """Do the work; where it is nested too deeply for this thread, again with a larger stack."""
    try:
        return work()
    except RecursionError:
        pass
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except (InvalidSource, RecursionError) as error:
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_DEEP_STACK)
    sys.setrecursionlimit(_DEEP_RECURSION)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if results:
        return results[0]
    if errors and isinstance(errors[0], InvalidSource):
        raise errors[0]
    raise InvalidSource(TOO_DEEP)


TOO_DEEP = "nested too deeply to be analysed, split the expression or exclude the file"


def may_overflow(data: bytes) -> bool:
    """Whether a file could be nested so deeply that the native parser overflows its stack.

    Such a file is parsed in a process of its own, which may die.
    """
    if len(data) > _MAX_LINE and max(map(len, data.splitlines())) > _MAX_LINE:
        return True
    depth = 0
    for bracket in data.translate(None, _REST):
        depth += 1 if bracket in b"([{" else -1
        if depth > _MAX_DEPTH:
            return True
    return False
