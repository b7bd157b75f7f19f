"""The handle is stored: in attributes, globals, closures and containers."""

from __future__ import annotations

from dataclasses import replace

from taskleash.facts.model import Store, Term
from taskleash.link.entities import Function
from taskleash.link.trail import Place
from taskleash.link.uses import Role
from taskleash.link.walk import Carrier, Walk

_MAX_CALLS = 8


class Keeping(Walk):
    """Follows a handle into the places that keep it, and out of them wherever they are read."""

    def _stored(self, carrier: Carrier, role: Role) -> None:
        event = carrier.function.events[role.index]
        assert isinstance(event, Store)
        target = event.target
        depth = carrier.depth
        if event.op:
            self._contain(carrier, target, depth, role.index)
        elif target[0] == "e":
            self._contain(carrier, target[1], depth + 1, role.index)
        elif target[0] == "a":
            self._into_attribute(carrier, target, depth, role.index)
        elif target[0] == "n":
            self._store_global(carrier, target[1], role.index)
        elif target[0] == "f":
            self._store_closure(carrier, target, role.index)

    def _store_global(self, carrier: Carrier, name: str, index: int) -> None:
        place = Place("global", name, carrier.depth, name, module=carrier.function.module)
        self.note("store", carrier, index, place=place)
        self._global(carrier, name)

    def _global(self, carrier: Carrier, name: str) -> None:
        module = carrier.function.module
        place = Place("global", name, carrier.depth, name, module=module)
        if place in self.trail.places:
            return
        self.trail.places[place] = None
        for function, term in self.places.global_reads(module, name):
            self.carry(
                Carrier(function, term, carrier.depth, carrier.how, weak=carrier.weak, local=False)
            )

    def _store_closure(self, carrier: Carrier, target: Term, index: int) -> None:
        home, name = self.program.home(carrier.function, target)
        place = Place("closure", name, carrier.depth, name, function=home)
        self.trail.places.setdefault(place)
        self.note("store", carrier, index, place=place)
        self.carry(replace(carrier, function=home, term=("v", name), calls=(), root=None))
        for alts_term in home.facts.defs.get(name, ()):
            self.carry(replace(carrier, function=home, term=alts_term, calls=(), root=None))
        for inner in self.places.readers_of(home, name):
            self.carry(
                replace(carrier, function=inner, term=("f", home.key, name), calls=(), root=None)
            )

    def _into_attribute(self, carrier: Carrier, target: Term, depth: int, index: int) -> None:
        setters = self.places.setters(carrier.function, target)
        for setter in setters:
            if len(setter.facts.params) > 1:
                self._enter(carrier, setter, setter.facts.params[1].name, index)
        for place in self.places.attribute(carrier.function, target, depth):
            self.note("store", carrier, index, place=place)
            self._hold(carrier, place)

    def _hold(self, carrier: Carrier, place: Place) -> None:
        """The handle is in a place: go on wherever the place is read."""
        if place in self.trail.places:
            return
        self.trail.places[place] = None
        for function, term, weak in self.places.reads(place):
            self.carry(
                Carrier(
                    function,
                    term,
                    place.depth,
                    carrier.how,
                    weak=weak or carrier.weak,
                    local=False,
                )
            )

    def _contain(self, carrier: Carrier, container: Term, depth: int, index: int) -> None:
        """The handle goes into a container: find where the container itself lives."""
        function = carrier.function
        found = self.places.containers(self.calls, function, container, depth)
        for place in found.places:
            self.note("contain", carrier, index, place=place)
            self._hold(carrier, place)
        if found.local:
            place = Place("local", "", depth, found.text, function=function)
            self.note("contain", carrier, index, place=place)
        for home, term, level in found.carriers:
            same = home is function
            self.carry(
                replace(
                    carrier,
                    function=home,
                    term=term,
                    depth=level,
                    root=carrier.root if same else None if home is self.origin else carrier.root,
                    calls=carrier.calls if same else (),
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
        elif all(term[0] == "c" for term in event.value) and event.value:
            kind = "clear-slot" if carrier.depth == 0 else "clear"
            self.note(kind, carrier, role.index)
        else:
            self.note("replace", carrier, role.index)

    def _enter(self, carrier: Carrier, callee: Function, name: str, index: int) -> None:
        if len(carrier.calls) >= _MAX_CALLS:
            return
        function = carrier.function
        root = carrier.root
        if root is None and function is self.origin:
            root = index
        self.note("pass", carrier, index, target=callee, detail=callee.name)
        self.carry(
            replace(
                carrier,
                function=callee,
                term=("p", name),
                root=root,
                calls=(*carrier.calls, (function, index)),
            )
        )
