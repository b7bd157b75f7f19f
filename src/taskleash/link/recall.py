"""Memory for questions whose answers can depend on each other in a circle."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")

_NO_CUT = sys.maxsize


class Recall(Generic[Key, Answer]):
    """Answers a question once; one that comes up while it is being answered is cut short.

    What was found by way of a cut holds for that way only: it is forgotten when the question is
    answered at which the circle closes. So every question is worked out once for each such circle
    at most, where plain recursion would take exponential time.
    """

    def __init__(self) -> None:
        self._known: dict[Key, Answer] = {}
        #: answers by way of a cut, with the depth of the open question that was cut
        self._passing: dict[Key, tuple[Answer, int]] = {}
        self._open: dict[Key, int] = {}
        self._lowest = _NO_CUT

    def get(self, key: Key, find: Callable[[], Answer], cut: Answer) -> Answer:
        """The remembered answer, or what ``find`` gives; ``cut`` where that asks for itself."""
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self._lowest = min(self._lowest, self._open[key])
            return cut
        if key in self._passing:
            answer, lowest = self._passing[key]
            self._lowest = min(self._lowest, lowest)
            return answer
        return self._find(key, find)

    def _find(self, key: Key, find: Callable[[], Answer]) -> Answer:
        depth, outer = len(self._open), self._lowest
        self._open[key], self._lowest = depth, _NO_CUT
        answer = find()
        del self._open[key]
        if self._lowest < depth:
            self._passing[key] = (answer, self._lowest)
            self._lowest = min(self._lowest, outer)
        else:
            self._known[key] = answer
            self._passing = {k: v for k, v in self._passing.items() if v[1] < depth}
            self._lowest = outer
        return answer
