"""``--config``: a file, or settings written on the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.files import named
from taskleash.driver.config.find import Configs
from taskleash.driver.config.keys import KEYS
from taskleash.driver.config.layers import COMMAND_LINE, Layer, checked
from taskleash.driver.config.toml import parse

_OPTION = "--config"
_KEY = re.compile(rf"\s*(?:{'|'.join(map(re.escape, KEYS))})\s*[.=]")
_BARE_WORD = re.compile(r"\s*(?P<key>[\w-]+)\s*=\s*(?P<word>[a-zA-Z][^\s\"']*)\s*")


def configs(given: Sequence[str], isolated: bool, options: dict[str, Any]) -> Configs:
    """The configurations of a run.

    ``given`` are the values of ``--config``; ``isolated`` leaves out every file; ``options`` are
    those of the command line that stand for keys, by key. Raises `ConfigError`.
    """
    current = os.getcwd().replace(os.sep, "/")
    files = [value for value in given if not _is_setting(value)]
    if len(files) > 1:
        raise ConfigError(f"{_OPTION}: two files, {files[0]} and {files[1]}: extend one in another")
    if files and isolated:
        raise ConfigError(f"{_OPTION} {files[0]}: contradicts --isolated")
    settings = [value for value in given if _is_setting(value)]
    over = (
        *(_inline(value, current) for value in settings),
        Layer(COMMAND_LINE, current, options),
    )
    if files:
        return Configs(_file(files[0]), over)
    return Configs(() if isolated else None, over)


def _is_setting(value: str) -> bool:
    # What begins as a setting is one, even if a file has that name: it may have come with the code.
    return _KEY.match(value) is not None or ("=" in value and not os.path.isfile(value))


def _file(path: str) -> tuple[Layer, ...]:
    if not os.path.isfile(path):
        raise ConfigError(f"{_OPTION} {path}: no such file (a setting is written 'key = value')")
    return named(path)


def _inline(text: str, current: str) -> Layer:
    try:
        table = parse(text, _OPTION)
    except ConfigError as error:
        bare = _BARE_WORD.fullmatch(text)
        hint = f""" (write '{bare["key"]} = "{bare["word"]}"')""" if bare else ""
        raise ConfigError(f"{error}{hint}") from None
    layer = checked(table, _OPTION, (), current)
    if "extend" in layer.values:
        raise ConfigError(f"{_OPTION}: extend: only a file can extend another")
    return layer
