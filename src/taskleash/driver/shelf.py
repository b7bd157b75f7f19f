"""The facts of a program that is mended: those of files that have new texts are packed away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from taskleash.driver.parsing.parse import packed_for_now, unpacked

if TYPE_CHECKING:
    from taskleash.ir.model import ModuleFacts


def opened(data: bytes) -> ModuleFacts:
    """The facts of a file that were packed by this program."""
    # Imported here, as below, because a run that mends nothing has no use for it.
    import zlib

    return cast("ModuleFacts", unpacked(zlib.decompress(data), is_own=True))


class Shelf(Mapping[str, "ModuleFacts"]):
    """Facts by path, some of them packed.

    While a fix is proved, the facts of a file's old and new text would lie side by side, with all
    that linking works out of them. The old ones are asked for again only where the fix does not
    stand; packed they take little.
    """

    def __init__(self, facts: Mapping[str, ModuleFacts]) -> None:
        self._facts = dict(facts)
        self._packed: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> ModuleFacts:
        if path in self._packed:
            self._facts[path] = opened(self._packed.pop(path))
        return self._facts[path]

    def __iter__(self) -> Iterator[str]:
        # What is asked for on the way comes out of its packing.
        return iter([*self._facts, *self._packed])

    def __contains__(self, path: object) -> bool:
        return path in self._facts or path in self._packed

    def __len__(self) -> int:
        return len(self._facts) + len(self._packed)

    @property
    def at_hand(self) -> Iterable[ModuleFacts]:
        """Those that are not packed."""
        return self._facts.values()

    def packed(self, path: str) -> bytes:
        """The facts of a file as `opened` reads them; empty where they are not packed."""
        return self._packed.get(path, b"")

    def put_away(self, paths: Iterable[str]) -> None:
        """Pack the facts of files until they are asked for; what is too deep for that stays."""
        import zlib

        from taskleash.ir.packing.packing import BadPacking

        for path in paths:
            if path in self._facts:
                with suppress(BadPacking, RecursionError):
                    self._packed[path] = zlib.compress(packed_for_now(self._facts[path]), 1)
                    del self._facts[path]
