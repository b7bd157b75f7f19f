"""What walks of folders came to, kept for other runs of the same user."""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Callable, Iterable

from taskleash.driver.cache.contents import SETTLED_NS
from taskleash.driver.cache.keys import key
from taskleash.driver.cache.seal import Sealed
from taskleash.driver.cache.store import CacheStore
from taskleash.source.walks import Walk, newest


class StoredWalks:
    """The walks in a store, which is only opened where folders are to be walked.

    What came with a checkout is not taken: it would say which files to read. On Windows a folder's
    times may come late, so that nothing is kept there.
    """

    def __init__(self, store: Callable[[], CacheStore]) -> None:
        self._store = store
        self._start = time.time_ns()

    @property
    def _lasts(self) -> bool:
        return os.name == "posix" and self._store().lasts

    def get(self, asked: Iterable[str]) -> Walk | None:
        """See `Walks`."""
        if not self._lasts:
            return None
        wanted = _key(asked)
        stored = self._store().get([wanted]).get(wanted)
        walk: Walk | None = marshal.loads(stored) if isinstance(stored, Sealed) else None
        return walk

    def keep(self, asked: Iterable[str], walk: Walk) -> None:
        """See `Walks`. What changed a moment ago may change again without a change of its times."""
        if self._lasts and newest(walk) < self._start - SETTLED_NS:
            self._store().put({_key(asked): marshal.dumps(walk)})


def _key(asked: Iterable[str]) -> bytes:
    return key("walk", *(part.encode("utf-8", "surrogateescape") for part in asked))
