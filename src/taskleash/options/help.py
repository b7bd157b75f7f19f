"""Help in sections, with the defaults of options that stand for keys of the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from taskleash.driver.config.keys import KEYS
from taskleash.options.making import group

_F = TypeVar("_F", bound=Callable[..., Any])

#: the section of each option, by its name as a parameter
_SECTIONS: dict[str, str] = {}
_OTHERS = "Other options"


def section(title: str, *options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """One decorator for several options that stand together in the help, in the order given."""

    def decorate(function: _F) -> _F:
        before = {id(each) for each in _parameters(function)}
        function = group(*options)(function)
        for each in _parameters(function):
            if id(each) not in before and each.name is not None:
                _SECTIONS[each.name] = title
        return function

    return decorate


def _parameters(function: Callable[..., Any]) -> list[click.Parameter]:
    found: list[click.Parameter] = getattr(function, "__click_params__", [])
    return found


class Sectioned(click.Command):
    """A command whose help lists its options by section."""

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write all options; the sections come in the order of their first options."""
        for title, records in sections(self, context).items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.splitlines():
                    formatter.write(f"  {line}\n")


def sections(command: click.Command, context: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Each option and what it does, by the title of its section; the other ones come last."""
    found: dict[str, list[tuple[str, str]]] = {}
    for each in command.get_params(context):
        if isinstance(each, click.Argument):
            continue
        record = each.get_help_record(context)
        if record is not None:
            title = _SECTIONS.get(each.name or "", _OTHERS)
            name, text = record
            found.setdefault(title, []).append((name, text + _default(each)))
    others = found.pop(_OTHERS, [])
    return {**found, _OTHERS: others}


def _default(of: click.Parameter) -> str:
    """What the key of the same name stands at, where that is a word or a number."""
    key = KEYS.get((of.name or "").replace("_", "-"))
    if key is None or isinstance(key.default, bool) or not isinstance(key.default, str | int):
        return ""
    return f"  [default: {key.default}]"
