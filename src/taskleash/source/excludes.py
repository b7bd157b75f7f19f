"""Exclude patterns with ruff's meaning: globs for a base name or for a path."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)

_TOKEN = re.compile(
    r"(?P<folders>(?:(?<=/)|^)\*\*/)|(?P<many>\*+)|(?P<one>\?)"
    r"|\[(?P<negated>[!^]?)(?P<chars>\]?[^\]]*)\]|(?P<open>\{)|(?P<close>\})|(?P<comma>,)"
)
_SPECIAL = re.compile(r"[*?\[{}]")


@dataclass(frozen=True)
class Excludes:
    """Compiled exclude patterns; made by :func:`compile_excludes`."""

    names: frozenset[str]
    name_globs: re.Pattern[str] | None
    path_globs: re.Pattern[str] | None

    def match(self, path: str, name: str) -> bool:
        """Whether a pattern names ``path`` (absolute, with ``/``), whose base name is ``name``."""
        return (
            name in self.names
            or (self.name_globs is not None and self.name_globs.fullmatch(name) is not None)
            or (self.path_globs is not None and self.path_globs.fullmatch(path) is not None)
        )


def compile_excludes(patterns: Sequence[str], current: str) -> Excludes:
    """Compiles ``patterns``.

    One without a ``/`` is a glob for a base name at any depth, one with a ``/`` a glob for a path
    relative to ``current``. ``*`` and ``?`` also match ``/``, ``**/`` any number of folders,
    ``{a,b}`` either.
    """
    slashed = [pattern.replace(os.sep, "/") for pattern in patterns]
    names = [pattern for pattern in slashed if "/" not in pattern]
    plain = frozenset(name for name in names if not _TOKEN.search(name))
    return Excludes(
        plain,
        _any_of([_regex(name) for name in names if name not in plain]),
        _any_of([_path_regex(pattern, current) for pattern in slashed if "/" in pattern]),
    )


def anchored(pattern: str, base: str) -> str:
    """The pattern with ``base`` in place of the current folder, as what it is relative to."""
    slashed = pattern.replace(os.sep, "/")
    if "/" not in slashed or os.path.isabs(slashed):
        return slashed
    literal = _SPECIAL.sub(lambda match: f"[{match[0]}]", base.rstrip("/"))
    return f"{literal}/{slashed}"


def _any_of(regexes: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(regexes), re.DOTALL) if regexes else None


def _path_regex(pattern: str, current: str) -> str:
    """The pattern against absolute paths; only its own characters are wildcards."""
    normal = os.path.normpath(pattern).replace(os.sep, "/")
    base = current
    while normal == ".." or normal.startswith("../"):
        base, normal = os.path.dirname(base), normal[3:]
    if os.path.isabs(normal):
        return _regex(normal)
    return re.escape(base.rstrip("/") + "/") + _regex(normal)


def _regex(glob: str) -> str:
    parts = []
    end = depth = 0
    for token in _TOKEN.finditer(glob):
        parts.append(re.escape(glob[end : token.start()]))
        end = token.end()
        depth += (token["open"] is not None) - (token["close"] is not None)
        parts.append(_translate(token, depth))
    regex = "".join((*parts, re.escape(glob[end:])))
    try:
        re.compile(regex)
    except re.error:
        # A brace without its partner or a reversed range: ordinary characters.
        return re.escape(glob)
    return regex


def _translate(token: re.Match[str], depth: int) -> str:
    if token["folders"]:
        return "(?:.*/)?"
    if token["many"]:
        return ".*"
    if token["one"]:
        return "."
    if token["open"]:
        return "(?:"
    if token["close"]:
        return ")"
    if token["comma"]:
        return "|" if depth else ","
    characters = token["chars"].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
    return f"[{'^' if token['negated'] else ''}{characters}]"
