"""The bytes of files, read once, and what stands for them where they need not be read."""

from __future__ import annotations

import marshal
import time
from collections.abc import Iterable
from typing import TypeAlias

from taskleash.driver.cache.digests import FEW, UNREADABLE, digests
from taskleash.driver.cache.keys import digest, key
from taskleash.driver.cache.plain import recalled
from taskleash.driver.cache.store import CacheStore
from taskleash.driver.inputs import Input
from taskleash.ir.packing.conform import check_of

#: bytes beyond this are read again when they are needed
_ROOM = 4 << 20
#: a file that changed so recently may change again without a change of its times
SETTLED_NS = 2_000_000_000
#: so many files that a run did not see are remembered in any case
_SPARE = 20_000

#: when a file changed, its size, and the digest of its bytes
_Known: TypeAlias = tuple[tuple[int, int], int, bytes]
_CHECK = check_of(dict[str, _Known])


class Contents:
    """Reads the files of one run; what it knows of them is kept apart for each ``scope``.

    A file that has the size and the times that it had in an earlier run has the same contents.
    ``steady`` is false once a file turned out to have changed during the run.
    """

    def __init__(self, store: CacheStore, scope: bytes = b"") -> None:
        self.steady = True
        self._lasts = store.lasts
        self._start = time.time_ns()
        self._key = key("contents", scope)
        self._known: dict[str, _Known] = recalled(store, self._key, _CHECK) or {}
        self._news: dict[str, _Known] = {}
        #: what this run has looked at, which may be too new for another one to trust in
        self._looked_at: dict[str, _Known] = {}
        self._seen: set[str] = set()
        self._digests: dict[str, bytes] = {}
        self._data: dict[str, bytes] = {}
        #: the paths of those that were given with their bytes, which may not be on disk
        self._given: set[str] = set()
        #: what was read last, whether there was room for it or not
        self._newest = ("", b"")
        self._room = _ROOM

    def data(self, item: Input) -> bytes:
        """The bytes of a file; raises InvalidSource where they cannot be read."""
        data = self._newest[1] if self._newest[0] == item.path else self._data.get(item.path)
        if data is not None:
            return data
        data = item.read()
        self._newest = (item.path, data)
        if len(data) <= self._room:
            self._room -= len(data)
            self._data[item.path] = data
        if self._lasts:
            self._note(item, digest(data))
        return data

    def digest(self, item: Input) -> bytes:
        """What stands for a file's bytes; raises InvalidSource where they cannot be read."""
        # What is known of the path may be what is on disk.
        if item.data is None or item.file.path in self._given:
            found = self._digests.get(item.file.path) or self._seen_before(item)
            if found is not None:
                return found
        data = self.data(item)
        return self._digests.get(item.path) or digest(data)

    def look(self, items: Iterable[Input], jobs: int) -> None:
        """Find out what stands for files that an earlier run saw elsewhere, or at another time.

        That is by as many as two processes, see `digests`. Where nothing was seen before, whoever
        reads the files needs their bytes, too, and nothing is done.
        """
        if not self._known:
            return
        unseen = [item for item in items if item.data is None and not self._seen_before(item)]
        if len(unseen) >= FEW:
            for item, found in zip(
                unseen, digests([item.file.absolute for item in unseen], jobs), strict=True
            ):
                if found != UNREADABLE:
                    self._looked_at[item.file.absolute] = (item.file.times, item.file.size, found)
                    self._note(item, found)

    def has_seen(self, items: Iterable[Input]) -> bool:
        """Whether none of the files has to be read to know what stands for its bytes."""
        return all(map(self._seen_before, items))

    def _seen_before(self, item: Input) -> bytes | None:
        """What is known to stand for a file's bytes by its size and times."""
        file = item.file
        if item.data is not None:
            return None
        known = self._looked_at.get(file.absolute) or self._known.get(file.absolute)
        if known is None or known[0] != file.times or known[1] != file.size:
            return None
        self._seen.add(file.absolute)
        self._digests[file.path] = known[2]
        return known[2]

    def again(self) -> None:
        """Begin another run, in which no file on disk is another one than it was."""
        self.steady = True
        self.release()
        for path in self._given:
            self._digests.pop(path, None)
        self._given.clear()

    def release(self) -> None:
        """Keep no bytes: whoever needs some of them again has them read again."""
        self._data.clear()
        self._newest = ("", b"")
        self._room = _ROOM

    def news(self) -> dict[bytes, bytes]:
        """What to put into the store, if anything."""
        if not self._news:
            return {}
        known = {**self._known, **self._news}
        if len(known) > 2 * len(self._seen) + _SPARE:
            known = {path: entry for path, entry in known.items() if path in self._seen}
        self._known, self._news = known, {}
        return {self._key: marshal.dumps(known)}

    def _note(self, item: Input, found: bytes) -> None:
        if item.data is not None and item.path not in self._given:
            self._given.add(item.path)
            self._digests[item.path] = found
        elif self._digests.setdefault(item.path, found) != found:
            self.steady = False
            self._digests[item.path] = found
        file = item.file
        if item.data is None and 0 < max(file.times) < self._start - SETTLED_NS:
            self._seen.add(file.absolute)
            self._news[file.absolute] = (file.times, file.size, found)
