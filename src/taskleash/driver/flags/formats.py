"""Settings files to plain data, each format by its own library."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Any

from taskleash.driver.config import toml
from taskleash.driver.config.errors import ConfigError

Reader = Callable[[str, str], Any]


def reader(path: str) -> Reader | None:
    """What turns the text of a file of this name into data; None for a format that is not known.

    A reader takes the text and the name that messages use, and raises `ConfigError`.
    """
    return _env if is_env(path) else _READERS.get(path.lower().rpartition(".")[2])


def is_env(path: str) -> bool:
    """Whether a file of this name sets environment variables: all its values are text."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(".env") or name.endswith(".env")


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise ConfigError(f"{place}: invalid JSON: {_first_lower(error.msg)}") from None


def _yaml(text: str, name: str) -> Any:
    yaml = _library("yaml", name, "YAML", "PyYAML")

    # Tags of other programs are let pass: what they make is not known.
    loader: Any = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_: _UNKNOWN)
    try:
        return yaml.load(text, loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        what = " ".join(str(error.problem or error.context or "").split())
        raise ConfigError(f"{place}: invalid YAML: {what}") from None
    except (yaml.YAMLError, ValueError) as error:
        what = " ".join(str(error).split())
        raise ConfigError(f"{name}: invalid YAML: {_first_lower(what)}") from None


def _env(text: str, name: str) -> Any:
    dotenv = _library("dotenv", name, ".env files", "python-dotenv")
    for binding in import_module("dotenv.parser").parse_stream(StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise ConfigError(f"{name}:{line}: invalid .env: expected NAME=VALUE")
    return dotenv.dotenv_values(stream=StringIO(text))


#: what a tag of another program stands for
_UNKNOWN = object()

_READERS: dict[str, Reader] = {
    "json": _json,
    "toml": toml.parse,
    "yaml": _yaml,
    "yml": _yaml,
}


def _library(module: str, name: str, what: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        extra = f"pip install 'taskleash[{module}]'"
        raise ConfigError(f"{name}: reading {what} needs {package}: {extra}") from None


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
