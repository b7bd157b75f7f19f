"""A progress bar on standard error for scans that take a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

_PATIENCE_SECONDS = 0.5

Show = Callable[[int, int], None]


@contextmanager
def progress_bar() -> Iterator[Show]:
    """Gives a function to call with the number of files done and their total.

    Most scans are done before anybody could read a bar, so there is none at first.
    """
    start = time.monotonic()
    bar: Show | None = None
    with ExitStack() as stack:

        def show(done: int, total: int) -> None:
            nonlocal bar
            if bar is not None:
                bar(done, total)
            elif time.monotonic() - start > _PATIENCE_SECONDS:
                bar = stack.enter_context(_bar(done, total))

        yield show


@contextmanager
def _bar(done: int, total: int) -> Iterator[Show]:
    # Imported here because it takes longer than a scan that needs no bar.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("parsing"), BarColumn(), MofNCompleteColumn(), TextColumn("files"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("parsing", completed=done, total=total)
    with bar:
        yield lambda done, total: bar.update(task, completed=done, total=total)
