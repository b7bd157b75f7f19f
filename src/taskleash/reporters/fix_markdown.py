"""What was mended as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from taskleash.audit.watch import COMMAND
from taskleash.fixes.engine import MendedFile
from taskleash.fixes.model import Left
from taskleash.fixes.text.patch import unified
from taskleash.reporters import words
from taskleash.reporters.fix_text import git_command, in_lines, patch_command
from taskleash.reporters.fixes import FixReport
from taskleash.reporters.inert import shown
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, fenced, table, text
from taskleash.reporters.series import series
from taskleash.rules.model import REMOVE
from taskleash.rules.tl100_unused_suppression import RULE


def render(report: FixReport, git: bool, say: Language) -> str:
    """Blocks with an empty line between them: files, fixes, what remains, and how to go on."""
    blocks = [f"# {say('Fixes')}", _summary(report, say)]
    if report.files:
        blocks += [table(map(say, words.FIX_FILE_HEADINGS), map(_file, report.files))]
        blocks += [f"## {say('What was fixed')}"]
        blocks += [table(map(say, words.FIX_HEADINGS), _places(report.files, say))]
        blocks += [f"## {say('Before and after')}", *_changes(report.files, say)]
        blocks += [f"## {say('Checked')}", text(say(words.CHECKED) + say("."))]
        blocks += [f"## {say('Verify while it runs')}", *_verify(report.files, say)]
    if report.left:
        blocks += [f"## {say('What was left')}"]
        blocks += [table(map(say, words.LEFT_HEADINGS), (_left(each, say) for each in report.left))]
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


def _file(file: MendedFile) -> list[str]:
    count = len(file.places) + len(file.comments)
    return [code(file.path), str(count), f"+{file.added}", f"-{file.removed}"]


def _places(files: Iterable[MendedFile], say: Language) -> Iterator[list[str]]:
    for file in files:
        for place in file.places:
            applied = place.applied
            at = code(f"{file.path}:{place.line}")
            call = code(applied.site.call)
            task = code(applied.site.task)
            yield [at, call, task, applied.rule, applied.kind, text(say.told(applied.note))]
        for line in file.comments:
            at = code(f"{file.path}:{line}")
            yield [at, "", "", RULE.code, REMOVE.kind, text(say(words.REMOVED))]


def _changes(files: Iterable[MendedFile], say: Language) -> Iterator[str]:
    """Each file's change below what it is for."""
    for file in files:
        lines: dict[str, list[int]] = {}
        for place in file.places:
            lines.setdefault(say(words.FIXES[place.applied.kind]), []).append(place.line)
        if file.comments:
            lines[say(words.FIXES[REMOVE.kind])] = list(file.comments)
        yield f"### {code(file.path)}"
        yield "\n".join(f"- {in_lines(what, found, say)}" for what, found in lines.items())
        yield fenced(unified(file.path, file.before, file.after), "diff")


def _verify(files: Sequence[MendedFile], say: Language) -> Iterator[str]:
    """The run that shows whether the fixes hold, and what to look for in its table and its log."""
    yield text(say("Run the program as it is used, and look at the rows of these places:"))
    yield "\n".join(("```sh", COMMAND, "```"))
    kinds = dict.fromkeys(place.applied.kind for file in files for place in file.places)
    signs = dict.fromkeys(words.SIGNS[kind] for kind in kinds if kind in words.SIGNS)
    items = []
    for sign in signs:
        places = [
            code(f"{file.path}:{place.line}")
            for file in files
            for place in file.places
            if words.SIGNS.get(place.applied.kind) == sign
        ]
        items.append(
            "- " + say("{places}: {sign}", places=series(places, say), sign=text(say(sign)))
        )
    if items:
        yield "\n".join(items)


def _left(left: Left, say: Language) -> list[str]:
    site = left.site
    at = code(f"{site.path}:{site.span.line}")
    return [at, code(site.call), code(site.task), left.rule, text(say.told(left.reason))]
