"""What the commands over paths have in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from taskleash.driver.parsing.parsers import CLUSTERS, PROCESSES
from taskleash.driver.time_limit import DEFAULT_SECONDS
from taskleash.options.caching import CACHE
from taskleash.options.configuration import CONFIGURATION
from taskleash.options.help import Sectioned, section
from taskleash.options.making import comma_list, split
from taskleash.reporters.options import LANGUAGES
from taskleash.reporters.registry import FORMATS
from taskleash.reporters.targets import BadTarget, OutputTarget, parse_target

# -- feature flags and their values

_WORDS = {"true": True, "false": False}


def _by_name(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, bool | int | str]:
    """``a=false`` and ``b=3`` as a table."""
    table: dict[str, bool | int | str] = {}
    for given in values:
        name, equals, value = (part.strip() for part in given.partition("="))
        if not equals or not name:
            # What stands behind the sign may be a secret.
            said = f"{name!r} is not NAME=VALUE" if name else "expected NAME=VALUE, got no name"
            raise click.BadParameter(f"{said} (write {name or 'x'}=false)")
        table[name] = _read(value)
    return table


def _read(value: str) -> bool | int | str:
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    return int(value) if value.isdecimal() and value.isascii() else value


FLAGS = section(
    "Feature flags",
    click.option(
        "--flag",
        "flags",
        multiple=True,
        callback=_by_name,
        metavar="NAME=VALUE",
        help="A feature flag: code that runs only where it is on is dormant if it is off.",
    ),
)


# -- which rules are reported


def _by_pattern(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """``a.py:TL001,TL002,b/*:TL01`` as a table; a code without a pattern goes to the one before."""
    table: dict[str, tuple[str, ...]] = {}
    pattern = ""
    for piece in (piece for value in values for piece in split(value)):
        named, colon, code = piece.rpartition(":")
        pattern = named.strip() if colon else pattern
        if not pattern or not code.strip():
            raise click.BadParameter(f"{piece!r} is not a pattern, a colon and a rule")
        table[pattern] = (*table.get(pattern, ()), code.strip())
    return table


SELECTION = section(
    "Rules",
    comma_list("--select", "Rules to report: codes, prefixes of codes, names, or ALL."),
    comma_list("--extend-select", "Rules to report beside those selected."),
    comma_list("--ignore", "Rules to leave out."),
    click.option(
        "--ignore-noqa", is_flag=True, help="Report what comments silence like all the rest."
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        callback=_by_pattern,
        metavar="PATTERN:RULES",
        help="Rules to leave out in some files.",
    ),
)


# -- how the report is shown, and where it goes

OUTPUT = section(
    "Output",
    click.option("-o", "--output-file", type=click.Path(), help="Write the report there."),
    click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour."
    ),
    click.option(
        "--lang", type=click.Choice(LANGUAGES), help="The language of reports for people."
    ),
    click.option("--statistics", is_flag=True, help="Count findings by rule."),
    click.option("-q", "--quiet", is_flag=True, help="Leave out the summary."),
    click.option(
        "-v",
        "--verbose",
        is_flag=True,
        help="Say what was read, and from where, on standard error.",
    ),
    click.option(
        "--explain-files",
        is_flag=True,
        help="Say of each file that was looked into why it was, on standard error.",
    ),
    click.option("--show-files", is_flag=True, help="List the files to read, and read none."),
)


# -- names of files that look like options
#
# A shell's ``*`` and pre-commit hand on the names of files as they are. One that is called
# ``--exit-zero`` came with the code, and would say how the code is checked.

_END_OF_OPTIONS = "--"
_STANDARD_INPUT = "-"


class OverPaths(Sectioned):
    """A command over paths, which takes no option that is the name of a file, too."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the command line; raises click's exceptions."""
        for each in args:
            if each == _END_OF_OPTIONS:
                break
            if each.startswith("-") and each != _STANDARD_INPUT and os.path.lexists(each):
                raise click.UsageError(
                    f"{each}: an option, and the name of a file here: rename the file, or write"
                    f" {os.path.join(os.curdir, each)} where it is meant",
                    context,
                )
        return super().parse_args(context, args)


# -- where files are parsed


def _executor(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The kind of a cluster and its address, or an empty string for this machine."""
    if value == PROCESSES:
        return ""
    kind, _, address = value.partition("=")
    if kind not in CLUSTERS or not address:
        raise click.BadParameter(f'expected {PROCESSES} or dask=ADDRESS, got "{value}"')
    from taskleash.driver.parsing.dask_cluster import check
    from taskleash.driver.parsing.parser import ExecutorError

    try:
        check()
    except ExecutorError as error:
        raise click.ClickException(str(error)) from None
    return value


EXECUTOR = click.option(
    "--executor",
    default=PROCESSES,
    callback=_executor,
    metavar=f"{PROCESSES}|dask=ADDRESS",
    help="Parse in processes of this machine, or on the cluster of a Dask scheduler.",
)


# -- in which formats the report is written, and where each of them goes

FORMAT = section(
    "Output",
    click.option(
        "--format",
        "targets",
        multiple=True,
        callback=lambda context, parameter, values: tuple(map(_target, values)),
        metavar="NAME[=FILE]",
        shell_complete=lambda context, parameter, typed: [
            n for n in FORMATS if n.startswith(typed)
        ],
        help=f"How to say it: {', '.join(FORMATS)}. NAME=FILE writes a file, too; can be repeated.",
    ),
)


def _target(text: str) -> OutputTarget:
    try:
        return parse_target(text)
    except BadTarget as error:
        raise click.BadParameter(str(error)) from None


# -- which files are read

FILES = section(
    "Files",
    comma_list("--exclude", "Patterns to leave out, in place of the defaults."),
    comma_list("--extend-exclude", "Patterns to leave out beside the defaults."),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Exclude files that are given explicitly too.",
    ),
    click.option(
        "--respect-gitignore/--no-respect-gitignore", default=None, help="Skip what git ignores."
    ),
    click.option(
        "--project-root",
        type=click.Path(exists=True, file_okay=False),
        help="The folder whose files are evidence, whichever of them are reported.",
    ),
    click.option(
        "--stdin-filename", type=click.Path(), help="The name of the file given on standard input."
    ),
)


# -- how long a run may take

TIME_LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long the run may take: past it no file is read, and the exit status is 2.",
)


_F = TypeVar("_F", bound=Callable[..., Any])

_COMMON = section(
    "Running",
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=0),
        help="Worker processes (0: one for each core).",
    ),
    EXECUTOR,
    TIME_LIMIT,
)
_EXAMPLES = {
    "scan": "taskleash scan src\ntaskleash scan --format html -o audit.html src",
    "check": "taskleash check --fail-on low src\ntaskleash check --fix --diff src",
}


def over_paths(cli: click.Group, name: str) -> Callable[[_F], click.Command]:
    """A command of the group over paths, with the options that all such have."""

    def decorate(function: _F) -> click.Command:
        for options in (_COMMON, CACHE, FLAGS, CONFIGURATION, OUTPUT, FORMAT, FILES, SELECTION):
            function = options(function)
        return cli.command(name, cls=OverPaths, epilog=_EXAMPLES[name])(function)

    return decorate
