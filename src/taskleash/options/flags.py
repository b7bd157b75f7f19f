"""Feature flags and their values."""

from __future__ import annotations

import click

from taskleash.options.help import section

_WORDS = {"true": True, "false": False}


def _by_name(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, bool | int | str]:
    """``a=false`` and ``b=3`` as a table."""
    table: dict[str, bool | int | str] = {}
    for given in values:
        name, equals, value = (part.strip() for part in given.partition("="))
        if not equals or not name:
            # What stands behind the sign may be a secret.
            said = f"{name!r} is not NAME=VALUE" if name else "expected NAME=VALUE, got no name"
            raise click.BadParameter(f"{said} (write {name or 'x'}=false)")
        table[name] = _read(value)
    return table


def _read(value: str) -> bool | int | str:
    if value.lower() in _WORDS:
        return _WORDS[value.lower()]
    return int(value) if value.isdecimal() and value.isascii() else value


FLAGS = section(
    "Feature flags",
    click.option(
        "--flag",
        "flags",
        multiple=True,
        callback=_by_name,
        metavar="NAME=VALUE",
        help="A feature flag: code that runs only where it is on is dormant if it is off.",
    ),
)
