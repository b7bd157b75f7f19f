"""Which names of a demand files mention, and for which names they have been searched before."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable
from typing import TypeAlias

from taskleash.driver.cache.contents import Contents
from taskleash.driver.cache.keys import key
from taskleash.driver.cache.plain import recalled
from taskleash.driver.cache.questions import FileQuestion
from taskleash.driver.cache.store import CacheStore
from taskleash.driver.inputs import Input
from taskleash.ir.packing.conform import check_of

#: so many sets of names are remembered
_MAX_SETS = 40
_CHECK = check_of(list[list[bytes]])

#: makes the question which of these names a file mentions
Asking: TypeAlias = "Callable[[list[bytes]], FileQuestion[tuple[bytes, ...]]]"


class Searched:
    """The sets of names that were looked for: who asks for a part of them need not search again.

    What is known of them is kept apart for each ``scope``.
    """

    def __init__(self, contents: Contents, store: CacheStore, scope: bytes) -> None:
        self._contents = contents
        self._key = key("searched", scope)
        self._sets: list[list[bytes]] = recalled(store, self._key, _CHECK) or []
        self._changed = False

    def mentioned(self, names: Iterable[bytes], ask: Asking) -> Callable[[Input], Iterable[bytes]]:
        """What tells which of the names a file mentions; raises InvalidSource as it is read."""
        wanted = frozenset(names)
        own = ask(sorted(wanted))
        earlier = [ask(each) for each in self._covering(wanted)]
        if not earlier:
            self._sets = [sorted(wanted), *self._sets][:_MAX_SETS]
            self._changed = True
            return own.answer

        def mentioned(item: Input) -> Iterable[bytes]:
            digest = self._contents.digest(item)
            found: list[bytes] = []
            for question in earlier:
                known = question.known(digest)
                if known is None:
                    return own.answer(item)
                found += known
            return wanted.intersection(found) if found else ()

        return mentioned

    def _covering(self, wanted: frozenset[bytes]) -> list[list[bytes]]:
        """Sets that have all of the names between them; none where there are no such."""
        found: list[list[bytes]] = []
        rest = set(wanted)
        for each in sorted(self._sets, key=lambda names: -len(wanted.intersection(names))):
            if not rest.isdisjoint(each):
                found.append(each)
                rest.difference_update(each)
        return [] if rest else found

    def news(self) -> dict[bytes, bytes]:
        """What to put into the store, if anything."""
        changed, self._changed = self._changed, False
        return {self._key: marshal.dumps(self._sets)} if changed else {}
