"""What makes the exit status of a check."""

from __future__ import annotations

import click

from taskleash.options.help import section

STATUS = section(
    "Gate",
    click.option(
        "--fail-on",
        type=click.Choice(["high", "low", "never"]),
        help="The lowest risk that makes the exit status 1.",
    ),
    click.option(
        "--max-warnings",
        type=click.IntRange(min=0),
        metavar="N",
        help="Exit with 1 where more than so many findings do not reach --fail-on.",
    ),
    click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found."),
    click.option(
        "--fail-on-no-files", is_flag=True, help="Exit with 3 where there was no file to check."
    ),
)
