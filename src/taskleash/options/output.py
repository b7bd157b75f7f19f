"""How the report is shown, and where it goes."""

from __future__ import annotations

import click

from taskleash.options.help import section
from taskleash.reporters.options import LANGUAGES

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
