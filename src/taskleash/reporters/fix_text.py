"""What was mended, for a terminal."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.reporters import words
from taskleash.reporters.cells import cell_len
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.paint import Line, paint
from taskleash.rules.model import REMOVE
from taskleash.rules.tl100_unused_suppression import RULE

_MANY = 8
_LABEL_WIDTH = 9


def render(
    report: FixReport, every: bool, git: bool, color: bool, unicode: bool, say: Language
) -> str:
    """The files, what remains and why, and how to go on; empty where nothing was found.

    With ``every`` each fix and each finding that remains has a line of its own, and there is
    nothing on how to go on without ``git``.
    """
    lines: list[Line] = []
    if report.files:
        lines += [[(_headline(report, say), "bold")], *_files(report.files, every, unicode, say)]
        more = report.fixed - sum(len(file.places) + len(file.comments) for file in report.files)
        gone = say("{count} more gone with these fixes", count=more)
        lines += [[(f"  {gone}", "")]] if more > 0 else []
    if report.left:
        left = say("Left {findings}:", findings=say.count(len(report.left), "finding"))
        lines += [[(left, "bold")]]
        lines += _each(report.left, unicode, say) if every else _reasons(report.left, say)
    if report.files:
        lines += [
            [(label + " " * (_LABEL_WIDTH - cell_len(label)), "bold"), (text, "")]
            for label, text in _next(report, git, say)
        ]
    return paint(lines, color)


def _headline(report: FixReport, say: Language) -> str:
    files = say.count(len(report.files), "file")
    return say(
        "Fixed {findings} in {files}:", findings=say.count(report.fixed, "finding"), files=files
    )


def _files(
    files: Iterable[MendedFile], every: bool, unicode: bool, say: Language
) -> Iterator[Line]:
    for file in files:
        changed = f" +{file.added} -{file.removed}"
        kinds = ""
        if not every:
            made = ", ".join(_kinds(file, say))
            kinds = f"  {made}" if made else ""
        yield [(f"  {inert(file.path, unicode)}", ""), (changed, "cyan"), (kinds, "")]
        for place in file.places if every else ():
            applied = place.applied
            task = inert(applied.site.task, unicode)
            note = inert(say.told(applied.note), unicode)
            yield [(f"    {place.line}: {applied.rule} `{task}` {applied.kind}: {note}", "")]
        for line in file.comments if every else ():
            yield [(f"    {line}: {RULE.code} {REMOVE.kind}: {say(words.REMOVED)}", "")]


def _kinds(file: MendedFile, say: Language) -> Iterator[str]:
    """Each kind of fix with the lines where it was made."""
    for kind in dict.fromkeys(place.applied.kind for place in file.places):
        yield in_lines(kind, (p.line for p in file.places if p.applied.kind == kind), say)
    if file.comments:
        yield in_lines(REMOVE.kind, file.comments, say)


def in_lines(kind: str, lines: Iterable[int], say: Language) -> str:
    """What was done, and in which lines."""
    distinct = dict.fromkeys(lines)
    places = ", ".join(map(str, distinct))
    if len(distinct) == 1:
        return say("{kind} (line {line})", kind=kind, line=places)
    return say("{kind} (lines {lines})", kind=kind, lines=places)


def _reasons(left: Iterable[Left], say: Language) -> Iterator[Line]:
    for reason, count in Counter(each.reason for each in left).most_common():
        yield [(f"  {count} × {say.told(reason)}", "")]


def _each(left: Iterable[Left], unicode: bool, say: Language) -> Iterator[Line]:
    for each in left:
        place = f"  {inert(each.site.path, unicode)}:{each.site.span.line}"
        task, reason = inert(each.site.task, unicode), say.told(each.reason)
        yield [(f"{place}: {each.rule} `{task}`: {reason}", "")]


def _next(report: FixReport, git: bool, say: Language) -> Iterator[tuple[str, str]]:
    yield say("Checked:"), say(words.CHECKED)
    paths = [file.path for file in report.files]
    is_short = len(paths) <= _MANY
    if git:
        yield say("Review:"), git_command("diff", paths) if is_short else "git diff"
    if report.is_committed and is_short:
        yield say("Undo:"), git_command("restore", paths)
    elif report.undo:
        yield say("Undo:"), patch_command(report.undo)
    elif report.is_lost:
        yield (
            say("Undo:"),
            say("nothing keeps the files as they were: there is no cache of yours alone"),
        )


def patch_command(path: str) -> str:
    """The command that applies a patch to the current folder, as a shell reads it."""
    return f"patch -p0 -i {inert(shlex.quote(path))}"


def git_command(name: str, paths: Iterable[str]) -> str:
    """A git command for files, as a shell reads it."""
    # A leading colon is magic to git.
    plain = (f"./{path}" if path.startswith(":") else path for path in paths)
    return f"git {name} -- {inert(' '.join(map(shlex.quote, plain)))}"
