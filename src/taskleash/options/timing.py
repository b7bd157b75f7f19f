"""How long a run may take."""

from __future__ import annotations

import click

from taskleash.driver.time_limit import DEFAULT_SECONDS

TIME_LIMIT = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="How long the run may take: past it no file is read, and the exit status is 2.",
)
