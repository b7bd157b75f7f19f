"""How much a document says where its place takes only so much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Detail:
    """What a document has beside its tables and messages."""

    diffs: bool = True
    excerpts: bool = True
    facts: bool = True


def levels() -> Iterator[Detail]:
    """From everything down to the least."""
    yield Detail()
    yield Detail(diffs=False)
    yield Detail(diffs=False, excerpts=False)
    yield Detail(diffs=False, excerpts=False, facts=False)
