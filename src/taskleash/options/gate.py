"""Which findings the gate lets pass: those of a baseline, those in lines that did not change."""

from __future__ import annotations

import click

from taskleash.options.help import section

GATE = section(
    "Gate",
    click.option(
        "--baseline",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Report only what this file of known findings lacks.",
    ),
    click.option(
        "--write-baseline",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write all present findings to this file, as known ones.",
    ),
    click.option(
        "--prune-baseline",
        is_flag=True,
        help="Take what is no longer found out of the baseline.",
    ),
    click.option(
        "--diff-base",
        metavar="REV",
        help="Report only what lies in lines changed since HEAD left this git revision.",
    ),
    click.option(
        "--show-suppressed",
        is_flag=True,
        help="Show what comments and the baseline silence, too, marked as such.",
    ),
)
