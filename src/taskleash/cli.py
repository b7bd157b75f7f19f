"""The command line, and nothing else: options in, exit status out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from taskleash import __version__
from taskleash.mending import finish, fix_choice, fix_options, wants_fixes
from taskleash.reporters.registry import FORMATS

if TYPE_CHECKING:
    from taskleash.driver.analysis import ProgressBar
    from taskleash.driver.settings import Settings
    from taskleash.reporters.report import Report

_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")

#: read by programs and by web pages, which expect UTF-8 wherever they were written
_DOCUMENTS = frozenset({"json", "markdown"})


def _options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _list(name: str, text: str) -> Callable[[_F], _F]:
    """An option whose values are separated by commas, and which can be repeated."""
    return click.option(name, multiple=True, callback=_split, metavar="LIST", help=text)


def _split(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    parts = (part.strip() for value in values for part in value.split(","))
    return tuple(part for part in parts if part)


_COMMON = _options(
    click.argument("paths", nargs=-1, type=click.Path()),
    _list("--select", "Rules to report: codes, prefixes, or ALL."),
    _list("--ignore", "Rules to leave out."),
    _list("--exclude", "Patterns to leave out, in place of the defaults."),
    _list("--extend-exclude", "Patterns to leave out beside the defaults."),
    click.option(
        "--force-exclude/--no-force-exclude", help="Exclude files that are given explicitly too."
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore", default=True, help="Skip what git ignores."
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=0),
        default=0,
        help="Worker processes (0: one for each core).",
    ),
    click.option("-o", "--output-file", type=click.Path(), help="Write the report there."),
    click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour."
    ),
    click.option("--statistics", is_flag=True, help="Count findings by rule."),
    click.option("-q", "--quiet", is_flag=True, help="Leave out the summary."),
    click.option(
        "--stdin-filename", type=click.Path(), help="The name of the file given on standard input."
    ),
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
@fix_options
@_list("--extend-safe-fixes", "Rules whose unsafe fixes count as safe.")
@_list("--extend-unsafe-fixes", "Rules whose safe fixes count as unsafe.")
def check(fail_on: str, exit_zero: bool, **options: Any) -> int:
    """Report what is wrong, or mend it; exits with 1 where something is wrong."""

    def show(report: Report) -> None:
        _write(report, options["form"], "check", "file", options)

    def status(report: Report) -> int:
        return 0 if exit_zero else _status(report, fail_on)

    if wants_fixes(options):
        from taskleash.driver.fix import fixing

        return finish(_ran(fixing, options), options, show, status)
    report = _report(options).findings()
    show(report)
    return status(report)


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

    return _ran(run, options)


def _ran(work: Callable[[Settings, ProgressBar | None], _T], options: dict[str, Any]) -> _T:
    """What comes of a run with the options."""
    from taskleash.progress import progress_bar
    from taskleash.rules.registry import UnknownRule
    from taskleash.source.discovery import PathNotFound

    settings = _settings(options)
    shows_bar = sys.stderr.isatty() and not options["quiet"]
    try:
        return work(settings, progress_bar if shows_bar else None)
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
        fixes=fix_choice(options),
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
