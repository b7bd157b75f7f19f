"""Fixes made in files: what each text becomes, and whether it can stand by itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from taskleash.fixes.model import Applied, Left, Mended, Target
from taskleash.fixes.proof import invalidity
from taskleash.fixes.text.lines import spliced
from taskleash.sentences import Said


@dataclass(frozen=True)
class Wanted:
    """The text of a file, and what of it is to be mended."""

    text: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Made:
    """What became of a file; ``objection`` says why none of it can stand, where that is so."""

    text: str
    applied: tuple[Applied, ...] = ()
    left: tuple[Left, ...] = ()
    objection: Said = ""


#: makes the fixes of one round in the text of one file
Mend = Callable[[str, Sequence[Target]], Mended]
#: the same for several files, by path
MendAll = Callable[[Mapping[str, Wanted]], Mapping[str, Made]]


def made(mend: Mend, wanted: Wanted) -> Made:
    """The text with the fixes, every line that did not change as it was."""
    try:
        mended = mend(wanted.text, wanted.targets)
    except Exception as error:
        if os.environ.get("TASKLEASH_DEBUG"):
            raise
        return Made(wanted.text, objection=f"internal error: {type(error).__name__}: {error}")
    if not mended.applied:
        return Made(wanted.text, left=mended.left)
    text = spliced(wanted.text, mended.text)
    return Made(text, mended.applied, mended.left, invalidity(wanted.text, text))


def one_by_one(mend: Mend) -> MendAll:
    """Makes the fixes of one file after those of another."""
    return lambda files: {path: made(mend, wanted) for path, wanted in files.items()}
