"""Methods that start anew what the set-up of their object has started, and keep it in its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Store
from taskleash.ir.terms import Attribute, Constant, Global, Result
from taskleash.lifecycle.lifetime import Lifetimes
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.repetition import is_kept_by_itself
from taskleash.lifecycle.restarts import deciding
from taskleash.lifecycle.states import state_read
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function

#: whether anything keeps a second task from being stored while the first one runs
IsGuarded = Callable[[Trail, Op], bool]


class Rivals:
    """Answers which other method stores the same endless work in the place of a handle."""

    def __init__(self, calls: Calls, started: Mapping[Function, tuple[Function, ...]]) -> None:
        self.calls = calls
        self.started = started
        self.phases = calls.shared(Phases)
        self.lifetimes = calls.shared(Lifetimes)

    def of(
        self, trail: Trail, op: Op, own: Collection[Function], is_guarded: IsGuarded
    ) -> Function | None:
        """The method that replaces what the set-up has started; ``op`` stores the handle.

        An object is set up before anything else of it is called. Where both methods set it up, it
        may be done in either way.
        """
        if not own or any(self.lifetimes.of(each) != "endless" for each in own):
            return None
        if not _is_a_method(op) or not is_kept_by_itself(op):
            return None
        for other in self._others(trail, op, own):
            first, second = (op, other) if self.phases.is_start(op.function) else (other, op)
            if (
                self.phases.is_start(first.function)
                and not LIFECYCLE.constructs(first.function.name)
                and self._is_of_a_later_life(second.function)
                and not self._calls(first.function, second.function)
                and not self._calls(second.function, first.function)
                and not is_guarded(trail, second)
                and not _asks_for_state_of(first.function, second)
            ):
                return second.function
        return None

    def _others(self, trail: Trail, op: Op, own: Collection[Function]) -> Iterator[Op]:
        """Where other methods of the object store such a task in the same place."""
        for other in trail.of("replace"):
            event, owner = other.event, op.function.owner
            if (
                other.function is not op.function
                and not other.depth
                and isinstance(event, Store)
                and all(isinstance(term, Result) for term in event.value)
                and _is_a_method(other)
                and is_kept_by_itself(other)
                and owner is not None
                and other.function.owner is not None
                and owner.related(other.function.owner)
                and not set(own).isdisjoint(self.started.get(other.function, ()))
            ):
                yield other

    def _is_of_a_later_life(self, method: Function) -> bool:
        """Whether a method neither sets its object up nor ends it, and anybody calls it."""
        if self.phases.is_for_a_life(method) or self.phases.ends(method) or method.decorators:
            return False
        return not method.name.startswith("_") or bool(self.calls.callers(method))

    def _calls(self, caller: Function, callee: Function) -> bool:
        return any(function.method is caller for function, _ in self.calls.callers(callee))


def _asks_for_state_of(first: Function, second: Op) -> bool:
    """Whether a condition on the way to a store asks for state that another method sets."""
    states = {
        event.target.name
        for event in first.events
        if isinstance(event, Store)
        and isinstance(event.target, Attribute)
        and all(isinstance(term, Constant | Global | Attribute) for term in event.value)
    }
    return any(
        isinstance(term, Attribute) and term.name in states
        for item in deciding(second.function, second.index)
        for term in state_read(second.function, item.test)
    )


def _is_a_method(op: Op) -> bool:
    return op.function.method is op.function and op.function.owner is not None
