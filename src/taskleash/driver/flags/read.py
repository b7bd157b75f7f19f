"""The flags of a run: those that are given, over those of the files that are named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from taskleash.driver.config.errors import ConfigError, kind_of, shown
from taskleash.driver.config.files import display
from taskleash.driver.config.numbers import HUGE, has_huge
from taskleash.driver.flags.formats import is_env, reader
from taskleash.driver.flags.source import parted
from taskleash.driver.settings import FlagSettings
from taskleash.ir.feature_flags import FeatureFlag, FeatureFlags
from taskleash.models.settings import FLAG_WORDS
from taskleash.sentences import Said, sentence
from taskleash.source.reading import TEXT_BYTES, read_regular


def read_flags(settings: FlagSettings) -> FeatureFlags:
    """All flags with their values; a later file overrides an earlier one, what is given all files.

    Raises:
        ConfigError: a file cannot be read, or lacks the key that is asked for.
    """
    found: dict[str, FeatureFlag] = {}
    for source in settings.sources:
        found.update((flag.name.lower(), flag) for flag in _from_file(source))
    given = {flag.name.lower(): flag for flag in settings.given}
    kept = {
        name: flag
        for name, flag in found.items()
        if name not in given and flag.last.lower() not in given
    }
    return FeatureFlags((*kept.values(), *given.values()))


def _from_file(source: str) -> Iterator[FeatureFlag]:
    path, keys = parted(source)
    name = display(path)
    read = reader(path)
    if read is None:
        raise ConfigError(f"flags-from: {name}: expected a .yaml, .toml, .json or .env file")
    try:
        data = read(_text(path, name), name)
        if has_huge(data):
            raise ConfigError(f"flags-from: {name}: {HUGE}")
        is_typed = not is_env(path)
        for key in keys:
            data = _below(data, key, name, ".".join(keys))
        for flag in _flags(data, "", sentence("in {place}", place=name), set()):
            # There an empty text or a zero is more often a setting than a switch.
            if not is_typed or flag.value not in (None, "", 0) or _switches(flag):
                yield flag
    except RecursionError:
        raise ConfigError(f"flags-from: {name}: nested too deeply") from None


def _text(path: str, name: str) -> str:
    try:
        return read_regular(path, TEXT_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"flags-from: {name}: no such file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"flags-from: {name}: cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: not valid utf-8: save the file as utf-8") from None


def _below(data: Any, key: str, name: str, path: str) -> Any:
    if isinstance(data, dict) and key in data:
        below = data[key]
        if isinstance(below, dict):
            return below
        raise ConfigError(f"flags-from: {name}: {path}: expected a section, got {kind_of(below)}")
    # What there is instead is not told: such files may hold secrets.
    raise ConfigError(f"flags-from: {name}: {path}: no such key {shown(key)}")


def _switches(flag: FeatureFlag) -> bool:
    return flag.value is False or not FLAG_WORDS.isdisjoint(re.split(r"[_-]", flag.last.lower()))


def _flags(data: Any, section: str, origin: Said, seen: set[int]) -> Iterator[FeatureFlag]:
    """The scalars of a section and of those in it; what an alias repeats is read once."""
    if not isinstance(data, dict) or id(data) in seen:
        return
    seen.add(id(data))
    for key, value in data.items():
        name = f"{section}.{key}" if section else str(key)
        if isinstance(value, dict):
            yield from _flags(value, name, origin, seen)
        elif value is None or isinstance(value, bool | int | float | str):
            yield FeatureFlag(name, value, origin)
