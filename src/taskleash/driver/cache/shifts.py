"""Files whose code has stayed while comments and empty lines changed: none of it is parsed anew."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

from taskleash.driver.cache.keys import DIGEST_BYTES, digest, key
from taskleash.driver.cache.plain import recalled
from taskleash.driver.cache.store import CacheStore
from taskleash.ir.packing.conform import check_of
from taskleash.source.code_lines import code_lines
from taskleash.source.loading import InvalidSource, decode

#: stands for the code of a file, and the numbers of its lines
_Lines: TypeAlias = tuple[bytes, tuple[int, ...]]
_CHECK = check_of(tuple[bytes, tuple[int, ...]])


class Shifts:
    """Knows of outcomes, by their keys, on which lines of their files the code stood.

    What stands for the facts of a file, wherever its lines are, follows from its code, its module
    and whether it is that of a package.
    """

    def __init__(self, store: CacheStore) -> None:
        self._store = store
        self._known: dict[bytes, _Lines | None] = {}
        self._news: dict[bytes, bytes] = {}

    def note(self, outcome: bytes, data: bytes, of: bytes, shape: bytes) -> None:
        """Note the bytes that an outcome is of, the module that they are ``of``, and the shape."""
        wanted = _lines_key(outcome)
        # Those that were looked for in vain are at hand.
        lines = marshal.loads(self._news[wanted]) if wanted in self._news else _lines_in(data)
        self._news[wanted] = marshal.dumps(lines)
        if lines is not None:
            self._news[_shape_key(lines, of)] = shape

    def shapes(
        self, unknown: Mapping[bytes, tuple[Callable[[], bytes], bytes]]
    ) -> dict[bytes, bytes]:
        """The shapes of outcomes that are not known, by the code of the bytes, as far as possible.

        Of each is given what reads the bytes, which may raise InvalidSource, and the module that
        they are of.
        """
        wanted: dict[bytes, bytes] = {}
        for outcome, (data, of) in unknown.items():
            with suppress(InvalidSource):
                lines = _lines_in(data())
                self._news[_lines_key(outcome)] = marshal.dumps(lines)
                if lines is not None:
                    wanted[outcome] = _shape_key(lines, of)
        stored = self._store.get({*wanted.values()}) if wanted else {}
        found = {outcome: stored.get(key, b"") for outcome, key in wanted.items()}
        found = {outcome: shape for outcome, shape in found.items() if len(shape) == DIGEST_BYTES}
        for outcome in found:
            self._known[outcome] = marshal.loads(self._news[_lines_key(outcome)])
        return found

    def moved(self, before: bytes, after: bytes) -> dict[int, int] | None:
        """Where lines are by now, by where they were: of two outcomes of the same code."""
        old, new = self._lines(before), self._lines(after)
        if old is None or new is None or old[0] != new[0] or len(old[1]) != len(new[1]):
            return None
        return dict(zip(old[1], new[1], strict=True))

    def news(self) -> dict[bytes, bytes]:
        """What to put into the store, if anything."""
        news, self._news = self._news, {}
        return news

    def _lines(self, outcome: bytes) -> _Lines | None:
        if outcome not in self._known:
            self._known[outcome] = recalled(self._store, _lines_key(outcome), _CHECK)
        return self._known[outcome]


def _lines_in(data: bytes) -> _Lines | None:
    """Those of some bytes; None where these are no text, or not clear."""
    with suppress(InvalidSource):
        if (found := code_lines(decode(data))) is not None:
            return digest(found.code.encode("utf-8", "surrogatepass")), found.numbers
    return None


def _lines_key(outcome: bytes) -> bytes:
    return key("code lines", outcome)


def _shape_key(lines: _Lines, of: bytes) -> bytes:
    return key("shape of code", lines[0], of)
