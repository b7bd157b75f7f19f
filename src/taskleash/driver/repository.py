"""The git repository around the current folder, found without git."""

from __future__ import annotations

import os
import re
import time

from taskleash.reporters.options import Origin, Repository
from taskleash.source.links import real
from taskleash.source.paths import is_below, join, parents
from taskleash.source.reading import read_regular

_DIGITS = 10
_MOST_BYTES = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def origin() -> Origin:
    """The project around the current folder, today, and the revision that is checked out."""
    repository = current_repository()
    name = os.path.basename(repository.root or os.getcwd())
    revision = _revision(f"{repository.root}/.git") if repository.root else ""
    return Origin(name, time.strftime("%Y-%m-%d"), revision)


def _revision(git: str) -> str:
    """The first digits of the commit that is checked out; empty where that is not to be seen.

    Nothing is read but what lies in git's own folder, links followed: what looks like a commit
    somewhere else may be a secret.
    """
    if os.path.isfile(git):
        # A work tree of its own has a file there, which names its folder.
        git = os.path.join(os.path.dirname(git), _first_line(git).removeprefix("gitdir: "))
    shared = os.path.join(git, _first_line(f"{git}/commondir", git) or ".")
    if os.path.dirname(real(git)) != join(real(shared), "worktrees"):
        shared = git
    head = _first_line(f"{git}/HEAD", git)
    name = head.removeprefix("ref: ")
    if name == head:
        return _digits(head)
    if not name.startswith("refs/"):
        return ""
    return _digits(_first_line(f"{shared}/{name}", shared)) or _packed(shared, name)


def _packed(shared: str, name: str) -> str:
    for line in _text(f"{shared}/packed-refs", shared).splitlines():
        commit, _, ref = line.partition(" ")
        if ref == name:
            return _digits(commit)
    return ""


def _digits(commit: str) -> str:
    return commit[:_DIGITS] if _COMMIT.fullmatch(commit) else ""


def _first_line(path: str, within: str | None = None) -> str:
    return _text(path, within).partition("\n")[0].strip()


def _text(path: str, within: str | None) -> str:
    """The text of a file that lies in a folder; of any file where none is given."""
    if within is not None and not is_below(real(path), real(within)):
        return ""
    try:
        return read_regular(path, _MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def current_repository() -> Repository:
    """The repository that the current folder lies in; one without a root where there is none."""
    current = os.getcwd().replace(os.sep, "/")
    for folder in (current, *parents(current)):
        if os.path.exists(join(folder, ".git")):
            below = current[len(folder) :].strip("/")
            return Repository(folder, f"{below}/" if below else "")
    return Repository()
