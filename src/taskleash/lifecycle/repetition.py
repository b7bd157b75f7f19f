"""Whether a function is called again for the same object, while what it started still runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from taskleash.controlflow.assumptions import NOTHING_GIVEN, Given
from taskleash.controlflow.outcome import PathOutcome
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.arrivals import Arrivals
from taskleash.dataflow.awaits import awaited_at, done_at
from taskleash.dataflow.companion_dicts import as_given, key_of
from taskleash.dataflow.dict_keys import is_another_in_each_turn
from taskleash.dataflow.ending_events import Leaving
from taskleash.dataflow.trail import Op, Site, Trail
from taskleash.dataflow.wrappers import constants_given
from taskleash.ir.model import Call, Give, Store, Try
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Constant,
    Element,
    Global,
    Outer,
    Parameter,
    Result,
    Term,
)
from taskleash.lifecycle.late_failures import fails_late
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.until_started import is_closed
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_loop, is_in_any_case
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.inference import is_manager


@dataclass(frozen=True)
class _Left:
    """A function that leaves the task running: which constants it gives then, and when that is.

    ``key`` is the key of the task as the function knows it, empty where there is none.
    """

    function: Function
    gives: Alts
    leaving: Leaving
    key: Alts


class Repetition:
    """Goes from a function up to those that call it on the same object."""

    def __init__(
        self, calls: Calls, arrivals: Arrivals, started: Mapping[Function, tuple[Function, ...]]
    ) -> None:
        self.calls = calls
        self.arrivals = arrivals
        self.started = started
        self.phases = calls.shared(Phases)

    def comes_again(self, trail: Trail, op: Op) -> bool:
        """Whether the function that stores the handle is called while the earlier task runs.

        A loop calls it again, or an event does, with no end of the task between. Events call a
        function by its name, where no caller in the program is known. What the task itself calls
        is another question.
        """
        carriers = self.arrivals.carriers(trail, op.function)
        if self.arrivals.endings.at_once(trail, op.function, op.index, carriers):
            return False
        sites = self._sites(op.function)
        if not sites or not is_kept_by_itself(op) or is_of_what_is_given(op):
            return not sites and self._is_called_by_events(op)
        own = self.started.get(op.function, ())
        gives = self._gives(trail, op.function, op.index)
        left = _Left(op.function, gives, self._leaves(trail, *op.site), key_of(op))
        return self._is_begun_twice(trail, sites, own) or any(
            self._is_again(trail, op, (caller, index), frozenset({op.function}), left)
            for caller, index in sites
            if caller not in own and not self.ends_for(trail, op, caller.call(index))
        )

    def _is_called_by_events(self, op: Op) -> bool:
        """Whether events call what stores the handle anew.

        A function inside of one call is handed to what calls it.
        """
        function = called_again(op)
        if function is function.method:
            return self.phases.is_event_handler(function)
        is_event = LIFECYCLE.is_event(function.name) and not LIFECYCLE.has_counterpart(
            function.name
        )
        return is_event and bool(self.calls.references(function))

    def _is_begun_twice(
        self, trail: Trail, sites: Sequence[Site], own: Collection[Function]
    ) -> bool:
        """Whether an object calls the function as it is made, and once more in its later life.

        That is certain where both do so in any case, and only users call the later one.
        """
        certain = [site for site in sites if is_on_itself(*site) and is_in_any_case(*site)]
        return any(LIFECYCLE.constructs(caller.name) for caller, _ in certain) and any(
            not LIFECYCLE.constructs(caller.name)
            and caller not in own
            and is_for_users(caller)
            and not self._sites(caller)
            and not self.calls.references(caller)
            and not self.phases.is_start(caller)
            and not self.phases.ends(caller)
            and not self.arrives_ended(trail, caller, index)
            for caller, index in certain
        )

    def ends_for(self, trail: Trail, op: Op, call: Call) -> bool:
        """Whether the constants of a call have the storing function end the earlier task first."""
        given = constants_given(op.function, call)
        return bool(given) and self.arrives_ended(trail, op.function, op.index, given)

    def is_of_new_objects(self, function: Function) -> bool:
        """Whether all that call a method have made its object just before, for this call."""
        method = function.method
        sites = [
            (caller, index)
            for caller, index in self._sites(method)
            if method.module.is_test or not caller.module.is_test
        ]
        return method is function and bool(sites) and all(self._is_on_new(*at) for at in sites)

    def _is_on_new(self, caller: Function, index: int) -> bool:
        """Whether a call is of a method of what the caller makes, once for each such call."""
        bases = [func.base for func in caller.call(index).func if isinstance(func, Attribute)]
        made = [base for base in bases if isinstance(base, Result)]
        for at, event in enumerate(caller.events[:index]):
            if isinstance(event, Store) and event.target in bases:
                made = [term for term in event.value if isinstance(term, Result)]
                if len(made) != len(event.value) or in_loop(caller, at) != in_loop(caller, index):
                    return False
        return bool(made) and all(
            in_loop(caller, term.event) == in_loop(caller, index)
            and makes(self.calls, caller, caller.call(term.event))
            for term in made
        )

    def _sites(self, function: Function) -> list[Site]:
        return [site for site in self.calls.callers(function) if site[0] is not function]

    def _is_again(
        self,
        trail: Trail,
        op: Op,
        site: Site,
        seen: frozenset[Function],
        left: _Left,
    ) -> bool:
        """Whether a call comes again while the task runs that what it calls has ``left``."""
        caller, index = site
        results = (Result(index), Awaited(Result(index)))
        given: Given = {term: left.gives for term in results if left.gives}
        is_set_up = any(map(self.phases.is_start, seen))
        is_one = not is_set_up and (_is_in_a_global(op) or _is_on_what_stays(caller, index))
        is_inside = caller.method is op.function.method and called_again(op) is caller.method
        if not (is_on_itself(caller, index) or is_one or is_inside):
            return False
        leaving = left.leaving
        if not self._is_done(caller, index) or (leaving and _is_caught(caller, index)):
            leaving = Leaving.ALWAYS
        key = as_given(left.function, caller.call(index), left.key)
        is_repeated = leaving is Leaving.ALWAYS and not is_another_in_each_turn(caller, index, key)
        if is_repeated and self._repeats(trail, op, site, given):
            return True
        if any(self.phases.is_start(each) and not each.name.startswith("_") for each in seen):
            # What sets an object up for others is called once, whatever event has it called.
            return False
        if caller in seen or self.arrives_ended(trail, caller, index):
            return False
        sites = self._sites(caller)
        if not sites:
            return self.phases.is_event_handler(caller)
        at = done_at(caller, index)
        leaving = min(leaving, self._leaves(trail, caller, at))
        left = _Left(caller, self._gives(trail, caller, at, given), leaving, key)
        return any(self._is_again(trail, op, each, seen | {caller}, left) for each in sites)

    def _is_done(self, caller: Function, index: int) -> bool:
        """Whether a caller goes on only once what it calls is done."""
        made = self.calls.callees(caller, caller.call(index))
        callees = [callee for callee in made if isinstance(callee, Function)]
        if not any(callee.facts.is_async or callee.facts.is_generator for callee in callees):
            return True
        if all(map(is_manager, callees)):
            roles = caller.uses.roles.get(Result(index), ())
            return any(role.kind == "with" for role in roles)
        return awaited_at(caller, index) is not None

    def _leaves(self, trail: Trail, function: Function, at: int) -> Leaving:
        """When a function may be left with the task running that it starts at an event."""
        carriers = self.arrivals.carriers(trail, function)
        return self.arrivals.endings.leaves(trail, function, at, carriers)

    def _gives(
        self, trail: Trail, function: Function, at: int, given: Given = NOTHING_GIVEN
    ) -> Alts:
        """The constants that a function gives when it leaves the task of an event running.

        Empty where it may give something else as well.
        """
        if function.facts.is_generator or function.facts.decorators:
            return ()
        outcome = self._search(trail, function, at, {at}, given)
        values = [value for leak in outcome.leaks for value in _returned(function, leak.line)]
        found = dict.fromkeys(term for value in values for term in value)
        is_known = outcome.is_complete and all(values)
        return tuple(found) if is_known and all(isinstance(t, Constant) for t in found) else ()

    def _repeats(self, trail: Trail, op: Op, site: Site, given: Given) -> bool:
        """Whether a loop of a caller comes back to the call while the task runs."""
        caller, index = site
        # Where the call is awaited, what it raises comes before it has started a task, or after.
        callees = self.calls.callees(caller, caller.call(index))
        is_late = op.function in callees and fails_late(self.arrivals, trail, op, site)
        at = index if is_late else done_at(caller, index)
        if in_loop(caller, at) is None or not caller.paths.graph.comes_back(at):
            return False
        outcome = self._around(trail, caller, at, {index, at}, given)
        return outcome.respawned and not self.is_closed(trail, op, caller, index)

    def is_closed(self, trail: Trail, op: Op, caller: Function, index: int) -> bool:
        """Whether a loop of a caller does not call the storing function once it has stored."""
        is_same = is_on_itself(caller, index) and any(
            callee is op.function for callee in self.calls.callees(caller, caller.call(index))
        )
        return is_same and is_closed(self.arrivals.endings, trail, op, caller, index)

    def comes_round(self, trail: Trail, op: Op) -> bool:
        """Whether a loop comes back to the store of the handle while the task runs."""
        return self._around(trail, op.function, op.index, {op.index}).respawned

    def _search(
        self, trail: Trail, function: Function, at: int, own: Set[int], given: Given
    ) -> PathOutcome:
        endings = self.arrivals.endings.events(trail, function) - own
        carriers = self.arrivals.carriers(trail, function)
        return function.paths.search([at], map(EndingEvent, endings), carriers, given=given)

    def _around(
        self,
        trail: Trail,
        function: Function,
        at: int,
        own: Set[int],
        given: Given = NOTHING_GIVEN,
    ) -> PathOutcome:
        """Where control goes from an event that leaves the task running; its ``own`` end none."""
        outcome = self._search(trail, function, at, own, given)
        if not outcome.is_complete and not outcome.respawned:
            trail.leave_paths_out(function)
        return outcome

    def arrives_ended(
        self, trail: Trail, function: Function, index: int, given: Given = NOTHING_GIVEN
    ) -> bool:
        """Whether a function sees to the earlier task before it comes to an event."""
        found = self.arrivals.at(trail, function, index, given)
        return found is not None and found.is_excluded


def _returned(function: Function, line: int) -> list[Alts]:
    """What a function returns at a line; None where nothing is returned there, or at its end."""
    gives = [e.value for e in function.events if isinstance(e, Give) and e.pos[0] == line]
    return gives or [(Constant("None"),)]


def makes(calls: Calls, function: Function, call: Call) -> bool:
    """Whether a call makes an object of a class, or is of a function that gives a new one."""
    return any(
        isinstance(callee, Class)
        or (isinstance(callee, Function) and bool(callee.returned) and _gives_new(calls, callee))
        for callee in calls.callees(function, call)
    )


def _gives_new(calls: Calls, function: Function) -> bool:
    return all(
        isinstance(term, Result)
        and any(isinstance(c, Class) for c in calls.callees(function, function.call(term.event)))
        for value in function.returned
        for term in value
    )


def is_kept_by_itself(op: Op) -> bool:
    """Whether a function stores the handle in its own object, or in a global.

    What it is given, or makes, may be another object in each call.
    """
    target = _kept_by(op)
    return isinstance(target, (Global, Outer)) or target == Parameter(op.function.self_name)


def called_again(op: Op) -> Function:
    """What the next call of replaces the handle: the method, or what is nested in one call of it.

    That is so where a variable of this call has the handle.
    """
    function, target = op.function, _kept_by(op)
    is_of_the_call = isinstance(target, Outer) and target.name != function.method.self_name
    return function if is_of_the_call and not is_of_what_is_given(op) else function.method


def _is_in_a_global(op: Op) -> bool:
    """Whether a function stores the handle in a global, which is one whoever calls the function."""
    return isinstance(_kept_by(op), Global)


def _kept_by(op: Op) -> Term | None:
    """What a function stores the handle in, without the names of attributes and keys."""
    target: Term | None = op.event.target if isinstance(op.event, Store) else None
    while isinstance(target, (Attribute, Element)):
        target = target.base
    return target


def is_of_what_is_given(op: Op) -> bool:
    """Whether a nested function stores the handle in an object of the call around it."""
    target = _kept_by(op)
    is_of_object = isinstance(op.event, Store) and isinstance(op.event.target, Attribute)
    return (
        is_of_object and isinstance(target, Outer) and target.name != op.function.method.self_name
    )


def is_on_itself(caller: Function, index: int) -> bool:
    """Whether a call is of a method of the caller's own object."""
    own = Parameter(caller.self_name)
    return bool(caller.self_name) and all(
        isinstance(func, Attribute) and func.base == own for func in caller.call(index).func
    )


def _is_on_what_stays(caller: Function, index: int) -> bool:
    """Whether each call is of a method of one and the same object: what an attribute keeps."""
    for func in caller.call(index).func:
        base = func.base if isinstance(func, Attribute) else None
        if not isinstance(base, Attribute):
            return False
        while isinstance(base, Attribute):
            if base in caller.stored:
                return False
            base = base.base
        if base != Parameter(caller.self_name):
            return False
    return bool(caller.self_name)


def _is_caught(caller: Function, index: int) -> bool:
    """Whether what a call raises is caught around it."""
    return any(
        isinstance(frame.item, Try) and frame.branch == "body" and frame.item.handlers
        for frame in around(caller, index)
    )


def is_for_users(method: Function) -> bool:
    """Whether by its name users call a method, or Python for them."""
    return not method.name.startswith("_") or method.name.endswith("__")
