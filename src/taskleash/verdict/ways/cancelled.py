"""What ends the earlier task: on the way to the next start, or for a wait."""

from __future__ import annotations

from collections import defaultdict

from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.awaits import awaited_at
from taskleash.dataflow.trail import CANCELLING, Op, OpKind
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.verdict.signs import Signs


class Earlier:
    """Asked of each ending on one trail, so that what a function does is looked up once for all."""

    def __init__(self, calls: Calls, signs: Signs) -> None:
        self._calls = calls
        self._trail = signs.trail
        self._starts: defaultdict[Function, list[int]] = defaultdict(list)
        for caller, index in calls.callers(signs.spawn.function):
            self._starts[caller].append(index)
        self._starts[signs.spawn.function].append(signs.spawn.index)
        self._ops: defaultdict[Function, list[Op]] = defaultdict(list)
        for op in signs.trail.of(*CANCELLING):
            self._ops[op.site[0]].append(op)
        self._passed: dict[tuple[Function, str], tuple[frozenset[int], bool]] = {}

    def is_ended_by(self, op: Op) -> bool:
        """Whether the function that ends the previous task always comes to the next spawn."""
        function, index = op.site
        starts = self._starts.get(function, ())
        return bool(starts) and function.paths.graph.leads_to(index, starts)

    def is_awaited_before(self, op: Op) -> bool:
        """Whether the previous task is awaited on the way to the next spawn: that one alone."""
        function, index = op.site
        spawning, start = self._trail.function, self._trail.index
        return (
            function is spawning
            and index < start
            and function.paths.graph.may_come_to(index, start)
        )

    def is_step_of_a_start(self, op: Op) -> bool:
        """Whether only what comes to the next spawn calls the helper that ends the previous task.

        Whoever else reaches that helper has another one started.
        """
        helper = op.site[0]
        sites = self._calls.callers(helper)
        return (
            helper not in self._starts
            and helper.name.startswith("_")
            and bool(sites)
            and not self._calls.references(helper)
            and all(_runs_there(helper, *site) and self._comes_to_a_start(*site) for site in sites)
        )

    def _comes_to_a_start(self, caller: Function, index: int) -> bool:
        """Whether a function that has passed an event always starts a task, if it does not fail.

        To a ``finally`` it comes where it fails as well.
        """
        if any(frame.branch == "final" for frame in around(caller, index)):
            return False
        starts, graph = self._starts.get(caller, ()), caller.paths.graph
        return graph.leads_to(index, starts) and any(
            graph.may_come_to(index, start) for start in starts
        )

    def is_cancelled_for(self, op: Op) -> bool:
        """Whether all that a function waits for is what it has cancelled just before.

        To wait for what is cancelled is no way by itself to see a task to its end.
        """
        function, index = op.site
        asked = function, op.kind
        if asked not in self._passed:
            self._passed[asked] = self._come_to_after(*asked)
        found, is_complete = self._passed[asked]
        if index in found and not is_complete:
            self._trail.leave_paths_out(function)
        return index in found and is_complete

    def _come_to_after(self, function: Function, kind: OpKind) -> tuple[frozenset[int], bool]:
        """The operations of a kind that a function comes to only with tasks it has cancelled.

        And whether all of its paths were searched for that.
        """
        cancels = [op for op in self._ops.get(function, ()) if op.kind != kind]
        if not cancels or any(map(self.is_ended_by, cancels)):
            return frozenset(), True
        before = {op.site[1] for op in cancels}
        waits = {op.site[1] for op in self._trail.of(kind) if op.site[0] is function}
        carriers = set(self._trail.terms_in(function))
        outcome = function.paths.search_from_entry(map(EndingEvent, before), carriers, waits)
        found = frozenset(index for index in waits - outcome.reached if before - {index})
        return found, outcome.is_complete


def _runs_there(helper: Function, caller: Function, index: int) -> bool:
    """Whether a call of a function runs it at once: a coroutine may be started as a task."""
    return not helper.facts.is_async or awaited_at(caller, index) is not None
