"""Patterns for paths, matched in a time that grows with the path, whatever the pattern.

A pattern is a sequence of steps: one character of a class, any number of them, or one of several
sequences. Few of those that are not plain make a regular expression that is harmless and fast. With
more, Python's would try all the ways to share a path among them; then the pattern becomes an
automaton instead, whose states are found as they are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from typing import TypeAlias

from taskleash.records import dataclass

#: tells whether a whole text matches
Matcher: TypeAlias = Callable[[str], object]

#: with so many steps that can match in several ways a regular expression is harmless
_FEW = 2
#: so many states are remembered, which real patterns never have
_ROOM = 10_000


@dataclass(frozen=True)
class One:
    """One character of a class, which is written as a regular expression has it."""

    of: str


@dataclass(frozen=True)
class Many:
    """Any number of characters of a class, none as well."""

    of: str


@dataclass(frozen=True)
class Either:
    """One of several sequences."""

    options: tuple[tuple[Step, ...], ...]


Step: TypeAlias = "One | Many | Either"
Steps: TypeAlias = "Sequence[Step]"


def literal(text: str) -> list[Step]:
    """The steps that match a text."""
    return [One(re.escape(char)) for char in text]


def matcher(steps: Steps) -> Matcher:
    """What matches the steps; raises `re.error` for a class that is none."""
    if is_simple(steps):
        return re.compile(regex(steps), re.DOTALL).fullmatch
    return Automaton(steps).matches


def matchers(patterns: Iterable[Steps]) -> tuple[Matcher, ...]:
    """What matches any of several patterns: those that are harmless are looked for at once."""
    simple: list[str] = []
    others: list[Matcher] = []
    for steps in patterns:
        if is_simple(steps):
            simple.append(regex(steps))
        else:
            others.append(matcher(steps))
    together = re.compile("|".join(simple), re.DOTALL).fullmatch
    return (together, *others) if simple else tuple(others)


def is_simple(steps: Steps) -> bool:
    """Whether a regular expression for the steps is harmless."""
    return _ways(steps) <= _FEW


def _ways(steps: Steps) -> int:
    return sum(
        max(1, sum(map(_ways, step.options)))
        if isinstance(step, Either)
        else isinstance(step, Many)
        for step in steps
    )


def regex(steps: Steps) -> str:
    """The steps as a regular expression."""
    return "".join(map(_written, steps))


def _written(step: Step) -> str:
    if isinstance(step, One):
        return step.of
    if isinstance(step, Many):
        return f"{step.of}*"
    return f"(?:{'|'.join(map(regex, step.options))})"


@dataclass
class _State:
    """What the automaton may be at, and where each character leads from there, as far as known."""

    places: frozenset[int]
    accepts: bool
    next: dict[str, _State] = field(default_factory=dict)


class Automaton:
    """Matches steps by following all the ways through them at once."""

    def __init__(self, steps: Steps) -> None:
        #: for each place the class that leads on from it, and to where; and where it leads freely
        self._moves: dict[int, tuple[re.Pattern[str], int]] = {}
        self._free: dict[int, list[int]] = {}
        self._places = 1
        self._end = self._add(steps, 0)
        self._states: dict[frozenset[int], _State] = {}
        self._start = self._state([0])

    def matches(self, text: str) -> bool:
        """Whether the steps match the whole text."""
        state = self._start
        for char in text:
            following = state.next.get(char)
            state = self._after(state, char) if following is None else following
        return state.accepts

    def _place(self) -> int:
        self._places += 1
        return self._places - 1

    def _add(self, steps: Steps, at: int) -> int:
        """Lay out the steps from a place on; gives the place after them."""
        for step in steps:
            after = self._place()
            if isinstance(step, One):
                self._moves[at] = (re.compile(step.of, re.DOTALL), after)
            elif isinstance(step, Many):
                loop = self._place()
                self._moves[loop] = (re.compile(step.of, re.DOTALL), loop)
                self._free[at], self._free[loop] = [loop], [after]
            else:
                starts = [self._place() for _ in step.options]
                self._free[at] = starts
                for start, option in zip(starts, step.options, strict=True):
                    self._free.setdefault(self._add(option, start), []).append(after)
            at = after
        return at

    def _state(self, places: list[int]) -> _State:
        reached: set[int] = set()
        while places:
            place = places.pop()
            if place not in reached:
                reached.add(place)
                places += self._free.get(place, ())
        key = frozenset(reached)
        if key not in self._states:
            if len(self._states) >= _ROOM:
                self._forget()
            self._states[key] = _State(key, self._end in key)
        return self._states[key]

    def _after(self, state: _State, char: str) -> _State:
        moves = (self._moves[place] for place in state.places if place in self._moves)
        following = self._state([after for of, after in moves if of.fullmatch(char)])
        state.next[char] = following
        return following

    def _forget(self) -> None:
        for state in self._states.values():
            state.next.clear()
        self._states.clear()
        self._states[self._start.places] = self._start
