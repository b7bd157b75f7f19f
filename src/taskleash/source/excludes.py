"""Exclude patterns with ruff's meaning: globs for a base name or for a path."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from taskleash.records import dataclass
from taskleash.source.globs import Either, Many, Matcher, One, Step, Steps, literal, matchers

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
#: nobody nests them so deeply
_MAX_BRACES = 20
_SPECIAL = re.compile(r"[*?\[{}]")


@dataclass(frozen=True)
class Excludes:
    """Compiled exclude patterns; made by :func:`compile_excludes`."""

    names: frozenset[str]
    name_globs: tuple[Matcher, ...]
    path_globs: tuple[Matcher, ...]

    def match(self, path: str, name: str) -> bool:
        """Whether a pattern names ``path`` (absolute, with ``/``), whose base name is ``name``."""
        if name in self.names:
            return True
        # Most have no globs: a generator for none would take longer than all the rest.
        return bool(
            (self.name_globs and any(matches(name) for matches in self.name_globs))
            or (self.path_globs and any(matches(path) for matches in self.path_globs))
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
        matchers([_steps(name) for name in names if name not in plain]),
        matchers([_path_steps(pattern, current) for pattern in slashed if "/" in pattern]),
    )


def anchored(pattern: str, base: str) -> str:
    """The pattern with ``base`` in place of the current folder, as what it is relative to."""
    slashed = pattern.replace(os.sep, "/")
    if "/" not in slashed or os.path.isabs(slashed):
        return slashed
    literal = _SPECIAL.sub(lambda match: f"[{match[0]}]", base.rstrip("/"))
    return f"{literal}/{slashed}"


def _path_steps(pattern: str, current: str) -> Steps:
    """The pattern against absolute paths; only its own characters are wildcards."""
    normal = os.path.normpath(pattern).replace(os.sep, "/")
    base = current
    while normal == ".." or normal.startswith("../"):
        base, normal = os.path.dirname(base), normal[3:]
    if os.path.isabs(normal):
        return _steps(normal)
    return [*literal(base.rstrip("/") + "/"), *_steps(normal)]


def _steps(glob: str) -> Steps:
    """The steps of a glob; with a brace without its partner, or a reversed range, it is a name."""
    #: for each brace that is open what stands before it, and its options; the last one is growing
    outer: list[tuple[list[Step], list[list[Step]]]] = []
    steps: list[Step] = []
    end = 0
    for token in _TOKEN.finditer(glob):
        steps += literal(glob[end : token.start()])
        end = token.end()
        if token["open"]:
            if len(outer) == _MAX_BRACES:
                return literal(glob)
            outer.append((steps, [[]]))
            steps = outer[-1][1][-1]
        elif token["comma"] and outer:
            steps = []
            outer[-1][1].append(steps)
        elif token["close"]:
            if not outer:
                return literal(glob)
            before, options = outer.pop()
            steps = [*before, Either(tuple(map(tuple, options)))]
        else:
            step = _step(token)
            if step is None:
                return literal(glob)
            steps.append(step)
    return literal(glob) if outer else [*steps, *literal(glob[end:])]


def _step(token: re.Match[str]) -> Step | None:
    """The step for a wildcard or a comma; None for a class with a reversed range."""
    if token["folders"]:
        return Either(((Many("."), One("/")), ()))
    if token["many"]:
        return Many(".")
    if token["one"]:
        return One(".")
    if token["comma"]:
        return One(",")
    characters = token["chars"].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
    of = f"[{'^' if token['negated'] else ''}{characters}]"
    try:
        re.compile(of)
    except re.error:
        return None
    return One(of)
