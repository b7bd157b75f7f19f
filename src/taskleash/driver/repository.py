"""The git repository around the current folder, found without git."""

from __future__ import annotations

import os

from taskleash.reporters.options import Repository
from taskleash.source.paths import join, parents


def current_repository() -> Repository:
    """The repository that the current folder lies in; one without a root where there is none."""
    current = os.getcwd().replace(os.sep, "/")
    for folder in (current, *parents(current)):
        if os.path.exists(join(folder, ".git")):
            below = current[len(folder) :].strip("/")
            return Repository(folder, f"{below}/" if below else "")
    return Repository()
