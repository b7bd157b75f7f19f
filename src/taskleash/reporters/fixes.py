"""What was mended, as data for those who write about it."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left


@dataclass(frozen=True)
class FixReport:
    """The files that were mended, and the findings that remain, each with the reason.

    ``fixed`` counts the findings that are gone: one fix can be the end of several. ``undo`` is the
    patch that takes all of it back, empty where there is none; ``is_committed`` tells that git has
    the files as they were before, ``is_lost`` that nothing has.
    """

    fixed: int
    files: tuple[MendedFile, ...]
    left: tuple[Left, ...]
    undo: str = ""
    is_committed: bool = False
    is_lost: bool = False
