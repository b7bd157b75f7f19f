"""Functions that return the task they start, and those who call them."""

from __future__ import annotations

from taskleash.facts.catalogue import RESULT_USERS, RUNNERS
from taskleash.facts.model import Call
from taskleash.link.calls import Calls, bind, takes_instance
from taskleash.link.program import Class, Function
from taskleash.link.spawns import Spawn, coroutines, value_name


def users(calls: Calls, function: Function) -> list[tuple[Function, int]]:
    """The call sites whose caller answers for the task that the function returns.

    A caller that drives the loop itself runs outside of it, where the spawn is not reached, and
    does not count beside others.
    """
    sites = [(f, i) for f, i in calls.callers(function) if f is not function]
    inside = [(f, i) for f, i in sites if not _drives_loop(f)]
    return inside or sites


def _drives_loop(function: Function) -> bool:
    return any(call.text.rpartition(".")[2] in RUNNERS for _, call in function.calls())


def handed_in(calls: Calls, spawn: Spawn, caller: Function, index: int) -> Spawn:
    """The call of a wrapper as a spawn of its own, with the coroutine that the caller hands in."""
    task, started = spawn.task, spawn.started
    call = caller.call(index)
    position = coroutine_argument(spawn, call)
    if position is not None:
        arg = call.args[position]
        task = value_name(caller, arg.value) or task
        started = tuple(coroutines(calls, caller, (arg,))) or started
    return Spawn(caller, index, "wrapper", task, started)


def coroutine_argument(spawn: Spawn, call: Call) -> int | None:
    """Which argument of a call becomes the coroutine that the called wrapper starts."""
    function = spawn.function
    names = {term[1] for arg in spawn.call.args for term in arg.value if term[0] == "p"}
    for position in range(len(call.args)):
        param = bind(function, call, position, takes_instance(function, call))
        if param is not None and param.name in names and not param.kind.startswith("*"):
            return position
    return None


def drops_value(calls: Calls, function: Function) -> bool:
    """Whether a lambda is handed to something that drops what it returns."""
    if function.facts.kind != "lambda":
        return False
    parent = function.parent
    if parent is None:
        return False
    roles = parent.uses.roles.get(("q", function.key), ())
    given = [role for role in roles if role.kind == "arg"]
    return (
        bool(given)
        and len(given) == len(roles)
        and all(_drops_result(calls, parent, role.index, int(role.key)) for role in given)
    )


def _drops_result(calls: Calls, holder: Function, index: int, position: int) -> bool:
    call = holder.call(index)
    key = call.args[position].key
    if "factory" in key or call.text.rpartition(".")[2] in RESULT_USERS:
        return False
    return not any(isinstance(c, Function | Class) for c in calls.callees(holder, call))
