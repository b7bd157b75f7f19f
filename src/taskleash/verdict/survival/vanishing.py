"""Whether a task that nobody holds can be collected half-way: what does its coroutine wait for?

The loop holds a task weakly, but what the task waits for holds it through its callback. It can
vanish where nothing but its own circle reaches that: proven by one such await, excluded where all
of them are held by a timer, a thread, a socket. In between are those that hang on an object, which
holds what is waited for as long as something holds it, and on functions that come from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.controlflow.assumptions import NOTHING_GIVEN
from taskleash.controlflow.nesting import branches
from taskleash.ir.model import Await, Block, Exit, Loop, Use
from taskleash.ir.terms import Attribute, Outer, Parameter, Result, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.spawns import Spawn
from taskleash.verdict.model import Vanishing, Vanishings
from taskleash.verdict.survival.awaiting import Awaiting
from taskleash.verdict.survival.limits import Limits
from taskleash.verdict.survival.waited import SEVERITY, Waited


def vanishing(calls: Calls, spawn: Spawn) -> Vanishing:
    """What is known of a task that a spawn starts, and which await decides."""
    found = list(_Search(calls).of(spawn))
    return min(found, key=_severity, default=Vanishing(Vanishings.EXCLUDED))


def _severity(found: Vanishing) -> int:
    return SEVERITY.index(found.state)


@dataclass(frozen=True)
class _Step:
    """A coroutine to go through, and whether the task comes to it for certain.

    ``cls`` is a class of the object that it runs on, where more is known than whose method it is.
    """

    function: Function
    is_sure: bool
    cls: Class | None


class _Search:
    """Goes through the coroutine of one task, and through those that it awaits."""

    def __init__(self, calls: Calls) -> None:
        self._awaiting = Awaiting(calls)
        self._limits = Limits(calls)
        self._pending: list[_Step] = []
        self._seen: set[_Step] = set()
        self._is_unknown = False

    def of(self, spawn: Spawn) -> Iterator[Vanishing]:
        """What each await comes to."""
        function = spawn.function
        written = [each for each in spawn.started if not each.is_left_to_others]
        if written:
            cls = function.method.owner if _is_on_itself(function, spawn) else None
            self._add(tuple(written), len(written) == 1, cls)
        elif spawn.started:
            line = spawn.call.pos[0]
            yield self._found(function, line, Waited(Vanishings.GIVEN, spawn.started[0].qualname))
        elif len(spawn.call.args) > spawn.work:
            line = spawn.call.pos[0]
            for term in spawn.call.args[spawn.work].value or (None,):
                found = self._found(function, line, self._awaiting.term(function, term))
                # That the task waits for what it is made of tells nothing.
                unknown = found.state is Vanishings.UNKNOWN
                yield Vanishing(found.state) if unknown else found
        else:
            yield Vanishing(Vanishings.UNKNOWN)
        while self._pending:
            step = self._pending.pop()
            # What is not sure proves nothing, so it adds nothing to what is not known.
            if step.is_sure or not self._is_unknown:
                yield from self._in(step)

    def _add(self, functions: tuple[Function, ...], is_sure: bool, cls: Class | None) -> None:
        """Go on to coroutines; of methods of an object only to those that its class comes to."""
        steps = [_Step(each, is_sure, cls) for each in functions if _fits(each, cls)]
        self._pending += [step for step in steps if step not in self._seen]
        self._seen.update(steps)

    def _found(
        self,
        function: Function,
        line: int,
        wait: Waited,
        is_sure: bool = True,
        cls: Class | None = None,
    ) -> Vanishing:
        is_sure = is_sure and wait.is_sure
        self._add(wait.inner, is_sure, cls)
        state = wait.state
        if state is Vanishings.PROVEN and not is_sure:
            state = Vanishings.UNKNOWN
        self._is_unknown |= state is Vanishings.UNKNOWN
        if state is Vanishings.EXCLUDED:
            return Vanishing(state)
        return Vanishing(state, function.module.path, line, wait.what)

    def _in(self, step: _Step) -> Iterator[Vanishing]:
        function, is_sure = step.function, step.is_sure
        for loop in _loops(function.facts.body, "async for"):
            for term in loop.test.value or (None,):
                wait = self._awaiting.iterated(function, term)
                yield self._found(function, loop.line, wait, is_sure)
        limited = self._limits.within(function)
        awaits = [(i, event) for i, event in enumerate(function.events) if isinstance(event, Await)]
        paths = function.paths
        reached = paths.reached(NOTHING_GIVEN) if awaits else frozenset()
        for index, event in awaits:
            if index not in limited and not reached.isdisjoint(paths.graph.blocks_of(index)):
                is_own = any(_is_own_call(function, term) for term in event.value)
                cls = step.cls if is_own else None
                for wait in self._waits(function, index, event):
                    yield self._found(function, event.pos[0], wait, is_sure, cls)

    def _waits(self, function: Function, index: int, event: Await) -> Iterator[Waited]:
        if event.value:
            yield from (self._awaiting.term(function, term) for term in event.value)
            return
        entered = function.events[index - 1] if index else None
        if isinstance(entered, Use) and entered.kind == "with" and entered.pos == event.pos:
            for term in entered.value or (None,):
                yield self._awaiting.entered(function, term)
            return
        loops = _loops(function.facts.body, "comprehension")
        iterated = [t for loop in loops if loop.line == event.pos[0] for t in loop.test.value]
        for each in iterated or (None,):
            yield self._awaiting.iterated(function, each)


def _is_on_itself(function: Function, spawn: Spawn) -> bool:
    """Whether a task runs a method of the object whose method starts it."""
    work = spawn.call.args[spawn.work : spawn.work + 1]
    return any(_is_own_call(function, term) for arg in work for term in arg.value)


def _is_own_call(function: Function, term: Term) -> bool:
    """Whether a value is the result of a method of the object of the method around it."""
    own = (
        Parameter(function.method.self_name),
        Outer(function.method.key, function.method.self_name),
    )
    return isinstance(term, Result) and any(
        isinstance(func, Attribute) and func.base in own for func in function.call(term.event).func
    )


def _fits(function: Function, cls: Class | None) -> bool:
    """Whether an object of a class comes to a method when it calls that by its name."""
    owner = function.owner
    if cls is None or owner is None:
        return True
    # What an attribute holds may be a method of any other object.
    is_of_its_kind = any(owner.related(base) for base in cls.mro)
    return not is_of_its_kind or any(function in sub.find(function.name) for sub in cls.descendants)


def _loops(block: Block, kind: str) -> Iterator[Loop]:
    """The loops of a kind in a block, those in others too."""
    for item in block.items:
        if isinstance(item, int | Exit):
            continue
        if isinstance(item, Loop) and item.kind == kind:
            yield item
        for _, inner, _ in branches(item):
            yield from _loops(inner, kind)
