"""Which tasks of a container an operation is done with: one of them, some, or each.

What stands between the operation and the container says so: a subscript, a slice, a star, a method
that takes one out, a loop that goes over all.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from taskleash.controlflow.nesting import events_in
from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Await, Call, Give, Store, Use
from taskleash.ir.terms import (
    EACH,
    Alts,
    Attribute,
    Awaited,
    Bound,
    Constant,
    Display,
    Element,
    Global,
    Item,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import GROWING, SETTING, SHRINKING, SPREADING, VIEWING
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import External, Function

#: calls that give, or stand for, all that they are given
_WHOLE = frozenset(
    {
        Effect.AWAITS, Effect.CANCELS, Effect.COMPLETES, Effect.COPIES, Effect.GATHERS,
        Effect.JOINS, Effect.RUNS, Effect.SAME, Effect.SHIELDS, Effect.TIMES, Effect.WAITS,
        Effect.ZIPS,
    }
)  # fmt: skip
#: calls that give what they are given in another order
_SHUFFLING = frozenset({"frozenset", "reversed", "set", "sorted", "as_completed"})
#: methods that change where the others stand
MOVING = SHRINKING | {"appendleft", "clear", "insert", "reverse", "rotate", "sort"}
#: methods that take one out, by which they take where they are given nothing
_TAKING_AT = {"pop": -1, "popleft": 0}


@dataclass(frozen=True)
class Placement:
    """Where a task stands among those of its container: as far as it is known.

    ``start`` and ``end`` are its number from the front (0 and more) and from the back (-1 and
    less), ``key`` that under which a mapping has it. ``is_alone`` says that it has no other.
    """

    start: int | None = None
    end: int | None = None
    key: str = ""
    is_alone: bool = False


PortionKind: TypeAlias = Literal["whole", "at", "key", "one", "from", "none", "unknown"]


@dataclass(frozen=True)
class Portion:
    """A part of what a container holds; the container is None for the task itself.

    ``kind`` is whole, at (the one with number ``first``), key (the one under ``key``), one (some
    other), from (numbers ``first`` to ``last``), none (it was emptied before) or unknown.
    """

    container: Term | None
    kind: PortionKind = "whole"
    first: int = 0
    last: int | None = None
    key: str = ""
    #: gone over in another order: a number there tells nothing
    is_mixed: bool = False
    #: a collection has others beside it
    has_others: bool = False

    def has(self, standing: Placement) -> bool:
        """Whether the task that stands there is in it, or may well be as far as is known."""
        if self.kind == "key":
            return standing.is_alone or not standing.key or standing.key == self.key
        if self.kind == "one":
            return standing.is_alone
        if self.kind == "at":
            if standing.is_alone:
                return self.first in (0, -1)
            number = standing.end if self.first < 0 else standing.start
            return number is None or number == self.first
        if self.kind == "from":
            start, end = standing.start, standing.end
            number = start if self.first >= 0 else end
            if number is not None and number < self.first:
                return False
            number = end if self.last is not None and self.last < 0 else start
            return self.last is None or number is None or number < self.last
        return True


_UNKNOWN = Portion(None, "unknown")


def portions(calls: Calls, trail: Trail, op: Op) -> tuple[Portion, ...]:
    """The parts that an operation is done with, of containers that the function of the spawn has.

    Of a helper that is given the task or a container they are those of the call.
    """
    return _Portions(calls, trail, op.function, op.index).of_op(op)


class _Portions:
    """Looks from one event of a function back to the containers."""

    def __init__(self, calls: Calls, trail: Trail, function: Function, index: int) -> None:
        self._calls = calls
        self._trail = trail
        self._function = function
        self._index = index
        self._held: Mapping[Term, int] = trail.terms_in(function)

    def of_op(self, op: Op) -> tuple[Portion, ...]:
        """What the operation is done with, in the outermost function that is given the task."""
        own = tuple(self._of_event(op.kind == "shrink"))
        if op.calls:
            is_whole = len(op.calls) == 1 and all(each.kind == "whole" for each in own)
            own = (_UNKNOWN,)
            if is_whole:
                own = tuple(_Portions(self._calls, self._trail, *op.calls[0])._of_event(False))
        if op.site[0] is self._trail.function:
            return own
        if any(in_loop(*site) is not None for site in self._calls.callers(op.site[0])):
            return (_UNKNOWN,)
        # Another function's values are not those of the function with the spawn.
        return tuple(
            each if isinstance(each.container, Attribute | Global) else _UNKNOWN for each in own
        )

    def _of_event(self, is_taking: bool) -> Iterator[Portion]:
        """What is done at the event is done with these."""
        event = self._function.events[self._index]
        terms: list[Term] = []
        if isinstance(event, Await | Store | Give | Use):
            terms += event.value
        if isinstance(event, Call):
            bases = [func.base for func in event.func if isinstance(func, Attribute)]
            terms += [Result(self._index)] if is_taking else bases
            terms += [term for arg in event.args for term in arg.value]
        found = [each for term in terms for each in self._of(term, frozenset())]
        for each in found or [_UNKNOWN]:
            yield replace(each, kind="none") if self._is_emptied(each, terms) else each

    def _is_emptied(self, found: Portion, terms: list[Term]) -> bool:
        """Whether the container itself, gone over or given as it is, was cleared before."""
        container, function = found.container, self._function
        loop = in_loop(function, self._index)
        if container is None or found.kind != "whole":
            return False
        if not _is_direct(function, terms, container):
            return False
        graph, uses = function.paths.graph, function.uses
        cleared = [
            role.index
            for role in uses.roles.get(Attribute(container, "clear"), ())
            if role.kind == "func" and in_loop(function, role.index) is None
        ]
        filled = [event for _, event in changes(function, container) if event not in cleared]
        is_here = function is self._trail.function
        return any(
            (is_here and graph.comes_by_way_of(self._trail.index, event, self._index))
            or (not is_here and graph.dominates(event, self._index))
            for event in cleared
            if not any(event < each < self._index for each in filled)
            and (loop is None or event < min(events_in(loop.body), default=self._index))
        )

    def _of(self, term: Term, seen: frozenset[Term]) -> Iterator[Portion]:
        if term in seen or (term not in self._held and not isinstance(term, Spread | Result)):
            return
        seen |= {term}
        if isinstance(term, Spread):
            yield from self._of(term.base, seen)
        elif isinstance(term, Element | Item):
            yield from self._picked(term, seen)
        elif isinstance(term, Display):
            yield from self._displayed(term, seen)
        elif isinstance(term, Result):
            yield from self._given(term, seen)
        elif isinstance(term, Awaited) and term.base == Result(self._trail.index):
            yield Portion(None)
        elif isinstance(term, Awaited) or (isinstance(term, Bound) and not self._held[term]):
            yield _UNKNOWN
        else:
            yield Portion(term if self._held[term] else None)

    def _picked(self, term: Element | Item, seen: frozenset[Term]) -> Iterator[Portion]:
        found = list(self._of(term.base, seen))
        if self._held[term]:
            yield _UNKNOWN
        elif isinstance(term, Element) and term.key == EACH:
            # Behind the loop, a name has the last of those that it went over.
            is_in_turn = in_loop(self._function, self._index) is not None
            yield from found if is_in_turn else map(_last, found)
        elif len(found) == 1:
            yield _one(found[0], term)

    def _displayed(self, term: Display, seen: frozenset[Term]) -> Iterator[Portion]:
        """A collection: one that the task was put into as it was written, or a part of another."""
        made = self._function.facts.collections[term.number]
        taken = [each for item in made.items for each in item if each in self._held]
        if made.kind == "rest" and len(made.items) == 1:
            found = [each for t in taken for each in self._of(t, seen)]
            yield _part(found[0], made.keys[0]) if len(found) == len(made.keys) == 1 else _UNKNOWN
        elif made.kind == "mix" or not any(isinstance(t, Spread | Element) for t in taken):
            yield Portion(term)
        else:
            # A comprehension has each in turn.
            bases = [t.base if isinstance(t, Element) and t.key == EACH else t for t in taken]
            for each in self._all(tuple(bases), seen):
                is_one = len(made.items) == 1
                yield each if is_one else replace(each, is_mixed=True, has_others=True)

    def _given(self, term: Result, seen: frozenset[Term]) -> Iterator[Portion]:
        """What a call gives: the task, a container, or what it is given of one."""
        function, call = self._function, self._function.call(term.event)
        if function is self._trail.function and term.event == self._trail.index:
            yield Portion(None)
            return
        callees = self._calls.callees(function, call)
        names = {c.dotted for c in callees if isinstance(c, External)}
        handles = {self._calls.program.models.handle(name) for name in names}
        given = [each for arg in call.args for each in self._all(arg.value, seen)]
        bases = [func.base for func in call.func if isinstance(func, Attribute)]
        if given and handles and handles <= _WHOLE:
            is_ordered = call.text.rpartition(".")[2] not in _SHUFFLING
            yield from given if is_ordered else map(_shuffled, given)
        elif len(given) == 1 and handles == {Effect.PICKS}:
            is_first = call.text == "next"
            yield self._taken(term, _one(given[0], Item(term, 0)) if is_first else _some(given[0]))
        elif call.text.rpartition(".")[2] in VIEWING and not call.args:
            yield from self._all(tuple(bases), seen)
        elif call.text.rpartition(".")[2] in _TAKING_AT:
            for each in self._all(tuple(bases), seen):
                yield self._taken(term, _one_taken(call, each))
        elif self._held.get(term, 0) and not given and not self._all(tuple(bases), seen):
            yield Portion(term)
        else:
            yield _UNKNOWN

    def _all(self, terms: Alts, seen: frozenset[Term]) -> list[Portion]:
        return [found for term in terms for found in self._of(term, seen)]

    def _taken(self, term: Result, portion: Portion) -> Portion:
        """What is taken out in a loop may be one after the other."""
        if in_loop(self._function, term.event) is not None:
            return _UNKNOWN
        return portion


def _one(found: Portion, term: Element | Item) -> Portion:
    """The one of some that a subscript or an unpacked name stands for."""
    number = term.index if isinstance(term, Item) else None
    if isinstance(term, Element) and term.key.lstrip("-").isdecimal():
        number = int(term.key)
    if found.container is None or found.is_mixed or found.kind not in ("whole", "from"):
        return _UNKNOWN
    if number is None:
        key = term.key if isinstance(term, Element) and term.is_constant else ""
        is_key = bool(key) and found.kind == "whole"
        return Portion(found.container, "key", key=key) if is_key else _UNKNOWN
    if found.kind == "from" and (number < 0 or found.first < 0) and (number or found.first > 0):
        return _UNKNOWN
    return Portion(found.container, "at", found.first + number)


def _last(found: Portion) -> Portion:
    is_known = found.container is not None and found.kind in ("whole", "from")
    is_known = is_known and not found.is_mixed
    return Portion(found.container, "at", -1) if is_known and found.last is None else _UNKNOWN


def _some(found: Portion) -> Portion:
    is_known = found.container is not None and found.kind == "whole" and not found.is_mixed
    return Portion(found.container, "one") if is_known else _UNKNOWN


def _part(found: Portion, bounds: str) -> Portion:
    """What a slice has of a container; ``bounds`` are its numbers."""
    first, _, last = bounds.partition(":")
    if found.kind != "whole" or found.container is None or found.is_mixed:
        return _UNKNOWN
    return Portion(found.container, "from", int(first or 0), int(last) if last else None)


def _one_taken(call: Call, whole: Portion) -> Portion:
    """The one that a method takes out of a container."""
    if whole.kind != "whole" or whole.container is None or whole.is_mixed:
        return _UNKNOWN
    if not call.args:
        return Portion(whole.container, "at", _TAKING_AT[call.text.rpartition(".")[2]])
    named = [each.text for each in call.args[0].value if isinstance(each, Constant)]
    if len(named) != 1 or len(call.args[0].value) != 1:
        return _UNKNOWN
    text = named[0]
    key = repr(ast.literal_eval(text)) if text.endswith(("'", '"')) else text
    return _one(whole, Element(whole.container, key))


def _shuffled(portion: Portion) -> Portion:
    """The same in another order, in which a number means another one."""
    return replace(portion, is_mixed=True)


def _is_direct(function: Function, terms: Collection[Term], container: Term) -> bool:
    """Whether an event has a container itself, or each of it, or awaits a call that is given it."""
    wanted = {container, Spread(container), Element(container)}
    calls = (function.events[term.event] for term in terms if isinstance(term, Result))
    given = (t for call in calls if isinstance(call, Call) for arg in call.args for t in arg.value)
    return not wanted.isdisjoint((*terms, *given))


def changes(function: Function, container: Term) -> list[tuple[str, int]]:
    """What changes a container: the method, or what stands for a store, and the event."""
    uses = function.uses
    found: list[tuple[str, int]] = []
    for term in uses.derived.get(container, ()):
        roles = uses.roles.get(term, ())
        if isinstance(term, Attribute) and term.name in GROWING | SETTING | MOVING:
            name = "spread" if term.name in SPREADING else term.name
            found += [(name, role.index) for role in roles if role.kind == "func"]
        elif isinstance(term, Element):
            found += [("[]", role.index) for role in roles if role.kind == "target"]
            found += [("remove", role.index) for role in roles if role.kind == "delete"]
    for role in uses.roles.get(container, ()):
        if role.kind == "target":
            found.append(("spread", role.index))
    return found
