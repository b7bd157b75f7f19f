"""What is asked of the bytes of very many files, and was answered before."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from taskleash.driver.cache.contents import Contents
from taskleash.driver.cache.plain import recalled
from taskleash.driver.cache.store import CacheStore
from taskleash.driver.inputs import Input
from taskleash.ir.packing.conform import check_of

#: so many answers that a run did not need are remembered in any case
_SPARE = 20_000

_A = TypeVar("_A")


class FileQuestion(Generic[_A]):
    """A question whose answer, plain data, depends on a file's bytes alone.

    ``key`` stands for the question, ``answers`` is the type of the answers.
    """

    def __init__(
        self,
        key: bytes,
        answers: Any,
        ask: Callable[[bytes], _A],
        contents: Contents,
        store: CacheStore,
    ) -> None:
        self._key = key
        self._ask = ask
        self._contents = contents
        self._lasts = store.lasts
        check = check_of(dict[bytes, answers])
        self._known: dict[bytes, _A] = recalled(store, key, check) or {}
        self._news: dict[bytes, _A] = {}
        self._needed: set[bytes] = set()

    def answer(self, item: Input) -> _A:
        """The answer for a file; raises InvalidSource where it cannot be read."""
        if not self._lasts:
            return self._ask(self._contents.data(item))
        digest = self._contents.digest(item)
        self._needed.add(digest)
        if digest in self._known:
            return self._known[digest]
        if digest not in self._news:
            data = self._contents.data(item)
            # By now it may be another file than the one that was looked at before.
            digest = self._contents.digest(item)
            self._needed.add(digest)
            self._news[digest] = self._ask(data)
        return self._news[digest]

    def known(self, digest: bytes) -> _A | None:
        """The answer for the file whose bytes have this digest, where an earlier run gave it."""
        return self._known.get(digest)

    def news(self) -> dict[bytes, bytes]:
        """What to put into the store, if anything."""
        if not self._news:
            return {}
        known = {**self._known, **self._news}
        if len(known) > 2 * len(self._needed) + _SPARE:
            known = {digest: answer for digest, answer in known.items() if digest in self._needed}
        self._known, self._news = known, {}
        return {self._key: marshal.dumps(known)}
