"""What the fix of each finding would change, for reports that show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from taskleash.driver.analysis import Analysis
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.rounds import fixed, mended
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.unused import unused_comments
from taskleash.fixes.choice import FixChoice, FixOffer
from taskleash.fixes.model import Target
from taskleash.fixes.proof import place
from taskleash.fixes.text.lines import spliced
from taskleash.fixes.text.patch import Patch, replacements, unified
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.sentences import Said, sentence
from taskleash.source.comments import without
from taskleash.verdict.model import Site


def with_patches(analysis: Analysis, report: Report, choices: Sequence[FixChoice]) -> Report:
    """The report with the fix that each choice makes for a finding, that of the first one first.

    Only fixes that stand when all are made are shown, each made alone in the file as it is.
    """
    program = FixedProgram(analysis)
    made = [_mendable(program, choice) for choice in choices]
    entries = with_deep_stack(
        lambda: [_with_patches(program, entry, made) for entry in report.entries], LINKER_MEGABYTES
    )
    return replace(report, entries=tuple(entries), errors=_without_comments(analysis, report))


def _mendable(program: FixedProgram, choice: FixChoice) -> dict[tuple[Site, str], Target]:
    """The findings that the choice mends."""
    scan, outcome = fixed(program, choice)
    failed = {place(each.site, each.rule) for each in outcome.left}
    return {
        (target.site, target.rule): target
        for target in scan.targets
        if target.kinds and place(target.site, target.rule) not in failed
    }


def _with_patches(
    program: FixedProgram, entry: Entry, made: Sequence[Mapping[tuple[Site, str], Target]]
) -> Entry:
    found = [targets.get((entry.site, entry.rule)) for targets in made]
    patches = (_patch(program, entry, target) for target in found if target is not None)
    by_kind = {patch.kind: patch for patch in reversed([*filter(None, patches)])}
    return replace(entry, patches=tuple(reversed(by_kind.values())))


def _without_comments(analysis: Analysis, report: Report) -> tuple[FileError, ...]:
    """The errors, those about comments with the removal of each."""
    if not any(error.fixes for error in report.errors):
        return report.errors
    unused = {
        (item.path, found.directive.line, found.directive.column): (item, found)
        for item, found in unused_comments(analysis.analysed, analysis.sites, analysis.enabled)
    }

    def patched(error: FileError) -> FileError:
        place = (error.path, error.line, error.column)
        if not error.fixes or place not in unused:
            return error
        item, comment = unused[place]
        before = item.text()
        after, note = without(before, [comment]), sentence("take the comment out")
        return replace(error, patches=(_made(item.path, before, after, error.fixes[0], note),))

    return tuple(map(patched, report.errors))


def _patch(program: FixedProgram, entry: Entry, target: Target) -> Patch | None:
    before = program.text(entry.site.path)
    result = mended(program, before, [target])
    if not result.applied:
        return None
    applied, after = result.applied[0], spliced(before, result.text)
    offer = next(offer for offer in entry.fixes if offer.kind == applied.kind)
    return _made(entry.site.path, before, after, offer, applied.note)


def _made(path: str, before: str, after: str, offer: FixOffer, note: Said) -> Patch:
    return Patch(
        kind=offer.kind,
        applicability=offer.applicability,
        allowed=offer.allowed,
        note=note,
        diff="\n".join(unified(path, before, after)),
        replacements=replacements(before, after),
    )
