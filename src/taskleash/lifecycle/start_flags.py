"""State that a condition asks for, and that the start of a task sets: it lets that happen once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

from taskleash.controlflow.assumptions import conjuncts
from taskleash.controlflow.nesting import Level
from taskleash.dataflow.companion_dicts import is_keyed
from taskleash.dataflow.trail import Op, Site
from taskleash.ir.model import If, Test
from taskleash.ir.terms import Attribute, Global, Parameter, Term
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.repetition import is_on_itself
from taskleash.lifecycle.states import (
    bars_the_next,
    hangs_on_what_is_given,
    is_flag,
    is_one_of_several,
    is_reset_beside,
    is_set_back,
    is_set_beside,
)
from taskleash.lifecycle.until_started import denies, refuses
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function

#: an event, and the calls that lead to it, the nearest first
_Chain = tuple[Site, ...]


@dataclass(frozen=True)
class Guard:
    """What keeps a second spawn from replacing a running task, and the line where it does.

    ``how`` is ``asked`` (a condition asks for the earlier task), ``ended`` (it is ended first, for
    certain or perhaps), ``flag`` (a condition asks for state that the function sets), ``state``
    (the same, but others set it back), ``either`` (or for something else) or ``exit``.
    """

    function: Function
    line: int
    how: str
    is_certain: bool = True


class StartFlags:
    """Answers which condition on such state keeps a second call from an event."""

    def __init__(self, phases: Phases) -> None:
        self.phases = phases
        self.calls = phases.calls

    def around(self, function: Function, index: int, slots: Collection[Term]) -> Guard | None:
        """A condition around the event, or around each call that leads there."""
        found = self._asked(function, around(function, index), slots, is_around=True)
        return found or self._above(((function, index),), slots)

    def by_flag(self, function: Function, index: int, slots: Collection[Term]) -> Guard | None:
        """The flag that is set with the event, if one lets control reach that once only.

        The ``slots`` are where the handle is stored.
        """
        found = self.around(function, index, slots)
        for order, exit_, frames in function.levels.exits:
            if (
                found is None
                and order < index
                and exit_.kind in ("return", "raise")
                # The next call may be given something else.
                and not hangs_on_what_is_given(self.phases, function, frames)
            ):
                found = self._asked(function, frames, slots)
        return found

    def on_the_way(self, op: Op, slots: Collection[Term]) -> Guard | None:
        """A check on the way that may keep control from the event: a flag, an early exit."""
        function, index = op.function, op.index
        found = self.around(function, index, slots)
        frames = around(function, index)
        for order, exit_, asked in function.levels.exits:
            if found is None and order < index and exit_.kind in ("return", "raise"):
                # What is asked around both of them, a call that comes here has passed.
                apart = [frame for frame in asked if frame not in frames]
                if bars_the_next(self.phases, function, apart, slots, is_keyed(op)):
                    found = Guard(function, exit_.line, "exit")
        return found

    def _asked(
        self,
        function: Function,
        frames: tuple[Level, ...],
        slots: Collection[Term],
        is_around: bool = False,
    ) -> Guard | None:
        for frame in frames:
            lets = (frame.branch == "then") == is_around
            if isinstance(frame.item, If) and is_flag(function, frame.item, lets, slots):
                how = "state" if is_set_back(function, frame.item, lets) else "flag"
                if is_around and is_one_of_several(frame.item, frame.branch):
                    how = "either"
                return Guard(function, frame.item.line, how)
        return None

    def _above(self, chain: _Chain, slots: Collection[Term]) -> Guard | None:
        """A condition on the way to each call of a function that is not called otherwise.

        What it asks for is set by that function, or beside one of the calls on the way there.
        """
        function, _ = chain[-1]
        sites = [
            site
            for site in self.calls.callers(function)
            if function.module.is_test or not site[0].module.is_test
        ]
        if not sites or self.calls.references(function):
            return None
        known = {each for each, _ in chain}
        found: Guard | None = None
        for caller, at in sites:
            if caller in known or not _is_of_the_same(function, caller, at):
                return None
            longer = (*chain, (caller, at))
            here = self._denied(longer, slots) or self._above(longer, slots)
            if here is None:
                return None
            found = found or here
        return found

    def _denied(self, chain: _Chain, slots: Collection[Term]) -> Guard | None:
        """A condition on the way to the last call of a chain that does not hold after the event.

        What others set back while the object is in use says nothing of the earlier task.
        """
        (starting, _), (caller, at) = chain[0], chain[-1]
        own = {function for function, _ in chain}
        for test, holds, line in passed(caller, at):
            for term in _state(caller, test):
                if not any(refuses(*site, _as_in(site[0], term), test, holds) for site in chain):
                    continue
                if _as_in(starting, term) in slots:
                    return Guard(caller, line, "asked")
                owner = caller.owner if isinstance(term, Attribute) else None
                if owner is None or not is_set_beside(owner, term.name, own):
                    return Guard(caller, line, "flag")
                if not is_reset_beside(
                    self.phases, owner, term.name, own, partial(denies, test, holds)
                ):
                    return Guard(caller, line, "state")
        return None


def _is_of_the_same(function: Function, caller: Function, at: int) -> bool:
    """Whether a caller has the state of what it calls: its own object's, or that of its module."""
    if function.owner is not None:
        return is_on_itself(caller, at)
    return caller.module is function.module


def passed(function: Function, index: int) -> Iterator[tuple[Test, bool, int]]:
    """The conditions that hold as control comes to an event, with their outcomes and lines."""
    frames = around(function, index)
    for frame in frames:
        if isinstance(frame.item, If):
            for test, holds in conjuncts(frame.item.test, frame.branch == "then"):
                yield test, holds, frame.item.line
    for order, exit_, asked in function.levels.exits:
        apart = [frame for frame in asked if frame not in frames]
        # Of several conditions it is not known which one did not hold.
        if order < index and exit_.kind in ("return", "raise") and len(apart) == 1:
            item = apart[0].item
            if isinstance(item, If):
                for test, holds in conjuncts(item.test, apart[0].branch != "then"):
                    yield test, holds, item.line


def _state(function: Function, test: Test) -> Iterator[Attribute | Global]:
    """The attribute of the function's object, or the global, that a condition asks for alone."""
    own = Parameter(function.self_name)
    for term in test.value if len(test.value) == 1 else ():
        if isinstance(term, Global) or (isinstance(term, Attribute) and term.base == own):
            yield term


def _as_in(function: Function, term: Attribute | Global) -> Term:
    """The same state as another method of the object writes it."""
    if isinstance(term, Attribute):
        return Attribute(Parameter(function.self_name), term.name)
    return term
