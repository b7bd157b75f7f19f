"""The control-flow graph of one function.

Nodes are basic blocks of events. Beside the ordinary edges a block may have *exceptional* ones: to
the handlers, within the function, that may catch what its events raise. A path through a handler is
an ordinary path; where an exception leaves the function the graph ends, so that what lies on the
way out only (the copies of ``finally`` for it) is not there at all.

The shape follows ``golang.org/x/tools/go/cfg``.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Literal, TypeAlias

from taskleash.controlflow.exceptions import AT_WORK, NOTHING, Raised, Raising
from taskleash.ir.model import Loop, Test

ENTRY, EXIT = 0, 1
_END = sys.maxsize

EdgeKind: TypeAlias = Literal[
    "", "return", "break", "continue", "handler", "if", "case", "empty", "exhausted", "early exit"
]


@dataclass(frozen=True, slots=True)
class Edge:
    """A way to another block, taken where ``test`` comes to ``holds``.

    ``line`` is that of the jump, handler or loop that the edge belongs to, 0 where there is none;
    ``kind`` names it: ``return``, ``break``, ``continue``, ``handler``, ``if``, ``case``, ``empty``
    (a loop that is not entered), ``exhausted``, ``early exit``, or nothing. ``is_sure`` is False of
    a handler that catches some of what may come there, and not all.
    """

    target: int
    kind: EdgeKind = ""
    line: int = 0
    test: Test | None = None
    holds: bool = True
    is_sure: bool = True


@dataclass(slots=True)
class BasicBlock:
    """Events without a jump between them; ``caught`` are the exceptional edges by what is raised.

    ``loops`` are the loops around it, outermost first, each named by the header that its body comes
    back to; a header is part of its own loop. ``loop`` is the one whose header the block is.
    """

    number: int
    events: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    caught: dict[Raised, tuple[Edge, ...]] = field(default_factory=dict)
    loops: tuple[int, ...] = ()
    loop: Loop | None = None
    #: an ``async for`` waits for its next item here
    waits: bool = False


class ControlFlowGraph:
    """The blocks of one function; block ``ENTRY`` is the first, ``EXIT`` every ordinary way out.

    ``raising`` are the events at which an exception may be raised, with the kinds it may be of.
    """

    def __init__(self, blocks: Sequence[BasicBlock], raising: Raising) -> None:
        self.blocks = blocks
        self.raising = raising
        self._blocks_of: dict[int, list[int]] | None = None
        self._places: dict[int, dict[int, int]] = {}
        self._raisers: dict[int, list[tuple[int, frozenset[Raised]]]] = {}
        self._missed: tuple[frozenset[int], set[int]] | None = None
        self._leading: tuple[int, set[int]] | None = None

    def blocks_of(self, event: int) -> Sequence[int]:
        """The blocks that hold the event: several where it stands in a ``finally``."""
        if self._blocks_of is None:
            self._blocks_of = {}
            for block in self.blocks:
                for index in block.events:
                    self._blocks_of.setdefault(index, []).append(block.number)
        return self._blocks_of.get(event, ())

    def places_in(self, number: int) -> dict[int, int]:
        """The events of a block with their places in it."""
        if number not in self._places:
            events = self.blocks[number].events
            self._places[number] = {event: place for place, event in enumerate(events)}
        return self._places[number]

    def place_in(self, number: int, event: int) -> int:
        """The place of an event in a block that holds it."""
        return self.places_in(number)[event]

    def raised_between(self, number: int, after: int, until: int) -> frozenset[Raised]:
        """What the events of a block between two places may raise."""
        block = self.blocks[number]
        found = AT_WORK if block.waits and after < 0 else NOTHING
        if number not in self._raisers:
            self._raisers[number] = [
                (place, self.raising[event])
                for place, event in enumerate(block.events)
                if event in self.raising
            ]
        raisers = self._raisers[number]
        for place, kinds in raisers[bisect_left(raisers, after + 1, key=itemgetter(0)) :]:
            if place >= until or len(found) == len(Raised):
                break
            found |= kinds
        return found

    def successors(self, number: int) -> Iterator[Edge]:
        """All edges out of a block, the exceptional ones last."""
        block = self.blocks[number]
        yield from block.edges
        for edges in block.caught.values():
            yield from edges

    def reachable(
        self, ways: Callable[[int], Iterable[Edge]] | None = None, start: int = ENTRY
    ) -> set[int]:
        """The blocks that control can come to from ``start``, which is one of them.

        It goes by the ``ways`` out of each; by all of its edges where there are none.
        """
        following = ways or self.successors
        found, pending = {start}, [start]
        while pending:
            for edge in following(pending.pop()):
                if edge.target not in found:
                    found.add(edge.target)
                    pending.append(edge.target)
        return found

    def share_a_path(self, one: int, other: int) -> bool:
        """Whether control can pass both events in one call, in whatever order."""
        here, there = self.blocks_of(one), self.blocks_of(other)
        return any(
            not self.reachable(start=number).isdisjoint(goals)
            for starts, goals in ((here, there), (there, here))
            for number in starts
        )

    def dominates(self, above: int, below: int) -> bool:
        """Whether control comes to the event ``below`` only by way of the event ``above``."""
        barred = {number: self.place_in(number, above) for number in self.blocks_of(above)}
        goals = self.blocks_of(below)
        found = self.reachable(lambda number: self._ways_around(number, barred))
        return bool(goals) and not any(
            number in found and self.place_in(number, below) < barred.get(number, _END)
            for number in goals
        )

    def comes_by_way_of(self, start: int, between: int, goal: int) -> bool:
        """Whether control that has passed an event comes to the goal only by way of another one."""
        barred = {number: self.place_in(number, between) for number in self.blocks_of(between)}
        for number in self.blocks_of(start):
            place = self.place_in(number, start)
            cut = barred.get(number, -1)
            is_cut = cut > place
            edges = self._ways_around(number, barred) if is_cut else self.successors(number)
            found: set[int] = set()
            for edge in edges:
                found |= self.reachable(lambda at: self._ways_around(at, barred), edge.target)
            for other in self.blocks_of(goal):
                at = self.place_in(other, goal)
                if other in found and at < barred.get(other, _END):
                    return False
                if other == number and place < at < (cut if is_cut else _END):
                    return False
        return True

    def leads_to(self, start: int, goals: Collection[int]) -> bool:
        """Whether control that has passed an event comes to one of the goals before it leaves.

        Ways on which an exception leaves the function are none.
        """
        barred: dict[int, list[int]] = {}
        for goal in goals:
            for number in self.blocks_of(goal):
                barred.setdefault(number, []).append(self.place_in(number, goal))
        missing = self._missing(frozenset(barred))
        return bool(barred) and not any(
            edge.target in missing
            for number in self.blocks_of(start)
            if not any(place > self.place_in(number, start) for place in barred.get(number, ()))
            for edge in self.successors(number)
        )

    def _missing(self, goals: frozenset[int]) -> set[int]:
        """The blocks from which control may leave without coming to one of these blocks.

        Of one goal after the other it is asked for many starts.
        """
        if self._missed is None or self._missed[0] != goals:
            self._missed = goals, self._before([EXIT], goals)
        return self._missed[1]

    def may_come_to(self, start: int, goal: int) -> bool:
        """Whether control that has passed an event may come to another one in the same call."""
        leading = self._leading_to(goal)
        return any(
            edge.target in leading
            for number in self.blocks_of(start)
            for edge in self.successors(number)
        ) or any(
            number in self.blocks_of(start)
            and self.place_in(number, start) < self.place_in(number, goal)
            for number in self.blocks_of(goal)
        )

    def _leading_to(self, goal: int) -> set[int]:
        """The blocks from whose start control may come to an event.

        Of one goal after the other it is asked for many starts.
        """
        if self._leading is None or self._leading[0] != goal:
            self._leading = goal, self._before(self.blocks_of(goal))
        return self._leading[1]

    def _before(self, ends: Sequence[int], barred: Collection[int] = ()) -> set[int]:
        """The blocks from which control may come to one of these, but by none that is barred."""
        found, pending = set(ends), list(ends)
        while pending:
            for number in self._predecessors[pending.pop()]:
                if number not in found and number not in barred:
                    found.add(number)
                    pending.append(number)
        return found

    @cached_property
    def _predecessors(self) -> dict[int, list[int]]:
        """The blocks that have an edge to each."""
        found: dict[int, list[int]] = defaultdict(list)
        for block in self.blocks:
            for target in dict.fromkeys(edge.target for edge in self.successors(block.number)):
                found[target].append(block.number)
        return found

    def comes_back(self, event: int) -> bool:
        """Whether control that has passed an event may come to it again."""
        return self.comes_to_another([event])

    def comes_to_another(self, events: Sequence[int]) -> bool:
        """Whether control that has passed one of these events may come to one, the same or not."""
        passed = [(number, event) for event in events for number in self.blocks_of(event)]
        goals = {number for number, _ in passed}
        if len(goals) < len(passed):
            return True
        found: set[int] = set()
        pending: list[int] = []
        for number, event in passed:
            block = self.blocks[number]
            raised = self.raised_between(number, self.place_in(number, event), _END)
            ways = [*block.edges]
            for kind in raised:
                ways += block.caught.get(kind, ())
            pending += [edge.target for edge in ways]
        while pending:
            number = pending.pop()
            if number in goals:
                return True
            if number not in found:
                found.add(number)
                pending += [edge.target for edge in self.successors(number)]
        return False

    def _ways_around(self, number: int, barred: Mapping[int, int]) -> Iterator[Edge]:
        """The edges out of a block by which control has not come past the barred place."""
        if number not in barred:
            yield from self.successors(number)
            return
        raised = self.raised_between(number, -1, barred[number])
        for kind, edges in self.blocks[number].caught.items():
            if kind in raised:
                yield from edges

    @property
    def falls_through(self) -> bool:
        """Whether control can come to the end of the function without a ``return``."""
        reached = self.reachable()
        return any(
            edge.target == EXIT and not edge.kind
            for number in reached
            for edge in self.blocks[number].edges
        )
