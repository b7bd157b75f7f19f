"""What a program puts into a container whose annotation does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from taskleash.facts.catalogue import CONTAINER_COPIES, GROWING, VIEWING
from taskleash.facts.model import Alts, Call, Store, Term
from taskleash.link.entities import External, Function

if TYPE_CHECKING:
    from taskleash.link.inference import Inference

#: container methods that take the elements of another container
_SPREADING = frozenset({"extend", "update"})

Content = tuple[Function, Term]


def contents(inference: Inference, function: Function, container: Term) -> Iterator[Content]:
    """The terms that a container's elements come from, each with the function that has it."""
    tag = container[0]
    if tag == "a":
        yield from _of_attribute(inference, function, container)
    elif tag in ("v", "f"):
        home, name = inference.program.home(function, container)
        for term in home.facts.defs.get(name, ()):
            if term[0] in ("l", "s"):
                yield from contents(inference, home, term)
    elif tag in ("l", "s"):
        yield from _made_here(inference, function, container)
        yield from _added(function, container)
        for name in function.uses.names.get(container, ()):
            inner = ("f", function.key, name)
            for reader in function.module.readers.get(inner, ()):
                yield from _added(reader, inner)


def _of_attribute(inference: Inference, function: Function, container: Term) -> Iterator[Content]:
    for cls in inference.classes(function, container[1]):
        for base in cls.mro:
            for method, event in base.stores.get(container[2], ()):
                for term in event.value:
                    if term[0] in ("l", "s"):
                        yield from _made_here(inference, method, term)
            for method in base.methods():
                yield from _added(method, ("a", ("p", method.self_name), container[2]))


def _made_here(inference: Inference, function: Function, made: Term) -> Iterator[Content]:
    """What a display, a copy or a view of a container holds from the start."""
    if made[0] == "l":
        for item in function.facts.collections[made[1]].items:
            yield from _each(function, item)
        return
    call = function.call(made[1])
    for func in call.func:
        if func[0] == "a" and func[2] in VIEWING:
            yield function, ("e", func[1])
            continue
        symbol = inference.program.symbol(function, func)
        if isinstance(symbol, External) and symbol.dotted in CONTAINER_COPIES and call.args:
            for term in call.args[0].value:
                yield function, ("e", term)


def _added(function: Function, container: Term) -> Iterator[Content]:
    """What a function adds: ``x.append(thing)``, ``x[key] = thing``."""
    roles = function.uses.roles
    for derived in function.uses.derived.get(container, ()):
        if derived[0] == "e":
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "target" else None
                if isinstance(event, Store):
                    yield from _each(function, event.value)
        elif derived[0] == "a" and derived[2] in GROWING:
            for role in roles.get(derived, ()):
                event = function.events[role.index] if role.kind == "func" else None
                if isinstance(event, Call) and event.args:
                    spread = derived[2] in _SPREADING
                    for term in event.args[-1].value:
                        yield function, ("e", term) if spread else term


def _each(function: Function, alts: Alts) -> Iterator[Content]:
    for term in alts:
        yield function, ("e", term[1]) if term[0] == "*" else term
