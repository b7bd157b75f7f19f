"""How the fixes of a file write new code: what its project says of that."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.toml import parse
from taskleash.driver.settings import Settings
from taskleash.fixes.model import Manner
from taskleash.source.paths import join, parents
from taskleash.source.reading import TEXT_BYTES, read_regular

#: how wide a line is where a formatter is configured and is not told
_USUAL = 88
_FORMATTERS = ("ruff", "black")
_SECTION = re.compile(r"^\s*\[(.+)\]\s*$")
_WIDTH = re.compile(r"^\s*max_line_length\s*=\s*(\d{1,9})\s*$", re.IGNORECASE)


def manner_of(path: str, settings: Settings) -> Manner:
    """How to mend a file; ``path`` is relative to the current folder, with ``/``."""
    folder = os.path.dirname(os.path.abspath(path)).replace(os.sep, "/")
    version = target_of(path, settings.target_version)
    return Manner(version, width_in(folder))


@lru_cache(maxsize=1024)
def width_in(folder: str) -> int:
    """How wide the formatter of a folder's files makes a line; 0 where nothing says it.

    The nearest of `ruff.toml`, a `pyproject.toml` with `tool.ruff` or `tool.black`, and
    `.editorconfig` decides.
    """
    for step in (folder, *parents(folder)):
        found = _of_ruff(step) or _of_project(step) or _of_editor(step)
        if found:
            return found
    return 0


def _of_ruff(folder: str) -> int:
    for name in (".ruff.toml", "ruff.toml"):
        table = _table(join(folder, name))
        if table is not None:
            return _length(table)
    return 0


def _of_project(folder: str) -> int:
    table = _table(join(folder, "pyproject.toml"))
    tools = table.get("tool") if table is not None else None
    for name in _FORMATTERS if isinstance(tools, dict) else ():
        assert isinstance(tools, dict)
        section = tools.get(name)
        if isinstance(section, dict):
            return _length(section)
    return 0


def _length(table: dict[str, object]) -> int:
    length = table.get("line-length", table.get("line_length", _USUAL))
    return length if isinstance(length, int) and 40 <= length <= 320 else _USUAL


def _table(path: str) -> dict[str, object] | None:
    try:
        return parse(read_regular(path, TEXT_BYTES).decode("utf-8-sig"), path)
    except (OSError, ValueError, ConfigError):
        return None


def _of_editor(folder: str) -> int:
    try:
        text = read_regular(join(folder, ".editorconfig"), TEXT_BYTES).decode("utf-8-sig")
    except (OSError, ValueError):
        return 0
    width, is_ours = 0, False
    for line in text.splitlines():
        if section := _SECTION.match(line):
            is_ours = section[1] == "*" or "py" in section[1]
        elif is_ours and (found := _WIDTH.match(line)):
            width = int(found[1])
    return width


# -- the oldest Python that a file must run on


#: what is assumed where nothing says it
DEFAULT = (3, 10)
#: a clause of a version specifier that sets a lower bound; Poetry has one of its own
_AT_LEAST = re.compile(r"(?:>=|~=|==|>|\^|~)\s*3\.(\d{1,9})")
#: where a `pyproject.toml` has the specifier, and how older files write it
_IN_PROJECT = (("project", "requires-python"), ("tool", "poetry", "dependencies", "python"))
_IN_SETUP = re.compile(r"^[^#\n]*\bpython_requires\s*=\s*[\"']?([^\"'\n]+)", re.MULTILINE)


def target_of(path: str, setting: str | None) -> tuple[int, int]:
    """The version for a file: the setting (``py311``), or what its project requires.

    ``path`` is relative to the current folder, with ``/``.
    """
    if setting is not None:
        return 3, int(setting.removeprefix("py3"))
    folder = os.path.dirname(os.path.abspath(path)).replace(os.sep, "/")
    return _required(folder) or DEFAULT


@lru_cache(maxsize=1024)
def _required(folder: str) -> tuple[int, int] | None:
    """What the nearest project says that it requires, in any of the files that can say it."""
    for step in (folder, *parents(folder)):
        for specifier in _specifiers(step):
            if bounds := _AT_LEAST.findall(specifier):
                return 3, max(map(int, bounds))
    return None


def _specifiers(folder: str) -> Iterator[str]:
    """The specifiers of a project's Python, as far as its files can be read."""
    table = _table(join(folder, "pyproject.toml"))
    for path in _IN_PROJECT if table is not None else ():
        found: object = table
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str):
            yield found
    for name in ("setup.cfg", "setup.py"):
        try:
            text = read_regular(join(folder, name), TEXT_BYTES).decode("utf-8-sig")
        except (OSError, ValueError):
            continue
        yield from _IN_SETUP.findall(text)
