"""What is remembered of a run, and where."""

from __future__ import annotations

import click

from taskleash.options.help import section

CACHE_DIR = click.option(
    "--cache-dir", type=click.Path(file_okay=False), help="Keep the cache there."
)
CACHE = section(
    "Running",
    click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache."),
    CACHE_DIR,
)
