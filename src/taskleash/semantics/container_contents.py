"""What a program puts into a container whose annotation does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from taskleash.ir.model import Call, Store
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Bound,
    Display,
    Element,
    Outer,
    Parameter,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import GROWING, VIEWING
from taskleash.semantics.entities import Class, External, Function
from taskleash.semantics.program import Program

#: container methods that take the elements of another container
_SPREADING = frozenset({"extend", "update"})

Content: TypeAlias = tuple[Function, Term]
#: the classes that a term of a function may have
Classes: TypeAlias = Callable[[Function, Term], Iterable[Class]]


def contents(
    program: Program, classes: Classes, function: Function, container: Term
) -> Iterator[Content]:
    """The terms that a container's elements come from, each with the function that has it."""
    if isinstance(container, Attribute):
        yield from _of_attribute(program, classes, function, container)
    elif isinstance(container, Bound):
        home, name = program.home(function, container)
        for term in home.facts.defs.get(name, ()):
            if isinstance(term, (Display, Result)):
                yield from contents(program, classes, home, term)
    elif isinstance(container, (Display, Result)):
        yield from _made_here(program, function, container)
        yield from _added(function, container)
        for name in function.uses.names.get(container, ()):
            inner = Outer(function.key, name)
            for reader in function.module.readers.get(inner, ()):
                yield from _added(reader, inner)


def _of_attribute(
    program: Program, classes: Classes, function: Function, container: Attribute
) -> Iterator[Content]:
    for cls in classes(function, container.base):
        for base in cls.mro:
            for method, event in base.stores.get(container.name, ()):
                for term in event.value:
                    if isinstance(term, (Display, Result)):
                        yield from _made_here(program, method, term)
            for method in base.methods():
                yield from _added(method, Attribute(Parameter(method.self_name), container.name))


def _made_here(program: Program, function: Function, made: Display | Result) -> Iterator[Content]:
    """What a display, a copy or a view of a container holds from the start."""
    if isinstance(made, Display):
        for item in function.facts.collections[made.number].items:
            yield from _each(function, item)
        return
    call = function.call(made.event)
    for func in call.func:
        if isinstance(func, Attribute) and func.name in VIEWING:
            yield function, Element(func.base)
            continue
        symbol = program.symbol(function, func)
        handle = program.models.handle
        if isinstance(symbol, External) and handle(symbol.dotted) is Effect.COPIES and call.args:
            for term in call.args[0].value:
                yield function, Element(term)


def _added(function: Function, container: Term) -> Iterator[Content]:
    """What a function adds: ``x.append(thing)``, ``x[key] = thing``."""
    roles = function.uses.roles
    for derived in function.uses.derived.get(container, ()):
        if isinstance(derived, Element):
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "target" else None
                if isinstance(event, Store):
                    yield from _each(function, event.value)
        elif isinstance(derived, Attribute) and derived.name in GROWING:
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "func" else None
                if isinstance(event, Call) and event.args:
                    spread = derived.name in _SPREADING
                    for term in event.args[-1].value:
                        yield function, Element(term) if spread else term


def _each(function: Function, alts: Alts) -> Iterator[Content]:
    for term in alts:
        yield function, Element(term.base) if isinstance(term, Spread) else term
