"""Which events of which functions end the task of a trail, themselves or by what they call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from enum import IntEnum

from taskleash.controlflow.nesting import events_in, loops
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.onward import Onward, Shared
from taskleash.dataflow.trail import ENDING, Op, Site, Stretch, Trail
from taskleash.ir.model import Await, Call, Try
from taskleash.ir.terms import Result, Term
from taskleash.models.table import MODELS
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.semantics.inference import is_manager


class Leaving(IntEnum):
    """When a function may be left while a task runs that it has started.

    Nothing comes between the start and the ``try`` whose cleanup ends a task that is left never.
    """

    NEVER = 0
    BY_AN_ERROR = 1
    ALWAYS = 2


class Endings:
    """Answers by function; what trails share is looked at once for all of them."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._shared: dict[Onward, Mapping[Function, set[int]]] = {}
        self._last: tuple[Trail | None, frozenset[Function]] = (None, frozenset())
        self._ended: tuple[Trail | None, Mapping[Function, set[int]]] = (None, {})

    def events(self, trail: Trail, function: Function) -> set[int]:
        """The events of a function that end the earlier task, themselves or by what they call."""
        known, found = self._ended
        if known is not trail:
            merged: dict[Function, set[int]] = defaultdict(set)
            for part in trail.parts:
                for home, events in self._ends(part).items():
                    merged[home] |= events
            self._ended = known, found = trail, merged
        return found.get(function, set())

    def is_certain(self, trail: Trail, function: Function, line: int) -> bool:
        """Whether an event at a line ends the task itself, or calls what does on each path."""
        return line in self._certain(trail, function)

    def _certain(self, trail: Trail, function: Function) -> Iterator[int]:
        """The lines of such events, some more than once."""
        for home, at in {op.site for op in trail.of(*ENDING)}:
            if home is function:
                yield home.events[at].pos[0]
            callers = self._run_by(home)
            for caller, site in callers if callers and _always_ends(trail, home, at) else ():
                above = self._run_by(caller) if _always_ends(trail, caller, site) else []
                for outer, call in [(caller, site), *above]:
                    if outer is function:
                        yield outer.events[call].pos[0]

    def at_once(self, trail: Trail, function: Function, index: int, carriers: Set[Term]) -> bool:
        """Whether each path from an event that starts the task ends it before anything else runs.

        Nothing else of the program does until the function waits, or gives a value to a consumer.
        """
        found = self.events(trail, function)
        if not found or function.facts.is_generator or _waits_unseen(function, index):
            return False
        certain = set(self._certain(trail, function))
        endings = {event for event in found if function.events[event].pos[0] in certain}
        if not endings:
            return False
        awaits = {at for at, event in enumerate(function.events) if isinstance(event, Await)}
        stops = map(EndingEvent, endings)
        outcome = function.paths.search([index], stops, carriers, awaits - endings)
        if not outcome.is_complete:
            trail.leave_paths_out(function)
        is_left = outcome.leaks or outcome.respawned or outcome.reached
        return outcome.ended and outcome.is_complete and not is_left

    def leaves(self, trail: Trail, function: Function, index: int, carriers: Set[Term]) -> Leaving:
        """When a function may be left with the task running that it starts at an event."""
        certain = set(self._certain(trail, function))
        ending = [e for e in self.events(trail, function) if function.events[e].pos[0] in certain]
        cleanup = [event for event in ending if _is_cleanup_of(function, index, event)]
        if not ending or (function.facts.is_generator and not (is_manager(function) and cleanup)):
            return Leaving.ALWAYS
        # Where only an exception leads to the cleanup, an ending under no condition is met.
        is_met = any(around(function, at)[-1].branch == "final" for at in cleanup)
        if cleanup and self._is_over(trail, function, index, carriers, cleanup, is_met):
            return Leaving.NEVER
        is_over = self._is_over(trail, function, index, carriers, ending, False)
        return Leaving.BY_AN_ERROR if is_over else Leaving.ALWAYS

    def _is_over(
        self,
        trail: Trail,
        function: Function,
        index: int,
        carriers: Set[Term],
        ending: Iterable[int],
        is_met: bool,
    ) -> bool:
        """Whether each normal path from an event comes to an ending; one is met in any case."""
        outcome = function.paths.search([index], map(EndingEvent, ending), carriers)
        if not outcome.is_complete:
            trail.leave_paths_out(function)
        is_left = outcome.leaks or outcome.respawned
        return (is_met or outcome.ended) and outcome.is_complete and not is_left

    def _ends(self, part: Stretch) -> Mapping[Function, set[int]]:
        """The events at which each function ends the earlier task."""
        if not isinstance(part, Shared):
            return self._of(part.of(ENDING))
        whole = part.kept.whole
        if whole not in self._shared:
            self._shared[whole] = self._of(whole.of(ENDING)[0])
        return self._shared[whole]

    def _of(self, endings: Iterable[Op]) -> Mapping[Function, set[int]]:
        found: dict[Function, set[int]] = defaultdict(set)
        for home, at in {op.site for op in endings}:
            found[home].add(at)
            for function, index in self._called_from(home):
                if function is not home:
                    found[function].add(index)
        return found

    def touched(self, trail: Trail) -> frozenset[Function]:
        """The functions that the handle comes to, or is ended in, otherwise than by a place."""
        known, found = self._last
        if known is not trail:
            ended = (self._ends(p) for p in trail.parts if not isinstance(p, Shared))
            found = frozenset(trail.terms[0]).union(*ended)
            self._last = trail, found
        return found

    def _called_from(self, home: Function) -> list[Site]:
        """The call sites that lead to a function, directly or by others between.

        That is one of anything, and any number of methods of the same object.
        """
        found = self._run_by(home)
        pending, seen = list(dict.fromkeys(caller for caller, _ in found)), {home}
        own = home.method.owner
        is_near = set(pending)
        for function in pending:
            if function in seen:
                continue
            seen.add(function)
            owner = function.method.owner
            if function in is_near or (
                own is not None and owner is not None and own.related(owner)
            ):
                sites = self._run_by(function)
                found += sites
                pending += [caller for caller, _ in sites]
        return found

    def _run_by(self, function: Function) -> list[Site]:
        """The calls by which a function runs then and there, rather than later on as a task."""
        sites = self._calls.callers(function)
        if not function.facts.is_async:
            return list(sites)
        return [(caller, index) for caller, index in sites if not is_only_started(caller, index)]


def _always_ends(trail: Trail, function: Function, index: int) -> bool:
    """Whether a function that is called while the task runs comes to an ending on each path."""
    carriers = set(trail.terms_in(function))
    outcome = function.paths.search_from_entry([EndingEvent(index)], carriers)
    if not outcome.is_complete:
        trail.leave_paths_out(function)
    return outcome.is_complete and not outcome.leaks


def _is_cleanup_of(function: Function, index: int, ending: int) -> bool:
    """Whether an ending stands in the ``finally`` of a ``try`` around an event, or just behind."""
    for frame in around(function, ending):
        if not isinstance(frame.item, Try) or frame.branch != "final":
            continue
        guarded = set(events_in(frame.item.body))
        between = range(index + 1, min(guarded, default=index))
        if index in guarded or (
            guarded
            and index < min(guarded)
            and not any(isinstance(function.events[at], Await | Call) for at in between)
        ):
            return True
    return False


def _waits_unseen(function: Function, index: int) -> bool:
    """Whether a function may wait where it has no event: in a loop, at the end of a ``with``."""
    entered = (e for e in function.events[:index] if isinstance(e, Await) and not e.value)
    asynchronous = (each for each in loops(function.facts.body) if each.kind == "async for")
    return next(entered, None) is not None or next(asynchronous, None) is not None


def is_only_started(caller: Function, index: int) -> bool:
    """Whether the coroutine that a call makes is given to what starts it, and to nothing else."""
    roles = caller.uses.roles.get(Result(index), ())
    return bool(roles) and all(
        role.kind == "arg" and caller.call(role.index).text.rpartition(".")[2] in MODELS.spawn_words
        for role in roles
    )
