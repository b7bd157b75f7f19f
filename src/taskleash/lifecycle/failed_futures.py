"""Futures that a coroutine waits for, and a teardown fails: the coroutine ends by that."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.nesting import loops
from taskleash.dataflow.contained import container_of
from taskleash.ir.model import Await, Store
from taskleash.ir.terms import Attribute, Display, Element, Parameter, Result, Term
from taskleash.lifecycle.heard import Ender
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function

#: methods after which nobody waits for a future any more
_FAILING = frozenset({"cancel", "set_exception", "set_result"})


class FailedFutures:
    """Finds where teardowns fail what coroutines wait for."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown

    def by(self, started: tuple[Function, ...], is_single: bool) -> list[Ender]:
        """The events in teardowns that fail what every one of the coroutines waits for.

        Each waits for a future that it has put into a container of its instance, whose futures a
        teardown fails or cancels; or into an attribute, where it ``is_single``: of several at once
        that would have the last one's alone.
        """
        found: list[Ender] = []
        for coroutine in started:
            owner = coroutine.method.owner
            failed = [
                (function, index, name)
                for name, is_slot in _put_and_awaited(coroutine)
                if owner is not None and not _goes_on(coroutine) and (is_single or not is_slot)
                for load in self.calls.loads.named(name).related((owner,))
                if load.named is None and load.function is not coroutine
                for function, index in self._fails(load.function, load.term, is_slot)
            ]
            if not failed:
                return []
            found += failed
        return found

    def _fails(
        self, function: Function, place: Term, is_slot: bool
    ) -> Iterator[tuple[Function, int]]:
        """The events of a teardown that fail or cancel the future of a slot, or each of several."""
        for index, call in function.calls():
            if call.text.rpartition(".")[2] not in _FAILING:
                continue
            bases = [func.base for func in call.func if isinstance(func, Attribute)]
            if is_slot:
                is_meant = place in bases
            else:
                is_meant = in_loop(function, index) is not None and any(
                    container_of(self.calls, function, base)[0] == place for base in bases
                )
            if is_meant and self.teardown.holds(function, index):
                yield function, index


def _goes_on(coroutine: Function) -> bool:
    """Whether a coroutine has a loop that only something inside of it ends."""
    return any(loop.kind not in ("for", "comprehension") for loop in loops(coroutine.facts.body))


def _put_and_awaited(coroutine: Function) -> Iterator[tuple[str, bool]]:
    """The attributes of the instance that get what a coroutine awaits: a container, or a slot."""
    awaited = {t for e in coroutine.events if isinstance(e, Await) for t in e.value}
    # A wait with a deadline, or through a shield, is one for what it is given.
    for term in list(awaited):
        if isinstance(term, Result):
            awaited.update(t for arg in coroutine.call(term.event).args[:1] for t in arg.value)
    collections = coroutine.facts.collections
    for event in coroutine.events:
        target = event.target if isinstance(event, Store) else None
        place = target.base if isinstance(target, Element) else target
        if not isinstance(event, Store) or not isinstance(place, Attribute):
            continue
        is_slot = place is target
        if place.base == Parameter(coroutine.self_name) and any(
            term in awaited
            or (target in awaited and isinstance(term, Result))
            or (
                not is_slot
                and isinstance(term, Display)
                and any(t in awaited for item in collections[term.number].items for t in item)
            )
            for term in event.value
        ):
            yield place.name, is_slot
