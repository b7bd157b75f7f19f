"""What a project tells of itself: calls beside those of the catalogue, and feature flags."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskleash.facts.feature_flags import FeatureFlags


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


@dataclass(frozen=True)
class Told:
    """All that the settings tell of the program; what is found out depends on it.

    ``hints`` asks for flags, where none are given, that would tell more.
    """

    calls: KnownCalls = field(default_factory=KnownCalls)
    flags: FeatureFlags = field(default_factory=FeatureFlags)
    hints: bool = False
