"""The kinds of options that click lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

_COMMA = re.compile(r",(?![^{}]*\})")
_F = TypeVar("_F", bound=Callable[..., Any])


def group(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """One decorator for several; the help lists them in the order given."""

    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def comma_list(name: str, text: str) -> Callable[[_F], _F]:
    """An option whose values are separated by commas, and which can be repeated."""

    def read(
        context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
    ) -> tuple[str, ...]:
        return tuple(part for value in values for part in split(value) if part)

    complete = complete_rules if "ules" in text else None
    return click.option(
        name,
        multiple=True,
        callback=read,
        metavar="LIST",
        help=text,
        shell_complete=complete,
    )


def complete_rules(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The codes and names of rules that what was typed begins, its last part after a comma."""
    from taskleash.rules.registry import names

    before, comma, last = incomplete.rpartition(",")
    words = sorted({*names(), *names().values()})
    return [f"{before}{comma}{word}" for word in words if word.lower().startswith(last.lower())]


def split(text: str) -> list[str]:
    """The parts between commas, stripped; those of ``{a,b}`` in a pattern separate nothing."""
    return [part.strip() for part in _COMMA.split(text)]
