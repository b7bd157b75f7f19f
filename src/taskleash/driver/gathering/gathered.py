"""What was read of a program: facts, what is wrong with files, or verdicts that were known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from taskleash.driver.cache.verdicts import Verdicts
from taskleash.driver.gathering.reasons import Reason
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken, Parsed
from taskleash.records import dataclass

if TYPE_CHECKING:
    from taskleash.driver.gathering.linker import Linker
    from taskleash.ir.model import ModuleFacts


@dataclass
class Gathered:
    """The facts gathered so far, by path, and the files that could not be analysed.

    ``read`` has what was parsed, with its bytes: by now the files may be others. ``program`` stands
    for all files that were looked at, ``linked`` for the facts of those that count. Verdicts are
    asked for on the files with the paths ``reported``, or on all where that is None. Where there
    are ``verdicts``, they come from an earlier run with the same ones. ``leading`` are the files
    that lead to a spawn, where flags are to be suggested, else None: no verdict depends on them.
    The files ``moved`` say what they said when the verdicts were made, in other places. ``reasons``
    say by path why a file counts.
    """

    facts: dict[str, ModuleFacts] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    read: dict[str, Input] = field(default_factory=dict)
    program: bytes | None = None
    linked: bytes | None = None
    reported: frozenset[str] | None = None
    verdicts: Verdicts | None = None
    leading: dict[str, Parsed] | None = None
    moved: frozenset[str] = frozenset()
    reasons: dict[str, Reason] = field(default_factory=dict)
    linker: Linker | None = None

    def add(self, outcomes: Mapping[str, Parsed]) -> None:
        """Take over the outcomes of the map step."""
        for path, outcome in outcomes.items():
            if isinstance(outcome, Broken):
                self.broken[path] = outcome
            else:
                self.facts[path] = outcome
