"""What was mended, for a terminal."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.reporters import words
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Line, paint
from taskleash.rules.model import REMOVE
from taskleash.rules.tl100_unused_suppression import RULE

_MANY = 8


def render(report: FixReport, every: bool, git: bool, color: bool, unicode: bool) -> str:
    """The files, what remains and why, and how to go on; empty where nothing was found.

    With ``every`` each fix and each finding that remains has a line of its own, and there is
    nothing on how to go on without ``git``.
    """
    lines: list[Line] = []
    if report.files:
        lines += [[(_headline(report), "bold")], *_files(report.files, every, unicode)]
        more = report.fixed - sum(len(file.places) + len(file.comments) for file in report.files)
        lines += [[(f"  {more} more {words.GONE_WITH_THEM}", "")]] if more else []
    if report.left:
        lines += [[(f"Left {words.plural(len(report.left), 'error')}:", "bold")]]
        lines += _each(report.left, unicode) if every else _reasons(report.left)
    if report.files:
        lines += [[(f"{label:<9}", "bold"), (text, "")] for label, text in _next(report, git)]
    return paint(lines, color)


def _headline(report: FixReport) -> str:
    count = words.plural(report.fixed, "error")
    return f"Fixed {count} in {words.plural(len(report.files), 'file')}:"


def _files(files: Iterable[MendedFile], every: bool, unicode: bool) -> Iterator[Line]:
    for file in files:
        changed = f" +{file.added} -{file.removed}"
        kinds = ""
        if not every:
            kinds = f"  {', '.join(_kinds(file))}"
        yield [(f"  {inert(file.path, unicode)}", ""), (changed, "cyan"), (kinds, "")]
        for place in file.places if every else ():
            applied = place.applied
            task = inert(applied.site.task, unicode)
            note = inert(applied.note, unicode)
            yield [(f"    {place.line}: {applied.rule} `{task}` {applied.kind}: {note}", "")]
        for line in file.comments if every else ():
            yield [(f"    {line}: {RULE.code} {REMOVE.kind}: {words.REMOVED}", "")]


def _kinds(file: MendedFile) -> Iterator[str]:
    """Each kind of fix with the lines where it was made."""
    for kind in dict.fromkeys(place.applied.kind for place in file.places):
        yield _in_lines(kind, (p.line for p in file.places if p.applied.kind == kind))
    if file.comments:
        yield _in_lines(REMOVE.kind, file.comments)


def _in_lines(kind: str, lines: Iterable[int]) -> str:
    distinct = dict.fromkeys(lines)
    noun = "line" if len(distinct) == 1 else "lines"
    return f"{kind} ({noun} {', '.join(map(str, distinct))})"


def _reasons(left: Iterable[Left]) -> Iterator[Line]:
    for reason, count in Counter(each.reason for each in left).most_common():
        yield [(f"  {count} × {reason}", "")]


def _each(left: Iterable[Left], unicode: bool) -> Iterator[Line]:
    for each in left:
        place = f"  {inert(each.site.path, unicode)}:{each.site.span.line}"
        yield [(f"{place}: {each.rule} `{inert(each.site.task, unicode)}`: {each.reason}", "")]


def _next(report: FixReport, git: bool) -> Iterator[tuple[str, str]]:
    yield "Checked:", words.CHECKED
    paths = [file.path for file in report.files]
    if git and len(paths) <= _MANY:
        yield "Review:", git_command("diff", paths)
        yield "Undo:", f"{git_command('restore', paths)} ({words.UNDO})"
    elif git:
        yield "Review:", "git diff"
        yield "Undo:", "--fix-report FILE lists the command"


def git_command(name: str, paths: Iterable[str]) -> str:
    """A git command for files, as a shell reads it."""
    # A leading colon is magic to git.
    plain = (f"./{path}" if path.startswith(":") else path for path in paths)
    return f"git {name} -- {inert(' '.join(map(shlex.quote, plain)))}"
