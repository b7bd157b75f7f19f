"""Configuration files: read, checked, and those that they extend."""

from __future__ import annotations

import os
from typing import Any

from taskleash.driver.config.bounds import Bounds, bounds_of
from taskleash.driver.config.errors import ConfigError, key_path, shown
from taskleash.driver.config.layers import Layer, checked
from taskleash.driver.config.toml import parse
from taskleash.source.links import lies_in
from taskleash.source.paths import is_below, join
from taskleash.source.reading import TEXT_BYTES, read_regular

#: in the order of precedence within one folder
FILE_NAMES = (".taskleash.toml", "taskleash.toml", "pyproject.toml")
_PYPROJECT = "pyproject.toml"
_TABLE = ("tool", "taskleash")


def in_folder(folder: str) -> tuple[Layer, ...] | None:
    """The layers of the configuration that lies in a folder, if one does.

    A ``pyproject.toml`` without a table of ours is none. Raises `ConfigError`.
    """
    for name in FILE_NAMES:
        path = join(folder, name)
        if os.path.isfile(path) and (layers := _found(path)) is not None:
            return layers
    return None


def _found(path: str) -> tuple[Layer, ...] | None:
    """The layers of a file that nobody named, within its bounds."""
    bounds = bounds_of(os.path.dirname(path))
    if not lies_in(path, bounds.root):
        if not _is_ours(path):
            return None
        raise ConfigError(
            f"{display(path)}: leads out of the project (to allow it, name it with --config)"
        )
    return _chain(path, (), bounds)


def _is_ours(path: str) -> bool:
    """Whether a file would count as a configuration."""
    if not _prefix(path):
        return True
    try:
        return _TABLE[-1].encode() in read_regular(path, TEXT_BYTES)
    except OSError as error:
        raise _unreadable(display(path), error) from None


def named(path: str) -> tuple[Layer, ...]:
    """The layers of a configuration file that is asked for by its path. Raises `ConfigError`."""
    absolute = os.path.abspath(path).replace(os.sep, "/")
    layers = _chain(absolute, (), None)
    if layers is None:
        raise ConfigError(f"{display(absolute)}: no [{key_path(_TABLE)}] table in it")
    return layers


def display(path: str) -> str:
    """An absolute path as messages show it: relative where it lies below the current folder."""
    current = os.getcwd().replace(os.sep, "/")
    return path[len(join(current, "")) :] if is_below(path, current) and path != current else path


def _chain(path: str, above: tuple[str, ...], bounds: Bounds | None) -> tuple[Layer, ...] | None:
    """The layer of a file after those that it extends; ``above`` are the files that extend it.

    All of them lie within the ``bounds``, if any.
    """
    layer = _layer(path, bounds)
    if layer is None or "extend" not in layer.values:
        return None if layer is None else (layer,)
    where = f"{layer.name}: {key_path((*_prefix(path), 'extend'))}"
    target = resolved(layer.values["extend"], layer.base)
    if bounds is not None:
        bounds.check(where, layer.values["extend"], target)
    chain = (*above, path)
    if target in chain:
        names = ", which extends ".join(map(display, (*chain[chain.index(target) + 1 :], target)))
        raise ConfigError(f"{where}: a loop: {display(target)} extends {names}")
    if not os.path.isfile(target):
        raise ConfigError(f"{where}: {shown(layer.values['extend'])}: no such file")
    base = _chain(target, chain, bounds)
    if base is None:
        raise ConfigError(f"{where}: no [{key_path(_TABLE)}] table in {display(target)}")
    return (*base, layer)


def resolved(path: str, base: str) -> str:
    """A path of a configuration, absolute, with ``/``; ``~`` is the user's folder."""
    joined = os.path.join(base, os.path.expanduser(path))
    return os.path.normpath(joined).replace(os.sep, "/")


def _prefix(path: str) -> tuple[str, ...]:
    return _TABLE if os.path.basename(path) == _PYPROJECT else ()


def _layer(path: str, bounds: Bounds | None) -> Layer | None:
    """What one file says; None for a ``pyproject.toml`` that says nothing of us."""
    name = display(path)
    text = _text(path, name)
    prefix = _prefix(path)
    # Whatever else is wrong with a file that never mentions us is not ours to report.
    if prefix and _TABLE[-1] not in text:
        return None
    table: Any = parse(text, name)
    for depth, key in enumerate(prefix, start=1):
        table = table.get(key)
        if table is None:
            return None
        if not isinstance(table, dict):
            place = key_path(prefix[:depth])
            raise ConfigError(f"{name}: {place}: expected a table, got {shown(table)}")
    return checked(table, name, prefix, os.path.dirname(path), bounds)


def _text(path: str, name: str) -> str:
    try:
        data = read_regular(path, TEXT_BYTES)
    except OSError as error:
        raise _unreadable(name, error) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # UTF-16 has a NUL beside each of these letters.
        if _prefix(path) and _TABLE[-1].encode() not in data.replace(b"\0", b""):
            return ""
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}:{line}: not valid utf-8: save the file as utf-8") from None


def _unreadable(name: str, error: OSError) -> ConfigError:
    reason = (error.strerror or str(error)).lower()
    return ConfigError(f"{name}: cannot be read: {reason}")
