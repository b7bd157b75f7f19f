"""Follows a handle from the call that gave it through the whole program.

The handle is carried by terms. From each carrier the uses of the term in its function give either
an operation (awaited, cancelled …) or further carriers: names, parameters of called functions,
attributes wherever they are read, containers, the results of wrappers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TypeAlias

from taskleash.dataflow.in_containers import ContainerWalk
from taskleash.dataflow.onward import Onward
from taskleash.dataflow.passing import Passing
from taskleash.dataflow.places import Places, Read
from taskleash.dataflow.trail import How, OpKind, Place, Site, Trail
from taskleash.dataflow.walk import RETURNED, Carrier, WayIn
from taskleash.ir.model import Event, Store
from taskleash.ir.terms import (
    Attribute,
    Awaited,
    Display,
    Element,
    Entered,
    Item,
    Local,
    Nested,
    Outer,
    Parameter,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.classes import PROPERTIES
from taskleash.models.containers import (
    GROWING,
    OUTCOMES,
    PAIR_TAKING,
    PAIRING,
    SHRINKING,
    TAKING,
    TASK_METHODS,
    VIEWING,
)
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.inference import is_manager
from taskleash.semantics.own_task import OwnTasks
from taskleash.semantics.uses import Role
from taskleash.sentences import sentence

#: more terms than any one handle is held by
_MOST_CARRIERS = 3_000
#: how a handle comes out of a place: the terms that read it, the depth, what stands between, weakly
_Way: TypeAlias = tuple[tuple[Read, ...], int, str, bool]


class Flow:
    """Follows handles through one program."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.places = Places(calls)
        self._kept: dict[_Way, Onward] = {}
        self._kept_in: dict[tuple[_Way, Function], Onward] = {}

    def follow(
        self,
        function: Function,
        index: int,
        depth: int = 0,
        to_await: bool = False,
        at: frozenset[int] = frozenset(),
        way: tuple[Site, ...] = (),
        started: Collection[Function] = (),
    ) -> Trail:
        """The trail of the handle that the call event ``index`` gives in ``function``.

        ``depth`` is 0 where the call gives the task itself, 1 for a container of tasks, ``at``
        where it stands if that is a tuple; with ``to_await`` it gives a coroutine that returns the
        handle. The ``way`` are calls that lead to the function, the last one first: only the
        containers that these hand in count. The coroutines ``started`` may keep their own task.
        """
        walk = _Follower(self.calls, self.places, function, self.kept)
        walk.at, walk.way = at, way
        how: How = RETURNED if to_await else ""
        walk.carry(Carrier(function, Result(index), depth, how))
        for coroutine, own in self._kept_by_themselves(started):
            walk.carry(Carrier(coroutine, Result(own), how=how, local=False))
        walk.run()
        return walk.trail(function, index, depth)

    def _kept_by_themselves(self, started: Collection[Function]) -> list[tuple[Function, int]]:
        """The calls by which all of some coroutines get their own tasks, to keep them somewhere."""
        own_tasks = self.calls.shared(OwnTasks)
        found = [(coroutine, own_tasks.of(coroutine)) for coroutine in started]
        known = [(coroutine, own) for coroutine, own in found if own is not None]
        if len(known) < len(found) or not all(self.follow(*each).places for each in known):
            return []
        return known

    def kept(self, place: Place, how: How, weak: bool, origin: Function) -> Onward:
        """What a handle meets once it is in a place, whichever spawn of a function puts it there.

        A function that only reads the place has what any other has. One that hands on what it reads
        there is walked from anew: what others do with that takes effect in it.
        """
        # One attribute is a place in each of the classes that inherit from each other.
        key = (self.places.reads(place), place.depth, how, weak)
        if key not in self._kept:
            self._kept[key] = self._walked(place, how, weak, None)
        found = self._kept[key]
        if origin not in found.left and origin not in found.homes:
            return found
        if (key, origin) not in self._kept_in:
            self._kept_in[key, origin] = (
                self._walked(place, how, weak, origin)
                if origin in found.left
                else found.as_from(origin)
            )
        return self._kept_in[key, origin]

    def _walked(self, place: Place, how: How, weak: bool, origin: Function | None) -> Onward:
        walk = _Follower(self.calls, self.places, origin, None)
        walk.places_found[place] = None
        walk.held.add((place, how))
        walk.read(place, how, weak)
        walk.run()
        del walk.places_found[place]
        return walk.all_kept()


#: how a function gives a nested one to others, who call it later
_GIVING_AWAY = frozenset({"arg", "return", "yield"})


class _Follower(Passing, ContainerWalk):
    """One walk: looks at every use of every carrier."""

    def run(self) -> None:
        """Follow until nothing new is reached."""
        while self.pending:
            if len(self.seen) + sum(len(kept.seen) for kept in self.kept) > _MOST_CARRIERS:
                self.beyond.setdefault(
                    sentence(
                        "it is held by more than {most} names and values",
                        most=f"{_MOST_CARRIERS:,}",
                    )
                )
                break
            each = self.pending.popleft()
            if isinstance(each, Onward):
                self.take(each)
                self.places_found |= each.places
                for (place, how), weak in each.leads.items():
                    self._hold(place, how, weak)
            else:
                self._visit(each)

    def _visit(self, carrier: Carrier) -> None:
        uses = carrier.function.uses
        for role in uses.roles.get(carrier.term, ()):
            self._role(carrier, role)
        for derived in uses.derived.get(carrier.term, ()):
            self._derived(carrier, derived)
        for name in uses.names.get(carrier.term, ()):
            self._named(carrier, name)
        for inner, name in carrier.function.lent.get(carrier.term, ()):
            root = self._root_in(carrier, inner)
            self.carry(
                replace(carrier, function=inner, term=Parameter(name), root=root, entry=None)
            )

    def _named(self, carrier: Carrier, name: str) -> None:
        """The handle is bound to a local name: loops, closures and globals may read it."""
        function = carrier.function
        if carrier.term != Local(name):
            self.carry(replace(carrier, term=Local(name)))
        if function.facts.kind == "module":
            self._global(carrier, name)
            return
        outer = Outer(function.key, name)
        for inner in function.module.readers.get(outer, ()):
            root = self._root_in(carrier, inner)
            self.carry(replace(carrier, function=inner, term=outer, root=root, entry=None))

    def _root_in(self, carrier: Carrier, inner: Function) -> int | None:
        """The event of the origin by which a carrier comes to be used in a nested function."""
        if carrier.root is None:
            self.left.add(carrier.function)
            if carrier.function is self.origin:
                return self._called_at(self.origin, inner)
        return carrier.root

    def _called_at(
        self, origin: Function, inner: Function, seen: frozenset[Function] = frozenset()
    ) -> int | None:
        """The event of the origin at which a nested function is called or given away, if it is.

        What another nested function calls is called where that one is.
        """
        callers = self.calls.callers(inner)
        for caller, index in callers:
            if caller is origin:
                return index
        for role in origin.uses.roles.get(Nested(inner.key), ()):
            if inner.parent is origin and (
                role.kind in _GIVING_AWAY
                or (role.kind == "value" and self._is_asked_for(origin.events[role.index]))
            ):
                return role.index
        seen |= {inner}
        for caller, _ in callers:
            if origin in caller.nesting and caller not in seen:
                found = self._called_at(origin, caller, seen)
                if found is not None:
                    return found
        return None

    def _is_asked_for(self, event: Event) -> bool:
        """Whether the attribute that a store sets is read anywhere."""
        target = event.target if isinstance(event, Store) else None
        return isinstance(target, Attribute) and any(
            role.kind != "target"
            for load in self.calls.loads.named(target.name)
            for role in load.function.uses.roles.get(load.term, ())
        )

    def _role(self, carrier: Carrier, role: Role) -> None:
        if role.kind == "item":
            self._item(carrier, role)
        elif role.kind == "arg":
            self._argument(carrier, role)
        elif role.kind == "value":
            self._stored(carrier, role)
        elif role.kind == "key":
            self._keyed(carrier, role)
        elif role.kind == "await":
            how = carrier.how
            self.note("await" if how == "" or how == RETURNED else how, carrier, role.index)
        elif role.kind == "return":
            self._returned(carrier, role)
        elif role.kind == "yield":
            self._yielded(carrier, role)
        elif role.kind == "target":
            self._replaced(carrier, role)
        elif role.kind == "delete":
            kind: OpKind = "shrink" if isinstance(carrier.term, Element) else "clear-slot"
            self.note(kind, carrier, role.index)
        elif role.kind in ("test", "read", "with"):
            self.note(role.kind, carrier, role.index)
        elif role.kind == "func":
            self.note("method", carrier, role.index, detail="()")

    def _derived(self, carrier: Carrier, derived: Term) -> None:
        if isinstance(derived, Attribute):
            self._attribute(carrier, derived)
        elif isinstance(derived, Item) and (
            self.is_beside(carrier, derived)
            or (not derived.index and self.is_key(carrier, derived))
        ):
            return
        elif isinstance(derived, (Element, Item, Spread)):
            # Awaited, what a wait has not waited for is the task itself.
            is_rest = carrier.how == "waited" and carrier.depth == 2 and _is_second(derived)
            how: How = "" if is_rest else carrier.how
            self.carry(replace(carrier, term=derived, depth=carrier.depth - 1, how=how))
        elif isinstance(derived, Awaited) and carrier.how == "wait":
            self.carry(replace(carrier, term=derived, depth=2, how="waited"))
        elif isinstance(derived, Awaited) and carrier.how == RETURNED:
            self.carry(replace(carrier, term=derived, how=""))
        elif isinstance(derived, Entered):
            self.carry(replace(carrier, term=derived))

    def _attribute(self, carrier: Carrier, term: Attribute) -> None:
        name = term.name
        for role in carrier.function.uses.roles.get(term, ()):
            if role.kind == "func":
                self._method_call(carrier, role.index, name)
            elif role.kind == "arg" and name == "cancel" and carrier.depth == 0:
                self.note("cancel-ref", carrier, role.index)
            elif role.kind == "arg" and name in OUTCOMES and carrier.depth == 0:
                self.note("outcome", carrier, role.index, detail=name)
            elif role.kind == "arg":
                self._bound_method(carrier, role, name)
            elif role.kind in ("value", "return") and name == "cancel":
                self.note("cancel-ref", carrier, role.index)

    def _bound_method(self, carrier: Carrier, role: Role, name: str) -> None:
        """``task.add_done_callback(tasks.discard)``: the container's method is handed on."""
        if name in SHRINKING:
            self.note("shrink-ref", carrier, role.index, detail=name)

    def _method_call(self, carrier: Carrier, index: int, name: str) -> None:
        result = replace(carrier, term=Result(index))
        if carrier.how == RETURNED and name in OUTCOMES:
            self.carry(replace(result, how=""))
            return
        if carrier.depth == 0:
            self._task_method(carrier, index, name)
            return
        if name in PAIR_TAKING:
            self.carry(result)
        elif name in TAKING:
            self.carry(replace(result, depth=carrier.depth - 1))
        if name in VIEWING:
            self.carry(result)
        if name in PAIRING:
            self.carry(replace(result, depth=carrier.depth + 1))
        if name in SHRINKING:
            self.note("shrink", carrier, index, detail=name)
        elif name == "clear":
            self.note("clear", carrier, index)
        elif name in GROWING:
            self.note("grow", carrier, index, detail=name)

    def _task_method(self, carrier: Carrier, index: int, name: str) -> None:
        kind: OpKind = TASK_METHODS.get(name, "method")
        if kind == "cancel" and carrier.how == Effect.SHIELDS.value:
            # The task behind the shield goes on.
            kind = "read"
        detail = name if kind in ("method", "outcome") else ""
        self.note(kind, carrier, index, detail=detail)
        if kind == "callback":
            self._into_callback(carrier, index)

    def _item(self, carrier: Carrier, role: Role) -> None:
        """The handle is an item of a collection written in the source."""
        self.carry(replace(carrier, term=Display(role.index), depth=carrier.depth + 1))

    def _returned(self, carrier: Carrier, role: Role) -> None:
        function = carrier.function
        entry = carrier.entry
        if entry is not None:
            self._back(carrier, entry)
            return
        self.note("give", carrier, role.index)
        if function is self.origin and carrier.local:
            self.given = min(carrier.depth, carrier.depth if self.given is None else self.given)
            found = self.stands_at(function, carrier.term) if carrier.depth == 1 else ()
            self.given_at.update(found or {None})
            return
        self._handed_out(carrier)

    def _handed_out(self, carrier: Carrier) -> None:
        """What a function gives whoever calls it, or reads it, where it is a property."""
        function = carrier.function
        if function.decorators & PROPERTIES:
            self.go_on(
                self.places.property_reads(function), carrier.depth, carrier.how, carrier.weak
            )
            return
        for caller, index in self.calls.callers(function):
            self._result(replace(carrier, root=None), function, caller, index, None)

    def _back(self, carrier: Carrier, entry: WayIn) -> None:
        """What a function gives goes back to each call that entered it so."""
        way = (carrier.depth, carrier.how)
        if way not in entry.returned:
            entry.returned[way] = carrier
            for site, outer in tuple(entry.callers):
                self._result(carrier, carrier.function, *site, outer)

    def _yielded(self, carrier: Carrier, role: Role) -> None:
        function = carrier.function
        self.note("yield", carrier, role.index)
        if not is_manager(function):
            # Who goes through what the generator gives comes to it as to an element.
            given = replace(carrier, depth=carrier.depth + 1)
            if carrier.entry is not None:
                self._back(given, carrier.entry)
            elif function is not self.origin or not carrier.local:
                self._handed_out(given)
            return
        for caller, index in self.calls.callers(function):
            self.carry(
                Carrier(caller, Entered(Result(index)), carrier.depth, carrier.how, local=False)
            )


def _is_second(part: Term) -> bool:
    """Whether a part of a pair is its second: of what a wait gives, the set of those pending."""
    if isinstance(part, Element):
        return part.key == "1"
    return isinstance(part, Item) and part.index == 1
