"""What one run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskleash.source.discovery import Discovery


@dataclass(frozen=True)
class Settings:
    """The effective settings of a run.

    ``select`` and ``ignore`` are rule selectors, ``fail_on`` is ``high``, ``low`` or ``never``,
    ``jobs`` the number of worker processes (0: one for each core). ``stdin`` is source text given
    on standard input, reported under the first path.
    """

    paths: tuple[str, ...] = (".",)
    discovery: Discovery = field(default_factory=Discovery)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "high"
    jobs: int = 0
    stdin: bytes | None = None
