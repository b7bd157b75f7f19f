"""In which formats the report is written, and where each of them goes."""

from __future__ import annotations

import click

from taskleash.options.help import section
from taskleash.reporters.registry import FORMATS
from taskleash.reporters.targets import BadTarget, Target, parse_target

FORMAT = section(
    "Output",
    click.option(
        "--format",
        "targets",
        multiple=True,
        callback=lambda context, parameter, values: tuple(map(_target, values)),
        metavar="NAME[=FILE]",
        shell_complete=lambda context, parameter, typed: [
            n for n in FORMATS if n.startswith(typed)
        ],
        help=f"How to say it: {', '.join(FORMATS)}. NAME=FILE writes a file, too; can be repeated.",
    ),
)


def _target(text: str) -> Target:
    try:
        return parse_target(text)
    except BadTarget as error:
        raise click.BadParameter(str(error)) from None
