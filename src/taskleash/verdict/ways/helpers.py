"""What the functions come to that a task is handed to, or that stand inside of those that have it.

A helper counts as it does on *every* normal path of its own: what it does under a condition only
leaves the task to its caller. What it does for certain is worked out for each call by the constants
that the call gives; helpers that call each other are taken to see to the task unless one of their
paths leaves it. A function inside of one that has the task counts so wherever it is called; one
that is given away, or started as a task, takes effect at its own time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from taskleash.controlflow.assumptions import Given, parts
from taskleash.controlflow.cfg import Edge
from taskleash.controlflow.exceptions import Raised
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import Op, OpKind, Site, Trail
from taskleash.dataflow.wrappers import constants_given
from taskleash.ir.model import Call, tests
from taskleash.ir.terms import Attribute, Named, Outer, Parameter, Result, Term
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.verdict.ways.waiting import LEAVING, comes_again, has_timeout, is_under_deadline

#: a call in a function, and the function inside of another one that it calls
InnerCall: TypeAlias = tuple[Function, int, Function]

#: by function, the edges that a running task is not followed along
Closed: TypeAlias = Callable[[Function], Callable[[Edge], bool]]

#: waits that can be cancelled while the task runs on
_LEFT_BEHIND: frozenset[OpKind] = frozenset({"complete", "shield", "wait"})
#: operations by which a task goes on being held
_KEEPING: frozenset[OpKind] = frozenset({"contain", "store", "weakly"})


def open_all(function: Function) -> Callable[[Edge], bool]:
    """That a running task is followed along each edge of a function."""
    return lambda edge: False


class Helpers:
    """What the functions do that are handed the task, by the operations found in them.

    ``closed`` gives the edges of one of them that a running task is not followed along. ``inside``
    has the calls of the functions that stand inside of those that have it; without, each of these
    counts for what it does on any of its paths.
    """

    def __init__(
        self,
        trail: Trail,
        ops: list[Op],
        closed: Closed = open_all,
        inside: Inner | None = None,
    ) -> None:
        self._trail = trail
        self._closed = closed
        self._inside = inside
        self._direct: dict[Function, list[Op]] = defaultdict(list)
        for op in ops:
            self._direct[op.function].append(op)
        self._passed: dict[Function, dict[int, list[Function]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for op in trail.of("pass"):
            if op.target is not None:
                self._passed[op.function][op.index].append(op.target)
        calls = {site for op in ops for site in op.calls}
        for caller, index, inner in inside.calls_of(ops) if inside is not None else ():
            if inner not in self._passed[caller][index]:
                self._passed[caller][index].append(inner)
            calls.add((caller, index))
        kept = {caller for op in trail.of(*_KEEPING) for caller, _ in op.calls}
        #: those that hand the task on to where one of the operations is, and nowhere else
        self._between = {
            caller for caller, at in calls if at in self._passed.get(caller, ())
        } - kept
        self._known: dict[tuple[Function, frozenset[tuple[Term, tuple[Term, ...]]]], bool] = {}

    def is_certain(self, op: Op, root: int) -> bool:
        """Whether an operation is met wherever the function with the spawn comes to its root."""
        return is_here(self._trail, op) or self.see_to(self._trail.function, root)

    def see_to(self, caller: Function, index: int) -> bool:
        """Whether all that a call hands the task to see to it on every normal path."""
        targets = self._passed[caller].get(index)
        if not targets or not isinstance(caller.events[index], Call):
            # It takes effect by another way than a call that is given the task.
            return True
        call = caller.call(index)
        return all(self._sees_to(target, constants_given(target, call)) for target in targets)

    def _sees_to(self, function: Function, given: Given) -> bool:
        key = (function, frozenset(given.items()))
        if key not in self._known:
            # One that calls itself does what its other paths do.
            self._known[key] = True
            self._known[key] = self._finds(function, given)
        return self._known[key]

    def _finds(self, function: Function, given: Given) -> bool:
        endings = [
            EndingEvent(op.index, passing(self._trail, op))
            for op in self._direct[function]
            if not only_asks(op)
        ]
        endings += [
            EndingEvent(index) for index in self._passed[function] if self.see_to(function, index)
        ]
        if not endings and not self._direct[function] and function not in self._between:
            # What ends it is reached by another way: by what it is put into.
            return True
        carriers = carriers_in(self._trail, function)
        outcome = function.paths.search_from_entry(
            endings, carriers, given=given, is_closed=self._is_closed(function)
        )
        if not outcome.is_complete:
            self._trail.leave_paths_out(function)
        return not outcome.leaks or not outcome.is_complete

    def _is_closed(self, function: Function) -> Callable[[Edge], bool]:
        closed = self._closed(function)
        if self._inside is None:
            return closed
        is_shared = self._inside.asks_what_is_shared(function)
        return lambda edge: closed(edge) or is_shared(edge)


class Inner:
    """The functions that stand inside of one that has the task, as far as they are called there.

    ``starts`` tells whether what is called at a site is started as a task: that takes effect at its
    own time, whatever its paths. ``home`` is one that comes to the task by what keeps it.
    """

    def __init__(
        self,
        calls: Calls,
        trail: Trail,
        starts: Callable[[Site], bool],
        home: Function | None = None,
    ) -> None:
        self._calls = calls
        self._home = home
        self._trail = trail
        self._starts = starts
        self._targets = {op.target for op in trail.of("pass")}
        self._found: dict[Function, list[InnerCall]] = {}

    def calls_of(self, ops: Iterable[Op]) -> Iterator[InnerCall]:
        """The calls by which the functions run that have the operations, each with what it calls.

        None of those of which one is started as a task.
        """
        for inner in dict.fromkeys(op.site[0] for op in ops):
            if inner not in self._found:
                self._found[inner] = self._calls_of(inner)
            yield from self._found[inner]

    def _calls_of(self, inner: Function) -> list[InnerCall]:
        homes = (self._home, self._trail.function, *self._targets)
        home = next((each for each in inner.nesting[1:] if each in homes), None)
        runs = runs_inside(self._calls, home, inner) if home is not None else []
        return [] if any(self._starts((caller, at)) for caller, at, _ in runs) else runs

    def asks_what_is_shared(self, function: Function) -> Callable[[Edge], bool]:
        """The edges of one of them whose condition asks for what it has in common with others.

        What is set or asked by the function around may be known where it is called.
        """
        if not any(inner is function for runs in self._found.values() for _, _, inner in runs):
            return lambda edge: False
        asked = frozenset(name for each in function.nesting[1:] for name in _asked_in(each))
        carriers = carriers_in(self._trail, function)

        def is_shared(edge: Edge) -> bool:
            if edge.test is None:
                return False
            terms = {t for test in tests(edge.test) for t in (*test.value, *test.other)}
            return any(_is_shared(function, term, asked) for term in terms - carriers)

        return is_shared


def _is_shared(function: Function, term: Term, asked: frozenset[str]) -> bool:
    """Whether a term may change, or be known, otherwise than by what a function is called with."""
    if isinstance(term, Result) and isinstance(call := function.events[term.event], Call):
        given = (*call.func, *(each for arg in call.args for each in arg.value))
        return any(_is_shared(function, each, asked) for each in given)
    for part in parts(term):
        if isinstance(part, Attribute | Outer) and part.name in asked:
            return True
        if isinstance(part, Outer):
            return not _is_given(function, part)
    return False


def runs_inside(calls: Calls, home: Function, inner: Function) -> list[InnerCall]:
    """Where a function inside of another one is called there, itself or by way of others."""
    found: list[InnerCall] = []
    pending, seen = [inner], {inner}
    for function in pending:
        for caller, index in calls.callers(function):
            if home in caller.nesting:
                found.append((caller, index, function))
                if caller is not home and caller not in seen:
                    seen.add(caller)
                    pending.append(caller)
    return found


def _asked_in(function: Function) -> Iterator[str]:
    """The names of what the conditions of a function ask about."""
    for block in function.paths.graph.blocks:
        for edge in block.edges:
            for test in tests(edge.test) if edge.test is not None else ():
                yield from (t.name for t in (*test.value, *test.other) if isinstance(t, Named))


def _is_given(function: Function, variable: Outer) -> bool:
    """Whether a variable of a function around is an argument of that, and stays what it was."""
    owner = function.module.functions.get(variable.function)
    if owner is None or owner.facts.defs.get(variable.name) != (Parameter(variable.name),):
        return False
    readers = function.module.readers.get(variable, ())
    return all(variable not in each.stored for each in readers)


def carriers_in(trail: Trail, function: Function) -> set[Term]:
    """The terms of a function that hold the task, or what it is in."""
    return set(trail.terms_in(function))


def is_here(trail: Trail, op: Op) -> bool:
    """Whether the function with the spawn does something itself."""
    return op.function is trail.function and not op.calls


def passing(trail: Trail, op: Op) -> frozenset[Raised]:
    """What a wait raises while the task runs on.

    Of the handles only that of another thread's loop gives its outcome up to a deadline; what asks
    again and again goes on waiting, and a teardown of the whole has waited long enough.
    """
    event = op.event
    is_up_to = op.kind == "outcome" and isinstance(event, Call) and has_timeout(event)
    if is_up_to:
        is_up_to = not comes_again(trail, op) and not LIFECYCLE.ends_whole(op.function.name)
    elif op.kind in _LEFT_BEHIND:
        # The deadline of a block cancels who waits, and not what is behind the wait.
        is_up_to = is_under_deadline(op)
    kinds = {Raised.TIMEOUT} if is_up_to or op.kind == "deadline" else set()
    return frozenset(kinds | {Raised.STOPPED} if op.kind in LEAVING else kinds)


def only_asks(op: Op) -> bool:
    """Whether it is the answer that tells of the task's end, and not that it is asked."""
    return op.kind in ("done", "test")
