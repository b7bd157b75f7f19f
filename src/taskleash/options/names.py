"""Names of files that look like options.

A shell's ``*`` and pre-commit hand on the names of files as they are. One that is called
``--exit-zero`` came with the code, and would say how the code is checked.
"""

from __future__ import annotations

import os

import click

from taskleash.options.help import Sectioned

_END_OF_OPTIONS = "--"
_STANDARD_INPUT = "-"


class OverPaths(Sectioned):
    """A command over paths, which takes no option that is the name of a file, too."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Read the command line; raises click's exceptions."""
        for each in args:
            if each == _END_OF_OPTIONS:
                break
            if each.startswith("-") and each != _STANDARD_INPUT and os.path.lexists(each):
                raise click.UsageError(
                    f"{each}: an option, and the name of a file here: rename the file, or write"
                    f" {os.path.join(os.curdir, each)} where it is meant",
                    context,
                )
        return super().parse_args(context, args)
