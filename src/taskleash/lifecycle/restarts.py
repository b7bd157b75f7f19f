"""Starts that an object brings about itself: it connects again once it has lost its connection.

Users set an object up once. But where a task of its own, or what is called as the connection is
lost, leads back to that, a task that only sleeps in between hears nothing of it: it wakes up to a
connection, goes on, and its handle is another's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

from taskleash.controlflow.assumptions import constant, parts
from taskleash.controlflow.nesting import events_in, loops
from taskleash.dataflow.arrivals import Arrivals
from taskleash.dataflow.trail import Op, Site, Trail
from taskleash.ir.model import If, Store, Test, tests
from taskleash.ir.terms import Alts, Attribute, Constant, Parameter, Term
from taskleash.lifecycle.lifetime import is_sleep
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.repetition import is_for_users, is_kept_by_itself
from taskleash.lifecycle.start_flags import passed
from taskleash.lifecycle.states import is_reset_beside, state_read
from taskleash.lifecycle.until_started import denies, refuses
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.sentences import NOTHING, Sentence, sentence

#: the way back: functions, each with the event that leads on, from the one that is told of the loss
Way = tuple[Site, ...]
Functions = tuple[Function, ...]
#: conditions, each with the outcome that leads on
Asked = list[tuple[Test, bool]]


class Restarts:
    """Answers what leads back to the start of a task that sleeps through a loss."""

    def __init__(
        self, calls: Calls, arrivals: Arrivals, started: Mapping[Function, tuple[Function, ...]]
    ) -> None:
        self.calls = calls
        self.arrivals = arrivals
        self.started = started
        self.phases = calls.shared(Phases)

    def of(self, trail: Trail, op: Op, coroutines: Collection[Function]) -> Sentence:
        """What is told of a loss and starts the task anew, while the earlier one sleeps.

        Nothing on the way ends that one, or asks for what the way itself does not change.
        """
        start = op.function
        if start.method.owner is None or not is_kept_by_itself(op):
            return NOTHING
        if not coroutines or not all(map(self._sleeps_on, coroutines)):
            return NOTHING
        for way in self._ways(trail, op, coroutines):
            changed: dict[str, list[Alts]] = defaultdict(list)
            for function, _ in way:
                for name, value in self._stored(function, coroutines):
                    changed[name].append(value)
            if not self._is_checked(way, changed):
                name = way[-1][0].method.qualname
                return sentence("`{function}` leads back here, and it sleeps on", function=name)
        return NOTHING

    def _sleeps_on(self, coroutine: Function) -> bool:
        """Whether a method sleeps in a loop, and reaches all that it uses by way of its object.

        What it was given, or has looked up before, is of the connection that is lost.
        """
        if coroutine.method is not coroutine or not coroutine.self_name:
            return False
        given = [p.name for p in coroutine.facts.params if p.name != coroutine.self_name]
        if any(coroutine.uses.derived.get(Parameter(name)) for name in given):
            return False
        own = Parameter(coroutine.self_name)
        if any(_is_of(term, own) for term in coroutine.uses.names):
            return False
        return any(
            is_sleep(self.calls, coroutine, index)
            for loop in loops(coroutine.facts.body)
            if loop.kind == "while"
            for index in events_in(loop.body)
        )

    def _ways(self, trail: Trail, op: Op, own: Collection[Function]) -> Iterator[Way]:
        """The ways by which a loss leads to the store of the handle, the store first."""
        tasks = self._begun_by(op.function)
        for way in self._upwards(trail, op, own):
            function, _ = way[-1]
            is_told = LIFECYCLE.tells_of_loss(function.name) and not self._callers(function)
            if is_told or (function in tasks and self._begins_with_it(trail, function)):
                yield way

    def _begins_with_it(self, trail: Trail, coroutine: Function) -> bool:
        """Whether a task may begin while the earlier one runs: not all that start it end that."""
        sites = [
            (starting, at)
            for starting, at in self._callers(coroutine)
            if coroutine in self.started.get(starting, ())
        ]
        return not sites or any(self._is_open(trail, *site, (coroutine,)) for site in sites)

    def _is_open(self, trail: Trail, function: Function, index: int, below: Functions) -> bool:
        """Whether control may come to an event, by whatever calls lead there, while a task runs.

        What is further up and ends the task, be it on some paths, is taken to know why.
        """
        found = self.arrivals.at(trail, function, index)
        is_further_up = len(below) > 1
        if function in below or (
            found is not None and (found.is_excluded or (is_further_up and found.ended))
        ):
            return False
        callers = self._callers(function)
        is_begun_by_users = not callers or is_for_users(function.method)
        return is_begun_by_users or any(
            # What runs as a task has been begun, whoever did that.
            function in self.started.get(site[0], ())
            or self._is_open(trail, *site, (*below, function))
            for site in callers
        )

    def comes_back(self, trail: Trail, op: Op, coroutine: Function, index: int) -> bool:
        """Whether a call of the task itself leads to the store, and nothing on the way bars it."""
        return any(
            way[-1] == (coroutine, index)
            and not self._is_checked(way, {})
            and not any(_asks_what_is_given(*each) for each in way)
            for way in self._upwards(trail, op, ())
        )

    def _upwards(self, trail: Trail, op: Op, own: Collection[Function]) -> Iterator[Way]:
        """The ways to the store from what calls it on the same object, with no end of the task."""
        pending: list[Way] = [((op.function, op.index),)]
        seen = {op.function}
        while pending:
            way = pending.pop()
            function, index = way[-1]
            found = self.arrivals.at(trail, function, index)
            if found is not None and found.is_excluded:
                continue
            yield way
            for caller, at in self._callers(function):
                is_own = _is_of_one_object(op.function, caller) and caller.method not in own
                if is_own and caller not in seen:
                    seen.add(caller)
                    pending.append((*way, (caller, at)))

    def _callers(self, function: Function) -> list[tuple[Function, int]]:
        return [(f, at) for f, at in self.calls.callers(function) if f is not function]

    def _begun_by(self, start: Function) -> set[Function]:
        """The tasks of the same object that begin as a function is called, and what they start."""
        tasks: set[Function] = set()
        pending, seen = [start], {start}
        while pending:
            function = pending.pop()
            tasks.update(self.started.get(function, ()))
            for _, call in function.calls():
                for callee in self.calls.callees(function, call):
                    if not isinstance(callee, Function) or callee in seen:
                        continue
                    if _is_of_one_object(start, callee):
                        seen.add(callee)
                        pending.append(callee)
        return tasks

    def _is_checked(self, way: Way, changed: Mapping[str, Iterable[Alts]]) -> bool:
        """Whether a condition on the way asks for state of the object that may be otherwise then.

        It is not where the way itself has ``changed`` it, unless to what bars the way. What only
        the constructor sets is the same each time, and what users have set with their start holds
        until they end the object.
        """
        return any(
            self._is_barred(way, asked, term, changed[term.name])
            if term.name in changed
            else self._may_change(at[0], term.name)
            and not self._holds_until_the_end(way, at, asked, term)
            for at in way
            for item in deciding(*at)
            for term in state_read(at[0], item.test)
            if isinstance(term, Attribute)
            for asked in ([(t, h) for t, h, line in passed(*at) if line == item.line],)
        )

    def _is_barred(self, way: Way, asked: Asked, term: Attribute, set_to: Iterable[Alts]) -> bool:
        """Whether the way itself sets what it asks for so that it bars the next, until the end."""
        owner = way[0][0].method.owner
        own = {function.method for function, _ in way}
        return owner is not None and any(
            test.value == (term,)
            and all(denies(test, holds, value) for value in set_to)
            and any(
                refuses(f, at, Attribute(Parameter(f.self_name), term.name), test, holds)
                for f, at in way
            )
            and not is_reset_beside(
                self.phases, owner, term.name, own, partial(denies, test, holds)
            )
            for test, holds in asked
        )

    def _holds_until_the_end(self, way: Way, at: Site, asked: Asked, term: Attribute) -> bool:
        """Whether a condition holds from a start by users, none on the way, up to their teardown.

        It tells whether the object is in use, and nothing of the earlier task.
        """
        owner = at[0].method.owner
        alone = [(test, holds) for test, holds in asked if test.value == (term,)]
        if owner is None or not alone:
            return False
        on_the_way = {function.method for function, _ in way}
        made, begun = set[Alts](), set[Alts]()
        for cls in (*owner.mro, *owner.descendants):
            for method, event in cls.stores.get(term.name, ()):
                if LIFECYCLE.constructs(method.name):
                    made.add(event.value)
                elif method not in on_the_way and self._is_start_for_users(method):
                    begun.add(event.value)
                elif not self._is_end_for_users(method):
                    return False
        values = begun or made
        return bool(values) and all(
            _comes_to(test, value) is holds for test, holds in alone for value in values
        )

    def _is_start_for_users(self, method: Function) -> bool:
        return is_for_users(method) and self.phases.is_start(method)

    def _is_end_for_users(self, method: Function) -> bool:
        return is_for_users(method) and self.phases.takes_down(method)

    def _stored(self, function: Function, own: Collection[Function]) -> Iterator[tuple[str, Alts]]:
        """What a function stores in attributes, or a method that it calls, but for the task."""
        called = [
            callee
            for _, call in function.calls()
            for callee in self.calls.callees(function, call)
            if isinstance(callee, Function) and callee.owner is not None and callee not in own
        ]
        for each in (*function.nesting, *called):
            for event in each.events:
                if isinstance(event, Store) and isinstance(event.target, Attribute):
                    yield event.target.name, event.value

    def _may_change(self, function: Function, name: str) -> bool:
        """Whether any method but the constructor sets an attribute of the object."""
        owner = function.method.owner
        classes = (*owner.mro, *owner.descendants) if owner is not None else ()
        return any(
            not LIFECYCLE.constructs(method.name)
            for cls in classes
            for method, _ in cls.stores.get(name, ())
        )


def _comes_to(test: Test, value: Alts) -> bool | None:
    """What a condition comes to where what it asks for has been set to a constant."""
    asked = Test(test.kind, value, op=test.op, other=test.other)
    return constant(asked) if all(isinstance(term, Constant) for term in value) else None


def _is_of_one_object(function: Function, other: Function) -> bool:
    """Whether two functions may be methods of one object, or stand in such methods."""
    owner, related = function.method.owner, other.method.owner
    return owner is not None and related is not None and related.related(owner)


def deciding(function: Function, index: int) -> Iterator[If]:
    """The conditions that decide whether control comes to an event: around it, or before it."""
    yield from (frame.item for frame in around(function, index) if isinstance(frame.item, If))
    for order, exit_, frames in function.levels.exits:
        if order < index and exit_.kind in ("return", "raise"):
            yield from (frame.item for frame in frames if isinstance(frame.item, If))


def _asks_what_is_given(function: Function, index: int) -> bool:
    """Whether what the function is given decides if control comes to the event."""
    own = Parameter(function.self_name)
    return any(
        isinstance(part, Parameter) and part != own
        for item in deciding(function, index)
        for test in tests(item.test)
        for term in (*test.value, *test.other)
        for part in parts(term)
    )


def _is_of(term: Term, own: Term) -> bool:
    """Whether a term is an attribute of the object."""
    return isinstance(term, Attribute) and (term.base == own or _is_of(term.base, own))
