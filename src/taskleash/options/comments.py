"""What is done with the comments that silence findings."""

from __future__ import annotations

import click

ADD_NOQA = click.option(
    "--add-noqa",
    is_flag=True,
    help="Report nothing: write a `# noqa` comment for each finding instead.",
)
