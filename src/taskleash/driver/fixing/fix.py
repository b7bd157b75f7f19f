"""A run that mends: the program is read, fixed in memory and proved, and only then written."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from taskleash.driver.analysis import Analysis, ProgressBar
from taskleash.driver.fixing.fitting import fitted
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.remove_unused import remove_unused
from taskleash.driver.fixing.rounds import fixed
from taskleash.driver.fixing.sharing import check_named
from taskleash.driver.fixing.undo import ReplacedFile, is_committed, write_undo
from taskleash.driver.fixing.writable import writable
from taskleash.driver.gate.merging import defects, defects_of, merged
from taskleash.driver.joined import analyse_roots
from taskleash.driver.settings import Settings
from taskleash.driver.time_limit import TimeOver, unfinished
from taskleash.fixes.choice import reason_against
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.fixes.proof import FindingIdentity, place
from taskleash.fixes.text.replace import CHANGED, NotReplaced, replace_file
from taskleash.fixes.text.temporary import remove_leftovers
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.report import Entry, Report
from taskleash.sentences import Said
from taskleash.source.loading import InvalidSource, decode


@dataclass(frozen=True)
class Fixing:
    """A program with its fixes made in memory.

    ``undo`` is the patch that takes what was written back, ``is_committed`` tells that git can,
    ``is_lost`` that nothing can.
    ``start`` is when the run began, ``found`` the number of findings then, ``files`` are those that
    differ, ``failed`` says of findings why their fixes were not made.
    """

    program: FixedProgram
    start: float
    found: int
    files: tuple[MendedFile, ...]
    failed: Mapping[FindingIdentity, Said]
    undo: str = ""
    is_committed: bool = False
    is_lost: bool = False

    def write(self) -> tuple[Fixing, list[str]]:
        """Write the files; gives what was written, and of the others why they were not.

        What a killed run has left beside the files of the program goes away.
        """
        remove_leftovers(self.program.analysis.asked)
        written: list[MendedFile] = []
        failures: list[str] = []
        settings = self.program.analysis.settings
        allowed = writable(settings)
        is_clean = is_committed([file.path for file in self.files])
        # Before anything is written: whatever interrupts this, nothing is lost.
        undo = write_undo(settings, list(self._changes(self.files)))
        for file in self.files:
            try:
                # Once more, for by now a link may stand there.
                if why := allowed.objection(file.path):
                    raise NotReplaced(f"{file.path}: left as it is: {why}")
                self._replace(file)
            except NotReplaced as error:
                failures.append(str(error))
            except InvalidSource as error:
                failures.append(f"{file.path}: left as it is: {error}")
            else:
                written.append(file)
        if len(written) < len(self.files):
            undo = write_undo(settings, list(self._changes(written)))
        is_lost = bool(written) and not (undo or is_clean)
        return replace(
            self, files=tuple(written), undo=undo, is_committed=is_clean, is_lost=is_lost
        ), failures

    def _changes(self, files: Iterable[MendedFile]) -> Iterator[ReplacedFile]:
        for file in files:
            with suppress(InvalidSource, UnicodeEncodeError):
                before, after = self.program.data(file.path, file.after)
                yield ReplacedFile(file.path, before, after)

    def _replace(self, file: MendedFile) -> None:
        """Raises NotReplaced, and InvalidSource where the file can no longer be read."""
        before, after = self.program.data(file.path, file.after)
        # Only the bytes of what was parsed are kept.
        if decode(before) != file.before:
            raise NotReplaced(f"{file.path}: left as it is: {CHANGED}")
        replace_file(file.path, before, after)

    def report(self) -> tuple[Report, FixReport]:
        """What is still wrong with the mended program, and what was done to it."""
        mended = self.program.with_texts({file.path: file.after for file in self.files})
        report = _fitting(mended.analysis, mended.analysis.report(self.start).findings())
        left = tuple(self._left(report.entries))
        applied = [each.applied for file in self.files for each in file.places]
        made = defects((each.rule, each.site) for each in applied)
        # What a fix leaves for another rule to report was fixed all the same.
        report = replace(report, entries=merged(report.entries))
        fixed = max(made, self.found - len(report.entries))
        fixed += sum(len(file.comments) for file in self.files)
        report = replace(report, entries=tuple(map(self._untried, report.entries)), fixed=fixed)
        return report, FixReport(
            fixed, self.files, left, self.undo, self.is_committed, self.is_lost
        )

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
        ConfigError: what a configuration names is not there.
        TimeOver: there was no time left for some files.
    """
    start = time.perf_counter()
    program = FixedProgram(analyse_roots(settings, progress, with_facts=True))
    check_named(program)
    if late := program.analysis.late:
        # What they say of a task is not known: a fix may not be what it needs.
        raise TimeOver(f"nothing is fixed: {unfinished(late, settings.time_limit)}")
    report = program.analysis.report(start)
    let_in = accept(report) if accept else None
    barred = _barred(settings, let_in or report)
    accepted = _accepted(let_in or (report if barred else None), barred)
    _, outcome = fixed(program, settings.fixes, accepted)
    failed = {place(each.site, each.rule): each.reason for each in outcome.left}
    failed |= _objected(report, barred)
    # What a gate lets pass is left as it is.
    errors = tuple(e for e in (let_in or report).errors if e.path not in barred)
    files = remove_unused(program, outcome.files, errors, whole_files=let_in is None)
    found = (let_in or report.findings()).entries
    return Fixing(program, start, defects_of(found), files, failed)


def _fitting(analysis: Analysis, report: Report) -> Report:
    """The report without the fixes that the mended sources do not allow."""
    sites = fitted(
        [entry.site for entry in report.entries], None, analysis.asked, analysis.settings
    )
    choice = analysis.settings.fixes
    entries = (
        replace(entry, site=site, fixes=choice.fitting(site, entry.fixes))
        for entry, site in zip(report.entries, sites, strict=True)
    )
    return replace(report, entries=tuple(entries))


def _accepted(report: Report | None, barred: Container[str]) -> frozenset[FindingIdentity] | None:
    """The findings to fix, those of the report but for some files'; None stands for all."""
    if report is None:
        return None
    entries = (entry for entry in report.entries if entry.site.path not in barred)
    found = (each for entry in entries for each in (entry, *entry.merged))
    return frozenset(place(each.site, each.rule) for each in found)


def _barred(settings: Settings, report: Report) -> dict[str, str]:
    """The files of a report that fixes must not change, and why."""
    if settings.stdin is not None:
        return {}
    paths = [entry.site.path for entry in report.entries if entry.rule]
    return writable(settings).objections([*paths, *(error.path for error in report.errors)])


def _objected(report: Report, barred: Mapping[str, str]) -> dict[FindingIdentity, str]:
    """Why the fixes are not made that would change a barred file."""
    return {
        place(entry.site, entry.rule): barred[entry.site.path]
        for entry in report.entries
        if entry.site.path in barred and any(fix.allowed for fix in entry.fixes)
    }
