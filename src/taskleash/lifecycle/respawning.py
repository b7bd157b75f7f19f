"""Whether a task comes back to the function that starts it."""

from __future__ import annotations

from taskleash.controlflow.exceptions import is_start
from taskleash.dataflow.trail import ENDING, Op, Trail
from taskleash.ir.model import Event, Store
from taskleash.ir.terms import Attribute, Display, Global, Result
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function


def leads_back(calls: Calls, trail: Trail, start: Function, goal: Function) -> bool:
    """Whether calls lead from one method to another without ending the task on the way."""
    enders = {other.site[0] for other in trail.of(*ENDING)}
    pending, seen = [start], {start, *(enders - {start, goal})}
    if start in enders and start is not goal:
        return False
    while pending:
        function = pending.pop()
        if function is goal:
            return True
        later = _run_as_tasks(function)
        for index, call in function.calls():
            # What runs as a task of its own goes on when the earlier one may be over.
            for callee in calls.callees(function, call):
                if (
                    isinstance(callee, Function)
                    and index not in later
                    and callee not in seen
                    and callee.owner is not None
                    and goal.owner is not None
                    and callee.owner.related(goal.owner)
                ):
                    seen.add(callee)
                    pending.append(callee)
    return False


def leading_back(calls: Calls, trail: Trail, coroutine: Function, goal: Function) -> list[int]:
    """The calls of a task's own by which it comes to a method, as long as it runs."""
    later = _run_as_tasks(coroutine)
    return [
        index
        for index, call in coroutine.calls()
        if index not in later
        for callee in calls.callees(coroutine, call)
        if isinstance(callee, Function)
        and callee is not coroutine
        and leads_back(calls, trail, callee, goal)
    ]


def _run_as_tasks(function: Function) -> set[int]:
    """The calls that make a coroutine for a task of its own."""
    return {
        term.event
        for _, call in function.calls()
        if is_start(call)
        for arg in call.args[:1]
        for term in arg.value
        if isinstance(term, Result)
    }


def is_in_a_loop(op: Op) -> bool:
    """Whether a loop statement comes back to an operation."""
    loop = in_loop(op.function, op.index)
    if loop is None or loop.kind == "comprehension":
        return False
    return op.function.paths.graph.comes_back(op.index)


def replaces_all(function: Function, event: Event) -> bool:
    """Whether a store puts a container of new tasks in the place of all that was in another one."""
    if not isinstance(event, Store) or not isinstance(event.target, Attribute | Global):
        return False
    collections = function.facts.collections
    made = [term for term in event.value if isinstance(term, Display)]
    held = [term for each in made for item in collections[each.number].items for term in item]
    is_new = bool(held) and all(isinstance(term, Result) for term in held)
    return is_new and not event.op and len(made) == len(event.value)
