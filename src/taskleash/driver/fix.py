"""A run that mends: the program is read, fixed in memory and proved, and only then written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from taskleash.driver.analysis import ProgressBar
from taskleash.driver.joined import analyse_roots
from taskleash.driver.program import Program
from taskleash.driver.remove_unused import remove_unused
from taskleash.driver.rounds import fixed
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import reason_against
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.fixes.proof import Place, place
from taskleash.fixes.replace import NotReplaced, replace_file
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.report import Entry, Report


@dataclass(frozen=True)
class Fixing:
    """A program with its fixes made in memory.

    ``start`` is when the run began, ``found`` the number of findings then, ``files`` are those that
    differ, ``failed`` says of findings why their fixes were not made.
    """

    program: Program
    start: float
    found: int
    files: tuple[MendedFile, ...]
    failed: Mapping[Place, str]

    def write(self) -> tuple[Fixing, list[str]]:
        """Write the files; gives what was written, and of the others why they were not."""
        written: list[MendedFile] = []
        failures: list[str] = []
        for file in self.files:
            try:
                replace_file(file.path, *self.program.data(file.path, file.after))
            except NotReplaced as error:
                failures.append(str(error))
            else:
                written.append(file)
        return replace(self, files=tuple(written)), failures

    def report(self) -> tuple[Report, FixReport]:
        """What is still wrong with the mended program, and what was done to it."""
        mended = self.program.with_texts({file.path: file.after for file in self.files})
        report = mended.analysis.report(self.start).findings()
        left = tuple(self._left(report.entries))
        made = sum(len(file.places) for file in self.files)
        # What a fix leaves for another rule to report was fixed all the same.
        fixed = max(made, self.found - len(report.entries))
        fixed += sum(len(file.comments) for file in self.files)
        report = replace(report, entries=tuple(map(self._untried, report.entries)), fixed=fixed)
        return report, FixReport(fixed, self.files, left)

    def _left(self, entries: tuple[Entry, ...]) -> Iterator[Left]:
        """Every finding that remains, with the reason."""
        style = self.program.analysis.settings.fixes.style
        for entry in entries:
            failed = self.failed.get(place(entry.site, entry.rule))
            reason = failed or reason_against(entry.site, entry.rule, entry.fixes, style)
            yield Left(entry.site, entry.rule, reason)

    def _untried(self, entry: Entry) -> Entry:
        """The entry without the fixes that were tried on it in vain."""
        if place(entry.site, entry.rule) not in self.failed:
            return entry
        return replace(entry, fixes=tuple(fix for fix in entry.fixes if not fix.allowed))


def fixing(
    settings: Settings,
    progress: ProgressBar | None = None,
    accept: Callable[[Report], Report] | None = None,
) -> Fixing:
    """Mend what the settings name, in memory.

    Raises:
        PathNotFound: a path does not exist.
        UnknownRule: a selector fits no rule.
    """
    start = time.perf_counter()
    program = Program(analyse_roots(settings, progress, with_facts=True))
    report = program.analysis.report(start)
    let_in = accept(report) if accept else None
    accepted = _accepted(let_in)
    scan, outcome = fixed(program, settings.fixes, accepted)
    failed = {place(each.site, each.rule): each.reason for each in outcome.left}
    files = remove_unused(program, outcome.files, (let_in or report).errors)
    return Fixing(program, start, len(scan.targets), files, failed)


def _accepted(report: Report | None) -> frozenset[Place] | None:
    """The findings to fix, those of the report; None stands for all."""
    if report is None:
        return None
    return frozenset(place(entry.site, entry.rule) for entry in report.entries)
