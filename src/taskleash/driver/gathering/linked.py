"""The linker at work: with a deep stack, and without the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack

_T = TypeVar("_T")


@contextmanager
def uncollected() -> Iterator[None]:
    """Makes facts in its block without the garbage collector, which never looks at them later.

    There are a million objects of them, all needed and in no cycles: to look at them again and
    again as they grow would take longer than to make them.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def linked(work: Callable[[], _T]) -> _T:
    """What the work returns or raises.

    The facts of a program are a million objects, all of them needed: the collector would look at
    them again and again. So it is off during the work, and what there is afterwards it leaves
    alone, too: what was linked is taken apart by hand. See `tidied` for processes that go on.
    """
    gc.disable()
    try:
        return with_deep_stack(work, LINKER_MEGABYTES)
    finally:
        gc.freeze()
        gc.enable()


def tidied() -> None:
    """Have the collector look at everything, between one piece of work and the next."""
    gc.unfreeze()
    gc.collect()
