"""What a search of the paths of a function finds."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.controlflow.cfg import Edge


@dataclass(frozen=True)
class Leak:
    """A path on which the task is left running: its steps from the spawn to the exit.

    ``line`` is that of the ``return`` it ends with, 0 for the end of the function.
    """

    line: int
    steps: tuple[Edge, ...]


@dataclass(frozen=True)
class PathOutcome:
    """What a search found.

    ``leaks`` has one path, a shortest, for each exit that a running task reaches; ``ended`` tells
    whether some path ends the task, ``respawned`` whether a second spawn is reached while the first
    task runs, ``reached`` which of the events asked for are. ``asked`` are the lines of conditions
    on the task itself that a running one does not pass. With ``is_complete`` false the search ran
    out of its bound: what it found is there, what it did not find is not known.
    """

    leaks: tuple[Leak, ...]
    ended: bool
    respawned: bool
    reached: frozenset[int]
    asked: tuple[int, ...]
    is_complete: bool
