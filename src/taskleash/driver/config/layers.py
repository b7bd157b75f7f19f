"""What sources of settings say, and how they lie upon each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from taskleash.driver.config.bounds import Bounds
from taskleash.driver.config.errors import ConfigError, WrongValue, did_you_mean, key_path
from taskleash.driver.config.keys import KEYS
from taskleash.records import dataclass

#: the name of the layer that the options of the command line are
COMMAND_LINE = "command line"
_OF_PROJECT_FILES = "tool"


@dataclass(frozen=True, eq=False)
class Layer:
    """One source: a file, or the options of the command line.

    ``name`` is as messages show it, ``base`` the folder that its paths are relative to (absolute,
    with ``/``). ``values`` are by key; lists are tuples. ``bounds`` are those of a file that was
    found; what the command line says or names has none.
    """

    name: str
    base: str
    values: Mapping[str, Any] = field(default_factory=dict)
    bounds: Bounds | None = None


@dataclass(frozen=True, eq=False)
class Config:
    """The layers that apply to a folder, the strongest of them last."""

    layers: tuple[Layer, ...] = ()

    def value(self, name: str) -> Any:
        """What the strongest layer says, or all of them where the key adds; else the default."""
        key = KEYS[name]
        saying = self.saying(name)
        if not saying:
            return key.default
        values = [layer.values[name] for layer in saying]
        if not key.adds:
            return values[-1]
        if isinstance(key.default, dict):
            return {name: value for table in values for name, value in table.items()}
        return tuple(item for items in values for item in items)

    def saying(self, name: str) -> tuple[Layer, ...]:
        """The layers that the value comes from, the strongest last; none for a default."""
        layers = tuple(layer for layer in self.layers if name in layer.values)
        return layers if KEYS[name].adds else layers[-1:]


def checked(
    table: Mapping[str, Any],
    name: str,
    prefix: tuple[str, ...],
    base: str,
    bounds: Bounds | None = None,
) -> Layer:
    """The layer that a table of a TOML file is; ``prefix`` are the keys that lead to the table.

    Raises:
        ConfigError: it has an unknown key, one that is not for a file that was found, or a value
            that its key does not take.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        path = (*prefix, key)
        if key not in KEYS:
            raise ConfigError(f"{name}: {key_path(path)}: unknown key ({_hint(key)})")
        if bounds is not None and KEYS[key].named_only:
            raise ConfigError(
                f"{name}: {key_path(path)}: only the command line decides this: give --{key}, or"
                " name this file with --config"
            )
        try:
            values[key] = KEYS[key].kind.read(value)
        except WrongValue as error:
            raise ConfigError(f"{name}: {key_path((*path, *error.path))}: {error}") from None
    return Layer(name, base, values, bounds)


def _hint(key: str) -> str:
    """What to write in place of an unknown key."""
    if key == _OF_PROJECT_FILES:
        return "the keys stand here without [tool.taskleash] before them"
    return did_you_mean(key, KEYS) or "all are in `taskleash config --isolated`"
