"""The command line, and nothing else: options in, exit status out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from taskleash import __version__
from taskleash.reporters.registry import FORMATS

if TYPE_CHECKING:
    from taskleash.driver.settings import Settings
    from taskleash.reporters.report import Report

_F = TypeVar("_F", bound=Callable[..., Any])


class _CommaList(click.ParamType):
    """Values separated by commas; the option can also be repeated."""

    name = "list"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        return tuple(part.strip() for part in value.split(",") if part.strip())


def _options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _lists(name: str, text: str) -> Callable[[_F], _F]:
    return click.option(name, multiple=True, type=_CommaList(), metavar="LIST", help=text)


_COMMON = _options(
    click.argument("paths", nargs=-1, type=click.Path()),
    _lists("--select", "Rules to report: codes, prefixes, or ALL."),
    _lists("--ignore", "Rules to leave out."),
    _lists("--exclude", "Patterns to leave out, in place of the defaults."),
    _lists("--extend-exclude", "Patterns to leave out beside the defaults."),
    click.option(
        "--force-exclude/--no-force-exclude", help="Exclude files that are given explicitly too."
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore", default=True, help="Skip what git ignores."
    ),
    click.option("-j", "--jobs", type=click.IntRange(min=0), default=0, help="Worker processes."),
    click.option(
        "-o", "--output-file", type=click.Path(dir_okay=False), help="Write the report there."
    ),
    click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour."
    ),
    click.option("--statistics", is_flag=True, help="Count findings by rule."),
    click.option("-q", "--quiet", is_flag=True, help="Leave out the summary."),
    click.option(
        "--stdin-filename", type=click.Path(), help="The name of the file given on standard input."
    ),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="taskleash %(version)s")
def cli() -> None:
    """Find every asyncio task of a code base, who holds it and who ends it."""


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
    report = _report(options)
    _write(report, form, "scan", by, options)
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
def check(form: str, fail_on: str, exit_zero: bool, **options: Any) -> int:
    """Report what is wrong; exits with 1 where something is."""
    from dataclasses import replace

    report = _report(options)
    found = tuple(e for e in report.entries if e.rule and not e.suppressed)
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

    if every:
        click.echo("\n".join(page(rule) for rule in all_rules()), nl=False)
        return 0
    if code is None:
        raise click.UsageError("give the code of a rule, or --all")
    found = by_code(code.upper())
    if found is None:
        raise click.ClickException(str(UnknownRule(code)))
    click.echo(page(found), nl=False)
    return 0


def _report(options: dict[str, Any]) -> Report:
    from taskleash.driver.run import run
    from taskleash.rules.registry import UnknownRule
    from taskleash.source.discovery import PathNotFound

    try:
        return run(_settings(options), _progress() if sys.stderr.isatty() else None)
    except PathNotFound as error:
        raise click.ClickException(f"{error.path}: no such file or folder") from None
    except UnknownRule as error:
        raise click.ClickException(str(error)) from None


def _settings(options: dict[str, Any]) -> Settings:
    from taskleash.driver.settings import Settings
    from taskleash.source.discovery import Discovery

    paths, stdin = options["paths"], None
    name = options["stdin_filename"]
    if name is not None or paths == ("-",):
        if paths not in ((), ("-",)):
            raise click.UsageError("--stdin-filename reads standard input: give no other path")
        paths, stdin = (name or "-",), sys.stdin.buffer.read()
    defaults = Discovery()
    return Settings(
        paths=paths or (".",),
        discovery=Discovery(
            exclude=_flat(options["exclude"]) or defaults.exclude,
            extend_exclude=_flat(options["extend_exclude"]),
            force_exclude=options["force_exclude"],
            respect_gitignore=options["respect_gitignore"],
        ),
        select=_flat(options["select"]),
        ignore=_flat(options["ignore"]),
        jobs=options["jobs"],
        stdin=stdin,
    )


def _flat(lists: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(item for items in lists for item in items)


def _progress() -> Any:
    from taskleash.progress import progress_bar

    return progress_bar


def _write(report: Report, form: str, command: str, by: str, options: dict[str, Any]) -> None:
    from taskleash.reporters.options import RenderOptions
    from taskleash.reporters.registry import render
    from taskleash.terminal import can_show_symbols, use_color, width

    target = options["output_file"]
    stream = None if target else sys.stdout
    text = render(
        form,
        report,
        RenderOptions(
            by=by,
            width=width(),
            color=use_color(options["color"], stream),
            unicode=can_show_symbols(stream),
            command=command,
            statistics=options["statistics"],
            quiet=options["quiet"],
        ),
    )
    if target is None:
        sys.stdout.write(text)
        return
    try:
        with open(target, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise click.ClickException(f"{target}: cannot be written: {error.strerror}") from None
