"""What every reporter gets: the finished report as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from taskleash.fixes.choice import FixOffer
from taskleash.records import dataclass
from taskleash.sentences import Said, claim, sentence
from taskleash.verdict.model import Evidence, Part, Risk, Site, Word

if TYPE_CHECKING:
    from taskleash.fixes.text.patch import Patch
    from taskleash.trace.joined import Observation

_PARTS = {
    Part.DROPS: claim("dropped here, too"),
    Part.KEEPS: claim("the same of the task that is started here"),
    Part.HANDS: claim("the same of the task that is handed in here"),
    Part.STARTS: claim("started here"),
}
#: the code of the rule that reports a file that cannot be analysed
INVALID_FILE = "TL000"


class Change(Word):
    """What became of a finding since an earlier report: ``worsened`` is one of a higher risk."""

    NEW = "new"
    WORSENED = "worsened"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Entry:
    """A site as it is reported: ``rule`` and ``said``, its message, are empty for a sound one.

    ``fingerprint`` identifies the finding across edits elsewhere in the project. ``suppressed`` is
    true where a comment silences it, ``known`` where a baseline does. ``patches`` show what its
    fixes would change, the recommended one first, where the run was asked for that. ``observed`` is
    what a traced run showed of the site, where one is at hand. ``also`` are further rules that hold
    for it, which stand beside the verdict. ``merged`` are further places of the same defect, for
    which no finding of their own is reported. ``change`` is set where an earlier report is at hand.
    """

    site: Site
    fingerprint: str
    rule: str = ""
    said: Said = ""
    fixes: tuple[FixOffer, ...] = ()
    suppressed: bool = False
    known: bool = False
    patches: tuple[Patch, ...] = ()
    observed: Observation | None = None
    also: tuple[str, ...] = ()
    merged: tuple[Entry, ...] = ()
    change: Change | None = None

    @property
    def message(self) -> str:
        """What is said of it, in English."""
        return str(self.said)

    @property
    def patch(self) -> Patch | None:
        """What the recommended fix would change."""
        return self.patches[0] if self.patches else None

    @property
    def silenced(self) -> bool:
        """Whether the finding counts for nothing: a comment or a baseline silences it."""
        return self.suppressed or self.known

    @property
    def related(self) -> tuple[Evidence, ...]:
        """The further places of the same defect, and what is done there."""
        return tuple(
            Evidence(site.path, site.span.line, site.span.column, sentence(_PARTS[site.share.part]))
            for site in (entry.site for entry in self.merged)
            if site.share is not None
        )

    @property
    def leads(self) -> tuple[Evidence, ...]:
        """The evidence that lies elsewhere than the finding itself."""
        place = (self.site.path, self.site.span.line)
        return tuple(step for step in self.site.evidence if (step.path, step.line) != place)


@dataclass(frozen=True)
class FileError:
    """What is wrong with a file apart from its spawn sites; ``line`` and ``column`` are 1-based.

    It could not be analysed (`INVALID_FILE`), or a comment in it silences nothing. Neither comments
    nor a baseline silence that.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    risk: Risk = Risk.HIGH
    fixes: tuple[FixOffer, ...] = ()
    patches: tuple[Patch, ...] = ()
    silenced = False

    @property
    def is_invalid(self) -> bool:
        """Whether the file could not be analysed, so that its sites are unknown."""
        return self.code == INVALID_FILE


@dataclass(frozen=True)
class FlagHint:
    """A feature flag that would tell more: ``sites`` run only where it is true, as the code says.

    ``setting`` is what would tell, as an option or as a line of the configuration.
    """

    flag: str
    sites: int
    setting: str


@dataclass(frozen=True)
class Past:
    """A finding of one of two reports that are compared."""

    path: str
    line: int
    rule: str
    task: str
    risk: str
    fingerprint: str


@dataclass(frozen=True)
class Comparison:
    """What has changed since an earlier report, the file ``path``: counts, and which findings.

    A finding is the same where its fingerprint is. What is ``worsened`` has a higher risk now.
    """

    path: str
    before: int
    now: int
    new: tuple[Past, ...]
    mended: tuple[Past, ...]
    worsened: tuple[Past, ...]


@dataclass(frozen=True)
class Report:
    """The result of one run: entries and errors sorted by path, line, column.

    ``files`` counts the files found, ``parsed`` those that had to be parsed, ``seconds`` the time.
    ``scanned`` are the paths of the files found. ``fixed`` counts the findings that this run has
    mended: they are not among the entries. ``known`` counts those that ``baseline``, a file, knows.
    ``hints`` are the flags that are not set and decide whether code runs, ``unfinished`` the files
    that no time was left for, ``killed`` those whose parser the system has ended, ``warnings`` what
    seems to be mistyped. ``compared`` is set where an earlier report is at hand.
    ``reasons`` are the paths of the files that were looked into, each with why.
    """

    files: int
    parsed: int
    entries: tuple[Entry, ...]
    errors: tuple[FileError, ...]
    seconds: float
    scanned: frozenset[str] = frozenset()
    fixed: int = 0
    known: int = 0
    baseline: str = ""
    hints: tuple[FlagHint, ...] = ()
    unfinished: tuple[str, ...] = ()
    killed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    compared: Comparison | None = None
    reasons: tuple[tuple[str, str], ...] = ()

    def findings(self) -> Report:
        """The report with what is wrong alone: nothing sound, nothing silenced."""
        found = tuple(entry for entry in self.entries if entry.rule and not entry.silenced)
        return replace(self, entries=found)
