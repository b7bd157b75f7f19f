"""What a run that fixes does and says."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

import click

from taskleash.terminal import NotWritten, tell

if TYPE_CHECKING:
    from taskleash.driver.fixing.fix import Fixing
    from taskleash.driver.settings import Settings
    from taskleash.reporters.fixes import FixReport
    from taskleash.reporters.language import Language
    from taskleash.reporters.report import Report


def wants_fixes(options: dict[str, Any], settings: Settings) -> bool:
    """Whether a run that fixes is asked for; raises `click.UsageError`."""
    wanted = bool(settings.fix or options["fix_only"] or options["diff"])
    if options["fix_report"] and (options["diff"] or not wanted):
        raise click.UsageError("--fix-report needs --fix, and no --diff")
    return wanted


def finish(
    fixing: Fixing,
    options: dict[str, Any],
    gated: Callable[[Report], Report],
    show: Callable[[Report], None],
    status: Callable[[Report], int],
    apart: bool,
) -> int:
    """Write what was fixed, or show it, and say so; gives the exit status.

    ``gated`` takes out of what remains what the gate lets pass, ``show`` writes it as the options
    ask, ``status`` is the exit status for it. With ``apart`` standard output has something else.
    """
    if options["diff"]:
        return _show_diff(fixing, options)
    given = fixing.program.analysis.settings.stdin
    failures: list[str] = []
    if given is None:
        fixing, failures = fixing.write()
    else:
        _write_source(fixing, given)
        show = partial(_show_beside, options, _language(fixing, sys.stderr).code)
    with _written_before(fixing, failures):
        return _told(fixing, failures, options, gated, show, status, apart)


@contextmanager
def _written_before(fixing: Fixing, failures: list[str]) -> Iterator[None]:
    """Where what is to be said of a run cannot be written, tells which files are written."""
    try:
        yield
    except (NotWritten, click.ClickException):
        paths = ", ".join(file.path for file in fixing.files)
        if paths and fixing.program.analysis.settings.stdin is None:
            tell(f"already fixed: {paths}")
        _say_failures(failures)
        raise


def _say_failures(failures: list[str]) -> None:
    for failure in failures:
        tell(failure)


def _told(
    fixing: Fixing,
    failures: list[str],
    options: dict[str, Any],
    gated: Callable[[Report], Report],
    show: Callable[[Report], None],
    status: Callable[[Report], int],
    apart: bool,
) -> int:
    """Say what was fixed and what is left; gives the exit status."""
    given = fixing.program.analysis.settings.stdin
    report, done = fixing.report()
    report = gated(report)
    if not options["fix_only"]:
        show(report)
    stream = sys.stderr if apart or given is not None else sys.stdout
    _say(report, done, options, stream, _language(fixing, stream), given is None and _is_in_git())
    if options["fix_report"]:
        _write_report(done, options["fix_report"], _language(fixing, None))
    _say_failures(failures)
    if failures:
        return 2
    if report.fixed and options["exit_non_zero_on_fix"]:
        return 1
    if report.killed:
        return 2
    return 0 if options["fix_only"] else status(report)


def _write_source(fixing: Fixing, given: bytes) -> None:
    """Write the fixed source of standard input to standard output."""
    from taskleash.terminal import write_bytes

    fixed = [fixing.program.data(file.path, file.after)[1] for file in fixing.files]
    write_bytes(fixed[0] if fixed else given)


def _show_beside(options: dict[str, Any], lang: str, report: Report) -> None:
    """Write what remains to standard error, where standard output has the source."""
    from taskleash.reporters import concise
    from taskleash.reporters.options import RenderOptions
    from taskleash.terminal import can_show_symbols, use_color

    settings = RenderOptions(
        color=use_color(options["color"], sys.stderr),
        unicode=can_show_symbols(sys.stderr),
        command="check",
        quiet=options["quiet"],
        lang=lang,
    )
    click.echo(concise.render(report, settings), nl=False, err=True)


def _say(
    report: Report,
    done: FixReport,
    options: dict[str, Any],
    stream: TextIO,
    say: Language,
    git: bool,
) -> None:
    """Say what was done, where it does not disturb what remains."""
    from taskleash.reporters import fix_text
    from taskleash.terminal import can_show_symbols, use_color

    if options["quiet"] and not options["show_fixes"]:
        return
    text = fix_text.render(
        replace(done, left=()) if options["fix_only"] else done,
        every=bool(options["show_fixes"]),
        git=git,
        color=use_color(options["color"], stream),
        unicode=can_show_symbols(stream),
        say=say,
    )
    if options["fix_only"]:
        _echo_errors(report, say)
        text = text if report.fixed else _outcome(report, False, say)
    elif text:
        text = "\n" + text
    click.echo(text, nl=False, file=stream)


def _show_diff(fixing: Fixing, options: dict[str, Any]) -> int:
    kept_back = _write_diff(fixing, options)
    if not options["quiet"] and fixing.program.analysis.settings.stdin is None:
        report, _ = fixing.report()
        say = _language(fixing, sys.stderr)
        _echo_errors(report, say)
        outcome = _outcome(report, True, say)
        click.echo(outcome, nl=False, err=True)
    if kept_back:
        return 2
    return 1 if fixing.files else 0


def _write_diff(fixing: Fixing, options: dict[str, Any]) -> bool:
    """Write the diff as its place takes it; gives whether a part of it was kept back.

    A file gets it exact, people get it spelled out. Of a pipe it is not known whether it leads to
    `patch` or to a log that takes commands: it gets the exact diff of files that do no harm there.
    """
    from taskleash.reporters.diff import exact_diff, shown_diff, steering_line
    from taskleash.terminal import is_file, use_color, write, write_file

    target = options["output_file"]
    color = use_color(options["color"], None if target else sys.stdout)
    if target:
        write_file(target, shown_diff(fixing.files, color) if color else exact_diff(fixing.files))
        return False
    if color or sys.stdout.isatty():
        write(shown_diff(fixing.files, color))
        return False
    if is_file(sys.stdout):
        write(exact_diff(fixing.files))
        return False
    steering = {file.path: line for file in fixing.files if (line := steering_line(file))}
    write(exact_diff(file for file in fixing.files if file.path not in steering))
    for path, line in steering.items():
        tell(
            f"{path}: its diff is kept back: line {line} of it would steer a terminal or be a "
            "command to a log, write it with --output-file FILE"
        )
    return bool(steering)


def _echo_errors(report: Report, say: Language) -> None:
    """Name the files that could not be analysed, where nothing else does."""
    from taskleash.reporters.headline import error_line
    from taskleash.reporters.paint import paint
    from taskleash.terminal import can_show_symbols

    unicode = can_show_symbols(sys.stderr)
    lines = [error_line(error, unicode, say) for error in report.errors]
    click.echo(paint(lines, False), nl=False, err=True)


def _outcome(report: Report, would: bool, say: Language) -> str:
    """How many findings were fixed, as a line; empty where there was nothing to fix."""
    from taskleash.reporters.summary import count_hidden

    hidden = count_hidden(report.entries)
    if report.fixed:
        findings = say.count(report.fixed, "finding")
        done = (
            say("Would fix {findings}", findings=findings)
            if would
            else say("Fixed {findings}", findings=findings)
        )
        fixes = say.count(hidden, "additional fix")
    elif hidden:
        done = say("No findings would be fixed") if would else say("No findings fixed")
        fixes = say.count(hidden, "fix")
    else:
        return ""
    more = say("{fixes} available with `--unsafe-fixes`", fixes=fixes)
    return done + (say(" ({notes})", notes=more) if hidden else "") + say(".") + "\n"


def _language(fixing: Fixing, stream: TextIO | None) -> Language:
    """The language to say it in to a stream; None for a file."""
    from taskleash.reporters.language import language
    from taskleash.terminal import readable

    return language(readable(fixing.program.analysis.settings.lang, stream))


def _write_report(done: FixReport, path: str, say: Language) -> None:
    from taskleash.reporters import fix_markdown
    from taskleash.terminal import write_file

    write_file(path, fix_markdown.render(done, _is_in_git(), say))


def _is_in_git() -> bool:
    """Whether git keeps the current folder."""
    from taskleash.source.paths import parents

    folder = os.getcwd().replace(os.sep, "/")
    return any(os.path.exists(f"{above}/.git") for above in (folder, *parents(folder)))
