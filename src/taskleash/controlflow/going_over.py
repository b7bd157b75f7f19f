"""Loops that go over the tasks themselves: each turn has another one.

A ``while`` does so that asks whether there are any left, as far as each turn takes one out.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property

from taskleash.controlflow.assumptions import gone_over
from taskleash.controlflow.cfg import BasicBlock, ControlFlowGraph
from taskleash.ir.model import tests
from taskleash.ir.terms import Term

#: the task runs and nothing has seen to it; any other phase is the loop that ended one of several
LIVE = -1


class GoingOver:
    """Answers for one search, by what holds the tasks and by the events that end one."""

    def __init__(
        self, graph: ControlFlowGraph, carriers: Set[Term], endings: Iterable[int]
    ) -> None:
        self._graph = graph
        self._carriers = carriers
        self._endings = tuple(endings)
        self._known: dict[int, bool] = {}

    @cached_property
    def containers(self) -> frozenset[Term]:
        """What such a loop goes over."""
        return gone_over(self._carriers)

    def holds(self, header: int) -> bool:
        """Whether a loop goes over the tasks."""
        if header not in self._known:
            loop = self._graph.blocks[header].loop
            self._known[header] = (
                loop is not None
                and loop.kind != "while"
                and any(term in self.containers for term in loop.test.value)
            )
        return self._known[header]

    def innermost(self, block: BasicBlock, takes_one: bool) -> int | None:
        """The inner of the loops around that come to another task in each turn, by what is ended.

        An ending of one that was taken out is in a ``while`` that asks for more, too.
        """
        around = [
            loop
            for loop in block.loops
            if self.holds(loop) or (takes_one and self._asks_for_more(loop))
        ]
        return around[-1] if around else None

    def _asks_for_more(self, header: int) -> bool:
        """Whether a ``while`` goes on only as long as there are tasks, or something else is so."""
        loop = self._graph.blocks[header].loop
        return (
            loop is not None
            and loop.kind == "while"
            and any(
                test.kind == "truth" and not self.containers.isdisjoint(test.value)
                for test in tests(loop.test)
            )
        )

    def phase(self, block: BasicBlock, target: int, phase: int) -> int:
        """The phase beyond an edge: a loop inside of another comes to each task that still runs."""
        if not self._inner:
            return phase
        inside = self._graph.blocks[target].loops
        if phase != LIVE:
            entered = (loop for loop in inside if loop not in block.loops)
            return LIVE if any(self._inner.get(loop) == phase for loop in entered) else phase
        left = (loop for loop in block.loops if loop in self._inner and loop not in inside)
        outer = next((self._inner[loop] for loop in left), LIVE)
        return outer if outer in inside else phase

    @cached_property
    def _inner(self) -> dict[int, int]:
        """The loops in which a task is ended, inside of another such loop: that one."""
        found: dict[int, int] = {}
        for event in self._endings:
            for number in self._graph.blocks_of(event):
                over = [loop for loop in self._graph.blocks[number].loops if self.holds(loop)]
                found.update(zip(over[1:], over, strict=False))
        return found
