"""Can a second spawn replace the handle of the first?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from taskleash.dataflow.arrivals import Arrivals
from taskleash.dataflow.awaits import done_at
from taskleash.dataflow.companion_dicts import as_given, checked_beside, is_keyed, key_of
from taskleash.dataflow.dict_keys import Keys, may_be_equal
from taskleash.dataflow.onward import Onward, Shared
from taskleash.dataflow.replacing import Replacing
from taskleash.dataflow.trail import ENDING, Op, OpKind, Place, Site, Trail
from taskleash.dataflow.walk import RETURNED
from taskleash.ir.model import Store
from taskleash.ir.terms import Alts, Attribute, Awaited, Element, Result
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.repetition import (
    Repetition,
    called_again,
    is_kept_by_itself,
    is_of_what_is_given,
    makes,
)
from taskleash.lifecycle.respawning import is_in_a_loop, leads_back, replaces_all
from taskleash.lifecycle.restarts import Restarts
from taskleash.lifecycle.rivals import Rivals
from taskleash.lifecycle.start_flags import Guard, StartFlags
from taskleash.lifecycle.states import answered
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_loop, most_telling
from taskleash.semantics.entities import Function
from taskleash.sentences import NOTHING, Line, Sentence, sentence

NEXT_TURN = sentence("the next turn of the loop replaces it")
_REPLACING: frozenset[OpKind] = frozenset({"replace"})


@dataclass(frozen=True)
class Overwrite:
    """A second spawn can replace the handle: where it is stored, and why that can happen.

    ``is_by_itself`` tells that what was started there comes back to the store, ``is_sure`` that
    nothing on the way bars that.
    """

    op: Op
    reason: Sentence
    is_by_itself: bool = False
    is_sure: bool = False


class Guards:
    """Judges stores of handles."""

    def __init__(self, calls: Calls, started: dict[Function, tuple[Function, ...]]) -> None:
        self.calls = calls
        self.started = started
        self.keys = Keys(calls)
        self.arrivals = Arrivals(calls)
        self.phases = calls.shared(Phases)
        self.flags = StartFlags(self.phases)
        self.repetition = Repetition(calls, self.arrivals, started)
        self.restarts = Restarts(calls, self.arrivals, started)
        self.rivals = Rivals(calls, started)
        self._answers: dict[tuple[Function, int, Trail | tuple[Onward, ...]], Guard | None] = {}
        self._replacing_all: dict[tuple[Onward, ...], Replacing] = {}

    def overwrite(
        self, trail: Trail, own: Collection[Function], clears_itself: bool = False
    ) -> Overwrite | None:
        """How a later spawn can replace this handle while its own coroutine runs, if it can.

        A task that ``clears_itself`` out of its place at its end would clear its successor.
        """
        if any(op.place is not None and self._collects(op, op.place) for op in trail.of("contain")):
            return None
        for op in trail.of("store", "contain"):
            place = op.place
            if op.how == RETURNED:
                # Another task that gives the handle is kept there.
                continue
            if place is None or place.kind == "local" or not self._is_slot(op, place):
                continue
            if self._is_fresh(op):
                continue
            if by_itself := self._respawn(trail, op):
                return by_itself
            if found := self._repeat(trail, op, clears_itself) or self.restarts.of(trail, op, own):
                return Overwrite(op, found)
            if rival := self.rivals.of(trail, op, own, self._is_guarded):
                return Overwrite(op, _next_call(rival.method))
        return self._replaced(trail)

    def _is_guarded(self, trail: Trail, op: Op) -> bool:
        slots = [op.event.target] if isinstance(op.event, Store) else []
        asked = self.guard(trail, op, strict=True)
        return (asked or self.flags.by_flag(op.function, op.index, slots)) is not None

    def is_fresh(self, trail: Trail) -> bool:
        """Whether only objects keep the handle that each call of the function makes anew."""
        stores = [op for op in trail.of("store", "contain") if op.place is not None]
        return bool(stores) and all(map(self._is_made_here, stores))

    def _replaced(self, trail: Trail) -> Overwrite | None:
        """Another function stores its own task in the same place."""
        stores = [o.event for o in trail.of("store", "contain") if isinstance(o.event, Store)]
        alone = (part for part in trail.parts if not isinstance(part, Shared))
        kept = tuple(part.kept.whole for part in trail.parts if isinstance(part, Shared))
        shared = self._replacing(kept)
        found = [each for part in alone for each in self._replacements(part.of(_REPLACING))]
        for op, event in [*found, *shared.left_for(self.arrivals.endings.touched(trail))]:
            if op.function is trail.function or self._under_another_key(stores, op, event):
                continue
            if op.function.module.is_test and not trail.function.module.is_test:
                continue
            known = len(trail.unknown)
            if said := self._repeat(trail, op, clears_itself=False):
                return Overwrite(op, said)
            # In a loop it hangs on where the trail's own task is ended.
            if len(trail.unknown) == known and not is_in_a_loop(op):
                callers = (caller for caller, _ in self.calls.callers(op.function))
                shared.settle(op, {op.function, *callers}, self.arrivals.endings.touched(trail))
        return None

    def _replacing(self, kept: tuple[Onward, ...]) -> Replacing:
        """The operations that may put another task in these places, again and again."""
        if kept not in self._replacing_all:
            ops = (op for each in kept for op in each.of(_REPLACING)[0])
            self._replacing_all[kept] = Replacing(self._replacements(ops))
        return self._replacing_all[kept]

    def _replacements(self, ops: Iterable[Op]) -> list[tuple[Op, Store]]:
        return [
            (op, op.event)
            for op in ops
            if not op.depth
            and isinstance(op.event, Store)
            and any(isinstance(term, Result) for term in op.event.value)
            and (is_in_a_loop(op) or self.phases.is_event_handler(op.function))
            and not self._is_fresh(op)
        ]

    def _under_another_key(self, own: Iterable[Store], op: Op, store: Store) -> bool:
        """Whether another store in the same dict is of a key that the handle is not kept under."""
        elements = [event for event in own if isinstance(event.target, Element)]
        if not isinstance(store.target, Element) or not elements:
            return False
        return self.keys.is_new(op.function, store) or not any(
            may_be_equal(store, event) for event in elements
        )

    def _collects(self, op: Op, place: Place) -> bool:
        """Whether the place also keeps the tasks of earlier spawns."""
        return place.kind != "local" and place.depth > 0 and not self._is_slot(op, place)

    def _is_slot(self, op: Op, place: Place) -> bool:
        """Whether the next store takes the place of this one: of an attribute, a key of a dict."""
        event = op.event
        if place.depth == 0:
            return True
        if place.depth != 1 or not isinstance(event, Store):
            return False
        is_of_key = isinstance(event.target, Element) and not self.keys.is_new(op.function, event)
        return is_of_key or replaces_all(op.function, event)

    def _is_fresh(self, op: Op) -> bool:
        """Whether the object that keeps the handle was made in the same function."""
        function, event = op.function, op.event
        if LIFECYCLE.constructs(function.name):
            return True
        target = event.target if isinstance(event, Store) else None
        if isinstance(target, Attribute) and isinstance(target.base, Element):
            return in_loop(function, op.index) is not None
        return self._is_made_here(op)

    def _is_made_here(self, op: Op) -> bool:
        """Whether the call of the function itself makes the object that keeps the handle."""
        event = op.event
        if op.constructs:
            return True
        if not isinstance(event, Store) or not isinstance(event.target, Attribute):
            return False
        base = event.target.base
        base = base.base if isinstance(base, Awaited) else base
        return isinstance(base, Result) and makes(
            self.calls, op.function, op.function.call(base.event)
        )

    # -- a second call

    def _repeat(self, trail: Trail, op: Op, clears_itself: bool) -> Sentence:
        function = op.function
        single = op.place is None or op.place.depth == 0 or replaces_all(function, op.event)
        if is_in_a_loop(op) and single:
            is_ended = self._ends_inside(trail, op) or not self.repetition.comes_round(trail, op)
            if is_ended or self.guard(trail, op, strict=False):
                return NOTHING
            return NEXT_TURN
        clears_again = clears_itself and single and not self.phases.is_start(function)
        comes_again = self.repetition.comes_again(trail, op) or (
            clears_again
            and is_kept_by_itself(op)
            and not is_of_what_is_given(op)
            and not self._is_fresh(op)
        )
        if not comes_again or self.guard(trail, op, strict=False):
            return NOTHING
        if is_keyed(op):
            name = function.method.qualname
            return sentence("a call of `{function}` with the same key replaces it", function=name)
        return _next_call(called_again(op))

    def _ends_inside(self, trail: Trail, op: Op) -> bool:
        """Whether the same turn ends the task, in the function or in what its cleanup calls."""
        function = op.function
        loop = in_loop(function, op.index)
        for other in trail.of(*ENDING):
            if trail.function is function and other.root is not None:
                if in_loop(function, other.root) is loop:
                    return True
            elif any(
                caller is function
                and in_loop(function, at) is loop
                and any(frame.branch == "final" for frame in around(function, at))
                for caller, at in self.calls.callers(other.site[0])
            ):
                return True
        return False

    # -- the task starts itself again

    def _respawn(self, trail: Trail, op: Op) -> Overwrite | None:
        """A task that the storing function starts comes back to that function."""
        if self.guard(trail, op, strict=True):
            return None
        for coroutine in self.started.get(op.function, ()):
            for index, call in coroutine.calls():
                # What it does at its end leaves the slot to its successor.
                if not coroutine.paths.graph.comes_back(done_at(coroutine, index)):
                    continue
                if self.repetition.arrives_ended(trail, coroutine, index):
                    continue
                if self.repetition.is_closed(trail, op, coroutine, index):
                    continue
                for callee in self.calls.callees(coroutine, call):
                    if callee is op.function and self.repetition.ends_for(trail, op, call):
                        continue
                    if isinstance(callee, Function) and leads_back(
                        self.calls, trail, callee, op.function
                    ):
                        said = sentence(
                            "`{coroutine}` itself calls `{callee}` (line {line}), which spawns"
                            " again",
                            coroutine=coroutine.name,
                            callee=callee.name,
                            line=Line(coroutine.module.path, call.pos[0]),
                        )
                        is_sure = self.restarts.comes_back(trail, op, coroutine, index)
                        return Overwrite(op, said, True, is_sure or callee is op.function)
        return None

    # -- guards

    def guard(self, trail: Trail, op: Op, strict: bool) -> Guard | None:
        """What makes sure that no earlier task runs when the handle is stored, if anything does.

        ``strict`` accepts only what asks for or ends the earlier task itself; otherwise flags and
        early exits count too.
        """
        function, index = op.function, op.index
        found = self._seen_to(trail, function, index, key_of(op))
        slots = [op.event.target] if isinstance(op.event, Store) else []
        found = found or self.flags.around(function, index, slots)
        if found or strict:
            return found
        found = self.flags.on_the_way(op, slots) or self._checked_beside(trail, op)
        answer = None if found else answered(self.calls, op)
        return Guard(*answer, "exit") if answer else found

    def _seen_to(self, trail: Trail, function: Function, index: int, name: Alts) -> Guard | None:
        """What asks for the earlier task, or ends it, in a function or in all that call it.

        Where the trail comes there by way of places alone, all that come by these have one answer.
        """
        callers = self.calls.callers(function)
        own = self.arrivals.endings.touched(trail)
        whose: Trail | tuple[Onward, ...] = trail
        if own.isdisjoint((function, *(caller for caller, _ in callers))):
            whose = tuple(part.kept for part in trail.parts if isinstance(part, Shared))
        key = (function, index, whose)
        if key not in self._answers:
            known = len(trail.unknown)
            found = self._find_seen_to(trail, function, index, callers, name)
            if len(trail.unknown) > known and whose is not trail:
                # Each trail has to note what is not known.
                return found
            self._answers[key] = found
        return self._answers[key]

    def _find_seen_to(
        self, trail: Trail, function: Function, index: int, callers: Sequence[Site], key: Alts
    ) -> Guard | None:
        found = self._excluded(trail, function, index, key)
        if found is None and callers:
            above = [
                self._excluded(trail, caller, call, as_given(function, caller.call(call), key))
                for caller, call in callers
            ]
            found = above[0] if all(above) else None
        return found

    def _excluded(self, trail: Trail, function: Function, index: int, key: Alts) -> Guard | None:
        """Whether no path of a function with the earlier task running comes to an event."""
        found = self.arrivals.at(trail, function, index, key=key)
        if found is None or not found.is_excluded:
            return None
        line = most_telling(function, index, found.asked) if found.asked else 0
        if line and not (found.is_beside and found.ended):
            return Guard(function, line, "state" if found.is_beside else "asked")
        is_certain = self.arrivals.endings.is_certain(trail, function, found.ended)
        return Guard(function, found.ended, "ended", is_certain) if found.ended else None

    def _checked_beside(self, trail: Trail, op: Op) -> Guard | None:
        """A check of what the function, or all that call it, fill beside under the same key."""
        function, key = op.function, key_of(op)
        if line := checked_beside(trail, function, op.index, key):
            return Guard(function, line, "exit")
        above = [
            (caller, checked_beside(trail, caller, at, as_given(function, caller.call(at), key)))
            for caller, at in self.calls.callers(function)
        ]
        return Guard(*above[0], "exit") if above and all(line for _, line in above) else None


def _next_call(function: Function) -> Sentence:
    return sentence("the next call of `{function}` replaces it", function=function.qualname)
