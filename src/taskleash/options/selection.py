"""Which rules are reported."""

from __future__ import annotations

import click

from taskleash.options.help import section
from taskleash.options.making import comma_list, split


def _by_pattern(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """``a.py:TL001,TL002,b/*:TL01`` as a table; a code without a pattern goes to the one before."""
    table: dict[str, tuple[str, ...]] = {}
    pattern = ""
    for piece in (piece for value in values for piece in split(value)):
        named, colon, code = piece.rpartition(":")
        pattern = named.strip() if colon else pattern
        if not pattern or not code.strip():
            raise click.BadParameter(f"{piece!r} is not a pattern, a colon and a rule")
        table[pattern] = (*table.get(pattern, ()), code.strip())
    return table


SELECTION = section(
    "Rules",
    comma_list("--select", "Rules to report: codes, prefixes of codes, names, or ALL."),
    comma_list("--extend-select", "Rules to report beside those selected."),
    comma_list("--ignore", "Rules to leave out."),
    click.option(
        "--ignore-noqa", is_flag=True, help="Report what comments silence like all the rest."
    ),
    click.option(
        "--per-file-ignores",
        multiple=True,
        callback=_by_pattern,
        metavar="PATTERN:RULES",
        help="Rules to leave out in some files.",
    ),
)
