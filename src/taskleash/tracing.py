"""`taskleash trace`: its options, and what a run with them says."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from taskleash.options.making import group
from taskleash.reporters.options import RenderOptions
from taskleash.terminal import can_show_symbols, tell, use_color, width, write_file

if TYPE_CHECKING:
    from taskleash.trace.model import Moment, Trace
    from taskleash.trace.running import Screen

#: what a report's file name says of its format
_BY_ENDING = {".json": "json", ".md": "markdown", ".html": "html", ".txt": "table"}

TRACING = group(
    click.option("--report", type=click.Path(), help="Write the report there, too."),
    click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "markdown", "html"]),
        help="The report's format; without one, what its file's name says, else a table.",
    ),
    click.option(
        "--warn-alive",
        type=click.IntRange(min=0),
        default=30,
        show_default=True,
        help="Warn where more tasks than this are alive.",
    ),
    click.option(
        "--interval",
        type=click.FloatRange(min=0.05),
        default=1.0,
        show_default=True,
        help="How often living tasks are counted, in seconds.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(["high", "low", "never"]),
        default="never",
        show_default=True,
        help="The lowest risk seen that makes the exit status 1 where the command's is 0.",
    ),
    click.option(
        "--live", is_flag=True, help="Show living tasks while it runs, where that is a terminal."
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print no table, and warn of nothing."),
    click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED),
)


def trace(
    command: Sequence[str],
    report: str | None,
    form: str | None,
    warn_alive: int,
    interval: float,
    fail_on: str,
    live: bool,
    quiet: bool,
) -> int:
    """Run the command observed; gives the exit status.

    Standard output is the command's alone: what is said of it goes to standard error.
    """
    # It goes on as long as the command does: see `__main__`.
    gc.enable()
    # Imported here because no other command has a use for it.
    from taskleash.reporters.traced.phrases import alarm
    from taskleash.reporters.traced.render import FAILING, FORMATS
    from taskleash.trace.model import Alarm
    from taskleash.trace.running import CommandNotFound, run

    def warn(of: Alarm) -> None:
        if not quiet:
            tell(alarm(of, warn_alive))

    try:
        with _screen(live, warn_alive) as screen:
            seen = run(command, warn_alive, interval, warn, screen)
    except CommandNotFound as error:
        raise click.ClickException(str(error)) from None
    if report is not None:
        write_file(report, FORMATS[form or _format_of(report)](seen, RenderOptions(width=120)))
    if not quiet:
        shown = "table" if report is not None else form or "table"
        click.echo(FORMATS[shown](seen, _for_the_terminal()), err=True, nl=False)
    failing = FAILING[fail_on]
    if seen.status == 0 and any(seen.risk_of(site) in failing for site in seen.spawns):
        return 1
    return seen.status


def _for_the_terminal() -> RenderOptions:
    return RenderOptions(
        width=width(sys.stderr),
        color=use_color("auto", sys.stderr),
        unicode=can_show_symbols(sys.stderr),
    )


@contextmanager
def _screen(live: bool, warn_alive: int) -> Iterator[Screen | None]:
    """What shows the run while it lasts; None where nobody asked, or there is no terminal."""
    if not live or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    # Imported here because it is slow to import.
    from taskleash.live import live_screen
    from taskleash.reporters.traced.moment import moment

    options = _for_the_terminal()

    def render(now: Moment, width: int, height: int) -> str:
        return moment(now, warn_alive, height, replace(options, width=width))

    with live_screen(render) as screen:
        yield screen


def load_trace(path: str) -> Trace:
    """What a run showed, as it is written in a file; a line of error where it is not."""
    from taskleash.trace.file import BadTrace, load

    try:
        return load(path)
    except BadTrace as error:
        raise click.ClickException(f"--trace: {error}") from None


def _format_of(path: str) -> str:
    return next((form for ending, form in _BY_ENDING.items() if path.endswith(ending)), "json")
