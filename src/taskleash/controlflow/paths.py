"""Does every normal path from a spawn to an exit of its function see to the task's end?

The search starts at the spawn and goes along the control-flow graph as long as the task may run. It
remembers which conditions held, so that ``if x: spawn`` … ``if x: end`` counts as one path. A path
through a handler is a normal path; one on which an exception leaves the function is not.

An ending in a loop over the tasks themselves ends *one* of them in each turn: the task in question
is ended when the loop has gone over all, and still runs where the loop is left early.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property

from taskleash.controlflow.asked_terms import Asked, Told
from taskleash.controlflow.assumptions import NOTHING_GIVEN, Assumptions, Given
from taskleash.controlflow.building import build
from taskleash.controlflow.cfg import ENTRY, EXIT, BasicBlock, Edge
from taskleash.controlflow.exceptions import NOTHING, Called, Raised, Raising, as_written
from taskleash.controlflow.going_over import LIVE, GoingOver
from taskleash.controlflow.living import Living
from taskleash.controlflow.outcome import Leak, PathOutcome
from taskleash.controlflow.path_facts import Facts
from taskleash.controlflow.wait_sets import Waits
from taskleash.ir.model import Call, FunctionFacts
from taskleash.ir.terms import Alts, Term

#: more states than this make an answer unknown; in homeassistant and litellm no search has 250
_MAX_STATES = 5_000
#: to compare a state with more of those before it would take longer than to go on from it
_MAX_COMPARED = 40
#: the last names of the classes of handles


@dataclass(frozen=True)
class EndingEvent:
    """An event that ends the task; ``passing`` are the exceptions it raises while the task runs.

    ``is_whole`` tells that it ends all that a container holds, ``takes_one`` the one taken out.
    """

    event: int
    passing: frozenset[Raised] = NOTHING
    is_whole: bool = False
    takes_one: bool = False


@dataclass(frozen=True, slots=True)
class _State:
    block: int
    phase: int
    held: Facts


class Paths:
    """The paths of one function: its graph, and what holds along it.

    ``shared`` are its locals that functions inside of it assign to, ``called`` names what it calls.
    """

    def __init__(
        self,
        facts: FunctionFacts,
        raising: Raising | None = None,
        shared: Set[str] = frozenset(),
        called: Called = as_written,
    ) -> None:
        self.facts = facts
        self.graph = build(facts, raising)
        self.assumptions = Assumptions(facts, self.graph, shared)
        self.waits = Waits(facts, self.graph, called)
        self._asked = Asked(facts, self.graph)
        self._going_on: dict[tuple[int, Told], bool] = {}

    @cached_property
    def outside(self) -> frozenset[int]:
        """The events by which the failure of another task comes in: its result is asked for."""
        return frozenset(
            index
            for index in self.graph.raising
            if isinstance(event := self.facts.events[index], Call)
            and event.text.endswith(".result")
        )

    def search(
        self,
        spawns: Iterable[int],
        endings: Iterable[EndingEvent],
        carriers: Set[Term],
        sought: Iterable[int] = (),
        given: Given = NOTHING_GIVEN,
        is_closed: Callable[[Edge], bool] = lambda edge: False,
    ) -> PathOutcome:
        """Search all normal paths from the spawns.

        ``carriers`` are the terms that hold the task, or a container that it is in: a condition
        that asks for them tells whether it may run. ``given`` are constants that a call of the
        function gives. A running task is not followed along an edge that ``is_closed``, which is
        asked of conditions, and of the handlers that an error comes to.
        """
        search = _Search(self, spawns, endings, carriers, sought, given)
        search.is_closed = is_closed
        for spawn in sorted(search.spawns):
            for number in self.graph.blocks_of(spawn):
                if number in self.assumptions.before:
                    search.start(number, self.graph.place_in(number, spawn))
        return search.run()

    def search_from_entry(
        self,
        endings: Iterable[EndingEvent],
        carriers: Set[Term],
        sought: Iterable[int] = (),
        given: Given = NOTHING_GIVEN,
        key: Alts = (),
        is_closed: Callable[[Edge], bool] = lambda edge: False,
    ) -> PathOutcome:
        """Search all normal paths of a function to which a running task is given.

        ``key`` is that under which a container has the task, if it is known; ``is_closed`` as in
        ``search``.
        """
        search = _Search(self, (), endings, carriers, sought, given, key)
        search.is_closed = is_closed
        search.start(ENTRY, -1)
        return search.run()

    def goes_on(self, event: int, carriers: Set[Term]) -> bool:
        """Whether a task that runs at an event may be left so, or started again; True if unknown.

        Tasks that conditions cannot tell from each other have the same answer.
        """
        asked = event, self._asked.of(carriers)
        if asked not in self._going_on:
            outcome = self.search([event], (), carriers)
            is_over = outcome.is_complete and not outcome.leaks and not outcome.respawned
            self._going_on[asked] = not is_over
        return self._going_on[asked]

    def reaches(self, event: int, given: Given) -> bool:
        """Whether control can come to an event in a call of the function that gives constants."""
        return not self.reached(given).isdisjoint(self.graph.blocks_of(event))

    def reached(self, given: Given) -> set[int]:
        """The blocks that control can come to in such a call."""
        return self.graph.reachable(
            lambda n: (e for e in self.graph.successors(n) if self.assumptions.is_open(e, given))
        )


class _Search:
    """One search: states to visit, and the way that each was first reached."""

    def __init__(
        self,
        paths: Paths,
        spawns: Iterable[int],
        endings: Iterable[EndingEvent],
        carriers: Set[Term],
        sought: Iterable[int],
        given: Given,
        key: Alts = (),
    ) -> None:
        self.given = given
        self.graph = paths.graph
        self.assumptions = paths.assumptions
        self.outside = paths.outside
        self.spawns = frozenset(spawns)
        self.endings = {ending.event: ending for ending in endings}
        self.carriers = carriers
        self.sought = frozenset(sought)
        self.marked = {*self.spawns, *self.endings, *self.sought}
        self.pending: deque[_State] = deque()
        self.came: dict[_State, tuple[_State | None, Edge | None]] = {}
        #: what held where control first came to each block in each phase
        self.first: defaultdict[tuple[int, int], list[Facts]] = defaultdict(list)
        self.leaks: dict[int, Leak] = {}
        self.reached: set[int] = set()
        self.asked: dict[int, None] = {}
        self.is_closed: Callable[[Edge], bool] = lambda edge: False
        self.ended = False
        self.respawned = False
        self.is_complete = True
        self.over = GoingOver(paths.graph, carriers, self.endings)
        self.living = Living(
            paths.assumptions, paths.waits, carriers, self.over.containers, key, given
        )

    def start(self, block: int, place: int) -> None:
        """Begin after the event at a place of a block."""
        self._through(_State(block, LIVE, self.assumptions.at(block, place)), place)

    def run(self) -> PathOutcome:
        """Follow every way on until nothing new is reached."""
        while self.pending:
            if len(self.came) > _MAX_STATES:
                self.is_complete = False
                break
            self._through(self.pending.popleft(), -1)
        leaks = tuple(leak for _, leak in sorted(self.leaks.items()))
        asked, reached = tuple(sorted(self.asked)), frozenset(self.reached)
        return PathOutcome(leaks, self.ended, self.respawned, reached, asked, self.is_complete)

    # -- through a block

    def _through(self, state: _State, after: int) -> None:
        """Go through the events of a block behind a place, and on from there."""
        block = self.graph.blocks[state.block]
        phase: int | None = state.phase
        marked = [place for place in self._marked(block) if place > after]
        for place in marked:
            self._raise_between(state, block, after, place, phase)
            before = phase
            phase = self._event(block, block.events[place], phase)
            self._raise_at(state, block, block.events[place], before, phase)
            if phase is None:
                return
            after = place
        self._raise_between(state, block, after, len(block.events), phase)
        held = self.assumptions.after_events(state.held, block.number)
        for edge in block.edges:
            self._along(state, block, edge, phase, held)

    def _marked(self, block: BasicBlock) -> list[int]:
        """The places of the marked events of a block."""
        if not block.events:
            return []
        places = self.graph.places_in(block.number)
        if len(self.marked) > len(places):
            return sorted(place for event, place in places.items() if event in self.marked)
        return sorted(places[event] for event in self.marked if event in places)

    def _event(self, block: BasicBlock, event: int, phase: int | None) -> int | None:
        """The phase after a marked event; None where the task has ended."""
        if phase == LIVE and event in self.sought:
            self.reached.add(event)
        if (ending := self.endings.get(event)) is not None and phase is not None:
            self.ended = True
            return None if ending.is_whole else self.over.innermost(block, ending.takes_one)
        if event in self.spawns:
            self.respawned = self.respawned or phase == LIVE
            return LIVE
        return phase

    # -- exceptions

    def _raise_between(
        self, state: _State, block: BasicBlock, after: int, until: int, phase: int | None
    ) -> None:
        """What is raised by the events between two places."""
        if block.caught:
            kinds = self.graph.raised_between(block.number, after, until)
            is_sure = not self.outside.isdisjoint(block.events[after + 1 : until])
            self._raised(state, block, kinds, phase, is_told=is_sure)

    def _raise_at(
        self, state: _State, block: BasicBlock, event: int, before: int | None, phase: int | None
    ) -> None:
        """What a marked event itself raises: a spawn none that leaves a task behind."""
        kinds = self.graph.raising.get(event, NOTHING)
        if event in self.endings:
            passing = self.endings[event].passing
            self._raised(state, block, kinds & passing, before, is_told=True)
            if phase is not None:
                self._raised(state, block, kinds - passing, phase)
        elif event not in self.spawns:
            self._raised(state, block, kinds, before)

    def _raised(
        self,
        state: _State,
        block: BasicBlock,
        kinds: Iterable[Raised],
        phase: int | None,
        is_told: bool = False,
    ) -> None:
        """Follow exceptions; ``is_told`` of those that are known to be raised."""
        if phase is None:
            return
        for raised in sorted(kinds, key=lambda kind: kind.value):
            for edge in block.caught.get(raised, ()):
                if (is_told and edge.is_sure) or phase != LIVE or not self.is_closed(edge):
                    self._along(state, block, edge, phase, state.held)

    # -- edges

    def _along(
        self, state: _State, block: BasicBlock, edge: Edge, phase: int | None, held: Facts
    ) -> None:
        if phase is None or not self._possible(edge, phase, held):
            return
        if phase != LIVE and phase not in self.graph.blocks[edge.target].loops:
            is_over = block.number == phase and edge.kind in ("exhausted", "empty")
            # One that asks for something else as well may leave some.
            if is_over and not (edge.test and self.living.is_possible(edge.test, edge.holds, held)):
                return
            phase = LIVE
        phase = self.over.phase(block, edge.target, phase)
        if edge.target == EXIT:
            self._leave(state, edge)
            return
        reached = self.assumptions.along(self.assumptions.with_edge(held, edge), block.number, edge)
        # Ways that differ only in what is never asked again are one.
        reached = self.assumptions.still_asked(reached, edge.target)
        following = _State(edge.target, phase, self._without_carriers(reached))
        if self._is_new(following):
            self.came[following] = (state, edge)
            self.pending.append(following)

    def _is_new(self, state: _State) -> bool:
        """Whether a state opens a way that those before it do not.

        Where less is known to hold, every way is open that is where more is.
        """
        first = self.first[state.block, state.phase]
        if state in self.came or any(known <= state.held for known in first):
            return False
        if len(first) < _MAX_COMPARED:
            first.append(state.held)
        return True

    def _without_carriers(self, held: Facts) -> Facts:
        """What is asked of the task itself is decided by its phase."""
        if not any(term in self.carriers for question, _ in held for term in question.terms):
            return held
        return frozenset(
            fact for fact in held if not any(term in self.carriers for term in fact[0].terms)
        )

    def _possible(self, edge: Edge, phase: int, held: Facts) -> bool:
        if edge.test is None:
            return True
        # Where a loop ends one after the other, the rest runs.
        if self.is_closed(edge):
            return False
        if phase == LIVE and not self.living.is_possible(edge.test, edge.holds, held):
            self.asked.setdefault(edge.line)
            return False
        return not self.assumptions.contradicts(held, edge.test, edge.holds, self.given)

    # -- what is found

    def _leave(self, state: _State, edge: Edge) -> None:
        steps = [edge, *self._way(state)]
        line = next((step.line for step in steps if step.kind == "return"), 0)
        if line not in self.leaks:
            self.leaks[line] = Leak(line, tuple(reversed(steps)))

    def _way(self, state: _State) -> Iterator[Edge]:
        """The edges by which a state was first reached, last first."""
        current: _State | None = state
        seen: set[_State] = set()
        while current is not None and current not in seen and current in self.came:
            seen.add(current)
            current, edge = self.came[current]
            if edge is not None:
                yield edge
