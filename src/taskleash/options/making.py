"""Groups of click options, and the kinds of options that click lacks."""

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


def comma_list(
    name: str, text: str, mistake: Callable[[str], str] = lambda value: ""
) -> Callable[[_F], _F]:
    """An option whose values are separated by commas, and which can be repeated.

    ``mistake`` says what is wrong with a value, nothing where nothing is.
    """

    def read(
        context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
    ) -> tuple[str, ...]:
        parts = tuple(part for value in values for part in split(value) if part)
        for part in parts:
            if wrong := mistake(part):
                raise click.BadParameter(f"{part!r}: {wrong}")
        return parts

    return click.option(name, multiple=True, callback=read, metavar="LIST", help=text)


def split(text: str) -> list[str]:
    """The parts between commas, stripped; those of ``{a,b}`` in a pattern separate nothing."""
    return [part.strip() for part in _COMMA.split(text)]
