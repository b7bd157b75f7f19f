"""What one run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskleash.facts.known import KnownCalls
from taskleash.fixes.choice import FixChoice
from taskleash.source.discovery import Discovery


@dataclass(frozen=True)
class Settings:
    """The effective settings of a run.

    ``select`` and ``ignore`` are rule selectors, ``known`` are calls that spawn or are safe by the
    project's own word, ``jobs`` is the number of worker processes (0: one for each core). ``stdin``
    is source text given on standard input: it stands for the contents of the one path. ``fixes``
    says which fixes are offered and applied.
    """

    paths: tuple[str, ...] = (".",)
    discovery: Discovery = field(default_factory=Discovery)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    known: KnownCalls = field(default_factory=KnownCalls)
    jobs: int = 0
    stdin: bytes | None = None
    fixes: FixChoice = field(default_factory=FixChoice)
