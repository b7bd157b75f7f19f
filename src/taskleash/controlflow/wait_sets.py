"""What a look into the two sets that ``asyncio.wait`` gives, or at the other task, tells of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from functools import cached_property, partial
from typing import TypeGuard

from taskleash.controlflow.cfg import ControlFlowGraph
from taskleash.controlflow.exceptions import Called, as_written, is_start
from taskleash.controlflow.implied import shows
from taskleash.ir.model import Call, Event, FunctionFacts, Test
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Constant,
    Display,
    Element,
    Item,
    Result,
    Term,
)
from taskleash.models.classes import CAST
from taskleash.models.waits import PARTING

_NO_TIMEOUT = (Constant("None"),)
#: comparisons that ask whether two are the same, and the outcome by which they are
_SAME = {"is": True, "==": True, "is not": False, "!=": False}


class Waits:
    """The waits of one function whose sets conditions ask."""

    def __init__(
        self, facts: FunctionFacts, graph: ControlFlowGraph, called: Called = as_written
    ) -> None:
        self._facts = facts
        self._graph = graph
        self._called = called

    def shows_done(self, test: Test, holds: bool, task: Set[Term]) -> bool:
        """Whether the outcome of a condition shows that a task is done, by the terms that hold it.

        It is in the first set, or not in the second. Where the wait is for it and one other, and
        has no timeout, it is in the first set as well if the other is not. One that waits for
        nothing but an event is over once that is set.
        """
        if test.kind == "truth":
            return self._is_told_by_an_event(test.value, holds, task)
        if test.kind == "done":
            return not holds and self._is_alone_pending(test.value, task)
        if test.op in _SAME:
            return self._is_one_of_the_done(test, holds is _SAME[test.op], task)
        if test.op not in ("in", "not in"):
            return False
        is_in = holds is (test.op == "in")
        for term in test.other:
            wait = self._wait(term)
            if wait is None:
                return False
            is_first = isinstance(term, Item) and term.index == 0
            is_done = is_in is is_first
            is_it = _stands_for(test.value, task) or self._is_renewed(wait, test.value, task)
            if not (is_it or (is_in and is_first and self._has_only_tasks(test.value, task))):
                is_done = not is_done and self._is_other_of_two(wait, test.value, task)
            if not is_done:
                return False
        return True

    def asks_for_another(self, test: Test, task: Set[Term]) -> bool:
        """Whether a condition compares what a wait has found done with another task."""
        return test.op in _SAME and any(
            task.isdisjoint(one) and any(map(self._is_started, one)) and self._found(other)
            for one, other in _sides(test)
        )

    def _is_one_of_the_done(self, test: Test, is_same: bool, task: Set[Term]) -> bool:
        """Whether one of those that a wait has found done is the task.

        Or it is not the other one, where the wait is for the two.
        """
        for one, other in _sides(test):
            wait = self._found(other)
            if wait is not None and (
                self._has_only_tasks(one, task)
                if is_same
                else self._is_other_of_two(wait, one, task)
            ):
                return True
        return False

    def _has_only_tasks(self, value: Alts, task: Set[Term]) -> bool:
        """Whether a name has had nothing but tasks, the one that is sought among them.

        As long as that runs, it is the one that the name has.
        """
        return not task.isdisjoint(value) and all(
            term in task or self._is_started(term) for term in value
        )

    def _is_started(self, term: Term) -> bool:
        return isinstance(term, Result) and term.event in self._starts

    def _found(self, value: Alts) -> Call | None:
        """The wait that has found done what a value is one of, if it is."""
        waits = [self._finding(term) for term in value]
        first = waits[0] if waits else None
        return first if all(wait is first for wait in waits) else None

    def _finding(self, term: Term) -> Call | None:
        """The same of a term: ``for each in done``, ``done.pop()``, ``next(iter(done))``."""
        bases = [term.base] if isinstance(term, Element) else []
        made = self._facts.events[term.event] if isinstance(term, Result) else None
        if isinstance(made, Call) and not made.args:
            bases = [f.base for f in made.func if isinstance(f, Attribute) and f.name == "pop"]
        elif isinstance(made, Call) and made.text == "next" and len(made.args) == 1:
            iters = [
                self._facts.events[t.event] for t in made.args[0].value if isinstance(t, Result)
            ]
            bases = [t for call in iters if _is_iter(call) for t in call.args[0].value]
        if len(bases) != 1 or not isinstance(bases[0], Item) or bases[0].index:
            return None
        return self._wait(bases[0])

    def _is_told_by_an_event(self, asked: Alts, is_set: bool, task: Set[Term]) -> bool:
        """Whether an event that is set is all that the task waits for.

        Or it is not set, and the other of two that a wait before was for waits for it alone.
        """
        events = self._receivers(asked, "is_set")
        if not events:
            return False
        if is_set:
            started = [t for t in task if isinstance(t, Result) and t.event in self._starts]
            return bool(started) and all(self._awaited_events((t,)) == events for t in started)
        asking = [term.event for term in asked if isinstance(term, Result)]
        return any(
            events == self._awaited_events(self.other_of_two(call, task))
            and all(self._comes_after(index, at, task) for at in asking)
            for index, call in self._partings
        )

    def may_run(self, asked: Alts, holds: bool, task: Set[Term]) -> bool | None:
        """Whether a task may run where a wait is known to have found any done, or none.

        None where something else is asked for than all that a wait has found done.
        """
        calls = [self._wait(t) if isinstance(t, Item) and t.index == 0 else None for t in asked]
        if not calls:
            return None
        waited: list[Term] = []
        for call in calls:
            if call is None:
                return None
            waited += call.args[0].value
        return not holds or not all(self._is_of_one(each, task) for each in waited)

    def _is_of_one(self, waited: Term, task: Set[Term]) -> bool:
        """Whether what a wait is for is a collection of the task alone."""
        if not isinstance(waited, Display) or self._is_changed(waited):
            return False
        items = self._facts.collections[waited.number].items
        return len(items) == 1 and not task.isdisjoint(items[0])

    def _is_alone_pending(self, asked: Alts, task: Set[Term]) -> bool:
        """Whether what is asked for is the one of two that a wait before left pending."""
        partings = [
            index for index, call in self._partings if self._is_other_of_two(call, asked, task)
        ]
        asking = {at for term in asked for at in self._asking.get(term, ())} if partings else ()
        return bool(asking) and any(
            all(self._comes_after(index, at, task) for at in asking) for index in partings
        )

    def _comes_after(self, wait: int, asking: int, task: Set[Term]) -> bool:
        """Whether control comes to a question only by way of a wait; or from the task's start."""
        if self._graph.dominates(wait, asking):
            return True
        starts = {term.event for term in task if isinstance(term, Result)} & self._starts
        return bool(starts) and all(
            self._graph.comes_by_way_of(start, wait, asking) for start in starts
        )

    @cached_property
    def _partings(self) -> list[tuple[int, Call]]:
        """The waits that part what is done from what is not."""
        return [
            (index, event)
            for index, event in enumerate(self._facts.events)
            if isinstance(event, Call) and self._called(event) == PARTING and event.args
        ]

    @cached_property
    def _starts(self) -> frozenset[int]:
        """The calls that start tasks, by their names."""
        return frozenset(i for i, event in enumerate(self._facts.events) if is_start(event))

    @cached_property
    def _asking(self) -> dict[Term, list[int]]:
        """The calls that ask whether something is done, by what they ask."""
        found: dict[Term, list[int]] = defaultdict(list)
        for index, event in enumerate(self._facts.events):
            for func in event.func if isinstance(event, Call) else ():
                if isinstance(func, Attribute) and func.name == "done":
                    found[func.base].append(index)
        return found

    def _wait(self, term: Term) -> Call | None:
        """The wait of whose two sets a term is one."""
        if not isinstance(term, Item) or not isinstance(term.base, Awaited):
            return None
        awaited = term.base.base
        event = self._facts.events[awaited.event] if isinstance(awaited, Result) else None
        named = isinstance(event, Call) and event.text.rpartition(".")[2] == "wait"
        return event if named and isinstance(event, Call) and event.args else None

    def shows_unset(self, test: Test, holds: bool, wait: Call, task: Set[Term]) -> bool:
        """Whether the outcome of a condition shows that an event is not set yet.

        It is the one that the other of two tasks waits for which a wait behind the way is for: by
        then that other one is not done, and this one is.
        """
        return shows(test, holds, partial(self._tells_unset, wait, task))

    def _tells_unset(self, wait: Call, task: Set[Term], test: Test, holds: bool) -> bool:
        if test.kind != "truth" or holds:
            return False
        events = self._receivers(test.value, "is_set")
        return bool(events) and events == self._awaited_events(self.other_of_two(wait, task))

    def shows_other_first(self, test: Test, holds: bool, wait: Call, task: Set[Term]) -> bool:
        """Whether the outcome of a condition shows that the other of two tasks is done."""
        return shows(test, holds, partial(self._tells_other_first, wait, task))

    def _tells_other_first(self, wait: Call, task: Set[Term], test: Test, holds: bool) -> bool:
        if test.kind == "done":
            return holds and self._is_other_of_two(wait, test.value, task)
        if test.op not in ("in", "not in"):
            return False
        is_in = holds is (test.op == "in")
        return self._is_other_of_two(wait, test.value, task) and all(
            self._wait(term) is wait and is_in is (isinstance(term, Item) and term.index == 0)
            for term in test.other
        )

    def _awaited_events(self, started: Alts) -> set[Term]:
        """The events that tasks wait for which were started of nothing but that."""
        made = (self._facts.events[term.event] for term in started if isinstance(term, Result))
        coroutines = (call.args[0].value for call in made if isinstance(call, Call) and call.args)
        return {each for value in coroutines for each in self._receivers(value, "wait")}

    def _receivers(self, value: Alts, method: str) -> set[Term]:
        """What a method is called of that gives a value."""
        made = (self._facts.events[term.event] for term in value if isinstance(term, Result))
        return {
            func.base
            for call in made
            if isinstance(call, Call)
            for func in call.func
            if isinstance(func, Attribute) and func.name == method
        }

    def _is_other_of_two(self, wait: Call, asked: Alts, task: Set[Term]) -> bool:
        """Whether a wait without a timeout is for the task and the one that is asked for."""
        return bool(asked) and self.other_of_two(wait, task) == asked

    def other_of_two(self, wait: Call, task: Set[Term]) -> Alts:
        """What a wait without a timeout is for beside the task, where that is one more."""
        timeouts = [arg.value for arg in wait.args if arg.key in ("timeout", "*", "**")]
        if any(value != _NO_TIMEOUT for value in timeouts) or len(wait.args[0].value) != 1:
            return ()
        waited = wait.args[0].value[0]
        if not isinstance(waited, Display) or self._is_changed(waited):
            return ()
        items = [*map(self._uncast, self._facts.collections[waited.number].items)]
        # Where a loop renews the task, the name that is waited for stands for any of them.
        others = [item for item in items if task.isdisjoint(item)]
        return others[0] if len(items) == 2 and len(others) == 1 else ()

    def is_for_what_is_written(self, wait: Call) -> bool:
        """Whether a wait is for a collection that stays what the source has there."""
        return all(
            isinstance(term, Display) and not self._is_changed(term)
            for arg in wait.args[:1]
            for term in arg.value
        )

    def _uncast(self, value: Alts) -> Alts:
        """A value without what only tells of its type: ``cast(asyncio.Future[object], task)``."""
        found: Alts = ()
        for term in value:
            event = self._facts.events[term.event] if isinstance(term, Result) else None
            if isinstance(event, Call) and len(event.args) == 2 and self._called(event) == CAST:
                found += event.args[1].value
            else:
                found += (term,)
        return found

    def _is_renewed(self, wait: Call, asked: Alts, task: Set[Term]) -> bool:
        """Whether what is asked for is a name that a wait is for, and that a loop renews."""
        waited = wait.args[0].value[0] if len(wait.args[0].value) == 1 else None
        if not isinstance(waited, Display) or self._is_changed(waited):
            return False
        return not task.isdisjoint(asked) and asked in self._facts.collections[waited.number].items

    def _is_changed(self, collection: Display) -> bool:
        """Whether a method of a collection is called, which may put something in."""
        return collection in self._receiving

    @cached_property
    def _receiving(self) -> frozenset[Term]:
        """What methods are called of."""
        return frozenset(
            func.base
            for event in self._facts.events
            if isinstance(event, Call)
            for func in event.func
            if isinstance(func, Attribute)
        )


def _stands_for(value: Alts, task: Set[Term]) -> bool:
    """Whether a value is the task on every way."""
    return bool(value) and all(term in task or term == Constant("None") for term in value)


def _sides(test: Test) -> tuple[tuple[Alts, Alts], tuple[Alts, Alts]]:
    """The two values of a comparison, either of them first."""
    return (test.value, test.other), (test.other, test.value)


def _is_iter(event: Event) -> TypeGuard[Call]:
    return isinstance(event, Call) and event.text == "iter" and len(event.args) == 1
