"""Teardowns that cancel every task of the event loop, whoever keeps it."""

from __future__ import annotations

from functools import cached_property

from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import CANCELLING, Op, Unfollowed
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.api import Gives
from taskleash.semantics.entities import Class, External
from taskleash.sentences import Said


class Sweeps:
    """Finds what a class cancels as it takes all tasks of the loop down."""

    def __init__(self, flow: Flow, teardown: Teardown) -> None:
        self.flow = flow
        self.teardown = teardown

    def of(self, cls: Class) -> list[tuple[Op, Said]]:
        """The cancellations in the teardowns of a class, and why these are teardowns."""
        return [
            (op, why)
            for op, why in self._all[0]
            if (owner := op.site[0].method.owner) is not None and owner.related(cls)
        ]

    @property
    def unknown(self) -> dict[Unfollowed, None]:
        """What was not followed of the tasks of a loop: it might cancel them."""
        return self._all[1]

    @cached_property
    def _all(self) -> tuple[list[tuple[Op, Said]], dict[Unfollowed, None]]:
        calls = self.flow.calls
        models = calls.program.models
        names = {dotted.rpartition(".")[2] for dotted in models.giving(Gives.TASKS)}
        trails = [
            self.flow.follow(function, index, depth=1)
            for name in sorted(names)
            for function, index in calls.program.lookup.calls(name)
            if any(
                isinstance(callee, External) and models.gives(callee.dotted) is Gives.TASKS
                for callee in calls.callees(function, function.call(index))
            )
        ]
        found = [
            (op, why)
            for trail in trails
            for op in trail.of(*CANCELLING)
            if op.depth == 0 and (why := self.teardown.holds(*op.site))
        ]
        return found, {unknown: None for trail in trails for unknown in trail.unknown}
