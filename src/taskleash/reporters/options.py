"""How a report is to be written, whatever it says."""

from __future__ import annotations

import os
from dataclasses import field
from typing import TYPE_CHECKING

from taskleash.records import dataclass

if TYPE_CHECKING:
    from taskleash.reporters.language import Language

#: the languages that reports for people can be in, the default first
LANGUAGES = ("en", "zh")

#: what a row of a scan's table can stand for, the default first
ROWS = ("file", "site", "component", "lifetime")


@dataclass(frozen=True)
class Repository:
    """The repository around the current folder, for formats that services read.

    ``root`` is its absolute path, empty where there is none; ``prefix`` is the current folder in
    it, empty or ending in ``/``. Both are written with ``/``.
    """

    root: str = ""
    prefix: str = ""

    def path(self, reported: str) -> str:
        """A reported path, relative to the repository; absolute where it lies outside."""
        if not os.path.isabs(reported):
            return self.prefix + reported
        below = f"{self.root.rstrip('/')}/"
        return reported[len(below) :] if self.root and reported.startswith(below) else reported


@dataclass(frozen=True)
class Origin:
    """What a report is about, for one that is kept: project, day, revision; empty where unknown."""

    project: str = ""
    day: str = ""
    revision: str = ""


@dataclass(frozen=True)
class RenderOptions:
    """What the user asked of the output, and what the place that it goes to can show.

    ``by``, one of `ROWS`, is what a row of the scan table stands for. ``width`` is in terminal
    cells. ``unicode`` is false where the output's encoding lacks the symbols.
    ``origin`` is what heads a page. ``links`` is true where places are to be links, which a
    terminal opens.
    ``command`` is ``scan`` or ``check``. ``quiet`` leaves out the summary. ``failing`` are the
    risks that fail the gate. ``lang``, one of `LANGUAGES`, is that of formats for people.
    """

    by: str = ROWS[0]
    width: int = 100
    color: bool = False
    unicode: bool = True
    command: str = "scan"
    statistics: bool = False
    quiet: bool = False
    failing: frozenset[str] = frozenset({"high"})
    repository: Repository = field(default_factory=Repository)
    lang: str = LANGUAGES[0]
    links: bool = False
    origin: Origin = field(default_factory=Origin)

    @property
    def say(self) -> Language:
        """The language, to say words through."""
        # Imported here because formats for programs have no use for it.
        from taskleash.reporters.language import language

        return language(self.lang)
