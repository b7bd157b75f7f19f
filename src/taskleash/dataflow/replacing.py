"""Which of the stores that share a place have to be asked about for each handle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from taskleash.dataflow.trail import Op
from taskleash.ir.model import Store
from taskleash.semantics.entities import Function


class Replacing:
    """Stores in places that many handles share, which may replace one of them.

    Whether one does is the same for all handles that come to its function by these places alone: it
    is asked for one of them, and for those that come there otherwise.
    """

    def __init__(self, stores: Sequence[tuple[Op, Store]]) -> None:
        self._left = dict(enumerate(stores))
        self._places = {id(op): place for place, (op, _) in enumerate(stores)}
        self._settled: dict[Function, dict[int, tuple[Op, Store]]] = {}

    def left_for(self, touched: Iterable[Function]) -> list[tuple[Op, Store]]:
        """Those that are to be asked about for a handle that comes to functions by itself."""
        found = dict(self._left)
        for function in touched:
            found |= self._settled.get(function, {})
        return [found[place] for place in sorted(found)]

    def settle(self, op: Op, around: set[Function], touched: frozenset[Function]) -> None:
        """Note that a store replaces no handle that comes to no function around it by itself."""
        place = self._places.get(id(op))
        if place is None or place not in self._left or not around.isdisjoint(touched):
            return
        store = self._left.pop(place)
        for function in around:
            self._settled.setdefault(function, {})[place] = store
