"""Which terms the conditions of a function ask about: no search of its paths looks at any other."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cached_property
from typing import TypeAlias

from taskleash.controlflow.assumptions import gone_over
from taskleash.controlflow.cfg import ControlFlowGraph
from taskleash.ir.model import FunctionFacts, Test, tests
from taskleash.ir.terms import Term

#: of the terms that hold a task, and of what a loop goes over to come to it, those asked about
Told: TypeAlias = tuple[frozenset[Term], frozenset[Term]]


class Asked:
    """What the conditions of one function can tell tasks by."""

    def __init__(self, facts: FunctionFacts, graph: ControlFlowGraph) -> None:
        self._facts = facts
        self._graph = graph

    def of(self, carriers: Set[Term]) -> Told:
        """What they tell the task by that these terms hold: all with the same are one to them."""
        return self._terms.intersection(carriers), self._terms.intersection(gone_over(carriers))

    @cached_property
    def _terms(self) -> frozenset[Term]:
        """The terms in its conditions and loops, and in the collections that those may ask for."""
        found = {term for made in self._facts.collections for item in made.items for term in item}
        for block in self._graph.blocks:
            if block.loop is not None:
                found.update(_terms_in(block.loop.test))
            for edge in self._graph.successors(block.number):
                if edge.test is not None:
                    found.update(_terms_in(edge.test))
        return frozenset(found)


def _terms_in(test: Test) -> Iterator[Term]:
    for each in tests(test):
        yield from each.value
        yield from each.other
