"""Does every normal path from a spawn to an exit of its function see to the task's end?

The search walks the function's blocks with the set of states that control can be in. A state is
either *before* the spawn or *live* (spawned, not seen to); it remembers the conditions that held
when the spawn was reached, so that ``if x: spawn`` … ``if x: end`` counts as one path. Paths on
which an exception is under way are left out: they make no finding.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from taskleash.facts.model import Block, Exit, If, Loop, Switch, Term, Test, Try
from taskleash.link.context import catches_cancellation
from taskleash.link.entities import Function

_MAX_STATES = 64


@dataclass(frozen=True)
class _State:
    live: bool
    held: frozenset[tuple[str, bool]] = frozenset()


States = frozenset[_State]
_NONE: States = frozenset()


@dataclass
class _Out:
    """Where control can go from a block: on, or out by a jump."""

    on: States = _NONE
    breaks: States = _NONE
    continues: States = _NONE
    returns: dict[int, States] = field(default_factory=dict)

    def absorb(self, other: _Out) -> None:
        """Take over the jumps of a nested block."""
        self.breaks |= other.breaks
        self.continues |= other.continues
        for line, states in other.returns.items():
            self.returns[line] = self.returns.get(line, _NONE) | states


@dataclass(frozen=True)
class Outcome:
    """What the search found.

    ``leaks`` are the lines of exits that a live task reaches (0 for the end of the function),
    ``ended`` whether some path ends the task, ``respawned`` whether a second spawn can be reached
    while the first task is live.
    """

    leaks: tuple[int, ...]
    ended: bool
    respawned: bool


class PathSearch:
    """One search in one function."""

    def __init__(
        self, function: Function, spawns: Iterable[int], endings: Iterable[int], carriers: set[Term]
    ) -> None:
        self.function = function
        self.spawns = frozenset(spawns)
        self.endings = frozenset(endings)
        self.carriers = carriers
        self.raising = function.contexts.awaited_after_cancel
        self.marked = sorted(self.spawns | self.endings | self.raising)
        self.raised: list[States] = [_NONE]
        self.repeated = function.contexts.repeated_conditions
        self.ended = False
        self.respawned = False

    def run(self, live: bool = False) -> Outcome:
        """Search all normal paths; ``live`` where the function is given a running task."""
        out = self._block(self.function.facts.body, frozenset({_State(live)}))
        leaks = [line for line, states in sorted(out.returns.items()) if _live(states)]
        if _live(out.on | out.breaks | out.continues):
            leaks.append(0)
        return Outcome(tuple(leaks), self.ended, self.respawned)

    def falls_through(self) -> bool:
        """Whether control comes to the end of the function without a jump out of it."""
        return bool(self._block(self.function.facts.body, frozenset({_State(False)})).on)

    def _block(self, block: Block, states: States) -> _Out:
        out = _Out()
        for item in block.items:
            if not states:
                break
            if isinstance(item, int):
                states = self._event(item, states)
            elif isinstance(item, Exit):
                self._exit(item, states, out)
                states = _NONE
            elif not self._passes(item):
                inner = self._nested(item, states)
                out.absorb(inner)
                states = _bounded(inner.on)
        out.on = states
        return out

    def _passes(self, item: object) -> bool:
        """Whether control comes out of a piece of it in the states in which it went in.

        Without this a function with many spawns would be searched in full for each of them.
        """
        span = self.function.contexts.span(item)
        if span is None:
            return False
        place = bisect_left(self.marked, span[0])
        return place == len(self.marked) or self.marked[place] > span[1]

    def _exit(self, item: Exit, states: States, out: _Out) -> None:
        if item.kind == "return":
            out.returns[item.line] = out.returns.get(item.line, _NONE) | states
        elif item.kind == "break":
            out.breaks |= states
        elif item.kind == "continue":
            out.continues |= states

    def _event(self, index: int, states: States) -> States:
        if index in self.spawns:
            self.respawned = self.respawned or _live(states)
            return frozenset(_State(True, s.held) for s in states)
        if index in self.endings and _live(states):
            self.ended = True
            return frozenset(_State(False, s.held) for s in states)
        if index in self.raising:
            self.raised[-1] |= states
        return states

    def _nested(self, item: object, states: States) -> _Out:
        if isinstance(item, If):
            return self._if(item, states)
        if isinstance(item, Loop):
            return self._loop(item, states)
        if isinstance(item, Try):
            return self._try(item, states)
        assert isinstance(item, Switch)
        out = _Out()
        on = _NONE if item.total else states
        for case in item.cases:
            inner = self._block(case, states)
            out.absorb(inner)
            on |= inner.on
        out.on = on
        return out

    def _if(self, item: If, states: States) -> _Out:
        then = self._block(item.then, self._assume(item.test, True, states))
        orelse = self._block(item.orelse, self._assume(item.test, False, states))
        out = _Out(on=then.on | orelse.on)
        out.absorb(then)
        out.absorb(orelse)
        return out

    def _loop(self, item: Loop, states: States) -> _Out:
        out = _Out()
        entered = states
        for _ in range(2):
            inner = self._block(item.body, self._assume(item.test, True, entered))
            out.absorb(_Out(returns=inner.returns))
            after = inner.on | inner.continues
            left = inner.breaks
            if after <= entered:
                break
            entered = _bounded(entered | after)
        forever = item.kind == "while" and item.test.kind == "true"
        runs = self._runs_at_least_once(item)
        done = (
            _NONE if forever else self._assume(item.test, False, after if runs else states | after)
        )
        orelse = self._block(item.orelse, done)
        out.absorb(orelse)
        out.on = orelse.on | left
        return out

    def _runs_at_least_once(self, item: Loop) -> bool:
        """A loop that ends tasks goes over them, and there is one: it runs at least once."""
        return _holds(item.body, self.endings)

    def _try(self, item: Try, states: States) -> _Out:
        self.raised.append(_NONE)
        body = self._block(item.body, states)
        raised = self.raised.pop()
        orelse = self._block(item.orelse, body.on)
        inner = _Out(on=orelse.on)
        inner.absorb(body)
        inner.absorb(orelse)
        before = frozenset(s for s in states if not s.live)
        if not any(catches_cancellation(handler) for handler in item.handlers):
            self.raised[-1] |= raised
        for handler in item.handlers:
            caught = raised if catches_cancellation(handler) else _NONE
            handled = self._block(handler.body, before | caught)
            inner.absorb(handled)
            inner.on |= handled.on
        if not item.final.items:
            return inner
        return self._finally(item.final, inner)

    def _finally(self, final: Block, inner: _Out) -> _Out:
        out = self._block(final, inner.on)
        for name in ("breaks", "continues"):
            states: States = getattr(inner, name)
            if states:
                passed = self._block(final, states)
                out.absorb(_Out(returns=passed.returns))
                setattr(out, name, getattr(out, name) | passed.on)
        for line, states in inner.returns.items():
            passed = self._block(final, states)
            out.returns[line] = out.returns.get(line, _NONE) | passed.on
        return out

    # -- conditions

    def _assume(self, test: Test, branch: bool, states: States) -> States:
        """The states in which a condition can have this outcome."""
        keep_live = self._can_be_live(test, branch)
        while test.kind == "not":
            test, branch = test.parts[0], not branch
        found = []
        for state in states:
            if state.live and not keep_live:
                continue
            if test.text and (test.text, not branch) in state.held:
                continue
            if not state.live and test.text in self.repeated:
                state = _State(False, state.held | {(test.text, branch)})
            found.append(state)
        return frozenset(found)

    def _can_be_live(self, test: Test, branch: bool) -> bool:
        """Whether a live task is possible where the condition has this outcome."""
        if test.kind == "not":
            return self._can_be_live(test.parts[0], not branch)
        if test.kind in ("and", "or"):
            outcomes = [self._can_be_live(part, branch) for part in test.parts]
            return all(outcomes) if (test.kind == "and") == branch else any(outcomes)
        if test.kind in ("true", "false"):
            return (test.kind == "true") == branch
        if not any(term in self.carriers for term in test.value):
            return True
        if test.kind == "truth":
            return branch
        if test.kind in ("none", "done"):
            return not branch
        return True


def falls_through(function: Function) -> bool:
    """Whether a function can come to its end without a ``return``."""
    return PathSearch(function, (), (), set()).falls_through()


def _live(states: States) -> bool:
    return any(state.live for state in states)


def _bounded(states: States) -> States:
    if len(states) <= _MAX_STATES:
        return states
    return frozenset(_State(live) for live in {s.live for s in states})


def _holds(block: Block, indices: frozenset[int]) -> bool:
    for item in block.items:
        if isinstance(item, int):
            if item in indices:
                return True
        elif isinstance(item, If):
            if _holds(item.then, indices) or _holds(item.orelse, indices):
                return True
        elif isinstance(item, Loop):
            if _holds(item.body, indices):
                return True
        elif isinstance(item, Try):
            if any(_holds(b, indices) for b in (item.body, item.orelse, item.final)):
                return True
        elif isinstance(item, Switch) and any(_holds(case, indices) for case in item.cases):
            return True
    return False
