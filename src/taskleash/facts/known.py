"""Calls that a project says it knows, beside those of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownCalls:
    """Qualified names (``package.module.function``) that the settings give.

    ``spawn`` start a task from the coroutine handed to them, ``owner`` take a task and see to its
    end, ``safe`` start tasks whose dropped handle does no harm.
    """

    spawn: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()

    @property
    def words(self) -> frozenset[str]:
        """The bare names that a file must mention to make any of the calls."""
        return frozenset(n.rpartition(".")[2] for n in (*self.spawn, *self.owner, *self.safe))
