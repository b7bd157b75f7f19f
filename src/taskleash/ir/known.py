"""What a project tells of itself: calls beside those of our table, and feature flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from functools import cached_property

from taskleash.ir.feature_flags import FeatureFlags
from taskleash.models.api import Api, Starts
from taskleash.models.lifecycle import UserEntry
from taskleash.records import dataclass

#: the setting that names what sees to the end of tasks
OWNER_CALLS = "owner-calls"


@dataclass(frozen=True)
class KnownCalls:
    """Qualified names (``package.module.function``) that the settings give.

    ``spawn`` start a task from the coroutine handed to them, ``owner`` take a task and see to its
    end, ``safe`` start tasks whose dropped handle does no harm. ``apis`` and ``lifecycle`` are the
    entries of the user's files of models.
    """

    spawn: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()
    apis: tuple[Api, ...] = ()
    lifecycle: tuple[UserEntry, ...] = ()

    @cached_property
    def told(self) -> tuple[Api, ...]:
        """All of them as entries of the table; the first that fits a call counts."""
        return (*self._named(), *self.apis)

    def _named(self) -> Iterator[Api]:
        for key, starts, names in (
            ("safe-calls", Starts.SAFE, self.safe),
            (OWNER_CALLS, Starts.OWNER, self.owner),
            ("spawn-calls", Starts.TASK, self.spawn),
        ):
            for name in names:
                yield Api(name, key, starts)

    @cached_property
    def told_by_name(self) -> dict[str, tuple[Api, ...]]:
        """Those that may be meant by a function's own name, in the order in which they count."""
        found: dict[str, list[Api]] = {}
        for api in self.told:
            found.setdefault(api.last, []).append(api)
        return {name: tuple(apis) for name, apis in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """The bare names that a file must mention to start a task, or drop a coroutine."""
        return frozenset(
            api.last
            for api in self.told
            if api.starts is not Starts.NOTHING or api.callback is not None
        )


@dataclass(frozen=True)
class Told:
    """All that the settings tell of the program; what is found out depends on it.

    ``hints`` asks for flags, where none are given, that would tell more.
    """

    calls: KnownCalls = field(default_factory=KnownCalls)
    flags: FeatureFlags = field(default_factory=FeatureFlags)
    hints: bool = False
