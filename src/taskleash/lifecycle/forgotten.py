"""Teardowns that nobody comes to: the only owners of an object never take it down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from taskleash.ir.model import Store
from taskleash.ir.terms import Attribute, Awaited, Display, Item, Parameter, Result, Term
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.classes import PROPERTIES
from taskleash.query import Query, first_found, union
from taskleash.semantics.calls import Calls, UntypedMethod
from taskleash.semantics.entities import Class, Function


@dataclass(frozen=True)
class Kept:
    """An object that is made and stored in an attribute of its owner: by which event of what."""

    function: Function
    index: int
    owner: Class
    attribute: str


@dataclass(frozen=True)
class Uncalled:
    """A method that nothing calls, and what keeps the object that it would take down."""

    method: Function
    kept: Kept


class Forgotten:
    """Answers, with memory, which methods of objects their owners never call."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown
        ask = calls.program.uses
        self._is_reached: Query[Function, bool] = Query(ask, self._find, False, first_found)
        self._kept: Query[Class, tuple[Kept, ...]] = Query(ask, self._find_kept, (), union)

    def by(self, ending: Function, spawning: Function) -> Uncalled | None:
        """What would lead to ``ending`` and nobody calls, while somebody does come to a spawn.

        None where somebody calls it, or may: a user of the program, who has the object.
        """
        ending, spawning = ending.method, spawning.method
        if ending.owner is None or self._is_reached(ending) or not self._is_used(spawning):
            return None
        method = self._outermost(ending)
        kept = self._kept(method.owner) if method.owner is not None else ()
        return Uncalled(method, kept[0]) if kept else None

    def _outermost(self, method: Function) -> Function:
        """What nothing calls of the methods that lead to one that nobody comes to."""
        seen = {method}
        while True:
            callers = (caller for caller, _ in self._callers(method))
            above = next((c for c in callers if c not in seen and not c.module.is_test), None)
            if above is None:
                return method
            seen.add(above)
            method = above

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
        if caller.module.is_test and not function.module.is_test:
            return False
        return self._is_reached(caller)

    def _may_be_called(self, function: Function) -> bool:
        """Whether a method of this name is called on what may be the object.

        That is what any object keeps in an attribute of the same name, and near the object and the
        classes of its owner whatever is not known to be something else.
        """
        assert function.owner is not None
        kept = self._kept(function.owner)
        near = {cls.module for each in kept for cls in each.owner.mro} | {function.module}
        attributes = {name for each in kept for name in _names(each)}
        return any(
            (caller.module in near or _is_of_one(caller, index, attributes))
            and not _is_of_another(caller, index, attributes)
            and any(
                isinstance(c, UntypedMethod) and c.name == function.name
                for c in self.calls.callees(caller, caller.call(index))
            )
            for caller, index in self.calls.program.lookup.calls(function.name)
        )

    def _find_kept(self, cls: Class) -> tuple[Kept, ...]:
        """Where the instances of a class are kept; empty where others may have one, too."""
        found: list[Kept] = []
        for function, index in self.calls.constructions(cls):
            if function.module.is_test and not cls.module.is_test:
                continue
            kept = self._stored(function, Result(index))
            if not kept:
                return ()
            found += kept
        return tuple(dict.fromkeys(found))

    def _stored(
        self, function: Function, made: Term, seen: frozenset[Function] = frozenset()
    ) -> tuple[Kept, ...]:
        """The attributes in which an object is kept, and nowhere else; of a factory, its callers'.

        One that has a name for everybody counts where users do not come to the object: its owner
        has a teardown, or is itself an object that the program keeps.
        """
        roles = [role for role in function.uses.roles.get(made, ()) if role.kind != "await"]
        if len(roles) != 1:
            return ()
        (role,) = roles
        if role.kind == "return" and function not in seen:
            return self._given(function, (), seen)
        if role.kind == "item" and function not in seen:
            return self._given(function, (role.index, made), seen)
        owner, store = function.owner, function.events[role.index]
        if owner is None or role.kind != "value" or not isinstance(store, Store):
            return ()
        target = store.target
        if not isinstance(target, Attribute) or target.base != Parameter(function.self_name):
            return ()
        is_private = target.name.startswith("_")
        if not (is_private or self.teardown.of_class(owner) or self._kept(owner)):
            return ()
        return (Kept(function, role.index, owner, target.name),)

    def _given(
        self, factory: Function, within: tuple[int, Term] | tuple[()], seen: frozenset[Function]
    ) -> tuple[Kept, ...]:
        """Where the callers of a function keep what it returns, or what stands within that."""
        sites = [
            (caller, index)
            for caller, index in self.calls.callers(factory)
            if factory.module.is_test or not caller.module.is_test
        ]
        place = -1
        if within:
            number, made = within
            items = factory.facts.collections[number].items
            if len(factory.uses.roles.get(Display(number), ())) != 1:
                return ()
            place = next(at for at, alts in enumerate(items) if made in alts)
        found: list[Kept] = []
        for caller, index in sites:
            given: Term = Result(index)
            given = Awaited(given) if factory.facts.is_async else given
            given = Item(given, place) if within else given
            kept = self._stored(caller, given, seen | {factory})
            if not kept:
                return ()
            found += kept
        return () if self.calls.references(factory) else tuple(found)


def _is_of_another(caller: Function, index: int, attributes: set[str]) -> bool:
    """Whether a method is called on what an object keeps in an attribute other than these."""
    return all(
        isinstance(func, Attribute)
        and isinstance(func.base, Attribute)
        and func.base.base == Parameter(caller.self_name)
        and func.base.name not in attributes
        for func in caller.call(index).func
    )


def _names(kept: Kept) -> Iterator[str]:
    """The names under which an object's owner has it: an attribute, and properties that give it."""
    yield kept.attribute
    for cls in (*kept.owner.mro, *kept.owner.descendants):
        for method in cls.methods():
            read = Attribute(Parameter(method.self_name), kept.attribute)
            if method.decorators & PROPERTIES and any(read in value for value in method.returned):
                yield method.name


def _is_of_one(caller: Function, index: int, attributes: set[str]) -> bool:
    """Whether a method is called on what any object keeps in one of these attributes."""
    return any(
        isinstance(func, Attribute)
        and isinstance(func.base, Attribute)
        and func.base.name in attributes
        for func in caller.call(index).func
    )


def _is_called_by_python(function: Function) -> bool:
    return function.name.startswith("__") and function.name.endswith("__")
