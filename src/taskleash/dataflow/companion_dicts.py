"""Checks of a second container, filled under the same keys as the one that keeps the tasks."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import Alts, Attribute, Element, Global, Outer, Parameter, Term
from taskleash.semantics.binding import given
from taskleash.semantics.entities import Function


def checked_beside(trail: Trail, function: Function, index: int, key: Alts) -> int:
    """The line of a check that keeps control from an event where the key was there before; or 0.

    The function puts the key, in each call that comes to the event, into what the check asks.
    """
    for container in dict.fromkeys(_filled(function, index, key)):
        outcome = function.paths.search_from_entry((), {container}, [index], key=key)
        if index in outcome.reached:
            continue
        if not outcome.is_complete:
            trail.leave_paths_out(function)
        elif outcome.asked:
            return outcome.asked[0]
    return 0


def _filled(function: Function, index: int, key: Alts) -> Iterator[Term]:
    """The containers beside that a function puts a key into, wherever it comes to an event."""
    graph = function.paths.graph
    for at, event in enumerate(function.events if key else ()):
        if at != index and (graph.dominates(at, index) or graph.dominates(index, at)):
            container = _container(event, key) if isinstance(event, Call | Store) else None
            if isinstance(container, Attribute | Global | Outer):
                yield container


def _container(event: Call | Store, key: Alts) -> Term | None:
    """What an event puts a key into: ``known[key] = …``, ``known.add(key)``."""
    if isinstance(event, Store):
        own = isinstance(event.target, Element) and event.key == key
        return event.target.base if own and isinstance(event.target, Element) else None
    func = event.func[0] if len(event.func) == 1 else None
    if not isinstance(func, Attribute) or func.name != "add" or len(event.args) != 1:
        return None
    return func.base if event.args[0].value == key else None


def as_given(function: Function, call: Call, key: Alts) -> Alts:
    """A key as the caller knows it: the value of the parameter that it is."""
    names = [term.name for term in key if isinstance(term, Parameter)]
    return given(function, call).get(names[0], ()) if len(names) == len(key) == 1 else ()


def key_of(op: Op) -> Alts:
    """The key of the dict under which the handle is stored, as its function knows it."""
    return op.event.key if isinstance(op.event, Store) else ()


def is_keyed(op: Op) -> bool:
    """Whether the handle is stored under a key that is another one in each call, or may be."""
    target = op.event.target if isinstance(op.event, Store) else None
    return isinstance(target, Element) and not target.is_constant
