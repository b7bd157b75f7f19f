"""A progress bar on standard error for scans that take a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE_SECONDS = 0.5


@contextmanager
def progress_bar(total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with the number of files just done; shows nothing at first."""
    start = time.monotonic()
    shown: list[Callable[[int], None]] = []
    stops: list[Callable[[], None]] = []
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if shown:
            shown[0](done)
        elif time.monotonic() - start > _PATIENCE_SECONDS:
            show, stop = _start(total)
            shown.append(show)
            stops.append(stop)
            show(done)

    try:
        yield advance
    finally:
        for stop in stops:
            stop()


def _start(total: int) -> tuple[Callable[[int], None], Callable[[], None]]:
    # Most scans are done before anybody could read a bar; rich is only imported for the others.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("parsing"),
        BarColumn(),
        TextColumn("{task.completed} files"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("parsing", total=None if total == 0 else total)
    bar.start()
    return (lambda done: bar.update(task, completed=done)), bar.stop
