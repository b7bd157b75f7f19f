"""Where the settings come from."""

from __future__ import annotations

import click

from taskleash.options.help import section

CONFIGURATION = section(
    "Configuration",
    click.option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="A configuration in place of those to be found, or a setting as in TOML.",
    ),
    click.option("--isolated", is_flag=True, help="Read no configuration file."),
)
