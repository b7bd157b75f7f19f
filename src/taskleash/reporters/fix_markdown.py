"""What was mended as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.reporters import words
from taskleash.reporters.fix_text import git_command, patch_command
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.inert import shown
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, row, text
from taskleash.rules.model import REMOVE
from taskleash.rules.tl100_unused_suppression import RULE


def render(report: FixReport, git: bool, say: Language) -> str:
    """Blocks with an empty line between them: files, fixes, what remains, and how to go on."""
    blocks = [f"# {say('Fixes')}", _summary(report, say)]
    if report.files:
        blocks += [_table(map(say, words.FIX_FILE_HEADINGS), map(_file, report.files))]
        blocks += [f"## {say('What was fixed')}"]
        blocks += [_table(map(say, words.FIX_HEADINGS), _places(report.files))]
        blocks += [f"## {say('Checked')}", text(say(words.CHECKED) + say("."))]
    if report.left:
        blocks += [f"## {say('What was left')}"]
        blocks += [_table(map(say, words.LEFT_HEADINGS), map(_left, report.left))]
    paths = [file.path for file in report.files]
    commands = [git_command("diff", paths)] if git else []
    if report.is_committed:
        commands += [git_command("restore", paths)]
    elif report.undo:
        commands += [patch_command(report.undo)]
    if report.files and commands:
        blocks += [f"## {say('Review and roll back')}", "\n".join(("```sh", *commands, "```"))]
    return shown("\n\n".join(blocks) + "\n")


def _summary(report: FixReport, say: Language) -> str:
    return say(
        "{findings} fixed in {files} (+{added} -{removed} lines), {left} left.",
        findings=say.count(report.fixed, "finding"),
        files=say.count(len(report.files), "file"),
        added=sum(file.added for file in report.files),
        removed=sum(file.removed for file in report.files),
        left=len(report.left),
    )


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
