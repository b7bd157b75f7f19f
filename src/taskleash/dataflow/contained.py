"""What a function puts into a container, and of which container something is taken or made."""

from __future__ import annotations

from collections.abc import Iterator, Set

from taskleash.ir.model import Call, Store
from taskleash.ir.terms import (
    Attribute,
    Awaited,
    Element,
    Item,
    Local,
    Outer,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import GROWING, PAIRING, SETTING, SPREADING, TAKING, VIEWING
from taskleash.models.waits import PARTING
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function

#: methods that give elements of a container, or another container with the same
_GIVING = TAKING | VIEWING | PAIRING
_PICKING = frozenset({Effect.COPIES, Effect.PICKS})
_COPYING = frozenset({Effect.COPIES})
_PARTING = frozenset({PARTING})


def container_of(calls: Calls, function: Function, term: Term) -> tuple[Term, int | None]:
    """What something is taken out of, however deep, and which item of what was put in it is.

    It is the term itself where nothing shows that it was taken out of a container.
    """
    index = term.index if isinstance(term, Item) else None
    found = term
    while True:
        if isinstance(found, Element | Item | Spread):
            found = found.base
            continue
        held = found.base if isinstance(found, Awaited) else found
        if not isinstance(held, Result):
            return found, index
        side_by_side = _beside(calls, function, held, index)
        if side_by_side is not None:
            # The index told which of what is gone over side by side.
            found, index = side_by_side, None
            continue
        inner = _given_by(calls, function, held, _GIVING, _PICKING)
        if inner is None:
            return found, index
        found = inner


def whole_of(calls: Calls, function: Function, term: Term) -> Term:
    """The container of which a term is a view or a copy, or the term itself."""
    while isinstance(term, Result):
        inner = _given_by(calls, function, term, VIEWING, _COPYING)
        if inner is None:
            break
        term = inner
    return term


def _beside(calls: Calls, function: Function, made: Result, index: int | None) -> Term | None:
    """What an item of the tuples comes from that `zip` or `enumerate` gives."""
    call = function.call(made.event)
    callees = calls.callees(function, call)
    handles = {calls.program.models.handle(c.dotted) for c in callees if isinstance(c, External)}
    place = 0 if call.text == "enumerate" else index
    if handles != {Effect.ZIPS} or index is None or place is None:
        return None
    if call.text == "enumerate" and index != 1:
        return None
    args = call.args[place : place + 1]
    is_plain = bool(args) and not args[0].key and len(args[0].value) == 1
    return args[0].value[0] if is_plain else None


def _given_by(
    calls: Calls, function: Function, made: Result, methods: Set[str], effects: Set[Effect]
) -> Term | None:
    """The container whose method a call is, or which a function of these effects is given."""
    call = function.call(made.event)
    if len(call.func) != 1:
        return None
    (func,) = call.func
    callees = calls.callees(function, call)
    if any(isinstance(callee, Function) for callee in callees):
        return None
    if isinstance(func, Attribute) and func.name in methods:
        return func.base
    named = {callee.dotted for callee in callees if isinstance(callee, External)}
    handles = {calls.program.models.handle(name) for name in named}
    if handles and handles <= effects and call.args and len(call.args[0].value) == 1:
        return call.args[0].value[0]
    return None


def comes_of(calls: Calls, function: Function, made: Result, names: Set[str]) -> bool:
    """Whether a value comes of calling one of these, by dotted names, and of nothing else."""
    callees = calls.callees(function, function.call(made.event))
    called = {callee.dotted if isinstance(callee, External) else "" for callee in callees}
    return bool(called) and called <= names


def is_of_a_wait(calls: Calls, function: Function, term: Term) -> bool:
    """Whether it is one of the two sets that a wait makes, for what is done and what is not."""
    if not isinstance(term, Item) or not isinstance(term.base, Awaited):
        return False
    waited = term.base.base
    return isinstance(waited, Result) and comes_of(calls, function, waited, _PARTING)


def put(
    function: Function, container: Term, index: int | None = None
) -> Iterator[tuple[Function, Term]]:
    """What a function puts into a container, or into one that is in it: each with the function.

    What a container is extended by is a `Spread` of that. With an index the container is a tuple:
    what is in its other items is left out.
    """
    uses = function.uses
    pending, seen = [container], {container}
    while pending:
        term = pending.pop()
        if isinstance(term, Element):
            for role in uses.roles.get(term, ()):
                event = function.events[role.index] if role.kind == "target" else None
                if isinstance(event, Store):
                    yield from ((function, each) for each in event.value)
        inner: list[Term] = [Local(name) for name in uses.names.get(term, ())]
        for derived in uses.derived.get(term, ()):
            if isinstance(derived, Element | Item):
                is_other = isinstance(derived, Item) and derived.index != index
                if index is None or term != container or not is_other:
                    inner.append(derived)
            elif isinstance(derived, Attribute):
                for role in uses.roles.get(derived, ()):
                    event = function.events[role.index] if role.kind == "func" else None
                    if not isinstance(event, Call):
                        continue
                    if derived.name in _GIVING:
                        inner.append(Result(role.index))
                    if derived.name in GROWING | SETTING and event.args:
                        for each in event.args[-1].value:
                            spread = derived.name in SPREADING
                            yield function, Spread(each) if spread else each
        pending += [each for each in inner if each not in seen]
        seen.update(inner)
    for name in uses.names.get(container, ()):
        outer = Outer(function.key, name)
        for reader in function.module.readers.get(outer, ()):
            yield from put(reader, outer, index)
