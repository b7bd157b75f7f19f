"""Settings files to plain data, each format by its own library."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Any

from taskleash.driver.config import toml
from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.numbers import HUGE

# -- YAML read as plain data, in a time and a memory that grow with the text

#: so many pairs come of all merges of a file: real ones have some hundred
_MOST_MERGED = 20_000
_MERGE = "tag:yaml.org,2002:merge"


class TooManyMerges(ValueError):
    """A few lines that merge each other many times over would fill the memory."""


def load(yaml: Any, text: str) -> Any:
    """The document, with `UNKNOWN` where a tag of another program stands.

    ``yaml`` is the library. Raises its errors, ValueError, and RecursionError.
    """

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Counts what merges come to before they are made; an alias alone repeats nothing.

        Each pair counts as often as it is merged: from 6.0.4 on the library itself leaves out those
        that it has already, and what a file comes to must not hang on its release.
        """

        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self.merged = 0
            #: the pairs that each mapping merged has with all that it takes over, by node
            self.pairs: dict[int, int] = {}
            #: what is being merged: one that merges itself is passed over
            self.around: frozenset[int] = frozenset()

        def flatten_mapping(self, node: Any) -> None:
            if id(node) in self.around or id(node) in self.pairs:
                return
            pairs = len(node.value) if isinstance(node.value, list) else 0
            before = self.around
            self.around = before | {id(node)}
            for source in _merged(node):
                if hasattr(source, "value") and isinstance(source.value, list):
                    self.flatten_mapping(source)
                    taken = self.pairs.get(id(source), len(source.value))
                    pairs += taken
                    self.merged += taken
                    if self.merged > _MOST_MERGED:
                        raise TooManyMerges("too much is merged (`<<`)")
            super().flatten_mapping(node)
            self.around = before
            self.pairs[id(node)] = pairs

    # What the tags of other programs make is not known: they are let pass.
    Loader.add_multi_constructor("!", lambda *_: UNKNOWN)
    return yaml.load(text, Loader)


def _merged(node: Any) -> list[Any]:
    """The nodes whose pairs a mapping takes over."""
    pairs = node.value if node.id == "mapping" else []
    found: list[Any] = []
    for key, value in pairs:
        if key.tag == _MERGE:
            found += value.value if value.id == "sequence" else [value]
    return [each for each in found if getattr(each, "id", "") == "mapping"]


#: what a tag of another program stands for
UNKNOWN = object()


#: what stands in quotes, as `repr` writes it
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
#: a single character, or the kind of a token
_NO_CONTENT = re.compile(r"\\?.?|<[a-z ]+>")

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
    except ValueError:
        raise ConfigError(f"{name}: {HUGE}") from None


def _yaml(text: str, name: str) -> Any:
    yaml = _library("yaml", name, "YAML", "PyYAML")
    try:
        return load(yaml, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark is not None else name
        what = without_contents(str(error.problem or error.context or ""))
        raise ConfigError(f"{place}: invalid YAML: {what}") from None
    except (yaml.YAMLError, ValueError) as error:
        if "int_max_str_digits" in str(error):
            raise ConfigError(f"{name}: {HUGE}") from None
        what = without_contents(str(error))
        raise ConfigError(f"{name}: invalid YAML: {_first_lower(what)}") from None
    except (LookupError, TypeError, AttributeError):
        # A tag asks for a kind that the value is not of: `!!bool maybe`.
        raise ConfigError(f"{name}: invalid YAML: a value is not what its tag says") from None


def _env(text: str, name: str) -> Any:
    dotenv = _library("dotenv", name, ".env files", "python-dotenv")
    for binding in import_module("dotenv.parser").parse_stream(StringIO(text)):
        if binding.error:
            line = binding.original.line
            raise ConfigError(f"{name}:{line}: invalid .env: expected NAME=VALUE")
    values = dotenv.dotenv_values(stream=StringIO(text), interpolate=False)
    # What refers to variables may stand for a secret of the environment, which reports would let
    # be guessed, and references to references may stand for more text than there is memory.
    return {name: value for name, value in values.items() if "${" not in (value or "")}


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


def without_contents(message: str) -> str:
    """What a library says of a file, on one line, without the words that it quotes from it."""

    def shown(quoted: re.Match[str]) -> str:
        return quoted[0] if _NO_CONTENT.fullmatch(quoted[1] or quoted[2] or "") else "…"

    return " ".join(_QUOTED.sub(shown, message).split())


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
