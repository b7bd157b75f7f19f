"""The files of models that the settings name: further entries of the tables."""

from __future__ import annotations

from collections.abc import Iterable

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.files import display
from taskleash.driver.config.numbers import HUGE, has_huge
from taskleash.driver.config.toml import parse
from taskleash.models.reading import BadModels, FileOfModels, models
from taskleash.source.reading import TEXT_BYTES, read_regular


def read_models(paths: Iterable[str]) -> FileOfModels:
    """All entries of the files; the first that fits a call or a function counts.

    Raises:
        ConfigError: a file cannot be read, or says what no entry can.
    """
    files = [_from_file(path) for path in paths]
    return FileOfModels(
        tuple(api for file in files for api in file.apis),
        tuple(entry for file in files for entry in file.lifecycle),
    )


def _from_file(path: str) -> FileOfModels:
    name = display(path)
    if not path.lower().endswith(".toml"):
        raise ConfigError(f"models: {name}: expected a .toml file")
    # What a line of the file says is not quoted: it may be any file of the project's.
    try:
        data = parse(_text(path, name), f"models: {name}")
        if has_huge(data):
            raise ConfigError(f"models: {name}: {HUGE}")
        return models(data, name)
    except BadModels as error:
        raise ConfigError(f"models: {name}: {error}") from None


def _text(path: str, name: str) -> str:
    try:
        return read_regular(path, TEXT_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"models: {name}: no such file") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"models: {name}: cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"models: {name}: not valid utf-8: save the file as utf-8") from None
