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
    Item,
    Outer,
    Parameter,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import GROWING, PAIR_TAKING, PAIRING, SETTING, VIEWING
from taskleash.semantics.entities import Class, External, Function
from taskleash.semantics.program import Program

#: what gives the elements of a container once more, and which argument that is
_GIVING = {Effect.COPIES: 0, Effect.FILTERS: 1}
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
    elif isinstance(container, Element):
        for home, outer in _same(classes, function, container.base):
            for derived in home.uses.derived.get(outer, ()):
                if isinstance(derived, Element):
                    yield from _added(home, derived)
    elif isinstance(container, Item):
        for element in item_of(program, function, container):
            yield from contents(program, classes, function, element)
    elif isinstance(container, (Display, Result)):
        yield from _made_here(program, function, container)
        yield from _added(function, container)
        for name in function.uses.names.get(container, ()):
            inner = Outer(function.key, name)
            for reader in function.module.readers.get(inner, ()):
                yield from _added(reader, inner)


def _same(classes: Classes, function: Function, container: Term) -> Iterator[Content]:
    """The terms by which an object's methods have a container of it; else the term itself.

    A view of a container stands for that.
    """
    pending, seen = [container], set[Term]()
    while pending:
        term = pending.pop()
        if term in seen:
            continue
        seen.add(term)
        made = function.events[term.event] if isinstance(term, Result) else None
        for func in made.func if isinstance(made, Call) else ():
            if isinstance(func, Attribute) and func.name in VIEWING:
                pending.append(func.base)
        if isinstance(term, Attribute):
            for cls in classes(function, term.base):
                for method in (each for base in cls.mro for each in base.methods()):
                    yield method, Attribute(Parameter(method.self_name), term.name)
        else:
            yield function, term


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
        handle = handle_of(program, program.symbol(function, func))
        place = _GIVING.get(handle) if handle is not None else None
        for arg in call.args[place : place + 1] if place is not None else ():
            for term in arg.value:
                yield function, Element(term)


def item_of(program: Program, function: Function, item: Item) -> Iterator[Element]:
    """The elements of containers that an item stands for, which is taken out of pairs of theirs.

    ``for key, value in list(d.items())``, ``d.popitem()``, ``for at, each in enumerate(found)``.
    """
    pair = item.base
    pending, seen = [pair.base if isinstance(pair, Element) else pair], set[Term]()
    while pending:
        made = pending.pop()
        event = function.events[made.event] if isinstance(made, Result) else None
        if made in seen or not isinstance(event, Call):
            continue
        seen.add(made)
        for func in event.func:
            if isinstance(func, Attribute):
                names = PAIRING if isinstance(pair, Element) else PAIR_TAKING
                if func.name in names and item.index == 1:
                    yield Element(func.base)
            elif isinstance(pair, Element):
                handle = handle_of(program, program.symbol(function, func))
                if handle is Effect.COPIES and event.args:
                    pending += event.args[0].value
                elif handle is Effect.ZIPS:
                    yield from map(Element, _beside(event, item.index))


def _beside(call: Call, index: int) -> Alts:
    """What an item of the tuples comes from that ``zip`` or ``enumerate`` gives."""
    place = index - 1 if call.text == "enumerate" else index
    if any(arg.key for arg in call.args[: place + 1]) or not 0 <= place < len(call.args):
        return ()
    return call.args[place].value


def unpacked(function: Function, held: Term, index: int) -> Alts:
    """What stands at one place of a tuple; nothing for what is not written out as one."""
    if isinstance(held, Element):
        return (Item(held, index),)
    made = function.facts.collections[held.number] if isinstance(held, Display) else None
    if made is None or made.kind == "dict" or not -len(made.items) <= index < len(made.items):
        return ()
    is_plain = not any(isinstance(term, Spread) for alts in made.items for term in alts)
    return made.items[index] if is_plain else ()


def handle_of(program: Program, symbol: object) -> Effect | None:
    """What an outside function does with what it is given; None for all else."""
    return program.models.handle(symbol.dotted) if isinstance(symbol, External) else None


def _added(function: Function, container: Term) -> Iterator[Content]:
    """What a function adds: ``x.append(thing)``, ``x[key] = thing``."""
    roles = function.uses.roles
    for derived in function.uses.derived.get(container, ()):
        if isinstance(derived, Element):
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "target" else None
                if isinstance(event, Store):
                    yield from _each(function, event.value)
        elif isinstance(derived, Attribute) and derived.name in GROWING | SETTING:
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "func" else None
                if isinstance(event, Call) and event.args:
                    spread = derived.name in _SPREADING
                    for term in event.args[-1].value:
                        yield function, Element(term) if spread else term


def _each(function: Function, alts: Alts) -> Iterator[Content]:
    for term in alts:
        yield function, Element(term.base) if isinstance(term, Spread) else term
