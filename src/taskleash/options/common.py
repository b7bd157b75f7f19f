"""What the commands over paths have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from taskleash.options.caching import CACHE
from taskleash.options.configuration import CONFIGURATION
from taskleash.options.executor import EXECUTOR
from taskleash.options.files import FILES
from taskleash.options.flags import FLAGS
from taskleash.options.formats import FORMAT
from taskleash.options.help import section
from taskleash.options.names import OverPaths
from taskleash.options.output import OUTPUT
from taskleash.options.selection import SELECTION
from taskleash.options.timing import TIME_LIMIT

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
