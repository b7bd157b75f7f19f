"""The things that a call waits for which is given several, or a container of them."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.contained import comes_of, put
from taskleash.ir.model import Call
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Display,
    Entered,
    Local,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import NEW_CONTAINERS
from taskleash.models.waits import COMBINING, DEADLINES, STARTING, STARTS
from taskleash.semantics.apis import api_of
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function
from taskleash.verdict.survival.holding import is_handed_on


def combining(calls: Calls, function: Function, call: Call) -> str:
    """The name of a call that waits for all that it is given, or starts it; empty for others."""
    named = {c.dotted for c in calls.callees(function, call) if isinstance(c, External)}
    if len(named) == 1 and named <= COMBINING | STARTING:
        return named.pop()
    api = api_of(calls, function, call)
    return api.name if api is not None and api.name in STARTING else ""


def written(calls: Calls, function: Function, call: Call, dotted: str) -> Iterator[Term]:
    """What a call is given itself, and in containers that are written with what is in them."""
    for term in _given(calls, call, dotted):
        yield from _items(calls, function, term)


def added(calls: Calls, function: Function, call: Call, dotted: str) -> Iterator[Term]:
    """What the function puts into the containers that the call is given, now or at times."""
    for term in _given(calls, call, dotted):
        yield from _put(calls, function, _plain(term))


def started_by(function: Function, group: Term) -> list[tuple[Result, Term]] | None:
    """What a function itself starts in a group of tasks that it enters, each with its task.

    None where others may start something in it, too.
    """
    entered = Entered(group)
    names = [name for name, values in function.facts.defs.items() if {group, entered} & {*values}]
    known = {group, entered, *map(Local, names)}
    if is_handed_on(function, known, names):
        return None
    return [
        (Result(index), term)
        for index, call in function.calls()
        if any(isinstance(f, Attribute) and f.name == STARTS and f.base in known for f in call.func)
        for term in (call.args[0].value if call.args else ())
    ]


def deadline_of(call: Call, dotted: str) -> Alts | None:
    """The value after which a wait gives up; None where there is none."""
    place = DEADLINES.get(dotted)
    for position, arg in enumerate(call.args):
        if place is not None and (arg.key == "timeout" or (position == place and not arg.key)):
            return arg.value
    return None


def _given(calls: Calls, call: Call, dotted: str) -> Iterator[Term]:
    args = [arg for arg in call.args if not arg.key or arg.key == "*"]
    if dotted in STARTING or calls.program.models.handle(dotted) is Effect.TIMES:
        args = args[:1]
    for arg in args:
        yield from arg.value


def _items(calls: Calls, function: Function, term: Term) -> Iterator[Term]:
    term = _plain(term)
    if isinstance(term, Display):
        for item in function.facts.collections[term.number].items:
            for each in item:
                yield from _items(calls, function, each)
    elif not (_is_empty(calls, function, term) or _is_container(calls, function, term)):
        yield term


def _put(calls: Calls, function: Function, container: Term) -> Iterator[Term]:
    is_named = _is_container(calls, function, container)
    if isinstance(container, Local) and is_named:
        for each in function.facts.defs[container.name]:
            yield from _items(calls, function, each)
    if is_named or isinstance(container, Display) or _is_empty(calls, function, container):
        for home, each in put(function, container):
            if home is function:
                yield from _items(calls, function, each)
            else:
                # What another function puts in is not known here.
                yield container


def _is_container(calls: Calls, function: Function, term: Term) -> bool:
    """Whether a variable has nothing but containers that the function makes."""
    defs = function.facts.defs.get(term.name, ()) if isinstance(term, Local) else ()
    return bool(defs) and all(
        isinstance(each, Display) or _is_empty(calls, function, each) for each in defs
    )


def _is_empty(calls: Calls, function: Function, term: Term) -> bool:
    """Whether it is a new container with nothing in it."""
    if not isinstance(term, Result) or function.call(term.event).args:
        return False
    return comes_of(calls, function, term, NEW_CONTAINERS)


def _plain(term: Term) -> Term:
    while isinstance(term, Spread):
        term = term.base
    return term
