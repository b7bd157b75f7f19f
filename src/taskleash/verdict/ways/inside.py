"""What the function with the spawn itself does with the task, on each of its paths.

A helper that is handed the task counts as `helpers` says.
"""

from __future__ import annotations

from functools import partial

from taskleash.controlflow.assumptions import Given
from taskleash.controlflow.outcome import Leak, PathOutcome
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, OpKind, Site, Trail
from taskleash.ir.model import Call
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.elements.elements import Elements, ends_all, is_of_one_taken
from taskleash.verdict.signs import Signs, how
from taskleash.verdict.ways.abandoned import (
    OTHER_ASKED,
    OTHER_PENDING,
    abandoned,
    called_in_turns,
    leaves_another,
    starts_both_anew,
)
from taskleash.verdict.ways.helpers import (
    Closed,
    Helpers,
    Inner,
    carriers_in,
    only_asks,
    open_all,
    passing,
    runs_inside,
)
from taskleash.verdict.ways.left_out import left_out
from taskleash.verdict.ways.left_pending import left_pending
from taskleash.verdict.ways.stopped import is_stopped, left_by_a_stop
from taskleash.verdict.ways.turns import made_anew, next_turn, takes_over
from taskleash.verdict.ways.waiting import (
    comes_again,
    drains,
    insists,
    is_first_or_fails,
    is_for_the_first,
    is_of_no_task,
    is_partial,
    leaves_some,
    passed_over,
    polls,
    stands_ready,
    waits_before_a_cancel,
)

#: operations after which the function no longer answers for the task
_GIVING: frozenset[OpKind] = frozenset({"give", "yield"})
_HANDING_ON: frozenset[OpKind] = _GIVING | {"unknown", "store"}


class Inside:
    """Looks at the function with the spawn, and at the helpers that it hands the task to."""

    def __init__(self, calls: Calls, started: dict[Function, tuple[Function, ...]]) -> None:
        self.calls = calls
        self.started = {function: frozenset(each) for function, each in started.items()}
        self._starts: Query[Site, bool] = Query(calls.program.uses, self._is_start)

    def look(self, signs: Signs) -> None:
        """Note how the function ends the task, on which paths it does not, and what it leaves."""
        trail, function = signs.trail, signs.spawn.function
        elements = self._elements(trail)
        endings = elements.ops
        handed = [op for op in trail.rooted() if _hands_on(op)]
        stops = self._stops(trail, [*endings, *handed], elements)
        # Who waits up to a time, or for the first, may come back for the rest.
        is_open = bool(handed) or any(is_partial(op) for op in trail.of("wait"))
        outcome = self._search(trail, elements, handed, () if is_open else next_turn(trail))
        signs.leaks = outcome.leaks
        signs.is_searched = outcome.is_complete
        loop = in_loop(function, trail.index)
        is_slot = (
            loop is not None
            and loop.kind != "comprehension"
            and not any(op.place is not None and op.place.depth > 0 for op in trail.of("contain"))
        )
        after = [op for op in endings if op.root is not None and op.root > trail.index]
        after = after or (endings if loop is not None else [])
        anew = loop is not None and made_anew(trail, after)
        signs.respawned = (is_slot and outcome.respawned) or anew or bool(outcome.reached)
        beside = [op for op in endings if op.kind in CANCELLING and self._runs_beside(op)]
        beside += [op for op in endings if stands_ready(trail, op)]
        if beside and not after:
            signs.ended_here = how(beside)
        signs.ended_here_by = after or beside
        signs.abandoned = abandoned(self.calls, trail, endings)
        if signs.abandoned is not None:
            signs.ended_here_by = [op for op in signs.ended_here_by if not is_of_no_task(trail, op)]
            signs.called_in_turns = called_in_turns(signs.abandoned, trail, self.calls)
            again = leaves_another(signs.abandoned, trail, ())
            signs.piling_up = again or signs.called_in_turns is not None
        if not after:
            # Nobody has what a function gives its caller on other paths.
            is_given = bool(handed) and all(op.kind in _GIVING for op in handed)
            signs.partly_here = is_given and bool(outcome.leaks) and outcome.is_complete
            if is_given and not outcome.is_complete:
                trail.leave_paths_out(function)
            return
        if signs.respawned and signs.abandoned is None:
            self._look_for_more_each_turn(signs, stops)
        if handed:
            outcome = self._search(trail, elements, [])
            # A handle that is kept as well is lost to nobody, but for the next one in its place.
            signs.respawned = is_slot and outcome.respawned
        self._look_at_paths(signs, elements, after, handed, stops, outcome)

    def _look_at_paths(
        self,
        signs: Signs,
        elements: Elements,
        after: list[Op],
        handed: list[Op],
        stops: list[EndingEvent],
        outcome: PathOutcome,
    ) -> None:
        """Note whether all paths come to what ends the task; which leave it, where one does."""
        trail = signs.trail
        several = [op for op in after if not elements.is_alone(op)] + _first(trail, after)
        left = () if handed else left_pending(trail, several, stops)
        stopped = () if handed else left_by_a_stop(trail, elements.ops, partial(self._stops, trail))
        if not outcome.is_complete or left is None or stopped is None:
            signs.is_searched = False
            trail.leave_paths_out(trail.function)
        elif left or (stopped and not outcome.leaks):
            signs.leaks, signs.partly_here, signs.left_pending = left or stopped, True, True
        elif not (leaks := self._left(trail, elements, after, outcome.leaks)) and not (
            leaks := () if handed else self._left_out(trail, elements)
        ):
            signs.ended_here = how(after)
        elif not handed:
            signs.leaks, signs.partly_here = leaks, True

    def _left(
        self, trail: Trail, elements: Elements, endings: list[Op], leaks: tuple[Leak, ...]
    ) -> tuple[Leak, ...]:
        """The paths that leave a running task: what is left behind some waits is done."""
        waits = waits_before_a_cancel(trail, endings)
        if not leaks or not waits or is_stopped(trail.function, leaks):
            return leaks
        return self._search(trail, elements, waits).leaks

    def _left_out(self, trail: Trail, elements: Elements) -> tuple[Leak, ...]:
        """The paths on which it is not put into the container by which it is ended."""
        outcome = left_out(trail, elements.ops, self._stops(trail, elements.ops, elements))
        return outcome.leaks if outcome is not None and outcome.is_complete else ()

    def _ending(self, trail: Trail) -> list[Op]:
        return [op for op in trail.rooted() if _ends(self.calls, trail, op)]

    def _elements(self, trail: Trail) -> Elements:
        """What ends the task in the function, each with what it takes of its containers."""
        ops = [op for op in self._ending(trail) if not passed_over(trail, op)]
        early = [op for op in trail.rooted() if op.kind == "wait" and is_for_the_first(op)]
        found = Elements(self.calls, trail, early)
        # The first of one that is done is that one.
        ends = dict.fromkeys([*ops, *filter(found.is_alone, early)])
        if all(op.kind == "outcome" for op in ends):
            ends.update(dict.fromkeys(op for op in early if is_first_or_fails(trail, op)))
        return Elements(self.calls, trail, sorted(ends, key=lambda op: op.root or 0))

    def _search(
        self, trail: Trail, elements: Elements, handed: list[Op], turn: tuple[int, ...] = ()
    ) -> PathOutcome:
        """Search the paths from the spawn: the first case in which one leaves the task decides."""
        carriers = carriers_in(trail, trail.function)
        for case in elements.by_standing():
            stops = self._stops(trail, [*case, *handed], elements)
            outcome = trail.function.paths.search([trail.index], stops, carriers, turn)
            if outcome.leaks or outcome.reached or not outcome.is_complete:
                break
        return outcome

    def _look_for_more_each_turn(self, signs: Signs, stops: list[EndingEvent]) -> None:
        """Note a wait after which turns of a loop leave the task, for the other one came first.

        Another turn may well end its own: those that were left are still there.
        """
        trail = signs.trail
        partial = [op for op in trail.of("wait") if op.root is not None and is_partial(op)]
        left = [
            op
            for op in partial
            if starts_both_anew(op, trail)
            and leaves_another(op, trail, stops, left_out=OTHER_PENDING)
            and not leaves_another(op, trail, stops, left_out=OTHER_ASKED)
        ]
        again = any(comes_again(trail, op) or takes_over(self.calls, trail, op) for op in partial)
        if left and not again:
            signs.abandoned, signs.piling_up = left[0], True

    def endings(self, signs: Signs) -> list[EndingEvent]:
        """The events of the function with the spawn at which the task is ended for certain."""
        trail = signs.trail
        elements = self._elements(trail)
        cases = elements.by_standing()
        sure = [op for op in elements.ops if all(op in case for case in cases)]
        return self._stops(trail, sure, elements)

    def ends_for(self, signs: Signs, constants: Given) -> bool:
        """Whether the function itself sees to the end of what a call with these constants starts.

        Then it gives the caller no running task: ``return f if wait else f.result()``.
        """
        trail, function = signs.trail, signs.spawn.function
        gives = [op.root for op in trail.of("give") if op.root is not None]
        if not constants or not gives:
            return False
        # What the call gives a constant for holds no task.
        carriers = carriers_in(trail, function)
        outcome = function.paths.search(
            [trail.index],
            self._stops(trail, self._ending(trail)),
            carriers - constants.keys(),
            gives,
            constants,
        )
        return outcome.is_complete and not outcome.reached

    def _runs_beside(self, op: Op) -> bool:
        """Whether an ending is in a coroutine that a function on the way there starts as a task."""
        return any(map(self._starts, op.calls))

    def _is_start(self, site: Site) -> bool:
        """Whether what is called at an event is a coroutine that the function starts as a task."""
        caller, index = site
        started = self.started.get(caller)
        if not started or not isinstance(caller.events[index], Call):
            return False
        return any(callee in started for callee in self.calls.callees(caller, caller.call(index)))

    # -- helpers

    def _roots(self, trail: Trail, op: Op) -> list[int]:
        """Where an operation takes effect: one of a nested function wherever that is called."""
        found = [op.root] if op.root is not None else []
        if found and op.site[0] is not trail.function:
            runs = runs_inside(self.calls, trail.function, op.site[0])
            found += [index for caller, index, _ in runs if caller is trail.function]
        return list(dict.fromkeys(found))

    def helpers(self, trail: Trail, ops: list[Op], closed: Closed = open_all) -> Helpers:
        """What the functions do that the task comes to, inside of the one with the spawn too."""
        return Helpers(trail, ops, closed, Inner(self.calls, trail, self._starts))

    def _stops(
        self, trail: Trail, ops: list[Op], elements: Elements | None = None
    ) -> list[EndingEvent]:
        """The events of the function at which the operations take effect there for certain."""
        helpers = self.helpers(trail, ops)
        found = [
            EndingEvent(
                root,
                passing(trail, op),
                ends_all(trail, op) or _is_alone(elements, op),
                is_of_one_taken(trail, op),
            )
            for op in ops
            for root in self._roots(trail, op)
            if (op.calls or not only_asks(op))
            and (self._runs_beside(op) or helpers.is_certain(op, root))
        ]
        return list(dict.fromkeys(found))


def _first(trail: Trail, endings: list[Op]) -> list[Op]:
    """The waits for the first of several where the outcome of what is done is looked at.

    It ends none of the rest. A wait after which to cancel the rest is enough is left out.
    """
    if not any(op.kind == "outcome" and op.how == "waited" for op in endings):
        return []
    enough = {*endings, *waits_before_a_cancel(trail, endings)}
    return [
        op
        for op in trail.rooted()
        if leaves_some(op) and op.function is trail.function and op not in enough
    ]


def _is_alone(elements: Elements | None, op: Op) -> bool:
    return elements is not None and op in elements and elements.is_alone(op)


def _ends(calls: Calls, trail: Trail, op: Op) -> bool:
    if op.kind == "wait":
        return not is_partial(op) or comes_again(trail, op) or takes_over(calls, trail, op)
    if op.kind in AWAITING or op.kind in CANCELLING:
        return not (op.kind == "cancel" and op.depth > 0)
    if op.kind == "done":
        return polls(trail, op) or insists(trail, op)
    # A helper that waits in a loop may leave it before.
    return op.kind == "outcome" or (op.function is trail.function and drains(trail, op))


def _hands_on(op: Op) -> bool:
    if op.kind == "contain":
        return op.place is not None and op.place.kind != "local"
    return op.kind in _HANDING_ON
