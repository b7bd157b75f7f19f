"""Loops that somebody outside can end: by a flag, an event, a sentinel or a closed resource.

A coroutine's loop is governed by the attributes that its condition, or a condition on the way to an
exit, asks about, and by those whose methods it waits on. Where a teardown stores to such an
attribute, or calls a method on it that wakes or closes it, the loop ends by that.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.facts.catalogue import WAKERS
from taskleash.facts.model import Await, Block, Call, Exit, If, Loop, Store, Term, Test
from taskleash.link.calls import Calls
from taskleash.link.context import branches, tests
from taskleash.link.entities import Class, Function
from taskleash.link.teardown import Teardown

_MAX_REACH = 3


class Flags:
    """Finds what ends the loops of coroutines from outside."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown
        self._known: dict[Function, list[tuple[Function, int, str]]] = {}

    def enders(self, started: tuple[Function, ...]) -> list[tuple[Function, int, str]]:
        """The events in teardowns that end the coroutines' loops, with the attribute's name."""
        return [ender for coroutine in started for ender in self._enders(coroutine)]

    def _enders(self, coroutine: Function) -> list[tuple[Function, int, str]]:
        if coroutine not in self._known:
            self._known[coroutine] = list(self._find_enders(coroutine))
        return self._known[coroutine]

    def _find_enders(self, coroutine: Function) -> Iterator[tuple[Function, int, str]]:
        owner = coroutine.method.owner
        tested, awaited = governing(coroutine)
        names = dict.fromkeys((*tested, *awaited))
        if owner is None or not names:
            return
        own = self._reached(coroutine)
        for name in names:
            for function, index in self._sets(owner, name, name in tested):
                if function not in own:
                    yield function, index, name

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

    def _sets(self, owner: Class, name: str, tested: bool) -> Iterator[tuple[Function, int]]:
        for load in self.calls.loads.named(name).related((owner,)):
            for index in _endings(load.function, load.term, tested):
                if load.named is None and self.teardown.holds(load.function, index):
                    yield load.function, index


def governing(coroutine: Function) -> tuple[list[str], list[str]]:
    """The instance attributes that govern the coroutine's loops: those asked, those waited on."""
    tested: list[str] = []
    awaited: list[str] = []
    for loop in _loops(coroutine.facts.body):
        tested.extend(_names(coroutine, loop.test))
        for test in _exit_tests(loop.body):
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
            if term[0] == "s" and isinstance(coroutine.events[term[1]], Call):
                for func in coroutine.call(term[1]).func:
                    if func[0] == "a":
                        yield from _attributes((func[1],))


def _loops(block: Block) -> Iterator[Loop]:
    for item in block.items:
        if isinstance(item, Loop) and item.kind != "comprehension":
            yield item
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _loops(inner)


def _exit_tests(block: Block) -> Iterator[Test]:
    """The conditions under which control leaves the loop."""
    for item in block.items:
        if isinstance(item, If):
            blocks = (item.then, item.orelse)
            if any(isinstance(i, Exit) and i.kind != "continue" for b in blocks for i in b.items):
                yield item.test
        if not isinstance(item, int | Exit | Loop):
            for _, inner, _ in branches(item):
                yield from _exit_tests(inner)


def _names(function: Function, test: Test) -> Iterator[str]:
    for part in tests(test):
        for term in part.value:
            if term[0] == "s":
                for func in function.call(term[1]).func:
                    yield from _attributes((func,))
            else:
                yield from _attributes((term,))


def _attributes(terms: tuple[Term, ...]) -> Iterator[str]:
    """The attributes of the instance in a chain: ``self.a.b`` gives a and b."""
    for term in terms:
        while term[0] in ("a", "e", "i", "w", "m"):
            if term[0] == "a":
                yield term[2]
            term = term[1]


def _endings(function: Function, term: Term, tested: bool) -> Iterator[int]:
    """The events that wake or close what the attribute holds, or set one that is asked about."""
    for role in function.uses.roles.get(term, ()) if tested else ():
        event = function.events[role.index] if role.kind == "target" else None
        if isinstance(event, Store) and all(value[0] == "c" for value in event.value):
            yield role.index
    for derived in function.uses.derived.get(term, ()):
        if derived[0] == "a" and derived[2] in WAKERS:
            for role in function.uses.roles.get(derived, ()):
                if role.kind == "func":
                    yield role.index
