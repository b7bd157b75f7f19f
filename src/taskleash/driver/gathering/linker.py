"""The program that was linked last, kept for the next question about the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from taskleash.driver.gathering.linked import linked
from taskleash.ir.known import Told
from taskleash.semantics.indexed import IndexedModules

if TYPE_CHECKING:
    from taskleash.demand.wanted_names import Demand
    from taskleash.ir.model import ModuleFacts
    from taskleash.verdict.judge import Judge, Reported
    from taskleash.verdict.model import Site


class Linker:
    """Links what is known so far, and again when there is more.

    ``told`` is what the settings tell. Only the files with the paths ``reported`` matter, all of
    them where that is None. What linking finds out of each module by itself need not be found out
    again; an earlier linker may have ``indexed`` them.
    """

    def __init__(
        self, told: Told, reported: Reported, indexed: IndexedModules | None = None
    ) -> None:
        # What others use, too, they let go of themselves.
        self._is_alone = indexed is None
        self.indexed = indexed or IndexedModules()
        self._told = told
        self._reported = reported
        self._judge: Judge | None = None
        self._facts: dict[str, ModuleFacts] = {}

    def demand(self, facts: Mapping[str, ModuleFacts], is_chain: bool = False) -> Demand:
        """What the facts, by path, leave open; of a chain only what comes to an end."""
        return linked(partial(self._demand, facts, is_chain))

    def verdicts(self, facts: Mapping[str, ModuleFacts]) -> list[Site]:
        """The verdicts on the facts, by path. What was linked is gone afterwards."""
        return linked(partial(self._verdicts, facts))

    def retain(self, facts: Iterable[ModuleFacts]) -> None:
        """Forget all other facts, and what linking found out of them."""
        self._release()
        if self._is_alone:
            self.indexed.retain(facts)

    def _demand(self, facts: Mapping[str, ModuleFacts], is_chain: bool) -> Demand:
        from taskleash.demand.undecided import left_open

        return left_open(self._linked(facts), self._told.flags, is_chain)

    def _verdicts(self, facts: Mapping[str, ModuleFacts]) -> list[Site]:
        found = self._linked(facts).verdicts(self._told.flags)
        self._release()
        return found

    def _linked(self, facts: Mapping[str, ModuleFacts]) -> Judge:
        from taskleash.verdict.judge import Judge

        if self._judge is None or not self._is_of(facts):
            self._release()
            if self._is_alone:
                self.indexed.retain(facts.values())
            in_order = [facts[path] for path in sorted(facts)]
            self._judge = Judge(in_order, self._told.calls, self._reported, self.indexed)
            self._facts = dict(facts)
        return self._judge

    def _is_of(self, facts: Mapping[str, ModuleFacts]) -> bool:
        """Whether these very facts are linked; to compare what they say would take too long."""
        return facts.keys() == self._facts.keys() and all(
            facts[path] is known for path, known in self._facts.items()
        )

    def _release(self) -> None:
        if self._judge is not None:
            _dissolve(self._judge)
        self._judge, self._facts = None, {}


def _dissolve(judge: Judge) -> None:
    """Take a linked program apart, which is of no use any more.

    Its parts refer to each other in circles: the collector would have to look at all of them.
    """
    judge.questions.dissolve()
    for module in judge.program.modules:
        for part in (*module.functions.values(), *module.classes.values(), module):
            vars(part).clear()
    calls = judge.calls
    for whole in (calls.inference, calls, judge.program, judge.flow, judge.observer, judge):
        vars(whole).clear()
