from __future__ import annotations

import sys
import threading

import pytest

from taskleash.driver.parsing.deep import with_deep_stack

DEPTH = 5_000


def depth_of(levels: int) -> int:
    return 1 + depth_of(levels - 1) if levels else 0


def test_work_may_recurse_more_deeply_than_otherwise() -> None:
    with pytest.raises(RecursionError):
        depth_of(DEPTH)
    assert with_deep_stack(lambda: depth_of(DEPTH), 32) == DEPTH


def test_what_the_work_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        with_deep_stack(lambda: 1 // 0, 32)


def test_the_limits_are_as_before() -> None:
    before = sys.getrecursionlimit(), threading.stack_size()
    with_deep_stack(lambda: None, 32)
    assert (sys.getrecursionlimit(), threading.stack_size()) == before
