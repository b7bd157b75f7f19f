"""Loops that go over the tasks themselves: each turn has another one."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cached_property

from taskleash.controlflow.assumptions import gone_over
from taskleash.controlflow.cfg import BasicBlock, ControlFlowGraph
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
