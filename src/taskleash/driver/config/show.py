"""The effective settings as TOML, each with where it comes from."""

from __future__ import annotations

import json
from typing import Any

from taskleash.driver.config.keys import KEYS
from taskleash.driver.config.layers import Config

_MAX_WIDTH = 100


def show(config: Config, only: str | None = None) -> str:
    """All settings of a configuration, or ``only`` one; what is unset is a comment."""
    names = [only] if only is not None else [name for name in KEYS if name != "extend"]
    return "".join(f"{_setting(config, name)}\n" for name in names)


def _setting(config: Config, name: str) -> str:
    layers = [layer.name for layer in config.saying(name)]
    source = ", ".join(dict.fromkeys(layers)) or "default"
    value = config.value(name)
    if value is None:
        return f"# {name} is not set"
    line = f"{name} = {toml(value)}  # {source}"
    if len(line) <= _MAX_WIDTH or not isinstance(value, tuple):
        return line
    items = "".join(f"    {toml(item)},\n" for item in value)
    return f"{name} = [  # {source}\n{items}]"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        items = ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        # JSON leaves this one control character as it is, TOML does not take it.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else repr(value)
