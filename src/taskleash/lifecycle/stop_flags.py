"""Loops that somebody outside can end: by a flag, an event, a sentinel or a closed resource.

A coroutine's loop is governed by the attributes that its condition, or a condition on the way to an
exit, asks about, and by those whose methods it waits on. Where a teardown stores to such an
attribute, or calls a method on it that wakes or closes it, the loop ends by that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from taskleash.controlflow.nesting import branches, loops
from taskleash.controlflow.path_facts import NO_FACTS
from taskleash.ir.model import Await, Block, Call, Exit, If, Loop, Store, Test, tests
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Constant,
    Element,
    Entered,
    Item,
    Parameter,
    Result,
    Term,
)
from taskleash.lifecycle.heard import Ender, breaks, is_open_ended, wakes
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.callables import WAKERS
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function

_MAX_REACH = 3


class Flags:
    """Finds what ends the loops of coroutines from outside."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown
        self._enders: Query[Function, tuple[tuple[Function, int, str], ...]] = Query(
            calls.program.uses, lambda coroutine: tuple(self._find_enders(coroutine))
        )

    def enders(self, started: tuple[Function, ...]) -> list[tuple[Function, int, str]]:
        """The events in teardowns that end the coroutines' loops, with the attribute's name."""
        return [ender for coroutine in started for ender in self._enders(coroutine)]

    def is_heard(
        self, started: tuple[Function, ...], enders: Collection[Ender], is_endless: bool
    ) -> bool:
        """Whether the coroutines end soon by those events: one wakes them, or their waits end.

        Else they wait on in the turn that they are in, and nobody waits until they are through.
        """
        if any(map(breaks, enders)):
            return True
        if is_endless or not enders:
            return False
        looping = [each for coroutine in started for each in self._looping(coroutine)]
        return not any(map(is_open_ended, looping)) or any(wakes(e, looping) for e in enders)

    def _find_enders(self, coroutine: Function) -> Iterator[tuple[Function, int, str]]:
        owner, looping = coroutine.method.owner, self._looping(coroutine)
        tested: list[str] = []
        awaited: list[str] = []
        for each in looping:
            asked, waited = governing(each)
            tested += asked
            awaited += waited
        tested += _read_by(owner, tested)
        names = dict.fromkeys((*tested, *awaited))
        if owner is None or not names:
            return
        own = self._reached(coroutine)
        for name in names:
            holders = {owner, *self._holders(coroutine, name)}
            for function, index in self.sets(holders, name, name in tested):
                if function in own or self._is_start(function):
                    continue
                event = function.events[index]
                if not isinstance(event, Store) or any(
                    _lets_out(each, name, event.value) for each in looping
                ):
                    yield function, index, name

    def _is_start(self, function: Function) -> bool:
        """Whether a function sets its object up, and starts tasks of it: not what those end by.

        That a teardown comes to it makes it no end.
        """
        return function in self.teardown.spawning and self.teardown.phases.is_start(function)

    def _looping(self, coroutine: Function) -> list[Function]:
        """What holds the loops of a coroutine: itself, or the methods that it awaits."""
        found = [coroutine]
        for function in found:
            if any(_loops(function.facts.body)) or len(found) > _MAX_REACH:
                continue
            found += [
                callee
                for event in function.events
                for term in (event.value if isinstance(event, Await) else ())
                if isinstance(term, Result) and isinstance(function.events[term.event], Call)
                for callee in self.calls.callees(function, function.call(term.event))
                if isinstance(callee, Function)
                and callee.owner is not None
                and callee.owner is coroutine.method.owner
                and callee not in found
            ]
        return found

    def _reached(self, coroutine: Function) -> set[Function]:
        """The coroutine and what it calls: what it does itself does not end it from outside."""
        found, pending = {coroutine}, [(coroutine, 0)]
        while pending:
            function, depth = pending.pop()
            for _, call in function.calls() if depth < _MAX_REACH else ():
                for callee in self.calls.callees(function, call):
                    if isinstance(callee, Function) and callee not in found:
                        found.add(callee)
                        pending.append((callee, depth + 1))
        return found

    def _holders(self, coroutine: Function, name: str) -> Iterator[Class]:
        """The classes of the objects whose attribute of this name a coroutine reads."""
        for term in coroutine.uses.attributes():
            if term.name == name:
                yield from self.calls.inference.classes(coroutine, term.base)

    def sets(self, holders: set[Class], name: str, tested: bool) -> Iterator[tuple[Function, int]]:
        """The events in teardowns that set or wake what an attribute of these classes holds."""
        for load in self.calls.loads.named(name).related(holders):
            for index in _endings(load.function, load.term, tested):
                if load.named is None and self.teardown.holds(load.function, index):
                    yield load.function, index


def _read_by(owner: Class | None, names: list[str]) -> list[str]:
    """The attributes of the instance that its methods and properties of these names answer by."""
    methods = [method for name in dict.fromkeys(names) if owner for method in owner.find(name)]
    return [
        term.name
        for method in methods
        if not method.facts.is_async and not method.stored
        for term in method.uses.attributes()
        if term.base == Parameter(method.self_name)
    ]


def governing(coroutine: Function) -> tuple[list[str], list[str]]:
    """The instance attributes that govern the coroutine's loops: those asked, those waited on."""
    tested: list[str] = []
    awaited: list[str] = []
    for loop in _loops(coroutine.facts.body):
        for test, _ in exit_tests(loop):
            tested.extend(_names(coroutine, test))
        if loop.kind == "async for":
            awaited.extend(_attributes(loop.test.value))
        awaited.extend(_waited_on(coroutine, loop.body))
    return tested, awaited


def _waited_on(coroutine: Function, body: Block) -> Iterator[str]:
    for item in body.items:
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _waited_on(coroutine, inner)
            continue
        event = coroutine.events[item]
        for term in event.value if isinstance(event, Await) else ():
            if isinstance(term, Result) and isinstance(coroutine.events[term.event], Call):
                for func in coroutine.call(term.event).func:
                    if isinstance(func, Attribute):
                        yield from _attributes((func.base,))


def _loops(block: Block) -> Iterator[Loop]:
    return (loop for loop in loops(block) if loop.kind != "comprehension")


def exit_tests(loop: Loop) -> Iterator[tuple[Test, bool]]:
    """The conditions with whose outcomes control leaves a loop: its own, and those in its body."""
    yield loop.test, False
    yield from _exits_in(loop.body)


def _exits_in(block: Block) -> Iterator[tuple[Test, bool]]:
    for item in block.items:
        if isinstance(item, If):
            for inner, holds in ((item.then, True), (item.orelse, False)):
                if any(isinstance(i, Exit) and i.kind != "continue" for i in inner.items):
                    yield item.test, holds
        if not isinstance(item, int | Exit | Loop):
            for _, inner, _ in branches(item):
                yield from _exits_in(inner)


def _lets_out(function: Function, name: str, value: Alts) -> bool:
    """Whether loops may be left where an attribute that they ask for has a value.

    Those that ask for it by way of something else may.
    """
    given: dict[Term, Alts] = {t: value for t in function.uses.attributes() if t.name == name}
    asked = [
        (test, holds)
        for loop in _loops(function.facts.body)
        for test, holds in exit_tests(loop)
        if any(term in given for part in tests(test) for term in part.value)
    ]
    contradicts = function.paths.assumptions.contradicts
    return not asked or any(not contradicts(NO_FACTS, *each, given) for each in asked)


def _names(function: Function, test: Test) -> Iterator[str]:
    for part in tests(test):
        for term in part.value:
            if isinstance(term, Result):
                for func in function.call(term.event).func:
                    yield from _attributes((func,))
            else:
                yield from _attributes((term,))


def _attributes(terms: tuple[Term, ...]) -> Iterator[str]:
    """The attributes of the instance in a chain: ``self.a.b`` gives a and b."""
    for term in terms:
        while isinstance(term, (Attribute, Element, Item, Awaited, Entered)):
            if isinstance(term, Attribute):
                yield term.name
            term = term.base


def _endings(function: Function, term: Term, tested: bool) -> Iterator[int]:
    """The events that wake or close what the attribute holds, or set one that is asked about."""
    for role in function.uses.roles.get(term, ()) if tested else ():
        event = function.events[role.index] if role.kind == "target" else None
        if isinstance(event, Store) and all(isinstance(value, Constant) for value in event.value):
            yield role.index
    for derived in function.uses.derived.get(term, ()):
        if isinstance(derived, Attribute) and derived.name in WAKERS:
            for role in function.uses.roles.get(derived, ()):
                if role.kind == "func":
                    yield role.index
