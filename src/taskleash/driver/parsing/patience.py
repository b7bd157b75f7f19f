"""How long the parser may take for a file."""

from __future__ import annotations

from typing import Protocol

#: real code needs a tenth of this at most; the rest is for machines that have other things to do
PATIENCE_SECONDS = 30.0
_BYTES_A_SECOND = 50_000
_MAX_SECONDS = 120.0


class Sized(Protocol):
    """What takes the longer the larger it is."""

    @property
    def size(self) -> int:
        """The size in bytes or characters."""
        ...


def patience_for(item: Sized, patience: float) -> float:
    """How many seconds a file may take: so many, and a bit for its size."""
    return patience + min(item.size / _BYTES_A_SECOND, _MAX_SECONDS)
