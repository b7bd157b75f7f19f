"""Whether a wait for what only its function has can last: the function itself may see to its end.

Nothing else reaches the object, so that what the function does with it tells all: an event that it
sets, a queue that it fills, a lock that nobody else can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.ir.model import Call, Use
from taskleash.ir.terms import Attribute, Bound, Constant, Local, Result, Term
from taskleash.models.waits import COMPLETING, WAKING
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.model import Vanishings

_ZERO = Constant("0")


def is_completed(function: Function, term: Term) -> bool:
    """Whether a function itself completes a future of its own, at some time."""
    return any(name in COMPLETING for name, _ in _called(function, term))


def lasts(function: Function, term: Term, method: str) -> Vanishings:
    """What a wait in a method of an object comes to that the function made and nobody else has."""
    if method == "acquire":
        return _acquired(function, term)
    if method not in WAKING:
        return Vanishings.UNKNOWN
    woken = any(name in WAKING[method] for name, _ in _called(function, term))
    return Vanishings.UNKNOWN if woken else Vanishings.PROVEN


def _acquired(function: Function, term: Term) -> Vanishings:
    """What waiting for a lock or a semaphore of its own comes to: whoever has it is the task."""
    called = list(_called(function, term))
    taken = [index for name, index in called if name == "acquire"]
    if any(name == "release" for name, _ in called):
        return Vanishings.UNKNOWN
    entered = [
        index
        for index, event in enumerate(function.events)
        if isinstance(event, Use) and event.kind == "with" and _is_one(function, term, event.value)
    ]
    limits = [arg.value for made in _made(function, term) for arg in function.call(made.event).args]
    if (taken or entered) and limits == [(_ZERO,)]:
        return Vanishings.PROVEN
    if limits or entered or any(in_loop(function, index) is not None for index in taken):
        is_first = not taken and len(entered) == 1 and in_loop(function, entered[0]) is None
        return Vanishings.EXCLUDED if is_first and not limits else Vanishings.UNKNOWN
    return Vanishings.EXCLUDED if len(taken) == 1 else Vanishings.PROVEN


def _called(function: Function, term: Term) -> Iterator[tuple[str, int]]:
    """The methods of an object that a function calls, or hands on, by name."""
    for index, event in enumerate(function.events):
        if not isinstance(event, Call):
            continue
        for each in (*event.func, *(term for arg in event.args for term in arg.value)):
            if isinstance(each, Attribute) and _is_one(function, term, (each.base,)):
                yield each.name, index


def _is_one(function: Function, term: Term, values: Iterable[Term]) -> bool:
    return not _names(function, term).isdisjoint(values)


def _names(function: Function, term: Term) -> set[Term]:
    """What an object is called by in its function."""
    made = _made(function, term)
    names = {name for each in made for name in function.uses.names.get(each, ())}
    return {term, *made, *map(Local, names)}


def _made(function: Function, term: Term) -> list[Result]:
    values = function.facts.defs.get(term.name, ()) if isinstance(term, Bound) else (term,)
    return [each for each in values if isinstance(each, Result)]
