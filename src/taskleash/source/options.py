"""What a run asks of discovery, folder by folder."""

from __future__ import annotations

from typing import Protocol

from taskleash.records import dataclass
from taskleash.source.excludes import DEFAULT_EXCLUDES
from taskleash.source.paths import SUFFIXES

DEFAULT_INCLUDES = tuple(f"*{suffix}" for suffix in SUFFIXES)


@dataclass(frozen=True)
class Discovery:
    """What to read and what to leave out.

    ``include`` and ``exclude`` replace the default patterns, ``extend_exclude`` adds to the latter.
    With ``force_exclude`` excludes and ignore files apply to the paths that are named, too.
    ``sources`` are folders (absolute, with ``/``) that module names start from. ``project`` is the
    folder (likewise) to take for the project's, in place of one that its files tell.
    """

    include: tuple[str, ...] = DEFAULT_INCLUDES
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    sources: tuple[str, ...] = ()
    project: str | None = None


class Nearest(Protocol):
    """Options by folder: what ``file_names`` lie in a folder can make its options other ones.

    ``fixed`` stands for what is the same in all folders, whatever lies in them.
    """

    file_names: frozenset[str]

    @property
    def fixed(self) -> str: ...

    def options(self, folder: str) -> Discovery:
        """What to read in a folder and in those below it that have no such file of their own."""


@dataclass(frozen=True)
class Everywhere:
    """The same options for each folder."""

    the_options: Discovery
    file_names: frozenset[str] = frozenset()
    fixed: str = ""

    def options(self, folder: str) -> Discovery:
        """See `Nearest`."""
        return self.the_options
