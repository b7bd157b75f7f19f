"""The oldest Python that a file must run on."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.toml import parse
from taskleash.source.paths import join, parents
from taskleash.source.reading import TEXT_BYTES, read_regular

#: what is assumed where nothing says it
DEFAULT = (3, 10)
#: a clause of a version specifier that sets a lower bound
_AT_LEAST = re.compile(r"(?:>=|~=|==|>)\s*3\.(\d{1,9})")


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
    """What ``requires-python`` asks for in the nearest ``pyproject.toml`` that has it."""
    for step in (folder, *parents(folder)):
        bounds = _AT_LEAST.findall(_specifier(join(step, "pyproject.toml")))
        if bounds:
            return 3, max(map(int, bounds))
    return None


def _specifier(path: str) -> str:
    """The specifier in a project's file; empty where there is none that can be read."""
    try:
        text = read_regular(path, TEXT_BYTES).decode("utf-8-sig")
        project = parse(text, path).get("project")
    except (OSError, ValueError, ConfigError):
        return ""
    found = project.get("requires-python") if isinstance(project, dict) else None
    return found if isinstance(found, str) else ""
