"""What conditions ask, as facts along a path, and the local variables that answer it themselves."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from functools import cached_property

from taskleash.controlflow.cfg import ControlFlowGraph
from taskleash.ir.model import FunctionFacts, Store, Test, TestKind
from taskleash.ir.terms import FLAGS, Constant, Local, Term


@dataclass(frozen=True)
class Question:
    """A condition that can be asked again: what kind it is, and what it asks, as a name for it.

    ``terms`` are what it asks about, ``words`` the names that its answer depends on, ``passing``
    the calls whose results it asks about; ``is_local`` where a local variable has a part in it,
    ``is_flag`` where that is set to constants alone, so that each assignment answers it.
    """

    kind: TestKind
    name: str
    terms: tuple[Term, ...] = field(compare=False)
    words: frozenset[str] = field(compare=False)
    passing: frozenset[int] = field(compare=False)
    is_local: bool = field(compare=False)
    is_flag: bool = field(default=False, compare=False)


#: a question and its outcome
Fact = tuple[Question, bool]
Facts = frozenset[Fact]
NO_FACTS: Facts = frozenset()


class LocalFlags:
    """The local variables of a function that are only ever set to ``True`` or ``False``.

    Each assignment answers what asks for one, on whatever path. ``shared`` are those that functions
    inside of it assign to: nobody knows when.
    """

    def __init__(self, facts: FunctionFacts, graph: ControlFlowGraph, shared: Set[str]) -> None:
        self._facts = facts
        self._graph = graph
        self._asking = {
            name: Question(
                "truth", f"flag {name}", (), frozenset(), frozenset(), is_local=False, is_flag=True
            )
            for name, defs in facts.defs.items()
            if name not in shared and len(defs) > 1 and FLAGS.issuperset(defs)
        }

    @property
    def names(self) -> frozenset[str]:
        """The names of all questions that ask for one."""
        return frozenset(question.name for question in self._asking.values())

    def asked(self, test: Test) -> Question | None:
        """What a condition asks, where that is one of them."""
        if test.kind != "truth" or not FLAGS.issuperset({*test.value} - {Local(test.text)}):
            return None
        return self._asking.get(test.text)

    def after(self, held: Facts, block: int, last: int | None = None) -> Facts:
        """The facts that hold after the events of a block, or those up to the place ``last``."""
        told = {
            question: outcome
            for place, question, outcome in self._set.get(block, ())
            if last is None or place <= last
        }
        return frozenset(f for f in held if f[0] not in told).union(told.items()) if told else held

    @cached_property
    def _set(self) -> dict[int, list[tuple[int, Question, bool]]]:
        """The flags that are set in each block: the place in it, and to what."""
        found: dict[int, list[tuple[int, Question, bool]]] = {}
        for block in self._graph.blocks if self._asking else ():
            for place, index in enumerate(block.events):
                event = self._facts.events[index]
                if not isinstance(event, Store) or not isinstance(event.target, Local):
                    continue
                question = self._asking.get(event.target.name)
                if question is not None and len(event.value) == 1:
                    is_set = event.value[0] == Constant("True")
                    found.setdefault(block.number, []).append((place, question, is_set))
        return found
