"""The command line, and nothing else: options in, exit status out."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from taskleash import __version__
from taskleash.options.files import FILES
from taskleash.options.making import group
from taskleash.options.output import OUTPUT
from taskleash.options.selection import SELECTION
from taskleash.reporters.registry import FORMATS

if TYPE_CHECKING:
    from taskleash.driver.settings import Settings
    from taskleash.reporters.report import Report

#: read by programs and by web pages, which expect UTF-8 wherever they were written
_DOCUMENTS = frozenset({"json", "markdown"})


_COMMON = group(
    click.argument("paths", nargs=-1, type=click.Path()),
    SELECTION,
    FILES,
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=0),
        default=0,
        help="Worker processes (0: one for each core).",
    ),
    OUTPUT,
)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, "-V", "--version", message="taskleash %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Find every asyncio task of a code base, who holds it and who ends it."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


@cli.command()
@_COMMON
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", help="How to say it."
)
@click.option(
    "--by", type=click.Choice(["file", "site"]), default="file", help="What a row stands for."
)
def scan(form: str, by: str, **options: Any) -> int:
    """List every spawn site with its verdict; exits with 0 whatever it finds."""
    _write(_report(options), form, "scan", by, options)
    return 0


@cli.command()
@_COMMON
@click.option("--format", "form", type=click.Choice(FORMATS), default="full", help="How to say it.")
@click.option(
    "--fail-on",
    type=click.Choice(["high", "low", "never"]),
    default="high",
    help="The lowest risk that makes the exit status 1.",
)
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes (this version has none).")
def check(form: str, fail_on: str, exit_zero: bool, fix: bool, **options: Any) -> int:
    """Report what is wrong; exits with 1 where something is."""
    from dataclasses import replace

    report = _report(options)
    if fix and not options["quiet"]:
        click.echo("taskleash: --fix: no rule has a fix in this version", err=True)
    found = tuple(entry for entry in report.entries if entry.rule and not entry.suppressed)
    report = replace(report, entries=found)
    _write(report, form, "check", "file", options)
    return 0 if exit_zero else _status(report, fail_on)


def _status(report: Report, fail_on: str) -> int:
    failing = {"high": ("high",), "low": ("high", "low"), "never": ()}[fail_on]
    if any(str(entry.site.risk) in failing for entry in report.entries):
        return 1
    return 1 if report.errors and fail_on != "never" else 0


@cli.command()
@click.argument("code", required=False)
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
def rule(code: str | None, every: bool) -> int:
    """Explain a rule."""
    from taskleash.rules.registry import UnknownRule, all_rules, by_code, page
    from taskleash.terminal import write

    if every == (code is not None):
        raise click.UsageError("give either the code of a rule or --all")
    if code is None:
        write("\n".join(page(rule) for rule in all_rules()))
        return 0
    found = by_code(code.upper())
    if found is None:
        raise click.ClickException(f"{UnknownRule(code)} (see `taskleash rule --all`)")
    write(page(found))
    return 0


def _report(options: dict[str, Any]) -> Report:
    from taskleash.driver.run import run
    from taskleash.progress import progress_bar
    from taskleash.rules.registry import UnknownRule
    from taskleash.source.discovery import PathNotFound

    settings = _settings(options)
    shows_bar = sys.stderr.isatty() and not options["quiet"]
    try:
        return run(settings, progress_bar if shows_bar else None)
    except PathNotFound as error:
        raise click.ClickException(f"{error.path}: no such file or folder") from None
    except UnknownRule as error:
        raise click.ClickException(f"{error} (see `taskleash rule --all`)") from None


def _settings(options: dict[str, Any]) -> Settings:
    from taskleash.driver.settings import Settings
    from taskleash.source.discovery import Discovery

    _check_current_folder()
    paths, stdin = options["paths"] or (".",), None
    if options["stdin_filename"] is not None or paths == ("-",):
        paths, stdin = _standard_input(options)
    return Settings(
        paths=paths,
        discovery=Discovery(
            exclude=options["exclude"] or Discovery.exclude,
            extend_exclude=options["extend_exclude"],
            force_exclude=options["force_exclude"],
            respect_gitignore=options["respect_gitignore"],
        ),
        select=options["select"],
        ignore=options["ignore"],
        jobs=options["jobs"],
        stdin=stdin,
    )


def _check_current_folder() -> None:
    try:
        os.getcwd()
    except OSError:
        raise click.ClickException(
            "the current folder no longer exists: change to one that does"
        ) from None


def _standard_input(options: dict[str, Any]) -> tuple[tuple[str], bytes]:
    """The name and the contents of the one file that standard input holds."""
    for path in options["paths"]:
        if path != "-":
            click.echo(f"taskleash: {path}: ignored in favour of standard input", err=True)
    if sys.stdin is None:
        raise click.ClickException("standard input is closed: give a path")
    return (options["stdin_filename"] or "-",), sys.stdin.buffer.read()


def _write(report: Report, form: str, command: str, by: str, options: dict[str, Any]) -> None:
    from taskleash.reporters.options import RenderOptions
    from taskleash.reporters.registry import render
    from taskleash.terminal import can_show_symbols, use_color, width, write, write_file

    target = options["output_file"]
    stream = None if target else sys.stdout
    settings = RenderOptions(
        by=by,
        width=width(stream),
        color=use_color(options["color"], stream),
        unicode=can_show_symbols(stream),
        command=command,
        statistics=options["statistics"],
        quiet=options["quiet"],
    )
    text = render(form, report, settings)
    if target:
        write_file(target, text)
    else:
        write(text, "utf-8" if form in _DOCUMENTS else None)
