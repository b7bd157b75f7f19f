"""What a fix is asked to do and what came of it, as data."""

from __future__ import annotations

from taskleash.records import dataclass
from taskleash.sentences import Said
from taskleash.verdict.model import Site


class CannotMend(ValueError):
    """No fix of this kind fits the site; ``said`` is the reason, one clause."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True)
class Manner:
    """How new code is written: ``version`` is the oldest Python that it must run on, ``width`` that
    of a line as the project's formatter is told, 0 where it is not. ``keeper`` names a function of
    the program that keeps a task (``package.module:name``), empty where there is none, ``logs`` one
    that logs how a future failed. ``package`` is that of the file, empty where it has none.
    """

    version: tuple[int, int] = (3, 10)
    width: int = 0
    keeper: str = ""
    package: str = ""
    logs: str = ""


@dataclass(frozen=True)
class Common:
    """A file that gets functions for others: its text with them, and how Manner names them.

    ``users`` are the files that can import them.
    """

    path: str
    text: str
    keeper: str = ""
    logs: str = ""
    users: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Target:
    """One finding to mend: its site, the code of its rule, the kinds allowed, preferred first.

    Those in ``unasked`` are made only where the program shows that they are what is meant.
    """

    site: Site
    rule: str
    kinds: tuple[str, ...]
    unasked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Applied:
    """A finding that was mended: the kind of the fix, and in ``note`` what was done."""

    site: Site
    rule: str
    kind: str
    note: Said


@dataclass(frozen=True)
class Left:
    """A finding that was not mended, and why, as one clause."""

    site: Site
    rule: str
    reason: Said


@dataclass(frozen=True)
class Mended:
    """What one round made of one file."""

    text: str
    applied: tuple[Applied, ...]
    left: tuple[Left, ...]
