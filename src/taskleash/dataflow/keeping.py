"""The handle is stored: in attributes, globals, closures and containers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from taskleash.dataflow.places import Read
from taskleash.dataflow.trail import How, OpKind, Place, Site, calling
from taskleash.dataflow.walk import RETURNED, Carrier, Walk, WayIn
from taskleash.ir.model import Store
from taskleash.ir.terms import (
    Attribute,
    Awaited,
    Constant,
    Element,
    Global,
    Local,
    Outer,
    Parameter,
    Result,
    Term,
)
from taskleash.models.containers import WEAK_CONTAINERS
from taskleash.semantics.entities import Function
from taskleash.semantics.types import is_external
from taskleash.semantics.uses import Role


class Keeping(Walk):
    """Follows a handle into the places that keep it, and out of them wherever they are read."""

    def _stored(self, carrier: Carrier, role: Role) -> None:
        event = carrier.function.events[role.index]
        assert isinstance(event, Store)
        target = event.target
        depth = carrier.depth
        if event.op:
            self._contain(carrier, carrier.function, target, depth, role.index)
        elif isinstance(target, Element):
            self._put(carrier, carrier.function, target.base, depth + 1, role.index)
        elif isinstance(target, Attribute):
            self._into_attribute(carrier, target, depth, role.index)
        elif isinstance(target, Global):
            self._store_global(carrier, target.name, role.index)
        elif isinstance(target, Outer):
            self._store_closure(carrier, target, role.index)

    def _keyed(self, carrier: Carrier, role: Role) -> None:
        """The handle is the key of an element; the lowering puts there what a call gives."""
        event = carrier.function.events[role.index]
        assert isinstance(event, Store)
        if isinstance(carrier.term, Parameter) and isinstance(event.target, Element):
            base, depth = event.target.base, carrier.depth + 1
            self._contain(carrier, carrier.function, base, depth, role.index)

    def _store_global(self, carrier: Carrier, name: str, index: int) -> None:
        place = Place("global", name, carrier.depth, name, module=carrier.function.module)
        self.note("store", carrier, index, place=place)
        self._global(carrier, name)

    def _global(self, carrier: Carrier, name: str) -> None:
        module = carrier.function.module
        place = Place("global", name, carrier.depth, name, module=module)
        self._hold(place, carrier.how, carrier.weak)

    def _store_closure(self, carrier: Carrier, target: Outer, index: int) -> None:
        home, name = self.program.home(carrier.function, target)
        place = Place("closure", name, carrier.depth, name, function=home)
        self.places_found.setdefault(place)
        self.note("store", carrier, index, place=place)
        self.carry(replace(carrier, function=home, term=Local(name), entry=None, root=None))
        for alts_term in home.facts.defs.get(name, ()):
            if not isinstance(alts_term, Constant):
                self.carry(replace(carrier, function=home, term=alts_term, entry=None, root=None))
        outer = Outer(home.key, name)
        for inner in home.module.readers.get(outer, ()):
            self.carry(replace(carrier, function=inner, term=outer, entry=None, root=None))

    def _into_attribute(self, carrier: Carrier, target: Attribute, depth: int, index: int) -> None:
        setters = self.places.setters(carrier.function, target)
        for setter in setters:
            if len(setter.facts.params) > 1:
                self._enter(carrier, setter, setter.facts.params[1].name, index)
        by = calling(carrier.function, self._way_to(carrier.function, target))
        for place in self.places.attribute(carrier.function, target, depth, by):
            self.note("store", carrier, index, place=place)
            self._hold(place, carrier.how, carrier.weak)

    def _way_to(self, function: Function, target: Term) -> tuple[Site, ...]:
        """The calls of the origin that count for what it puts into something it is handed in."""
        base = target
        while isinstance(base, Attribute):
            base = base.base
        if function is not self.origin or not isinstance(base, Parameter):
            return ()
        if base is not target and self.calls.inference.classes(function, base):
            return ()
        self.is_in_what_is_handed_in = True
        return self.way

    def _hold(self, place: Place, how: How, weak: bool) -> None:
        """The handle is in a place: go on wherever the place is read."""
        if (place, how) in self.held:
            return
        self.held.add((place, how))
        self.places_found[place] = None
        if self.known is None or self.origin is None:
            self.leads[place, how] = weak
            # Who goes on from the place comes to these.
            reads = self.places.reads(place)
            self.seen.update((home, term, place.depth, how, None) for home, term, _ in reads)
            return
        kept = self.known(place, how, weak, self.origin)
        if kept not in self.kept:
            self.kept[kept] = None
            self.pending.append(kept)

    def read(self, place: Place, how: How, weak: bool) -> None:
        """Go on wherever a place is read."""
        self.go_on(self.places.reads(place), place.depth, how, weak)

    def go_on(self, reads: Iterable[Read], depth: int, how: How, weak: bool) -> None:
        """Go on with each of the terms that read something."""
        for function, term, by_name in reads:
            self.carry(Carrier(function, term, depth, how, weak=by_name or weak, local=False))

    def _put(self, carrier: Carrier, home: Function, container: Term, depth: int, at: int) -> None:
        """The handle goes into a container, maybe a weak one, that ``home`` has under this term."""
        if is_external(self.calls.inference.types(home, container), WEAK_CONTAINERS):
            self._mention(carrier, home, container, depth, at)
        else:
            self._contain(carrier, home, container, depth, at)

    def _mention(
        self, carrier: Carrier, home: Function, container: Term, depth: int, index: int
    ) -> None:
        """A weak container keeps nothing alive, but gives the handle as long as something does."""
        function = carrier.function
        found = self.places.containers((home, container, depth, ()))
        self.note("weakly", carrier, index, detail=found.text)
        for place in found.places:
            for reader, term, weak in self.places.reads(place):
                self.carry(Carrier(reader, term, place.depth, carrier.how, weak=weak, local=False))
        for reader, term, level in found.carriers:
            if reader is function:
                self.carry(replace(carrier, term=term, depth=level))

    def _contain(
        self, carrier: Carrier, home: Function, container: Term, depth: int, index: int
    ) -> None:
        """The handle goes into a container: find where the container itself lives."""
        function = carrier.function
        found = self.places.containers((home, container, depth, self._way_to(home, container)))
        if found.unknown:
            self.leave_out(function, index, found.unknown)
        for place in found.places:
            self.note("contain", carrier, index, found.text, place)
            self._hold(place, carrier.how, carrier.weak)
        if found.local:
            place = Place("local", "", depth, found.text, function=home)
            self.note("contain", carrier, index, place=place)
        for reader, term, level in found.carriers:
            same = reader is function
            self.carry(
                replace(
                    carrier,
                    function=reader,
                    term=term,
                    depth=level,
                    root=carrier.root if same else None if reader is self.origin else carrier.root,
                    entry=carrier.entry if same else None,
                )
            )

    def _replaced(self, carrier: Carrier, role: Role) -> None:
        """The place that holds the handle is stored to."""
        event = carrier.function.events[role.index]
        if not isinstance(event, Store):
            return
        if event.op in ("-=", "&="):
            self.note("shrink", carrier, role.index, detail=event.op)
        elif event.op:
            self.note("grow", carrier, role.index, detail=event.op)
        elif all(isinstance(term, Constant) for term in event.value) and event.value:
            kind: OpKind = "clear-slot" if carrier.depth == 0 else "clear"
            self.note(kind, carrier, role.index)
        else:
            self.note("replace", carrier, role.index)

    def _enter(self, carrier: Carrier, callee: Function, name: str, index: int) -> None:
        self.note("pass", carrier, index, target=callee, detail=callee.name)
        entry = self.enter(carrier, callee, name, index)
        caller = ((carrier.function, index), carrier.entry)
        if entry is not None and caller not in entry.callers:
            entry.callers[caller] = carrier
            for returned in tuple(entry.returned.values()):
                self._result(returned, callee, carrier.function, index, carrier.entry)

    def _result(
        self, carrier: Carrier, callee: Function, caller: Function, index: int, entry: WayIn | None
    ) -> None:
        """What a function returns is the value of a call, or what awaiting that gives."""
        term: Term = Result(index)
        how = carrier.how
        if callee.facts.is_async and not callee.facts.is_generator:
            if how:
                term = Awaited(term)
            else:
                # The call is awaited, or what it gives is run as a task, which is.
                how = RETURNED
        root = carrier.root if caller is not self.origin else None
        self.carry(replace(carrier, function=caller, term=term, how=how, entry=entry, root=root))
