"""Reads the signs off a trail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from taskleash.controlflow.nesting import loops
from taskleash.dataflow.dropped_results import drops_value
from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.dataflow.wrappers import kept_if, why_unreached
from taskleash.ir.model import Store
from taskleash.ir.terms import Result
from taskleash.lifecycle.announcements import Announcements
from taskleash.lifecycle.bypassed import Bypassed
from taskleash.lifecycle.failed_futures import FailedFutures
from taskleash.lifecycle.forgotten import Forgotten
from taskleash.lifecycle.guards import Guards
from taskleash.lifecycle.lifetime import Lifetimes, by_name, longest, wakes_up
from taskleash.lifecycle.makers import Makers
from taskleash.lifecycle.overridden import Overridden
from taskleash.lifecycle.phases import Phases, asks_for_more
from taskleash.lifecycle.repetition import is_kept_by_itself
from taskleash.lifecycle.start_flags import Guard
from taskleash.lifecycle.stop_flags import Flags
from taskleash.lifecycle.supervisors import Supervisors
from taskleash.lifecycle.sweeps import Sweeps
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.context import in_loop, is_never_used
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.mains import Mains
from taskleash.semantics.spawns import Spawn
from taskleash.sentences import NOTHING, Said
from taskleash.verdict.doubts.doubts import Doubts
from taskleash.verdict.elements import removals
from taskleash.verdict.elements.containers import (
    collects,
    emptied,
    held_locally,
    keepers,
    local_holder,
    made_afresh,
    with_its_key,
)
from taskleash.verdict.elements.elements import ends_another, left_to_others
from taskleash.verdict.elements.outlived import Outlived
from taskleash.verdict.elements.successors import takeover
from taskleash.verdict.elements.under_keys import UnderKeys
from taskleash.verdict.owner import group_of, how_private, owner_of, teardowns
from taskleash.verdict.signs import Signs, how
from taskleash.verdict.ways.aftermath import Aftermath
from taskleash.verdict.ways.cancelled import Earlier
from taskleash.verdict.ways.captured import captured
from taskleash.verdict.ways.cut_short import CutShort
from taskleash.verdict.ways.enclosing import ended_around, passed_around
from taskleash.verdict.ways.failing import Failures, minds_itself
from taskleash.verdict.ways.inside import Inside
from taskleash.verdict.ways.own_cleanup import is_at_its_own_end
from taskleash.verdict.ways.partly import Partly
from taskleash.verdict.ways.waiting import is_after_a_failure, is_partial, proves_nothing


class Observer:
    """Turns trails into signs."""

    def __init__(self, flow: Flow, started: dict[Function, tuple[Function, ...]]) -> None:
        self._flow = flow
        self.calls = calls = flow.calls
        coroutines = frozenset(f for each in started.values() for f in each)
        self.teardown = Teardown(calls, coroutines, frozenset(started))
        self.failures = Failures(calls, self.teardown)
        self.phases = calls.shared(Phases)
        self.lifetimes = calls.shared(Lifetimes)
        self.guards = Guards(calls, started)
        self.inside = Inside(calls, started)
        self.flags = Flags(calls, self.teardown)
        self.announcements = Announcements(calls, self.teardown)
        self.failed_futures = FailedFutures(calls, self.teardown)
        self.mains = Mains(calls)
        self.makers = Makers(calls)
        self.outlived = Outlived(calls, self.lifetimes, self.mains)
        self.forgotten = Forgotten(calls, self.teardown)
        self.supervisors = Supervisors(calls, self.teardown, self.mains, started)
        self.cut_short = CutShort(self.inside, self.supervisors, self.mains)
        self.sweeps = Sweeps(flow, self.teardown, self.mains)
        self.aftermath = Aftermath(calls, self.teardown)
        self.overridden = Overridden(calls)
        self.bypassed = Bypassed(calls)
        self.under_keys = UnderKeys(calls, self.teardown)
        self.partly = Partly(calls, self.teardown)
        self.doubts = Doubts(calls, self.teardown, self.inside, self.flags)

    def signs(self, spawn: Spawn, trail: Trail) -> Signs:
        """The signs of one spawn site."""
        signs = Signs(spawn, trail, self._lifetime(spawn), "per-call")
        signs.in_one_step = self._in_one_step(spawn)
        signs.callbacks = trail.of("callback")
        signs.places = keepers(trail, self.lifetimes)
        signs.container = any(place.depth > 0 for place in signs.places)
        signs.given = trail.given and not drops_value(self.calls, spawn.function)
        signs.given_besides = self._is_given_besides(spawn.function, trail)
        signs.unannounced = signs.given and spawn.function.facts.returns.name == "None"
        signs.outcome_seen = not trail.kinds.isdisjoint(AWAITING | {"outcome", "seen"})
        signs.flagged = self.flags.enders(spawn.started)
        signs.is_heard = self.flags.is_heard(spawn.started, signs.flagged, signs.endless)
        called = removals.called_back(self.calls, signs)
        signs.announced = self.announcements.awaited(spawn.started, called)
        signs.kept_if = kept_if(spawn.function, trail)
        signs.unreached = why_unreached(self.calls, spawn.function, spawn.index)
        signs.guard = self._once(spawn, trail)
        signs.failed = self.failed_futures.by(spawn.started, signs.once)
        signs.multiplicity = self._multiplicity(spawn, signs)
        signs.handles_errors = any(map(minds_itself, spawn.started))
        signs.handed_on = next(iter(trail.of("unknown")), None)
        signs.refused = next(iter(trail.of("refused")), None)
        if trail.of("weakly"):
            signs.weakly_ended = [o for o in trail.of(*AWAITING, *CANCELLING) if not o.depth]
        signs.owner = group_of(spawn) if spawn.kind == "owner" else ""
        self.inside.look(signs)
        signs.cut_short = self.cut_short.by(signs)
        removals.look(self.calls, signs)
        signs.wakes_up = bool(signs.self_removing) and wakes_up(self.calls, spawn.started)
        self._there(signs)
        signs.growing = collects(trail) and not signs.self_removing and not emptied(trail)
        signs.with_its_key = with_its_key(self.calls.inference, trail)
        signs.start_like = self.phases.is_part_of_a_start(spawn.function) or (
            self.phases.is_at_the_end(spawn.function, spawn.started) and not signs.growing
        )
        signs.owner_teardown = self.owner_teardown(signs, spawn.function)
        signs.teardowns = teardowns(self.teardown, owner_of(spawn.function))
        clears = bool(signs.self_removing) and not signs.ended_there
        clears = clears and not any(map(self.teardown.reason, spawn.started))
        overwrite = self.guards.overwrite(trail, spawn.started, clears)
        signs.overwrite = removals.overwritten(signs, overwrite)
        signs.with_its_object = self._is_with_its_object(spawn, trail)
        signs.is_made_anew = signs.endless and self.makers.makes_many(spawn.function)
        signs.takeover = takeover(signs, self.calls, self.teardown, self.guards)
        signs.local, signs.is_for_a_turn = held_locally(trail)
        self.outlived.look(signs)
        signs.main = self._main(spawn, trail)
        signs.loop_end = self.sweeps.loop_end(spawn.function, signs.multiplicity, signs.places)
        if signs.places and signs.loop_end is None:
            signs.trail.unknown.update(self.sweeps.unknown)
        signs.swept = None if signs.places else self.sweeps.at_the_end(spawn.function)
        signs.can_fail = any(map(self.failures.is_known_to_fail, spawn.started))
        signs.never_fails = self.failures.spares(spawn)
        signs.captured = captured(self.calls, self.inside, signs)
        signs.unseen = self.failures.unseen(signs, self._outer(spawn))
        self.doubts.note(signs)
        return signs

    def _is_given_besides(self, function: Function, trail: Trail) -> bool:
        """Whether a function that only users call returns what it has stored as well."""
        returned = any(op.function is function and not op.depth for op in trail.of("give"))
        callers = (caller for caller, _ in self.calls.callers(function))
        return returned and function.is_public and all(c.module.is_test for c in callers)

    def _outer(self, spawn: Spawn) -> Trail | None:
        """The way of the handle in the wrapper that starts the task, where one does."""
        if (first := spawn.within) is None:
            return None
        return self._flow.follow(first.function, first.index, first.depth, first.to_await)

    def _main(self, spawn: Spawn, trail: Trail) -> tuple[Function, int] | None:
        """What runs the function as a main coroutine that holds the handle until it returns."""
        if not local_holder(trail, in_loop(spawn.function, spawn.index) is not None):
            return None
        driver = self.mains.driven_by(spawn.function, spawn.index)
        return driver or self.mains.runner(spawn.function)

    # -- how long, how often

    def _lifetime(self, spawn: Spawn) -> str:
        if not spawn.started:
            return _guessed_lifetime(spawn)
        found = (self.lifetimes.of_spawn(spawn.function, spawn.index, f) for f in spawn.started)
        return reduce(longest, found, "short")

    def _in_one_step(self, spawn: Spawn) -> bool:
        work = spawn.call.args[spawn.work : spawn.work + 1]
        handed = bool(work) and self.lifetimes.is_over_at_once(spawn.function, work[0].value)
        in_wrapper = spawn.kind == "wrapper" and all(map(self.lifetimes.in_one_step, spawn.started))
        return bool(spawn.started) and (handed or in_wrapper)

    def _is_with_its_object(self, spawn: Spawn, trail: Trail) -> bool:
        """Whether each call has the handle kept by an object that was made for it."""
        if self.guards.is_fresh(trail):
            return True
        stores = [op for op in trail.of("store", "contain") if op.place is not None]
        return (
            all(op.function is spawn.function and is_kept_by_itself(op) for op in stores)
            and all(op.place is None or op.place.kind == "attribute" for op in stores)
            and self.guards.repetition.is_of_new_objects(spawn.function)
        )

    def _once(self, spawn: Spawn, trail: Trail) -> Guard | None:
        """The check that lets the function start one task only, if there is one."""
        function = spawn.function
        slots = [op for op in trail.of("store") if op.place is not None and op.place.depth == 0]
        # What is taken out of a container later says nothing of how often tasks start.
        slots = [op for op in slots if op.root is not None]
        if in_loop(function, spawn.index) is not None:
            unended = (op for op in slots if not _ended_first(trail, op))
            asked = (self.guards.guard(trail, op, strict=True) for op in unended)
            first = next((found for found in asked if found and found.how == "asked"), None)
            return first or self._asked_for(trail)
        stored_in = [op.event.target for op in slots if isinstance(op.event, Store)]
        flag = self.guards.flags.by_flag(function, spawn.index, stored_in)
        if flag is not None and not all(map(made_afresh, trail.of("contain"))):
            return None
        for op in slots:
            found = self.guards.guard(trail, op, strict=True)
            if found is not None and not _ended_first(trail, op):
                # Of two checks, the one that asks for the handle says more.
                return found if flag is None or found.how == "asked" else flag
        return flag or self._asked_for(trail)

    def _asked_for(self, trail: Trail) -> Guard | None:
        """The check that asks, before each start, whether the container has any tasks yet."""
        kept = [op for op in trail.of("contain") if op.root is not None and op.place is not None]
        if not kept or any(op.place and op.place.kind == "local" for op in kept):
            return None
        # A check under a key is one for each key; whoever ends the earlier ones starts anew.
        keyed = any(isinstance(op.event, Store) and op.event.key for op in kept)
        if keyed or any(_ended_first(trail, op) for op in kept):
            return None
        found = [self.guards.guard(trail, op, strict=True) for op in kept]
        asked = [guard for guard in found if guard is not None and _is_a_condition(guard)]
        return asked[0] if len(asked) == len(found) else None

    def _multiplicity(self, spawn: Spawn, signs: Signs) -> str:
        function = spawn.function
        loop = in_loop(function, spawn.index)
        if loop is not None and function.paths.graph.comes_back(spawn.index):
            return "loop"
        if function.facts.kind == "module" or self.phases.is_once(function):
            return "once"
        if signs.once and (signs.places or spawn.kind == "threadsafe"):
            return "once"
        return "per-call"

    # -- in other places

    def _there(self, signs: Signs) -> None:
        """Endings that are reached by way of the place that keeps the handle."""
        if not signs.places:
            return
        elsewhere: list[Op] = []
        earlier = Earlier(self.calls, signs)
        left_here = frozenset(() if signs.ended_here else signs.ended_here_by)
        left_around = passed_around(self.calls, signs)
        for op in signs.trail.of(*AWAITING, *CANCELLING, "test"):
            # No time is enough for what only a cancellation ends.
            is_open = (
                op.kind == "wait" and is_partial(op) and (signs.endless or not self._teardown(op))
            )
            is_none = proves_nothing(signs.trail, op) or is_at_its_own_end(signs, op)
            if is_open or is_none or is_never_used(op.site[0]):
                continue
            if ends_another(signs, op) or op in left_around or earlier.is_step_of_a_start(op):
                elsewhere.append(op)
                continue
            is_earlier = earlier.is_ended_by(op)
            why = (
                NOTHING if is_earlier else self._teardown(op) or self.makers.holds(signs.trail, op)
            )
            here = op.site[0] is signs.spawn.function
            uncalled = self.forgotten.by(op.site[0], signs.spawn.function) if why else None
            if (here and not why and op in left_here) or (why and self.aftermath.holds(signs, op)):
                elsewhere.append(op)
            elif uncalled is not None:
                signs.forgotten.append((op, uncalled))
                elsewhere.append(op)
            elif why:
                signs.ended_there_by.append((op, why))
            elif op.kind == "deadline" or is_after_a_failure(op) or earlier.is_cancelled_for(op):
                elsewhere.append(op)
            elif op.kind in AWAITING and not earlier.is_awaited_before(op):
                if not self._is_left_out(signs, op):
                    signs.ended_there_by.append((op, NOTHING))
            elif op.kind in CANCELLING:
                elsewhere.append(op)
        elsewhere += left_to_others(self.calls, signs)
        signs.ended_there_by += [(op, NOTHING) for op in ended_around(self.calls, signs)]
        keepers = dict.fromkeys(place.cls for place in signs.places if place.cls is not None)
        if signs.spawn.kind != "threadsafe":
            signs.ended_there_by += [sweep for cls in keepers for sweep in self.sweeps.of(cls)]
            if keepers:
                signs.trail.unknown.update(self.sweeps.unknown)
        signs.ended_elsewhere = elsewhere
        ends = [op for op, _ in signs.ended_there_by]
        cancelled = [op for op, why in signs.ended_there_by if why and op.kind in CANCELLING]
        signs.overridden = self.overridden.by(signs.spawn.function, ends, elsewhere)
        is_left_to_teardown = not signs.flagged and all(why for _, why in signs.ended_there_by)
        if signs.lifetime != "short" and is_left_to_teardown:
            signs.bypassed = self.bypassed.by(signs.spawn.function, ends)
        signs.passing = self.partly.of(signs, signs.ended_there_by)
        is_left = bool(signs.overridden or signs.bypassed or signs.passing)
        if ends and (is_left or self._misses_whole(signs)):
            signs.ended_elsewhere = [*elsewhere, *ends]
        elif ends:
            signs.ended_there = "cancelled" if cancelled else how(ends)

    def _is_left_out(self, signs: Signs, op: Op) -> bool:
        """Whether nobody comes to a wait for what prunes itself, and its owner has a teardown."""
        method = op.site[0].method
        return (
            bool(signs.self_removing)
            and method.owner is not None
            and not asks_for_more(method)
            and method is not signs.spawn.function.method
            and bool(self.owner_teardown(signs, signs.spawn.function))
            and self.forgotten.is_uncalled(method)
        )

    def _misses_whole(self, signs: Signs) -> bool:
        """Ended where a part is taken down only, while the owner has a teardown as a whole."""
        if any(not why for _, why in signs.ended_there_by):
            return False
        owners = {place.cls for place in signs.places}
        if not any(cls is not None and self.teardown.ways_out(cls) for cls in owners):
            # What keeps the handle is left together with what ends it.
            owners = {op.site[0].method.owner for op, _ in signs.ended_there_by}
        if not all(cls is not None and self.teardown.ways_out(cls) for cls in owners):
            return False
        return not any(
            self.under_keys.whole(op) or self.supervisors.holds(*op.site)
            for op, _ in signs.ended_there_by
        )

    def _teardown(self, op: Op) -> Said:
        function, index = op.site
        return (
            self.teardown.holds(function, index)
            or self.supervisors.holds(function, index)
            or (NOTHING if is_after_a_failure(op) else self.teardown.left_to_users(function))
        )

    def _answers(self, method: Function, keeper: Class, spawning: Function) -> bool:
        """Whether a teardown belongs to an object that spawns: not to another heir of a mixin."""
        owner = method.owner
        if owner is None or owner in keeper.mro:
            return True
        heir = spawning.method.owner
        if heir is not None and heir is not keeper and keeper in heir.mro:
            return heir.related(owner)
        users = {f.method.owner for f, _ in self.calls.callers(spawning)} - {None}
        return not users or any(user and user.related(owner) for user in users)

    def owner_teardown(self, signs: Signs, spawning: Function) -> Function | None:
        """The method that takes down what keeps the task, where it belongs to the spawning one."""
        for place in signs.places:
            if place.cls is None:
                continue
            involved = (spawning, *signs.spawn.started, *self._taken_down_by(signs.spawn.started))
            ends = (op.site[0].method for op in signs.trail.of(*AWAITING, *CANCELLING))
            # Users of the keeper itself have a way to see to its tasks, whatever its heirs have.
            own = any(m.owner in place.cls.mro and not m.name.startswith("_") for m in ends)
            methods = [
                method
                for method in self.teardown.taking_down(place.cls)
                if method not in involved
                and (method.owner in place.cls.mro or not own)
                and self._answers(method, place.cls, spawning)
            ]
            if methods:
                return min(methods, key=lambda m: how_private(m.name))
        return None

    def _taken_down_by(self, started: Sequence[Function]) -> list[Function]:
        """What the teardowns among some coroutines call: parts of these."""
        return [
            callee
            for function in started
            if self.phases.takes_down(function)
            for _, call in function.calls()
            for callee in self.calls.callees(function, call)
            if isinstance(callee, Function)
        ]


def _guessed_lifetime(spawn: Spawn) -> str:
    """Of what lies outside the program: a call is taken to end unless its name says otherwise."""
    if spawn.kind in ("gather", "executor"):
        return "short"
    work = spawn.call.args[spawn.work : spawn.work + 1]
    called = any(isinstance(term, Result) for arg in work for term in arg.value)
    return by_name(spawn.task) if called else "unknown"


def _is_a_condition(guard: Guard) -> bool:
    """Whether a guard asks for the task, rather than goes over what is there."""
    over = {loop.line for loop in loops(guard.function.facts.body) if loop.kind != "while"}
    return guard.how == "asked" and guard.line not in over


def _ended_first(trail: Trail, op: Op) -> bool:
    sites = (other.site for other in trail.of(*CANCELLING))
    return any(function is op.function and index < op.index for function, index in sites)
