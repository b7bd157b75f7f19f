"""Whether what a teardown sets comes to a loop where it waits, or only where it asks for it next.

Whoever puts something into the queue that a loop waits for, or closes what it reads from, wakes it.
A flag is seen once the wait of that turn is over, however long that takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.controlflow.nesting import events_in, loops
from taskleash.ir.model import Await, Call
from taskleash.ir.terms import Attribute, Built, Result, Term
from taskleash.models.callables import BREAKERS
from taskleash.models.waits import OPEN_ENDED, RECEIVING
from taskleash.semantics.entities import Function

#: an event of a teardown that ends a loop, and the attribute by which it does
Ender = tuple[Function, int, str]


def breaks(ender: Ender) -> bool:
    """Whether what waits fails by it: a loop without an exit ends by nothing else."""
    call = ender[0].events[ender[1]]
    return isinstance(call, Call) and call.text.rpartition(".")[2] in BREAKERS


def wakes(ender: Ender, looping: Iterable[Function]) -> bool:
    """Whether an event wakes one of the functions with the loop where it waits."""
    function, index, name = ender
    is_call = isinstance(function.events[index], Call)
    return is_call and any(name in _waited_for(each) for each in looping)


def is_open_ended(function: Function) -> bool:
    """Whether a turn of a function's loops may wait for as long as others leave it waiting.

    Whatever has a deadline is taken to come to an end.
    """
    bounded = function.levels.under_deadlines
    return any(
        index not in bounded and any(_waits_for_others(function, term) for term in event.value)
        for index, event in _waits(function)
    )


def _waits_for_others(function: Function, term: Term) -> bool:
    event = function.events[term.event] if isinstance(term, Result) else None
    if not isinstance(event, Call):
        return False
    lasting = RECEIVING if event.args else RECEIVING | OPEN_ENDED
    return any(
        isinstance(func, Attribute) and func.name in lasting and isinstance(func.base, Attribute)
        for func in event.func
    )


def _waited_for(function: Function) -> set[str]:
    """The attributes that a function's loops wait for, by way of what else they are given to."""
    asynchronous = (each for each in loops(function.facts.body) if each.kind == "async for")
    over = [term for loop in asynchronous for term in loop.test.value]
    awaited = [term for _, event in _waits(function) for term in event.value]
    return set(_mentioned(function, [*over, *awaited]))


def _waits(function: Function) -> Iterator[tuple[int, Await]]:
    """The awaits in a function's loops."""
    for loop in loops(function.facts.body):
        for index in events_in(loop.body):
            event = function.events[index]
            if isinstance(event, Await):
                yield index, event


def _mentioned(function: Function, terms: Iterable[Term]) -> Iterator[str]:
    """The attributes in terms, and in the calls that they come from."""
    pending, seen = list(terms), set[Term]()
    while pending:
        term = pending.pop()
        if term in seen:
            continue
        seen.add(term)
        if isinstance(term, Attribute):
            yield term.name
        if isinstance(term, Built):
            pending.append(term.base)
        event = function.events[term.event] if isinstance(term, Result) else None
        if isinstance(event, Call):
            pending += [*event.func, *(t for arg in event.args for t in arg.value)]
