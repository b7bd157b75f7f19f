"""Tasks kept in a record: the record goes out of its container when the task is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.facts.model import Call, Delete, Event, Store
from taskleash.facts.terms import Alts, Attribute, Element, Parameter, Term
from taskleash.link.calls import Calls, given
from taskleash.link.entities import Class, Function
from taskleash.link.trail import Op, Trail
from taskleash.models.containers import GROWING, SHRINKING


def record_removals(calls: Calls, trail: Trail, at_the_end: Iterable[Function]) -> Iterator[Op]:
    """Where functions that run at a task's end take its record out of what keeps the records.

    A record is an instance whose generated constructor was given the handle. The containers are
    looked for in the module of the spawn.
    """
    made = [op.place.cls for op in trail.of("store") if op.constructs and op.place]
    records = {cls for cls in made if cls is not None}
    if not records:
        return
    kept = {
        name
        for function in trail.function.module.functions.values()
        for name in _containers(calls, function, records)
    }
    for function in at_the_end:
        for index, event in enumerate(function.events):
            if _taken_from(event) in kept:
                yield Op("shrink", function, index, None, depth=1)


def _containers(calls: Calls, function: Function, records: set[Class]) -> Iterator[str]:
    """The attributes into whose elements a function puts a record."""
    for event in function.events:
        if isinstance(event, Store) and isinstance(event.target, Element):
            base, values = event.target.base, [event.value]
        elif isinstance(event, Call) and event.text.rpartition(".")[2] in GROWING:
            method = event.func[0] if event.func else None
            if not isinstance(method, Attribute):
                continue
            base, values = method.base, [arg.value for arg in event.args]
        else:
            continue
        if isinstance(base, Attribute) and any(
            _is_record(calls, function, value, records) for value in values
        ):
            yield base.name


def _is_record(calls: Calls, function: Function, value: Alts, records: set[Class]) -> bool:
    """Whether a value is a record, by its type or by what callers hand in."""
    if any(kind.symbol in records for kind in calls.inference.of(function, value)):
        return True
    names = {term.name for term in value if isinstance(term, Parameter)}
    return any(
        kind.symbol in records
        for caller, index in (calls.callers(function) if names else ())
        for name, given_value in given(function, caller.call(index)).items()
        if name in names
        for kind in calls.inference.of(caller, given_value)
    )


def _taken_from(event: Event) -> str:
    """The attribute out of whose elements an event takes something, or an empty string."""
    base: Term | None = None
    if isinstance(event, Delete) and isinstance(event.target, Element):
        base = event.target.base
    elif isinstance(event, Call) and event.func:
        method = event.func[0]
        if isinstance(method, Attribute) and (method.name in SHRINKING or method.name == "pop"):
            base = method.base
    return base.name if isinstance(base, Attribute) else ""
