"""Where paths lead once links are followed: a link must not carry what is done out of a project."""

from __future__ import annotations

import os

from taskleash.source.discovery import REPOSITORY, root_around
from taskleash.source.paths import is_below, join


def real(path: str) -> str:
    """The path of what ``path`` leads to (absolute, with ``/``), whether that exists or not."""
    return os.path.realpath(path).replace(os.sep, "/")


def lies_in(path: str, folder: str) -> bool:
    """Whether a path leads into a folder, links followed, and not to what git keeps there."""
    found, around = real(path), real(folder)
    return is_below(found, around) and REPOSITORY not in found[len(around) :].split("/")


def leads_out(path: str) -> bool:
    """Whether a link that lies in a project makes ``path`` lead out of it, or into its ``.git``.

    Links that lie in no project, as those of the system, may lead anywhere.
    """
    current, *names = _split(os.path.abspath(path))
    for name in names:
        step = join(current, name)
        if os.path.islink(step):
            root = root_around(current) or _current_folder_around(current)
            step = real(step)
            if root is not None and not lies_in(step, root):
                return True
        current = step
    return False


def _split(path: str) -> list[str]:
    """The root of the file system, and the names that lead from it to ``path``."""
    drive, rest = os.path.splitdrive(path.replace(os.sep, "/"))
    return [f"{drive}/", *(part for part in rest.split("/") if part)]


def _current_folder_around(folder: str) -> str | None:
    """The current folder, where ``folder`` lies in it: without a project, it stands for one."""
    current = real(os.getcwd())
    return current if is_below(folder, current) else None
