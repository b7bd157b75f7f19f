"""Runs the map step over many files, in this process or in a pool of workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from taskleash.driver.parse import TOO_DEEP, Broken, Parsed, may_overflow, parse_file
from taskleash.source.discovery import File
from taskleash.source.loading import InvalidSource, read_bytes

#: below this many bytes to parse, starting workers costs more than it saves
_POOL_FROM = 200_000
_ISOLATED_SECONDS = 20

Progress = Callable[[int], None]


def parse_files(files: Iterable[File], jobs: int, advance: Progress) -> dict[str, Parsed]:
    """The outcome of each file, by path; ``advance`` is called with the number just done."""
    plain, suspicious = [], []
    for file in files:
        (suspicious if _suspicious(file) else plain).append(file)
    results: dict[str, Parsed] = {}
    for file in suspicious:
        results[file.path] = _isolated(file)
        advance(1)
    workers = min(jobs or os.cpu_count() or 1, len(plain))
    if workers > 1 and sum(file.size for file in plain) > _POOL_FROM:
        _in_pool(plain, workers, results, advance)
    for file in plain:
        if file.path not in results:
            results[file.path] = parse_file(file)
            advance(1)
    return results


def _suspicious(file: File) -> bool:
    try:
        return may_overflow(read_bytes(file.absolute))
    except InvalidSource:
        return False


def _in_pool(
    files: list[File], workers: int, results: dict[str, Parsed], advance: Progress
) -> None:
    """Parse with worker processes, the largest files first; what a dead worker loses is left."""
    largest_first = sorted(files, key=lambda file: -file.size)
    pool = ProcessPoolExecutor(workers, mp_context=get_context())
    try:
        pending: set[Future[Parsed]] = {pool.submit(parse_file, file) for file in largest_first}
        names = {id(future): None for future in pending}
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                parsed = future.result()
                path = parsed.file.path if isinstance(parsed, Broken) else parsed.path
                results[path] = parsed
                names.pop(id(future), None)
            advance(len(done))
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _isolated(file: File) -> Parsed:
    """Parse in a process of its own, which may overflow its stack."""
    pool = ProcessPoolExecutor(1, mp_context=get_context())
    try:
        return pool.submit(parse_file, file).result(timeout=_ISOLATED_SECONDS)
    except (BrokenProcessPool, TimeoutError):
        return Broken(file, 1, 1, TOO_DEEP)
    finally:
        for process in list(getattr(pool, "_processes", {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
