"""Conditions and handlers on the way of a running task that do not tell whether it runs there."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.cfg import Edge
from taskleash.controlflow.nesting import branches, events_in
from taskleash.ir.model import Await, Block, Call, If, Test, Try
from taskleash.ir.terms import Constant, Result, Term
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.verdict.ways.turns import counts

#: functions that tell what kind of thing the task is
_TESTING = frozenset({"callable", "hasattr", "isawaitable", "iscoroutine", "isfuture"})


class Asking:
    """The conditions of a function that ask for the task, and do not tell whether it runs.

    ``lines`` are those that were come to with the task running, ``counting`` those that ask in one
    of the turns of a loop how many tasks are left; ``counted`` are the kinds of edges that may.
    """

    def __init__(
        self,
        function: Function,
        spawn: int | None,
        carriers: frozenset[Term],
        counted: frozenset[str] = frozenset(),
    ) -> None:
        self.function = function
        self.carriers = carriers
        self._counted = counted
        self.lines: dict[int, None] = {}
        self.counting: dict[int, None] = {}
        self.is_guessed = False
        graph = function.paths.graph
        self._is_conditional = spawn is None or any(
            isinstance(frame.item, If) for frame in around(function, spawn)
        )
        self._companions: frozenset[Term] = frozenset(
            Result(event)
            for number in (graph.blocks_of(spawn) if spawn is not None else ())
            for event in graph.blocks[number].events
        )
        handlers = [(item, h) for item in tries(function.facts.body) for h in item.handlers]
        self._broad = frozenset(
            handler.line
            for _, handler in handlers
            if not handler.types or not BROAD_EXCEPTIONS.isdisjoint(handler.types)
        )
        self._for_others = frozenset(
            handler.line for item, handler in handlers if self._waits_before(item, spawn)
        )

    def is_open(self, edge: Edge) -> bool:
        """Whether it is not known if a running task gets along an edge."""
        if edge.kind == "handler":
            # Whether an error comes there is a guess where the handler catches any, or where it
            # catches some that may all be those of what comes before the task.
            is_for_others = not edge.is_sure and edge.line in self._for_others
            is_guess = edge.line in self._broad or is_for_others
            self.is_guessed |= is_guess
            return is_guess
        if edge.test is None:
            return False
        if edge.kind in self._counted and counts(self.function, edge.test, self.carriers):
            self.counting.setdefault(edge.line)
            return True
        if not self._is_open(edge.test, edge.holds):
            return False
        self.lines.setdefault(edge.line)
        return True

    def _waits_before(self, item: Try, spawn: int | None) -> bool:
        """Whether a ``try`` with the spawn waits for something else before it, which may fail."""
        inside = frozenset(events_in(item.body)) if spawn is not None else frozenset()
        events = self.function.events
        return spawn in inside and any(
            index < spawn and isinstance(events[index], Await) for index in inside
        )

    def _is_open(self, test: Test, holds: bool) -> bool:
        """Whether a condition asks for the task, and this outcome does not tell if it runs."""
        if test.kind == "not":
            return self._is_open(test.parts[0], not holds)
        if test.kind in ("and", "or"):
            if (test.kind == "and") == holds:
                return any(self._is_open(part, holds) for part in test.parts)
            # Whether there is a task at all goes with the rest of the condition.
            return self._is_conditional and any(
                part.kind in ("truth", "none") and self._asks_for_it(part) for part in test.parts
            )
        if self._is_made_with_it(test, holds):
            return True
        waits = self.function.paths.waits
        if any(waits.shows_done(test, outcome, self.carriers) for outcome in (True, False)):
            return False
        if test.op:
            if waits.asks_for_another(test, self.carriers):
                return False
            return test.op != "isinstance" and self._asks_for_it(test)
        return test.kind == "truth" and any(map(self._is_told, test.value))

    def _is_made_with_it(self, test: Test, holds: bool) -> bool:
        """Whether it is not there what the spawn makes beside the task, and others leave unset."""
        if (test.kind, holds) not in (("truth", False), ("none", True)):
            return False
        is_unset = any(isinstance(term, Constant) for term in test.value)
        return is_unset and not self._companions.isdisjoint(test.value)

    def _asks_for_it(self, test: Test) -> bool:
        # What is asked of a set that it may be in is asked of another task.
        others = () if test.op in ("in", "not in") else test.other
        asked = (*test.value, *others)
        return not self.carriers.isdisjoint(asked) or any(map(self._asks_for_it, test.parts))

    def _is_told(self, term: Term) -> bool:
        """Whether a call answers that is given the task."""
        event = self.function.events[term.event] if isinstance(term, Result) else None
        if not isinstance(event, Call) or event.text.rpartition(".")[2] in _TESTING:
            return False
        return any(not self.carriers.isdisjoint(arg.value) for arg in event.args)


def tries(block: Block) -> Iterator[Try]:
    """All ``try`` statements of a block."""
    for item in block.items:
        if isinstance(item, Try):
            yield item
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from tries(inner)
