"""What the outcome of a condition tells of a task: whether it may still run."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from taskleash.controlflow.assumptions import Assumptions, Given
from taskleash.controlflow.path_facts import Facts
from taskleash.controlflow.wait_sets import Waits
from taskleash.ir.model import Test
from taskleash.ir.terms import Alts, Constant, Global, Term, last_name
from taskleash.models.table import TASKS

HANDLES = frozenset(name.rpartition(".")[2] for name in TASKS)
#: comparisons with one thing, and whether they ask if a value is that
_SAMENESS = {"is": True, "==": True, "is not": False, "!=": False}


@dataclass(frozen=True)
class Living:
    """Tells for one task.

    ``carriers`` are the terms that hold it, or a container that it is in, ``containers`` those of
    them that a loop goes over; ``key`` is that under which a container has it, if it is known.
    """

    assumptions: Assumptions
    waits: Waits
    carriers: Set[Term]
    containers: Set[Term]
    key: Alts
    given: Given

    def is_possible(self, test: Test, holds: bool, held: Facts) -> bool:
        """Whether a running task is possible where the condition has this outcome."""
        if test.kind == "not":
            return self.is_possible(test.parts[0], not holds, held)
        if test.kind in ("and", "or"):
            outcomes = [
                self.is_possible(part, holds, held)
                and not self.assumptions.contradicts(held, part, holds, self.given)
                for part in test.parts
            ]
            return all(outcomes) if (test.kind == "and") == holds else any(outcomes)
        if test.kind in ("all", "any"):
            is_of_each = holds is (test.kind == "all")
            return not is_of_each or self.is_possible(test.parts[0], holds, held)
        if self.waits.shows_done(test, holds, self.carriers):
            return False
        if self._asks_for_key(test):
            return holds is (test.op == "in")
        if test.kind == "iterates":
            return holds or self.containers.isdisjoint(test.value)
        return self.carriers.isdisjoint(test.value) or self._is_possible_for(test, holds)

    def _is_possible_for(self, test: Test, holds: bool) -> bool:
        """The same of a condition that asks for what holds the task."""
        if test.kind == "truth":
            may_run = self.waits.may_run(test.value, holds, self.carriers)
            return holds if may_run is None else may_run
        if test.kind in ("none", "done"):
            return not holds
        if test.op == "isinstance" and all(last_name(kind) in HANDLES for kind in test.other):
            return holds
        if test.op in _SAMENESS and self._is_another(test.other):
            return holds is not _SAMENESS[test.op]
        return True

    def _is_another(self, value: Alts) -> bool:
        """Whether a value is a constant, or a name of a module that the task is not kept under.

        ``if self._task is MISSING`` asks for what stands in the place as long as there is no task.
        """
        return bool(value) and all(
            isinstance(term, Constant | Global) and term not in self.carriers for term in value
        )

    def _asks_for_key(self, test: Test) -> bool:
        """``key in tasks``, where that is the key of the task, and the container that it is in."""
        return (
            test.op in ("in", "not in")
            and bool(self.key)
            and test.value == self.key
            and all(term in self.carriers for term in test.other)
        )
