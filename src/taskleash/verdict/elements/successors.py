"""Tasks that take their slot out at their end, although it may be their successor's by then.

A cancelled task comes to its ``finally``, and its callbacks are called, only once the loop turns
again. Whoever cancels it without waiting for that may have stored the next task in the same slot
meanwhile. A task that starts its successor itself, as one that tries again, has surely done so.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.trail import CANCELLING, ENDING, Op, Trail
from taskleash.ir.model import Await, Call, Delete, If, Store, Test, tests
from taskleash.ir.terms import Parameter, Result
from taskleash.lifecycle.guards import Guards
from taskleash.lifecycle.repetition import is_kept_by_itself
from taskleash.lifecycle.respawning import leading_back
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_cleanup
from taskleash.semantics.entities import Function
from taskleash.sentences import sentence
from taskleash.verdict.elements.removals import called_back
from taskleash.verdict.signs import Signs, Takeover


def takeover(signs: Signs, calls: Calls, teardown: Teardown, guards: Guards) -> Takeover | None:
    """How a task may take its successor's handle out, if it can."""
    trail = signs.trail
    if any(
        isinstance(op.event, Store) and guards.keys.is_new(op.function, op.event)
        for op in trail.of("store", "contain")
    ):
        return None
    callbacks = called_back(calls, signs)
    for removal in trail.of("shrink", "clear-slot"):
        home = removal.function
        at_its_end = home in signs.spawn.started and in_cleanup(home, removal.index)
        is_told = home in callbacks and not at_its_end and _is_told_of_it(removal)
        if (at_its_end or home in callbacks) and _takes_any(removal) and not is_told:
            for cancel in trail.of(*CANCELLING):
                if cancel.function not in signs.spawn.started and (
                    _starts_anew(trail, cancel, calls)
                    or (at_its_end and _lets_one_come_first(trail, cancel, calls, teardown))
                    or (not at_its_end and _comes_right_after(trail, cancel, calls))
                ):
                    said = sentence(
                        "cancelled without waiting for its end: the next task may be stored before"
                        " that"
                    )
                    return Takeover(removal, cancel, said)
            if removal.kind == "clear-slot":
                until = removal.index if at_its_end else None
                for store in _own_stores(signs, calls, guards, home, until):
                    said = sentence("the task itself stores the next one here before its end")
                    return Takeover(removal, store, said)
    return None


def _own_stores(
    signs: Signs, calls: Calls, guards: Guards, home: Function, until: int | None
) -> Iterator[Op]:
    """Where the task, as long as it runs, puts another one in the place that it empties then.

    Its coroutine, if that is the ``home`` of the removal, comes to it before the event ``until``.
    """
    trail = signs.trail
    for op in trail.of("store"):
        if op.depth or not is_kept_by_itself(op) or guards.guard(trail, op, strict=True):
            continue
        for coroutine in signs.spawn.started:
            last = until if coroutine is home else None
            ways = [op.index] if op.function is coroutine else []
            ways += leading_back(calls, trail, coroutine, op.function)
            if any(last is None or index < last for index in ways):
                yield op


def _takes_any(op: Op) -> bool:
    """Whether an operation empties a slot, whatever is in it."""
    by_key = op.kind == "shrink" and (op.detail == "pop" or isinstance(op.event, Delete))
    return (by_key or op.kind == "clear-slot") and not any(
        _compares(test)
        for frame in around(op.function, op.index)
        if isinstance(frame.item, If)
        for test in tests(frame.item.test)
    )


def _is_told_of_it(op: Op) -> bool:
    """Whether a callback takes out what it is called with: ``pending.pop(task, None)``.

    That is the task itself, behind what is bound to the callback.
    """
    event = op.event
    params = [p for p in op.function.facts.params if p.kind == "" and not p.default]
    given = event.args[0].value if isinstance(event, Call) and event.args else ()
    return bool(params) and given == (Parameter(params[-1].name),)


def _compares(test: Test) -> bool:
    """Whether a condition compares what is in the slot with the task."""
    return test.kind == "other" and any(sign in test.text for sign in (" is ", "==", "!="))


def _starts_anew(trail: Trail, cancel: Op, calls: Calls) -> bool:
    """Whether the function with the spawn cancels the earlier task, and waits for no end of it."""
    home, spawning = cancel.function, trail.function
    if any(op.function is home for op in trail.of(*ENDING - CANCELLING)):
        return False
    sites = [(home, cancel.index)] if home is spawning else calls.callers(home)
    return any(
        caller is spawning
        and index < trail.index
        and spawning.paths.graph.may_come_to(index, trail.index)
        for caller, index in sites
    )


def _lets_one_come_first(trail: Trail, cancel: Op, calls: Calls, teardown: Teardown) -> bool:
    """Whether the next task may be stored otherwise before a cancelled one has come to its end."""
    home = cancel.function
    if any(op.function is home for op in trail.of(*ENDING - CANCELLING)):
        return False
    if home is trail.function or not _frees_slot(trail, home):
        return False
    sites = calls.callers(home)
    is_one_of_several = any(
        op.place is not None and op.place.depth for op in trail.of("store", "contain")
    )
    if is_one_of_several and len(home.facts.params) > bool(home.self_name):
        # It frees one of several slots, of which each may be taken again.
        phases = teardown.phases
        ending = [phases.ends(caller) for caller, _ in sites]
        return not phases.ends(home) and not (ending and all(ending))
    return _comes_right_after(trail, cancel, calls)


def _comes_right_after(trail: Trail, cancel: Op, calls: Calls) -> bool:
    """Whether a caller of what cancels a task starts the next one before the loop has turned."""
    home = cancel.function
    if any(op.function is home for op in trail.of(*ENDING - CANCELLING)):
        return False
    if any(isinstance(event, Await) for event in home.events[cancel.index + 1 :]):
        return False
    return any(_starts_next(trail.function, *site, calls) for site in calls.callers(home))


def _starts_next(spawning: Function, caller: Function, index: int, calls: Calls) -> bool:
    """Whether a function starts the next task after a call, before it lets the loop turn."""
    starting = {spawning, *(above for above, _ in calls.callers(spawning))}
    for at, event in enumerate(caller.events[index + 1 :], index + 1):
        is_turn = isinstance(event, Await) and Result(index) not in event.value
        is_start = isinstance(event, Call) and not starting.isdisjoint(calls.callees(caller, event))
        if (is_turn or is_start) and caller.paths.graph.may_come_to(index, at):
            return is_start
    return False


def _frees_slot(trail: Trail, function: Function) -> bool:
    """Whether a function leaves the slot open for the next task."""
    return any(
        op.function is function
        and (op.kind == "clear-slot" or (op.kind == "shrink" and not op.detail.startswith("disc")))
        for op in trail.of("clear-slot", "shrink")
    )
