"""The facts that are at hand, for a process that has more than one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from taskleash.driver.parsing.parse import Broken, Parsed
from taskleash.records import dataclass

if TYPE_CHECKING:
    from taskleash.semantics.indexed import IndexedModules

#: packed facts of more bytes are not retained: unpacked they are some twenty times as large
_ROOM = 2 << 20


@dataclass(frozen=True)
class _Held:
    outcome: Parsed
    size: int
    run: int


class Retained:
    """Outcomes of parsing, and what linking has found out of each module by itself."""

    def __init__(self) -> None:
        self._run = 0
        self._room = _ROOM
        #: what was used last comes last
        self._held: dict[tuple[str, bytes], _Held] = {}
        self._indexed: IndexedModules | None = None

    @property
    def indexed(self) -> IndexedModules:
        """What is known of each module."""
        # Most runs of the command line link nothing.
        from taskleash.semantics.indexed import IndexedModules

        if self._indexed is None:
            self._indexed = IndexedModules()
        return self._indexed

    def begin(self) -> None:
        """Begin the next run."""
        self._run += 1
        if self._indexed is not None:
            facts = (held.outcome for held in self._held.values())
            self._indexed.retain(each for each in facts if not isinstance(each, Broken))

    def of(self, keys: Mapping[str, bytes]) -> dict[str, Parsed]:
        """The outcomes that are at hand, by path, of those with these keys."""
        found: dict[str, Parsed] = {}
        for item in keys.items():
            held = self._held.pop(item, None)
            if held is not None:
                self._held[item] = replace(held, run=self._run)
                found[item[0]] = held.outcome
        return found

    def hold(self, path: str, key: bytes, outcome: Parsed, size: int) -> None:
        """Keep an outcome at hand, which has so many bytes when it is packed.

        What earlier runs used, the longest ago first, makes room for it.
        """
        while size > self._room and self._held:
            oldest = next(iter(self._held))
            if self._held[oldest].run == self._run:
                return
            self._room += self._held.pop(oldest).size
        if size <= self._room:
            self._room -= size
            self._held[path, key] = _Held(outcome, size, self._run)
