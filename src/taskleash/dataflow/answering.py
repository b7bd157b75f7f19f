"""The functions whose callers answer for a task: what spawns it, and wrappers of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from taskleash.dataflow.flow import Flow
from taskleash.dataflow.trail import Trail
from taskleash.dataflow.wrappers import (
    coroutine_argument,
    handed_in,
    handed_later,
    work_parameters,
)
from taskleash.ir.terms import Parameter, Result
from taskleash.semantics.callbacks import called_later
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import Spawn


def answering(flow: Flow, spawn: Spawn, trail: Trail) -> Iterator[tuple[Spawn, Trail]]:
    """The spawn, and the calls of wrappers of it, in functions whose callers answer for the task.

    Each with what is done to its handle there.
    """
    calls = flow.calls
    seen: set[Function] = set()
    pending = [(spawn, trail)]
    while pending:
        current, trail = pending.pop()
        function = current.function
        if function in seen or not _asks_callers(calls, current, trail):
            continue
        seen.update(standing(calls, function))
        yield current, trail
        for caller, index in calls.callers(function):
            inner = handed_in(calls, current, caller, index)
            if _passes_on(calls, current, inner):
                follow = flow.follow(caller, index, trail.given_depth, inner.to_await)
                pending.append((inner, follow))
        for later in called_later(calls, function):
            inner = handed_later(calls, current, later)
            pending.append((inner, flow.follow(later.holder, later.index)))


def concerns(flow: Flow, spawn: Spawn, asked: Callable[[Function], bool]) -> bool:
    """Whether a spawn, or a call that answers for its task, may be in a function asked about."""
    if asked(spawn.function):
        return True
    calls = flow.calls
    trail = flow.follow(spawn.function, spawn.index, spawn.depth)
    functions = {spawn.function: None}
    for current, _ in answering(flow, spawn, trail):
        functions |= dict.fromkeys(standing(calls, current.function))
    return any(is_near(calls, function, asked) for function in functions)


def is_near(calls: Calls, function: Function, asked: Callable[[Function], bool]) -> bool:
    """Whether a function is asked about, or one that calls it."""
    return asked(function) or any(asked(caller) for caller, _ in calls.callers(function))


def standing(calls: Calls, function: Function) -> tuple[Function, ...]:
    """A function, and those in whose place a decorator puts it."""
    return (function, *calls.decorated.of(function))


def is_handed_in(trail: Trail) -> bool:
    """Whether callers say what keeps the task: a container, or an attribute by its name."""
    named = any(op.detail == "setattr" for op in trail.of("unknown"))
    return named or any(place.kind == "handed in" for place in trail.places)


def returns(function: Function, index: int) -> bool:
    """Whether a function gives back what it gets from a call."""
    return any(role.kind == "return" for role in function.uses.roles.get(Result(index), ()))


def _passes_on(calls: Calls, spawn: Spawn, inner: Spawn) -> bool:
    """Whether the caller of a wrapper returns the task, or hands over what its callers give it."""
    if returns(inner.function, inner.index):
        return True
    position = coroutine_argument(calls, spawn, inner.call)
    return position is not None and any(
        isinstance(term, Parameter) for term in inner.call.args[position].value
    )


def _asks_callers(calls: Calls, spawn: Spawn, trail: Trail) -> bool:
    """Whether it takes the callers of a function to know its task, or what ends it."""
    return trail.given or is_handed_in(trail) or bool(work_parameters(calls, spawn))
