"""Comments written into the files of a report, one for each of its findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from taskleash.driver.entries import comment_lines
from taskleash.driver.fixing.writable import Writable
from taskleash.fixes.text.replace import NotReplaced, replace_file
from taskleash.fixes.text.temporary import remove_leftovers
from taskleash.reporters.report import Entry, Report
from taskleash.rules.registry import names
from taskleash.source.comments import WantedComment, with_noqa
from taskleash.source.loading import InvalidSource, decode, encode, read_bytes
from taskleash.source.suppressions import suppressions


@dataclass(frozen=True)
class Added:
    """How many findings got a comment, and a line for each that could not get one.

    ``failed`` tells whether a file could not be written, or no longer be read.
    """

    count: int
    notes: tuple[str, ...]
    failed: bool = False


def add_noqa(report: Report, allowed: Writable) -> Added:
    """Silence the findings of a report in its files, whose paths are as they are reported."""
    remove_leftovers(report.scanned)
    count = 0
    failed = False
    notes = [f"{e.path}: left as it is: {e.message}" for e in report.errors if e.is_invalid]
    found = (entry for entry in report.entries if entry.rule and not entry.silenced)
    for path, entries in groupby(found, key=lambda entry: entry.site.path):
        if why := allowed.objection(path):
            notes.append(f"{path}: left as it is: {why}")
            continue
        try:
            left = _add(path, wanted := list(entries))
        except InvalidSource as error:
            notes.append(f"{path}: left as it is: {error}")
            failed = True
        except NotReplaced as error:
            notes.append(str(error))
            failed = True
        else:
            count += len(wanted) - len(left)
            notes += left
    return Added(count, tuple(notes), failed)


def _add(path: str, entries: Sequence[Entry]) -> list[str]:
    """Silence the findings of one file; gives a line for each that has no room for a comment.

    Raises:
        InvalidSource: the file can no longer be read.
        NotReplaced: it cannot be written.
    """
    before = read_bytes(path)
    text = decode(before)
    new = with_noqa(text, [WantedComment(e.rule, comment_lines(e.site)) for e in entries], names())
    if new != text:
        replace_file(path, before, encode(new, before))
    silenced = suppressions(new, names())
    return [
        f"{path}:{entry.site.span.line}: no line of it can have a comment"
        for entry in entries
        if not silenced.covers(entry.rule, comment_lines(entry.site))
    ]
