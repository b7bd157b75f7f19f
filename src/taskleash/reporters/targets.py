"""Where the formats of one run go: ``NAME`` to where the report goes, ``NAME=FILE`` to a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from taskleash.records import dataclass
from taskleash.reporters.registry import FORMATS


class BadTarget(ValueError):
    """A format that does not exist, or one without a place of its own; the message says which."""


@dataclass(frozen=True)
class OutputTarget:
    """A format and the file that it is written to; ``None`` stands for standard output."""

    format: str
    file: str | None = None


def parse_target(text: str) -> OutputTarget:
    """The target that ``NAME`` or ``NAME=FILE`` names; raises BadTarget."""
    name, equals, file = text.partition("=")
    if name not in FORMATS:
        raise BadTarget(_unknown(name))
    if equals and not file:
        raise BadTarget(f"`{text}` names no file")
    return OutputTarget(name, file or None)


def complete(
    targets: Iterable[OutputTarget], default: str, file: str | None = None
) -> tuple[OutputTarget, ...]:
    """The targets of a run: one of them, the default format if none else, has no file of its own.

    It goes to ``file``, or to standard output. Raises BadTarget where two would go to one place.
    """
    found = list(targets)
    plain = [target.format for target in found if target.file is None]
    if len(plain) > 1:
        raise BadTarget(
            f"{' and '.join(plain)} cannot share one output: "
            f"give all but one a file, as {plain[-1]}=FILE"
        )
    if not plain:
        found.insert(0, OutputTarget(default))
    placed = tuple(replace(target, file=target.file or file) for target in found)
    names = [os.path.abspath(target.file) for target in placed if target.file is not None]
    for target in placed:
        if target.file is not None and names.count(os.path.abspath(target.file)) > 1:
            raise BadTarget(f"{target.file}: two formats cannot share one file")
    return placed


def _unknown(name: str) -> str:
    # Imported here because only a mistyped name needs it.
    from difflib import get_close_matches

    nearest = get_close_matches(name, FORMATS, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"expected one of {', '.join(FORMATS)}"
    return f"unknown format `{name}`, {hint}"
