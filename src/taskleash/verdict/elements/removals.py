"""What lets go of the handle of a task: when the task is done, or at some other time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.controlflow.exceptions import is_start
from taskleash.dataflow.companion_dicts import is_keyed
from taskleash.dataflow.trail import Op, OpKind, Trail
from taskleash.ir.model import Call, Delete, Event, Store
from taskleash.ir.terms import Alts, Attribute, Constant, Element, Outer, Parameter, Result, Term
from taskleash.lifecycle.guards import Overwrite
from taskleash.models.containers import GROWING, SHRINKING
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function
from taskleash.verdict.elements.containers import TAKING_OUT, rebuilds
from taskleash.verdict.elements.elements import takes_another
from taskleash.verdict.signs import Signs

_KINDS: tuple[OpKind, ...] = (*TAKING_OUT, "replace", "clear", "clear-slot")


def look(calls: Calls, signs: Signs) -> None:
    """Set what lets go of the handle, and whether that comes at the end of the task."""
    started = set(signs.spawn.started)
    callbacks = called_back(calls, signs)
    removals = signs.trail.of(*_KINDS, where=_leaves_out)
    fitting = [
        op
        for op in removals
        if _removes(signs, op, started, callbacks)
        and not takes_another(signs, op)
        and not _names_another(calls, signs, op)
    ]
    # One is enough, and where all tasks of a set share it, each trail has all of them: what the
    # function itself does with this task comes first.
    fitting.sort(key=lambda op: op.root is None)
    found = next(
        (op for op in fitting if op.function in started or _is_called_back(calls, op, callbacks)),
        None,
    )
    signs.removed_at_its_end = found is not None
    if fitting:
        signs.self_removing.append(found or fitting[0])
        return
    removed = list(record_removals(calls, signs.trail, sorted(callbacks | started, key=repr)))
    signs.removed_at_its_end = bool(removed)
    signs.self_removing.extend(removed)


def overwritten(signs: Signs, overwrite: Overwrite | None) -> Overwrite | None:
    """How another task replaces this one in its place, once it is known what takes it out.

    What is there as long as it runs tells its task from others by its key: whether that comes
    again meanwhile nobody says.
    """
    is_kept = overwrite is None or not (signs.self_removing and is_keyed(overwrite.op))
    return overwrite if is_kept else None


def _removes(signs: Signs, op: Op, started: set[Function], callbacks: set[Function]) -> bool:
    if signs.container and (op.kind in TAKING_OUT or op.kind == "replace"):
        return True
    if op.kind in ("clear-slot", "clear") and op.function in started:
        return True
    return op.kind == "clear-slot" and op.function in callbacks and not signs.container


def _names_another(calls: Calls, signs: Signs, op: Op) -> bool:
    """Whether a removal is of another task: one that its function starts, or one around that has.

    ``tasks.remove(task)`` where the function that starts this one has a ``task`` of its own. A
    variable of a function around may have None as well.
    """
    event = op.event
    if op.detail not in ("discard", "remove") or not isinstance(event, Call) or not event.args:
        return False
    own, given = signs.trail.terms_in(op.function), event.args[0].value
    return bool(given) and all(
        term not in own
        and (
            (isinstance(term, Outer) and _holds_others(calls, op.function, term))
            or (isinstance(term, Result) and is_start(op.function.events[term.event]))
        )
        for term in given
    )


def _holds_others(calls: Calls, function: Function, term: Outer) -> bool:
    """Whether all that a variable is bound to is known: constants, and what it starts itself."""
    home, name = calls.program.home(function, term)
    bound = home.facts.defs.get(name, ())
    return bool(bound) and all(
        isinstance(each, Constant)
        or (isinstance(each, Result) and is_start(home.events[each.event]))
        for each in bound
    )


def _is_called_back(calls: Calls, op: Op, callbacks: set[Function]) -> bool:
    """Whether only what is called back when the task is done comes to a removal."""
    if op.kind == "shrink-ref":
        return True
    pending, seen = [op.function], {op.function}
    while pending:
        function = pending.pop()
        if function in callbacks:
            continue
        callers = {caller for caller, _ in calls.callers(function)}
        if not callers or calls.references(function):
            return False
        pending += callers - seen
        seen |= callers
    return True


def called_back(calls: Calls, signs: Signs) -> set[Function]:
    """The functions that are called back when the task is done."""
    found: set[Function] = set()
    for op in signs.callbacks:
        call = op.event
        assert isinstance(call, Call)
        for arg in call.args:
            for term in arg.value:
                targets = calls.targets(op.function, term)
                found.update(each for each in targets if isinstance(each, Function))
    return found


def _leaves_out(op: Op) -> bool:
    """Whether what may take handles out of a container does: not what has all of it once more."""
    return op.kind != "replace" or rebuilds(op)


# -- tasks kept in a record: the record goes out of its container when the task is done


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
