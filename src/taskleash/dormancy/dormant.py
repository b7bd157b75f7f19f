"""Whether feature flags keep an event of the program from happening."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from taskleash.dormancy.dead import Barrier, DeadEvents
from taskleash.dormancy.event_mentions import Mentions, Node
from taskleash.dormancy.flagged import Conditions
from taskleash.dormancy.reach import Graph, Place, Reachability, Ways, in_doubt
from taskleash.ir.feature_flags import FeatureFlags
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function


class Dormant:
    """Answers what is dormant under some flags; ``graph`` is the program's, where it is known."""

    def __init__(self, calls: Calls, flags: FeatureFlags, graph: Graph | None = None) -> None:
        self.calls = calls
        self.dead = DeadEvents(Conditions(calls, flags))
        self._graph = graph

    @cached_property
    def is_idle(self) -> bool:
        """Whether nothing in the program is ever kept from running."""
        return not any(self.dead.of(function) for function in self.calls.program.functions())

    @cached_property
    def graph(self) -> Graph:
        """Who mentions whom in the program."""
        return self._graph or graph_of(self.calls)

    @cached_property
    def _ways(self) -> Ways:
        graph = self.graph
        alive = Reachability(graph, lambda function: {}).live
        # What nothing reaches anyway is taken to be called from outside, unless it is never made.
        lost = (node for node in graph.nodes if node not in alive)
        roots = frozenset(node for node in lost if not self._is_never_made(node))
        return Ways(Reachability(graph, self.dead.of, roots), self.dead)

    def _is_never_made(self, node: Node) -> bool:
        """Whether control never comes to the definition of a node, or of what it stands in."""
        home = self.graph.defined_at(node)
        if home is None:
            return False
        return home[1] in self.dead.of(home[0]) or self._is_never_made(home[0])

    @cached_property
    def _in_doubt(self) -> set[Node]:
        return in_doubt(self.graph, self.dead.of)

    def _is_in_doubt(self, place: Place) -> bool:
        """Whether more than a look at the event's own function is needed to know it can happen."""
        function, index = place
        return index in self.dead.of(function) or function in self._in_doubt

    def barriers(self, place: Place) -> list[Barrier]:
        """What keeps control from an event, nearest first; nothing where it can happen."""
        if self.is_idle or not self._is_in_doubt(place):
            return []
        return self._ways.barriers(*place)[0]

    def unsure(self, places: Iterable[Place]) -> set[str]:
        """The names by which further modules may reach those of the events that are dormant."""
        if self.is_idle:
            return set()
        found = [self._ways.barriers(*place) for place in places if self._is_in_doubt(place)]
        nodes = {node for barriers, between in found if barriers for node in between}
        return {_name(node) for node in nodes if not self._ways.reach.is_mentioned(node)} - {""}


def graph_of(calls: Calls) -> Graph:
    """Who mentions whom in a program; what only type checkers read is no mention."""
    literal = DeadEvents(Conditions(calls, FeatureFlags()))

    def ignored(function: Function, index: int) -> bool:
        barrier = literal.of(function).get(index)
        return barrier is not None and barrier.guard.is_for_types

    return Graph(Mentions(calls), ignored)


def _name(node: Node) -> str:
    if isinstance(node, Function):
        if node.facts.kind == "module":
            return node.module.name.rpartition(".")[2]
        return node.name if node.name.isidentifier() else ""
    return node.name
