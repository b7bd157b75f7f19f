"""Teardowns that cancel every task of the event loop, whoever keeps it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import CANCELLING, Op, Place, Site, Unfollowed
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.api import Gives
from taskleash.models.callables import ENDLESS_RUNNERS
from taskleash.query import Query
from taskleash.semantics.apis import calls_giving
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.mains import Mains
from taskleash.sentences import NOTHING, Said, claim, sentence

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
        self.calls = flow.calls
        self._runners = flow.calls.program.models.runners | ENDLESS_RUNNERS
        ask = flow.calls.program.uses
        self._running: Query[Function, frozenset[Function]] = Query(ask, self._find_running)
        self._above: Query[Function, frozenset[Function]] = Query(ask, self._find_above)

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
        return LoopEnd(main) if main is not None else self.at_the_end(function)

    def at_the_end(self, function: Function) -> LoopEnd | None:
        """What cancels all tasks of the loop that a function runs in, and is no object's teardown.

        It does so where what comes to it comes to the function, too.
        """
        for op, why in self._all[0]:
            sweeping = op.site[0].method
            is_of_instances = sweeping.owner and not sweeping.decorators & _OF_NO_INSTANCE
            if is_of_instances or (sweeping.module.is_test and not function.module.is_test):
                continue
            if not self._running(op.site[0]).isdisjoint(self._above(function)):
                return LoopEnd(op.site, op, why)
        return None

    def _after_the_run(self, function: Function, index: int) -> Said:
        """That an event stands behind what runs the loop, in words; empty where it does not."""
        ran = any(
            place < index and call.text.rpartition(".")[2] in ENDLESS_RUNNERS
            for place, call in function.calls()
        )
        text = claim("`{function}` once the loop has run")
        return sentence(text, function=function.qualname) if ran else NOTHING

    def _find_running(self, sweeping: Function) -> frozenset[Function]:
        """What comes to a sweep in the same run of a loop: up to what runs the loop."""

        def before(each: Function) -> Iterable[Function]:
            runs = any(call.text.rpartition(".")[2] in self._runners for _, call in each.calls())
            return () if runs else self._callers(each)

        return _closure(sweeping, before)

    def _find_above(self, function: Function) -> frozenset[Function]:
        """What comes to a function, by its calls or by making the object whose method it is."""

        def before(each: Function) -> Iterable[Function]:
            owner = each.method.owner
            making = self.calls.constructions(owner) if owner is not None else ()
            return (*self._callers(each), *(maker for maker, _ in making))

        return _closure(function, before)

    def _callers(self, function: Function) -> Iterator[Function]:
        yield from (caller for caller, _ in self.calls.callers(function))
        if function.facts.kind == "lambda" and function.parent is not None:
            yield function.parent

    @property
    def unknown(self) -> dict[Unfollowed, None]:
        """What was not followed of the tasks of a loop: it might cancel them."""
        return self._all[1]

    @cached_property
    def _all(self) -> tuple[list[tuple[Op, Said]], dict[Unfollowed, None]]:
        calls = self.calls
        trails = [
            self.flow.follow(function, index, depth=1)
            for function, index in calls_giving(calls, Gives.TASKS)
        ]
        found = [
            (op, why)
            for trail in trails
            for op in trail.of(*CANCELLING)
            if op.depth == 0
            and (why := self.teardown.holds(*op.site) or self._after_the_run(*op.site))
        ]
        return found, {unknown: None for trail in trails for unknown in trail.unknown}


def _closure(
    start: Function, before: Callable[[Function], Iterable[Function]]
) -> frozenset[Function]:
    """A function and all that comes to it, where what comes right ``before`` each is given."""
    found, pending = {start}, [start]
    while pending:
        more = set(before(pending.pop())) - found
        found |= more
        pending += more
    return frozenset(found)
