"""What a task tells others as it ends, by an event or a future of its object, and who waits for it.

``self._closed.set()`` as the last thing that a coroutine does, and ``await self._closed.wait()`` in
the teardown: that waits for the end of the task, though not by its handle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.awaits import waits_for
from taskleash.ir.model import Await, Call, If
from taskleash.ir.terms import Attribute, Outer, Parameter, Term
from taskleash.lifecycle.states import is_flag, state_read
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function

#: methods that tell those who wait for an event or a future
_SETTING = frozenset({"set", "set_result", "set_exception"})
#: a wait: the function, the await in it, and the attribute that is waited for
Wait = tuple[Function, int, str]


class Announcements:
    """Finds who waits for what tasks tell as they end."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown

    def awaited(self, started: Collection[Function], callbacks: Iterable[Function]) -> list[Wait]:
        """The waits in teardowns for what is set as a task ends, whichever way it does.

        That is an event or a future in an attribute of the instance. Every one of the coroutines
        that the task may run sets it, or one of the ``callbacks`` of the task does.
        """
        by_each = [self._waits(coroutine) for coroutine in started]
        if by_each and all(by_each):
            return [wait for waits in by_each for wait in waits]
        return [wait for callback in callbacks for wait in self._waits(callback)]

    def _waits(self, function: Function) -> list[Wait]:
        """The waits in teardowns for what a function sets at its end."""
        owner = function.method.owner
        return [
            (load.function, index, name)
            for name in self._set_at_the_end(function)
            if owner is not None
            for load in self.calls.loads.named(name).related((owner,))
            if load.named is None and load.function is not function
            for index in waits_for(load.function, load.term)
            if self.teardown.holds(load.function, index)
        ]

    def _set_at_the_end(self, function: Function) -> list[str]:
        """The instance's attributes that a function sets whichever way it ends.

        One that an exception ends may leave them as they are, outside of a ``finally``.
        """
        settings: dict[Attribute, list[int]] = defaultdict(list)
        for index, call in function.calls():
            by_method = self._set_by_methods(function, call)
            for place in dict.fromkeys((*_set_in(function, call), *by_method)):
                settings[place].append(index)
        return [
            place.name
            for place, at in settings.items()
            if any(frame.branch == "final" for i in at for frame in around(function, i))
            or _are_last(function, at, place)
        ]

    def _set_by_methods(self, function: Function, call: Call) -> Iterator[Attribute]:
        """What a plain method of the same instance has set by the time that it is through."""
        own = [f.base for f in call.func if isinstance(f, Attribute) and _is_own(function, f.base)]
        for callee in self.calls.callees(function, call) if own else ():
            if isinstance(callee, Function) and not callee.facts.is_async:
                yield from (Attribute(own[0], name) for name in _set_for_sure(callee))


def told(calls: Calls, started: Collection[Function]) -> list[Wait]:
    """The waits elsewhere for what one of the coroutines sets in its instance at last."""
    return [
        (load.function, index, name)
        for coroutine in started
        for name in dict.fromkeys(_told_by(coroutine))
        for owner in (coroutine.method.owner,)
        if owner is not None
        for load in calls.loads.named(name).related((owner,))
        if load.named is None and load.function.method is not coroutine.method
        for index in waits_for(load.function, load.term)
    ]


def _told_by(coroutine: Function) -> Iterator[str]:
    """The instance's attributes by which a coroutine tells others something, and then is over."""
    awaits = [at for at, event in enumerate(coroutine.events) if isinstance(event, Await)]
    found: dict[str, bool] = {}
    for index, call in coroutine.calls():
        for place in _set_in(coroutine, call):
            is_last = not coroutine.paths.search([index], (), frozenset(), awaits).reached
            # What is told again and again is no end.
            found[place.name] = found.get(place.name, True) and is_last
    yield from (name for name, is_last in found.items() if is_last)


def _set_in(function: Function, call: Call) -> Iterator[Attribute]:
    """The attribute of the instance whose event or future a call sets."""
    for func in call.func:
        base = func.base if isinstance(func, Attribute) and func.name in _SETTING else None
        if isinstance(base, Attribute) and _is_own(function, base.base):
            yield base


def _are_last(function: Function, at: Collection[int], place: Term) -> bool:
    """Whether a function comes to an event on every normal path, and waits for nothing after it.

    A path on which there is nothing behind the place counts for none.
    """
    awaits = [index for index, event in enumerate(function.events) if isinstance(event, Await)]
    paths = function.paths
    last = [i for i in at if not paths.search([i], (), frozenset(), awaits).reached]
    found = paths.search_from_entry([EndingEvent(i) for i in last], {place})
    return bool(last) and found.is_complete and not found.leaks


def _set_for_sure(method: Function) -> Iterator[str]:
    """What a method that has returned has set, now or in an earlier call.

    It asks for nothing but the state of that, and leaves before only by a flag that it sets itself.
    """
    for index, call in method.calls():
        for place in _set_in(method, call):
            is_asked = all(
                isinstance(frame.item, If) and place in state_read(method, frame.item.test)
                for frame in around(method, index)
            )
            if is_asked and not _may_leave_before(method, index):
                yield place.name


def _may_leave_before(method: Function, index: int) -> bool:
    """Whether a method may return before it comes to an event, without any flag that it sets."""
    return any(
        order < index
        and exit_.kind == "return"
        and not any(
            isinstance(frame.item, If) and is_flag(method, frame.item, frame.branch != "then")
            for frame in frames
        )
        for order, exit_, frames in method.levels.exits
    )


def _is_own(coroutine: Function, term: Term) -> bool:
    """Whether a term is the instance, in a method or in a function inside of one."""
    if isinstance(term, Outer):
        return term == Outer(coroutine.method.key, coroutine.method.self_name)
    return term == Parameter(coroutine.self_name)
