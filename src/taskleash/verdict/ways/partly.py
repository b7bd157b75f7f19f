"""Teardowns that end a task on some of their paths only, or are come to on some only.

A condition leads past an ending where its outcome has nothing to do with the task: it asks for an
argument of the teardown, or for what its object was made with. One that asks for the handle, for
what changes with it, or for what the start asks, too, is taken to hold while the task runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property

from taskleash.controlflow.assumptions import constant, gone_over
from taskleash.controlflow.cfg import Edge
from taskleash.controlflow.implied import shows
from taskleash.controlflow.nesting import events_in
from taskleash.controlflow.outcome import Leak
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.ending_events import is_only_started
from taskleash.dataflow.trail import Op, Site
from taskleash.dataflow.wrappers import constants_given
from taskleash.ir.model import Await, Test, tests
from taskleash.ir.terms import Attribute, Constant, Parameter, Result, Term
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.sentences import Said
from taskleash.verdict.doubts.unasked import Asking, tries
from taskleash.verdict.elements.elements import ends_all
from taskleash.verdict.signs import PassingPath, Signs
from taskleash.verdict.ways.helpers import Helpers, Inner, carriers_in, passing, runs_inside

#: the outcomes by which a running task gets past what is asked of it, or of what holds it
_RUNNING = {"truth": True, "none": False, "done": False, "iterates": True}


class Partly:
    """Answers on which path of a teardown a task is left that the teardown ends on others."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown

    def of(self, signs: Signs, ends: Sequence[tuple[Op, Said]]) -> PassingPath | None:
        """A path past the endings of the first teardown; None where one ends it on each path.

        What awaits it elsewhere is meant as its end where only what it catches leads past that.
        """
        if not ends or any(not why and _is_beside(signs, op) for op, why in ends):
            return None
        by_function: defaultdict[Function, list[Op]] = defaultdict(list)
        for op, _ in ends:
            by_function[self._home(op)].append(op)
        meant = {self._home(op) for op, why in ends if why or self._is_inside(signs, op)}
        for op in signs.ended_elsewhere:
            if (home := self._home(op)) in by_function and home not in meant:
                by_function[home].append(op)
        found = [
            self._past(signs, function, ops, function not in meant)
            for function, ops in by_function.items()
        ]
        return found[0] if all(found) else None

    def _past(
        self, signs: Signs, function: Function, ops: list[Op], caught_only: bool
    ) -> PassingPath | None:
        """A path of a function past its endings; with ``caught_only``, none but by handlers."""
        trail = signs.trail

        def closed(each: Function) -> Callable[[Edge], bool]:
            return _Conditions(self, signs, each, ops).is_closed

        helpers = Helpers(trail, ops, closed, Inner(self.calls, trail, _is_started, function))
        sites = [(op, at) for op in ops for at in self.sites(op, function)]
        endings = [
            EndingEvent(at, passing(trail, op), ends_all(trail, op))
            for op, at in sites
            if (op.site == (function, at) and not op.calls) or helpers.see_to(function, at)
        ]
        starts = [] if caught_only else self._starts(signs, function)
        if function.facts.kind != "function" or starts is None:
            return None
        paths, carriers, is_closed = function.paths, carriers_in(trail, function), closed(function)
        if starts:
            outcome = paths.search(starts, endings, carriers, is_closed=is_closed)
        else:
            outcome = paths.search_from_entry(endings, carriers, is_closed=is_closed)
        if not outcome.is_complete:
            trail.leave_paths_out(function)
        elif outcome.leaks and (not caught_only or all(map(_is_by_a_handler, outcome.leaks))):
            return PassingPath(function, outcome.leaks[0], frozenset(at for _, at in sites))
        return None

    def _is_inside(self, signs: Signs, op: Op) -> bool:
        """Whether the function with the spawn calls one inside of it that ends the task."""
        home = self._home(op)
        return home is signs.spawn.function and home is not op.site[0]

    def _home(self, op: Op) -> Function:
        """Where an ending is met: for one inside a function that is called there, the method."""
        home = op.site[0].method
        return home if self.sites(op, home) else op.site[0]

    def sites(self, op: Op, home: Function) -> list[int]:
        """The events at which an ending is met in a function, itself or by what it calls inside."""
        function, index = op.site
        if function is home:
            return [index]
        runs = runs_inside(self.calls, home, function)
        if any(is_only_started(caller, at) for caller, at, _ in runs):
            return []
        return [at for caller, at, _ in runs if caller is home]

    def _starts(self, signs: Signs, function: Function) -> list[int] | None:
        """Where a task is started in what ends it; none where that is done from its beginning.

        None where a cleanup is around what is not known to start it.
        """
        spawning = signs.spawn.function
        if self.teardown.reason(function):
            return []
        if function is spawning:
            return [signs.spawn.index]
        starts = [index for caller, index in self.calls.callers(spawning) if caller is function]
        return starts or None


def _is_started(site: Site) -> bool:
    """Whether a coroutine that a call makes is only given to what starts it as a task."""
    return is_only_started(*site)


def _is_beside(signs: Signs, op: Op) -> bool:
    """Whether the task is awaited where it is started, or around that, in itself or by a helper."""
    function = op.site[0]
    own = (signs.spawn.function, *signs.spawn.started)
    return bool(op.calls) or any(function in each.nesting for each in own)


def _is_by_a_handler(leak: Leak) -> bool:
    return any(step.kind == "handler" for step in leak.steps)


class _Conditions:
    """The conditions of a function, and which of them tell whether the task runs."""

    def __init__(self, partly: Partly, signs: Signs, function: Function, ops: Sequence[Op]) -> None:
        self._calls = partly.calls
        self._ends = {
            at
            for op in ops
            for each, at in (*op.calls, (op.function, op.index))
            if each is function
        }
        self._ends.update(at for op in ops for at in partly.sites(op, function))
        self._teardown = partly.teardown
        self._function = function
        self._spawning = signs.spawn.function
        self._carriers = carriers_in(signs.trail, function)
        self._holders = gone_over(self._carriers)
        self._asking = Asking(function, None, frozenset(self._carriers))
        self._asked = self._asked_at_the_start()

    def _asked_at_the_start(self) -> frozenset[str]:
        """The attributes that are asked for where the task is started, and on the way there."""
        pending, found = [self._spawning], {self._spawning}
        names: set[str] = set()
        while pending:
            function = pending.pop()
            names.update(
                term.name
                for block in function.paths.graph.blocks
                for edge in block.edges
                # What is asked on the way from the start is known along it.
                if edge.test is not None and function is not self._function
                for part in tests(edge.test)
                for term in (*part.value, *part.other)
                if isinstance(term, Attribute)
            )
            for caller, _ in self._calls.callers(function):
                if caller not in found and caller.owner is self._spawning.owner:
                    found.add(caller)
                    pending.append(caller)
        return frozenset(names)

    @cached_property
    def _failing(self) -> frozenset[int]:
        """The lines of the handlers that meet what is waited for before the task is ended."""
        return frozenset(
            handler.line
            for item in tries(self._function.facts.body)
            for handler in item.handlers
            if any(map(self._is_waited_first, events_in(item.body)))
        )

    def _is_waited_first(self, index: int) -> bool:
        event = self._function.events[index]
        if not isinstance(event, Await) or any(end <= index for end in self._ends):
            return False
        # What a function of the program raises is another question, and not asked here: the
        # handler may be there for what is waited for behind the ending.
        return not self._is_of_the_program(event)

    def _is_of_the_program(self, wait: Await) -> bool:
        """Whether a coroutine is awaited that a function of the program makes."""
        calls = [t.event for t in wait.value if isinstance(t, Result)]
        return len(calls) == len(wait.value) and all(
            isinstance(callee, Function)
            for at in calls
            for callee in self._calls.callees(self._function, self._function.call(at))
        )

    def is_closed(self, edge: Edge) -> bool:
        """Whether no running task is known to be left along an edge."""
        if self._asking.is_open(edge) or (
            edge.kind == "handler" and edge.line not in self._failing
        ):
            return True
        if edge.test is None:
            return False
        return shows(edge.test, edge.holds, self._tells)

    def _tells(self, test: Test, holds: bool) -> bool:
        """Whether the outcome of a condition may have to do with the task."""
        if test.kind in _RUNNING and not self._holders.isdisjoint(test.value):
            return holds is not _RUNNING[test.kind]
        if constant(test) is not None or (test.kind == "iterates" and holds):
            # Whether there is anything else to go over has nothing to do with it.
            return False
        asked = [t for t in (*test.value, *test.other) if not isinstance(t, Constant)]
        return not asked or not all(self._is_set_apart(term, test, holds) for term in asked)

    def _is_set_apart(self, term: Term, test: Test, holds: bool) -> bool:
        """Whether a term has nothing to do with the task: an argument, or a setting."""
        own = Parameter(self._function.self_name)
        if isinstance(term, Parameter) and term != own and term not in self._carriers:
            return self._may_be_given(term, test, holds)
        if isinstance(term, Attribute) and term.base == own and term not in self._carriers:
            return term.name not in self._asked and self._is_setting(term.name)
        return False

    def _may_be_given(self, term: Parameter, test: Test, holds: bool) -> bool:
        """Whether a call is known to give a parameter what leads here, or users are free to."""
        param = next((p for p in self._function.facts.params if p.name == term.name), None)
        if param is None or param.kind.startswith("*"):
            return False
        sites = self._calls.callers(self._function)
        # What calls it as something ends is what makes it a part of that.
        sites = tuple(each for each in sites if self._teardown.holds(*each)) or sites
        given = [constants_given(self._function, caller.call(at)).get(term) for caller, at in sites]
        values = given or [param.default]
        return values == [()] or any(
            value and constant(test, {term: value}) is holds for value in values
        )

    def _is_setting(self, name: str) -> bool:
        """Whether an attribute is what the object was made with, and stays that."""
        owner = self._function.owner
        classes = (*owner.mro, *(owner.descendants - {owner})) if owner is not None else ()
        stores = [store for cls in classes for store in cls.stores.get(name, ())]
        return bool(stores) and all(
            LIFECYCLE.constructs(function.name)
            and not event.op
            and all(isinstance(term, Parameter) for term in event.value)
            for function, event in stores
        )
