"""Teardowns that cancel every task of the event loop, whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import CANCELLING, Op, Place, Site, Unfollowed
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.api import Gives
from taskleash.semantics.entities import Class, External, Function
from taskleash.semantics.mains import Mains
from taskleash.sentences import NOTHING, Said

#: how a function stands in a class that is given no instance
_OF_NO_INSTANCE = frozenset({"classmethod", "staticmethod"})


@dataclass(frozen=True)
class LoopEnd:
    """What cancels all tasks of a loop: the run of its main coroutine, or what does so itself."""

    site: Site
    op: Op | None = None
    why: Said = NOTHING


class Sweeps:
    """Finds what a class, or a program, cancels as it takes all tasks of the loop down."""

    def __init__(self, flow: Flow, teardown: Teardown, mains: Mains) -> None:
        self.flow = flow
        self.teardown = teardown
        self.mains = mains

    def of(self, cls: Class) -> list[tuple[Op, Said]]:
        """The cancellations in the teardowns of a class, and why these are teardowns."""
        return [
            (op, why)
            for op, why in self._all[0]
            if (owner := op.site[0].method.owner) is not None and owner.related(cls)
        ]

    def loop_end(
        self, function: Function, multiplicity: str, places: Sequence[Place]
    ) -> LoopEnd | None:
        """What cancels a kept task with all others, where no teardown of its keeper is nearer."""
        keepers = [place.cls for place in places]
        if not keepers or any(cls is not None and self.teardown.ways_out(cls) for cls in keepers):
            return None
        main = self.mains.runner(function) if multiplicity != "loop" else None
        return LoopEnd(main) if main is not None else self._at_the_end(function)

    def _at_the_end(self, function: Function) -> LoopEnd | None:
        """What cancels all tasks as the program ends that a function belongs to.

        It is no teardown of an object, and stands in the same package or in what imports that.
        """
        package = function.module.name.partition(".")[0]
        for op, why in self._all[0]:
            sweeping = op.site[0].method
            is_of_instances = sweeping.owner and not sweeping.decorators & _OF_NO_INSTANCE
            if is_of_instances or (sweeping.module.is_test and not function.module.is_test):
                continue
            named = (sweeping.module.name, *sweeping.module.facts.imports.values())
            if any(name.partition(".")[0] == package for name in named):
                return LoopEnd(op.site, op, why)
        return None

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
