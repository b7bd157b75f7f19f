"""Teardowns that nobody comes to: the only owners of an object never take it down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.dataflow.query import Query, first_found
from taskleash.facts.model import Store
from taskleash.facts.terms import Attribute, Parameter, Result
from taskleash.link.calls import Calls, Method
from taskleash.link.entities import Class, Function
from taskleash.link.teardown import Teardown


@dataclass(frozen=True)
class Kept:
    """An object that is made and stored in an attribute of its owner: by which event of what."""

    function: Function
    index: int
    owner: Class
    attribute: str


class Forgotten:
    """Answers, with memory, which methods of objects their owners never call."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown
        ask = calls.program.uses
        self._is_reached: Query[Function, bool] = Query(ask, self._find, False, first_found)
        self._kept: Query[Class, tuple[Kept, ...]] = Query(ask, self._find_kept)

    def by(self, ending: Function, spawning: Function) -> Kept | None:
        """What keeps the object whose ``ending`` nobody comes to, while it does come to a spawn.

        None where somebody does, or may: a user of the program, who has the object.
        """
        ending, spawning = ending.method, spawning.method
        owner = ending.owner
        if owner is None or self._is_reached(ending) or not self._is_used(spawning):
            return None
        return next(iter(self._kept(owner)), None)

    def is_uncalled(self, method: Function) -> bool:
        """Whether nothing in the program but tests calls a method, or hands it on."""
        callers = {caller for caller, _ in self.calls.callers(method)}
        return not self.calls.references(method) and all(c.module.is_test for c in callers)

    def _is_used(self, spawning: Function) -> bool:
        return spawning.name == "__init__" or self._is_reached(spawning)

    def _find(self, function: Function) -> bool:
        """Whether anything but the object's own methods comes to a method, or may do so."""
        owner = function.owner
        if owner is None or function.decorators or _is_called_by_python(function):
            return True
        if self.calls.references(function) or not self._kept(owner):
            return True
        return any(map(self._comes_from, self._callers(function))) or self._may_be_called(function)

    def _callers(self, function: Function) -> Iterator[tuple[Function, Function]]:
        return ((caller.method, function) for caller, _ in self.calls.callers(function))

    def _comes_from(self, pair: tuple[Function, Function]) -> bool:
        caller, function = pair
        owner = function.owner
        if caller.module.is_test and not function.module.is_test:
            return False
        is_inside = caller.owner is not None and owner is not None and caller.owner.related(owner)
        return not is_inside or self._is_reached(caller)

    def _may_be_called(self, function: Function) -> bool:
        """Whether something near the object is called by this name, and it is not known what."""
        assert function.owner is not None
        kept = self._kept(function.owner)
        near = {each.owner.module for each in kept} | {function.module}
        attributes = {each.attribute for each in kept}
        return any(
            caller.module in near
            and not _is_of_another(caller, index, attributes)
            and any(isinstance(c, Method) for c in self.calls.callees(caller, caller.call(index)))
            for caller, index in self.calls.program.lookup.calls(function.name)
        )

    def _find_kept(self, cls: Class) -> tuple[Kept, ...]:
        """Where the instances of a class are kept; empty where others may have one, too."""
        found: list[Kept] = []
        for function, index in self.calls.constructions(cls):
            if function.module.is_test and not cls.module.is_test:
                continue
            kept = self._stored(function, index)
            if kept is None:
                return ()
            found.append(kept)
        return tuple(found)

    def _stored(self, function: Function, index: int) -> Kept | None:
        """The attribute in which an object is kept, and nowhere else.

        One that has a name for everybody counts where its owner has a teardown: that is what
        users call.
        """
        made, owner = Result(index), function.owner
        stores = [
            (at, event)
            for at, event in enumerate(function.events)
            if isinstance(event, Store) and made in event.value
        ]
        if owner is None or len(stores) != 1 or len(function.uses.roles.get(made, ())) > 1:
            return None
        at, store = stores[0]
        target = store.target
        if not isinstance(target, Attribute) or target.base != Parameter(function.self_name):
            return None
        is_private = target.name.startswith("_")
        if not is_private and not self.teardown.of_class(owner):
            return None
        return Kept(function, at, owner, target.name)


def _is_of_another(caller: Function, index: int, attributes: set[str]) -> bool:
    """Whether a method is called on what an object keeps in an attribute other than these."""
    return all(
        isinstance(func, Attribute)
        and isinstance(func.base, Attribute)
        and func.base.base == Parameter(caller.self_name)
        and func.base.name not in attributes
        for func in caller.call(index).func
    )


def _is_called_by_python(function: Function) -> bool:
    return function.name.startswith("__") and function.name.endswith("__")
