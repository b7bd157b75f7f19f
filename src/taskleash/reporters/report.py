"""What every reporter gets: the finished report as data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taskleash.classify.model import Site
from taskleash.fixes.choice import FixOffer


@dataclass(frozen=True)
class Entry:
    """A site as it is reported: ``rule`` and ``message`` are empty for a sound one.

    ``fingerprint`` identifies the finding across edits elsewhere in the project.
    """

    site: Site
    fingerprint: str
    rule: str = ""
    message: str = ""
    fixes: tuple[FixOffer, ...] = ()
    suppressed: bool = False


@dataclass(frozen=True)
class FileError:
    """A file that could not be analysed; ``line`` and ``column`` are 1-based, ``code`` is TL000."""

    path: str
    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True)
class Report:
    """The result of one run: entries and errors sorted by path, line, column.

    ``files`` counts the files found, ``parsed`` those that had to be parsed, ``seconds`` the time.
    ``fixed`` counts the findings that this run has mended: they are not among the entries.
    """

    files: int
    parsed: int
    entries: tuple[Entry, ...]
    errors: tuple[FileError, ...]
    seconds: float
    fixed: int = 0

    def findings(self) -> Report:
        """The report with what is wrong alone: nothing sound, nothing suppressed."""
        found = tuple(entry for entry in self.entries if entry.rule and not entry.suppressed)
        return replace(self, entries=found)
