"""What was mended as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.reporters import words
from taskleash.reporters.fix_text import git_command
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.markup import code, row, text
from taskleash.rules.model import REMOVE
from taskleash.rules.tl100_unused_suppression import RULE


def render(report: FixReport, git: bool) -> str:
    """Blocks with an empty line between them: files, fixes, what remains, and how to go on."""
    blocks = [f"# {words.FIXES_TITLE}", _summary(report)]
    if report.files:
        blocks += [_table(words.FIX_FILE_HEADINGS, map(_file, report.files))]
        blocks += [f"## {words.FIXED}", _table(words.FIX_HEADINGS, _places(report.files))]
        blocks += [f"## {words.CHECKED_TITLE}", text(f"{words.CHECKED}.")]
    if report.left:
        blocks += [f"## {words.LEFT}", _table(words.LEFT_HEADINGS, map(_left, report.left))]
    if report.files and git:
        paths = [file.path for file in report.files]
        commands = [git_command("diff", paths), git_command("restore", paths)]
        blocks += [f"## {words.GO_ON}", "\n".join(("```sh", *commands, "```"))]
        blocks += [f"`git restore`: {words.UNDO}."]
    return "\n\n".join(blocks) + "\n"


def _summary(report: FixReport) -> str:
    fixed = words.plural(report.fixed, "error")
    files = words.plural(len(report.files), "file")
    added, removed = (sum(f.added for f in report.files), sum(f.removed for f in report.files))
    return f"{fixed} fixed in {files} (+{added} -{removed} lines), {len(report.left)} left."


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(headings)
    return "\n".join([row(head), row("---" for _ in head), *map(row, rows)])


def _file(file: MendedFile) -> list[str]:
    count = len(file.places) + len(file.comments)
    return [code(file.path), str(count), f"+{file.added}", f"-{file.removed}"]


def _places(files: Iterable[MendedFile]) -> Iterator[list[str]]:
    for file in files:
        for place in file.places:
            applied = place.applied
            at = code(f"{file.path}:{place.line}")
            call = code(applied.site.call)
            task = code(applied.site.task)
            yield [at, call, task, applied.rule, applied.kind, text(applied.note)]
        for line in file.comments:
            at = code(f"{file.path}:{line}")
            yield [at, "", "", RULE.code, REMOVE.kind, text(words.REMOVED)]


def _left(left: Left) -> list[str]:
    site = left.site
    at = code(f"{site.path}:{site.span.line}")
    return [at, code(site.call), code(site.task), left.rule, text(left.reason)]
