"""What is different in a report from the one before: sites that came and went, other verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from taskleash.reporters import words
from taskleash.reporters.headline import entry_line, error_line
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece, paint
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.verdict.fingerprint import fingerprints

_ADDED: Piece = ("+ ", "bold")
_GONE: Piece = ("- ", "bold")
_CHANGED: Piece = ("~ ", "bold")


def changes(before: Report, after: Report, options: RenderOptions) -> str:
    """A line for each difference, by place; nothing where there is none.

    A site is the same as long as its file, its function and its call are: lines do not count.
    """
    lines = [*_of_sites(before.entries, after.entries, options)]
    lines += _of_errors(before.errors, after.errors, options)
    return paint([line for _, line in sorted(lines, key=lambda pair: pair[0])], options.color)


def _of_sites(
    before: Sequence[Entry], after: Sequence[Entry], options: RenderOptions
) -> Iterator[tuple[tuple[str, int], Line]]:
    earlier, later = _by_mark(before), _by_mark(after)
    for mark, entry in later.items():
        old = earlier.get(mark)
        if old is None:
            yield _place(entry), [_ADDED, *entry_line(entry, options)]
        elif _verdict(old) != _verdict(entry):
            was = options.say("before: {verdict}", verdict=_told(old, options))
            yield _place(entry), [_CHANGED, *entry_line(entry, options), (f" ({was})", "dim")]
    for mark in earlier.keys() - later.keys():
        entry = earlier[mark]
        yield _place(entry), [_GONE, *entry_line(entry, options)]


def _by_mark(entries: Sequence[Entry]) -> dict[tuple[str, str], Entry]:
    """The entries by what tells the sites of a report apart, whatever their verdicts."""
    by_path: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_path[entry.site.path].append(entry)
    return {
        (path, mark): entry
        for path, found in by_path.items()
        for mark, entry in zip(fingerprints([("", e.site) for e in found]), found, strict=True)
    }


def _place(entry: Entry) -> tuple[str, int]:
    return entry.site.path, entry.site.span.line


def _verdict(entry: Entry) -> tuple[object, ...]:
    site = entry.site
    return entry.rule, site.risk, site.dormant, site.handle, site.ending, entry.silenced


def _told(entry: Entry, options: RenderOptions) -> str:
    if entry.rule:
        return words.tag(entry.rule, entry.site.risk, entry.site.dormant, options.say)
    return words.risk(entry.site.risk, entry.site.dormant, False, options.say)


def _of_errors(
    before: Sequence[FileError], after: Sequence[FileError], options: RenderOptions
) -> Iterator[tuple[tuple[str, int], Line]]:
    earlier = {(error.path, error.code, error.message): error for error in before}
    later = {(error.path, error.code, error.message): error for error in after}
    for sign, found, others in ((_ADDED, later, earlier), (_GONE, earlier, later)):
        for key in found.keys() - others.keys():
            error = found[key]
            yield (
                (error.path, error.line),
                [sign, *error_line(error, options.unicode, options.say)],
            )
