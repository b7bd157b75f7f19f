"""Which files are read."""

from __future__ import annotations

import click

from taskleash.options.help import section
from taskleash.options.making import comma_list

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
