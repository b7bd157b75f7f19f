"""Which files a run may change: those that the command line speaks of, wherever links lead."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from taskleash.driver.settings import Settings
from taskleash.source.discovery import root_around
from taskleash.source.links import lies_in, real

_NOT_ASKED = (
    "it lies outside of the configuration that turns on fixes: give --fix, and --unsafe-fixes where"
    " they are meant"
)
_LINKED = "a link leads to it, out of the project: name it"


@dataclass(frozen=True)
class Writable:
    """The files that fixes may change.

    ``places`` are the paths that were given and the projects around them, without links; `within`
    is the folder of the configuration, where it is that which turns on fixes.
    """

    places: tuple[str, ...]
    within: str | None

    def objection(self, path: str) -> str:
        """Why the file at ``path`` is not to be changed; empty where it may be."""
        if self.within is not None and not lies_in(path, self.within):
            return _NOT_ASKED
        return "" if any(lies_in(path, place) for place in self.places) else _LINKED

    def objections(self, paths: Iterable[str]) -> dict[str, str]:
        """The files among these that are not to be changed, and why."""
        found = {path: self.objection(path) for path in dict.fromkeys(paths)}
        return {path: why for path, why in found.items() if why}


def writable(settings: Settings) -> Writable:
    """The files that a run with these settings may change."""
    given = [real(path) for path in settings.paths]
    around = [root_around(path if os.path.isdir(path) else os.path.dirname(path)) for path in given]
    return Writable((*given, *(root for root in around if root)), settings.fix_within)
