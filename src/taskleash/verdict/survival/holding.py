"""Who holds what a task waits for: a future, an event, a queue, a lock."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple

from taskleash.ir.model import Call, Store
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Bound,
    Built,
    Display,
    Global,
    Item,
    Local,
    Outer,
    Parameter,
    Result,
    Term,
)
from taskleash.models.containers import GROWING
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function, Module, Variable

#: uses of a value that let others reach it
_HANDED_ON = frozenset({"arg", "return", "yield", "item"})


class Holder(enum.Enum):
    """What else than the task reaches a value, in the order of what is said of several."""

    #: nothing
    NOTHING = 0
    #: what does is not known
    UNKNOWN = 1
    #: an object does, as long as something holds that
    OBJECT = 2
    #: a module or a class does
    PROGRAM = 3


class HeldBy(NamedTuple):
    """Who holds a value, and the name of the object that does."""

    by: Holder
    name: str = ""


_UNKNOWN = HeldBy(Holder.UNKNOWN)
_FOR_EVER = HeldBy(Holder.PROGRAM)


class Holding:
    """Answers who holds a value that a coroutine waits for."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def of(self, function: Function, term: Term) -> HeldBy:
        """What else than the running function reaches a value of it."""
        return self._of(function, term, frozenset())

    def _of(self, function: Function, term: Term, seen: frozenset[tuple[Function, Term]]) -> HeldBy:
        if (function, term) in seen:
            return _UNKNOWN
        seen = seen | {(function, term)}
        while isinstance(term, Built) and not isinstance(term, Awaited):
            symbol = self._calls.program.symbol(function, term)
            if isinstance(symbol, Class | Module | Variable):
                return self._of_module(symbol)
            term = term.base
        if isinstance(term, Global):
            return self._of_module(self._calls.program.symbol(function, term))
        if isinstance(term, Parameter):
            return self._of_parameter(function, term)
        if isinstance(term, Result):
            if is_own(function, term):
                return HeldBy(Holder.NOTHING)
            return self._stored(function, term, seen)
        if isinstance(term, Bound):
            home, name = self._calls.program.home(function, term)
            values = [each for each in home.facts.defs.get(name, ()) if each != term]
            if home is not function and any(isinstance(each, Result) for each in values):
                return _UNKNOWN
            return _worst([self._of(home, each, seen) for each in values])
        return _UNKNOWN

    def _of_module(self, symbol: object) -> HeldBy:
        """A variable that is set once holds its value as long as the program runs."""
        if isinstance(symbol, Class | Module):
            return _FOR_EVER
        if isinstance(symbol, Variable):
            body = symbol.module.body
            is_set_again = any(f is not body for f in symbol.module.storing(symbol.name))
            if len(body.facts.defs.get(symbol.name, ())) == 1 and not is_set_again:
                return _FOR_EVER
        return _UNKNOWN

    def _of_parameter(self, function: Function, term: Parameter) -> HeldBy:
        if term.name != function.self_name:
            return HeldBy(Holder.OBJECT, term.name)
        owner = function.owner
        if owner is None:
            return _UNKNOWN
        if "classmethod" in function.decorators or self._is_single(owner):
            return _FOR_EVER
        return HeldBy(Holder.OBJECT, owner.name)

    def _is_single(self, cls: Class) -> bool:
        """Whether all objects of a class are those of variables of modules."""
        made = self._calls.constructions(cls)
        return bool(made) and all(
            caller.facts.kind == "module"
            and any(
                len(caller.facts.defs[name]) == 1 for name in caller.uses.names.get(Result(i), ())
            )
            for caller, i in made
        )

    def _stored(
        self, function: Function, made: Result, seen: frozenset[tuple[Function, Term]]
    ) -> HeldBy:
        """What holds a new value that the function puts somewhere."""
        found = [self._of(function, place, seen) for place in _places(function, made)]
        held = [each for each in found if each.by in (Holder.OBJECT, Holder.PROGRAM)]
        return max(held, key=lambda each: each.by.value, default=_UNKNOWN)


def _worst(found: list[HeldBy]) -> HeldBy:
    return min(found, key=lambda each: each.by.value, default=_UNKNOWN)


def _places(function: Function, made: Term) -> list[Term]:
    """The attributes, globals and containers that a function puts a value of its own into."""
    uses = function.uses
    pending: list[Term] = [made, *(Local(name) for name in uses.names.get(made, ()))]
    found: list[Term] = []
    seen = set(pending)
    while pending:
        for role in uses.roles.get(pending.pop(), ()):
            if role.kind == "item":
                inner = Display(role.index)
                pending += [inner] if inner not in seen else []
                seen.add(inner)
                continue
            event = function.events[role.index]
            if role.kind == "value" and isinstance(event, Store):
                found.append(event.target)
            elif role.kind == "arg" and isinstance(event, Call):
                found += _containers(event.func)
    return found


def _containers(func: Alts) -> list[Term]:
    """The containers that a call puts its argument into."""
    return [t.base for t in func if isinstance(t, Attribute) and t.name in GROWING]


def is_handed_on(function: Function, terms: Iterable[Term], names: Iterable[str]) -> bool:
    """Whether a function gives on what it knows by these terms, or others read it by its names."""
    roles = {role.kind for term in terms for role in function.uses.roles.get(term, ())}
    readers = function.module.readers
    return not roles.isdisjoint(_HANDED_ON | {"value"}) or any(
        readers.get(Outer(function.key, name)) for name in names
    )


def is_own(function: Function, made: Term) -> bool:
    """Whether nothing but the function that makes a value reaches it."""
    uses = function.uses
    names = uses.names.get(made, ())
    terms: list[Term] = [made, *(Local(name) for name in names)]
    if is_handed_on(function, terms, names):
        return False
    return not any(
        role.kind in ("arg", "value", "return")
        for term in terms
        for derived in uses.derived.get(term, ())
        for role in uses.roles.get(derived, ())
        if not isinstance(derived, Awaited)
    )


def is_own_stream(calls: Calls, function: Function, reader: Term, streams: frozenset[str]) -> bool:
    """Whether a reader and its writer are those of a connection that only the function has."""
    values = function.facts.defs.get(reader.name, ()) if isinstance(reader, Local) else (reader,)
    items = [value for value in values if isinstance(value, Item) and value.index == 0]
    if len(items) != 1 or not isinstance(items[0].base, Awaited):
        return False
    opened = items[0].base.base
    if not isinstance(opened, Result):
        return False
    callees = calls.callees(function, function.call(opened.event))
    named = {str(getattr(callee, "dotted", "")) for callee in callees}
    pair = (items[0], *(t for t in function.uses.names if isinstance(t, Item) and t.index == 1))
    return bool(named & streams) and all(is_own(function, each) for each in pair)
