"""The feature flags that a run is told of, by name."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TypeAlias

from taskleash.records import dataclass
from taskleash.sentences import Said

Value: TypeAlias = "bool | int | float | str | None"

#: what people write in settings and environments for "no"; compared in lower case
_OFF = frozenset({"", "0", "false", "off", "no", "n", "f", "none", "null"})
_ON = frozenset({"1", "true", "on", "yes", "y", "t"})
#: names that say nothing without the section that they stand in: ``metrics.enabled``
_GENERIC = frozenset(
    {
        "activate", "active", "debug", "default", "enable", "enabled", "level", "mode", "name",
        "on", "type", "use", "value",
    }
)  # fmt: skip


@dataclass(frozen=True)
class FeatureFlag:
    """A flag: its dotted name, its value, and where that was read, as messages say it."""

    name: str
    value: Value
    origin: Said

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def section(self) -> str:
        """The part before the last one, if any."""
        return self.name.rpartition(".")[0].rpartition(".")[2]

    @property
    def is_off(self) -> bool:
        """Whether its value means no."""
        return is_off(self.value)


@dataclass(frozen=True)
class FeatureFlags:
    """All flags of a run; where there are none, nothing is decided."""

    flags: tuple[FeatureFlag, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.flags)

    @cached_property
    def _named(self) -> dict[str, list[FeatureFlag]]:
        found: dict[str, list[FeatureFlag]] = defaultdict(list)
        for flag in self.flags:
            found[flag.last.lower()].append(flag)
        return found

    def find(self, name: str, section: str = "") -> FeatureFlag | None:
        """The flag that code means by a name, read from something called ``section``.

        Flags of several sections share a name: theirs decides, or that they agree. None where the
        name is no flag, or it cannot be told which one.
        """
        found = self._named.get(name.lower(), [])
        within = [flag for flag in found if flag.section and _same(flag.section, section)]
        if within:
            found = within
        elif is_generic(name):
            found = [flag for flag in found if not flag.section]
        if not found or any(flag.value != found[0].value for flag in found):
            return None
        return found[0]


def is_generic(name: str) -> bool:
    """Whether a name says nothing without the section that it stands in."""
    return name.lower() in _GENERIC


def is_off(value: Value) -> bool:
    """Whether a value means no, as settings files and environments have it."""
    return not value or str(value).strip().lower() in _OFF


def is_switch(value: Value) -> bool:
    """Whether a value means yes or no, rather than one of several choices."""
    return is_off(value) or value is True or str(value).strip().lower() in _ON


def _same(section: str, read_from: str) -> bool:
    """Whether a section's name is that of the object: ``proxy`` and ``proxy_config``, say."""
    first, second = section.lower(), read_from.lower().strip("_")
    return bool(second) and (first == second or first in second.split("_"))
