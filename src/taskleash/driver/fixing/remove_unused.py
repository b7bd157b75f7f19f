"""Comments that silence nothing, taken out of a program after its other fixes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from taskleash.driver.analysis import Analysis
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.inputs import Input
from taskleash.driver.unused import unused_comments, unused_suppressions
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.text.lines import count_changes, followed
from taskleash.reporters.report import FileError
from taskleash.source.comments import Unused, without
from taskleash.source.loading import InvalidSource


def remove_unused(
    program: FixedProgram,
    files: Iterable[MendedFile],
    errors: Iterable[FileError],
    whole_files: bool = True,
) -> tuple[MendedFile, ...]:
    """The mended files without the unused comments that these errors may have removed.

    ``program`` is the one that the errors were found in, ``files`` those that fixes changed since.
    With ``whole_files`` comments go, too, that silence nothing since then: a second run would find
    them. Gives the files that differ now, by path.
    """
    mended = {file.path: file for file in files}
    wanted = set(_lines(errors, mended))
    if wanted or (whole_files and mended):
        result = program.with_texts({path: file.after for path, file in mended.items()})
        if whole_files:
            wanted |= set(_superfluous(result.analysis, mended))
        read = _read(result.analysis, {path for path, _ in wanted})
        for path, comments in _unused(result.analysis, read, wanted).items():
            current = read[path].text()
            text = without(current, comments)
            # A file that spawns nothing has not been parsed before.
            if path not in program.with_texts({path: text}).broken:
                lines = [found.directive.line for found in comments]
                before = mended[path].before if path in mended else current
                mended[path] = _without(lines, mended.get(path), path, before, text)
    return tuple(mended[path] for path in sorted(mended))


def _superfluous(analysis: Analysis, paths: Container[str]) -> Iterator[tuple[str, int]]:
    """Path and line of the comments in these files that silence nothing and may be removed."""
    items = [item for item in analysis.analysed if item.path in paths]
    choice = analysis.settings.fixes
    for error in unused_suppressions(items, analysis.sites, analysis.enabled, choice):
        if any(fix.allowed for fix in error.fixes):
            yield error.path, error.line


def _read(analysis: Analysis, paths: Container[str]) -> dict[str, Input]:
    """The files at the paths with their bytes, so that no later look finds others."""
    found: dict[str, Input] = {}
    for item in analysis.analysed:
        if item.path in paths:
            with suppress(InvalidSource):
                found[item.path] = item.with_data(item.read())
    return found


def _unused(
    analysis: Analysis, read: Mapping[str, Input], wanted: Container[tuple[str, int]]
) -> dict[str, list[Unused]]:
    """The unused comments in these lines of the files that were read, by path."""
    unused: dict[str, list[Unused]] = defaultdict(list)
    for item, found in unused_comments(read.values(), analysis.sites, analysis.enabled):
        if (item.path, found.directive.line) in wanted:
            unused[item.path].append(found)
    return unused


def _lines(
    errors: Iterable[FileError], mended: Mapping[str, MendedFile]
) -> Iterator[tuple[str, int]]:
    """Path and line of the comments that may be removed, as they are in the mended files."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for error in errors:
        if any(fix.allowed for fix in error.fixes):
            wanted[error.path].append(error.line)
    for path, lines in wanted.items():
        file = mended.get(path)
        found = followed(file.before, file.after, lines) if file else lines
        yield from ((path, line) for line in found)


def _without(
    lines: list[int], file: MendedFile | None, path: str, before: str, after: str
) -> MendedFile:
    """The file, mended before or not, once the comments in these lines are out."""
    added, gone = count_changes(before, after)
    current, fixed = (file.after, file.places) if file else (before, ())
    moved = followed(current, after, (each.line for each in fixed))
    places = tuple(replace(each, line=line) for each, line in zip(fixed, moved, strict=True))
    comments = tuple(sorted(followed(current, after, lines)))
    return MendedFile(path, before, after, places, added, gone, comments)
