"""The page of the command line, made of the commands themselves."""

from __future__ import annotations

import click

from taskleash.cli import cli
from taskleash.options.help import sections

_INTRO = """\
# Command line

`taskleash COMMAND --help` says the same; what a command exits with, the page of
[exit statuses](exit-statuses.md). Most options stand for a [setting](configuration.md), and are
stronger than it.

Completion in a shell: `eval "$(_TASKLEASH_COMPLETE=bash_source taskleash)"` in `~/.bashrc`, with
`zsh_source` in `~/.zshrc`; for fish, `_TASKLEASH_COMPLETE=fish_source taskleash | source`.
"""


def page() -> str:
    """Every command with its options, in their sections."""
    context = click.Context(cli, info_name="taskleash", **cli.context_settings)
    parts = [_command(name, command, context) for name, command in sorted(cli.commands.items())]
    return "\n".join((_INTRO, *parts))


def _command(name: str, command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    text = " ".join((command.help or "").split())
    parts = [f"## `taskleash {name}`\n\n{text}\n\n```text\ntaskleash {name} {usage}\n```\n"]
    found = sections(command, context)
    for title, records in found.items():
        if len(found) > 1:
            parts.append(f"### {title} of `{name}`\n")
        rows = "".join(f"| `{_cell(option)}` | {_cell(what)} |\n" for option, what in records)
        parts.append(f"| option | does |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _cell(text: str) -> str:
    """Text as a cell of a table; what stands in brackets behind a help text is a sentence there."""
    return text.replace("|", "\\|").replace("  [", " [").replace("<", "&lt;")
