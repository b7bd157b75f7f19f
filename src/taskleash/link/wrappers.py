"""Functions that return the task they start, and those who call them."""

from __future__ import annotations

from taskleash.facts.catalogue import (
    CALLBACK_TAKERS,
    GROWING,
    HANDLE_ATTRIBUTES,
    RESULT_USERS,
    RUNNERS,
)
from taskleash.facts.model import Alts, Arg, Call, If, Term
from taskleash.link.calls import Calls, bind, takes_instance
from taskleash.link.context import Frame, around, tests
from taskleash.link.entities import Class, Function
from taskleash.link.results import gives_task
from taskleash.link.spawns import Spawn, coroutines, value_name
from taskleash.link.trail import Trail

_MAX_PARTS = 20
_OFF = (("c", "None"), ("c", "False"), ("c", "''"), ("c", '""'))


def users(calls: Calls, function: Function, spawn: int | None = None) -> list[tuple[Function, int]]:
    """The call sites whose caller answers for the task that the function returns.

    A caller that drives the loop itself runs outside of it, where the spawn is not reached, and
    does not count beside others.
    """
    sites = [
        (caller, index)
        for caller, index in calls.callers(function)
        if caller is not function
        and not _used_as_another_thing(caller, index)
        and not (spawn and _asks_for_no_task(function, spawn, caller.call(index)))
    ]
    inside = [(f, i) for f, i in sites if not _drives_loop(f)]
    return inside or sites


def _used_as_another_thing(caller: Function, index: int) -> bool:
    """Whether a caller asks of the result what no task has: it gets something else there."""
    return any(
        term[0] == "a" and term[2] not in HANDLE_ATTRIBUTES and not term[2].startswith("__")
        for term in caller.uses.derived.get(("s", index), ())
    )


def _asks_for_no_task(function: Function, spawn: int, call: Call) -> bool:
    """Whether a flag that a call gives, or leaves at its default, leads past the spawn."""
    needed = {name: branch == "then" for name, branch in _flags(function, around(function, spawn))}
    for order, exit_, frames in function.contexts.exits:
        if order < spawn and exit_.kind == "return":
            needed.update((name, branch != "then") for name, branch in _flags(function, frames))
    return any(_constant(function, call, name) is (not wanted) for name, wanted in needed.items())


def _flags(function: Function, frames: tuple[Frame, ...]) -> list[tuple[str, str]]:
    """The parameter that a single condition asks about, and the branch taken."""
    if len(frames) != 1 or not isinstance(frames[0].item, If):
        return []
    test, branch = frames[0].item.test, frames[0].branch
    if test.kind == "not":
        test, branch = test.parts[0], "else" if branch == "then" else "then"
    own = [term[1] for term in test.value if term[0] == "p"]
    return [(name, branch) for name in own] if test.kind == "truth" else []


def _constant(function: Function, call: Call, name: str) -> bool | None:
    """The truth of what a call gives for a parameter, its default too; None where not known."""
    instance = takes_instance(function, call)
    value: Alts = next((p.default for p in function.facts.params if p.name == name), ())
    for position, arg in enumerate(call.args):
        param = bind(function, call, position, instance)
        if arg.key in ("*", "**"):
            return None
        if param is not None and param.name == name:
            value = arg.value
    if value in ((("c", "True"),),):
        return True
    return False if value and all(term in _OFF for term in value) else None


def _drives_loop(function: Function) -> bool:
    return any(call.text.rpartition(".")[2] in RUNNERS for _, call in function.calls())


def handed_in(calls: Calls, spawn: Spawn, caller: Function, index: int) -> Spawn:
    """The call of a wrapper as a spawn of its own, with the coroutine that the caller hands in."""
    task, started = spawn.task, spawn.started
    call = caller.call(index)
    position = coroutine_argument(calls, spawn, call)
    work = position or 0
    if position is not None:
        arg = call.args[position]
        task = value_name(caller, arg.value) or task
        started = tuple(coroutines(calls, caller, (arg,)) or _named(calls, caller, arg)) or started
    kind = "threadsafe" if spawn.kind == "threadsafe" else "wrapper"
    to_await = spawn.function.facts.is_async and not spawn.function.facts.is_generator
    sure = gives_task(calls, caller, index)
    return Spawn(caller, index, kind, task, started, work, to_await, sure)


def _named(calls: Calls, caller: Function, arg: Arg) -> list[Function]:
    """The coroutine functions that are handed over themselves, to be called."""
    targets = (target for term in arg.value for target in calls.targets(caller, term))
    return [t for t in targets if isinstance(t, Function) and t.facts.is_async]


def coroutine_argument(calls: Calls, spawn: Spawn, call: Call) -> int | None:
    """Which argument of a call becomes the coroutine that the called wrapper starts."""
    function = spawn.function
    if spawn.kind == "coroutine":
        return None
    names = work_parameters(calls, spawn)
    for position in range(len(call.args)):
        param = bind(function, call, position, takes_instance(function, call))
        if param is not None and param.name in names and not param.kind.startswith("*"):
            return position
    return None


def work_parameters(calls: Calls, spawn: Spawn) -> set[str]:
    """The parameters of the spawning function through which the coroutine comes in."""
    work = spawn.call.args[spawn.work : spawn.work + 1]
    parts = (t for arg in work for t in _parts(calls, spawn.function, arg.value))
    return {term[1] for term in parts if term[0] == "p"}


def kept_if(function: Function, trail: Trail) -> frozenset[str]:
    """The optional parameters that decide whether the function keeps the handle it returns.

    Empty where it keeps the handle in any case, or never.
    """
    keeping = [
        op
        for op in trail.of("store", "contain")
        if op.function is function and op.place is not None and op.place.kind != "local"
    ]
    before = {id(frame.item) for frame in around(function, trail.index)}
    conditions = [_asked_params(function, op.index, before) for op in keeping]
    if not trail.given or not conditions or not all(conditions):
        return frozenset()
    return frozenset().union(*conditions)


def _asked_params(function: Function, index: int, before: set[int]) -> frozenset[str]:
    """The optional parameters that are asked between the spawn and an event."""
    optional = {p.name for p in function.facts.params if _is_off(p.default)}
    return frozenset(
        term[1]
        for frame in around(function, index)
        if isinstance(frame.item, If) and frame.branch == "then" and id(frame.item) not in before
        for test in tests(frame.item.test)
        if test.kind == "truth"
        for term in test.value
        if term[0] == "p" and term[1] in optional
    )


def _is_off(value: Alts) -> bool:
    return bool(value) and all(term in _OFF for term in value)


def unkept(
    function: Function, names: frozenset[str], caller: Function, index: int
) -> frozenset[str] | None:
    """Whether a call leaves the named parameters off, so that the function keeps nothing.

    Gives the caller's own parameters that decide it where they are passed on (none where the call
    leaves them out), and None where the call asks for the handle to be kept.
    """
    passed_on: set[str] = set()
    call = caller.call(index)
    for position, arg in enumerate(call.args):
        param = bind(function, call, position, takes_instance(function, call))
        if param is None or param.name not in names or _is_off(arg.value):
            continue
        own = {p.name for p in caller.facts.params if _is_off(p.default)}
        forwarded = {term[1] for term in arg.value if term[0] == "p" and term[1] in own}
        if not forwarded:
            return None
        passed_on |= forwarded
    return frozenset(passed_on)


def _parts(calls: Calls, function: Function, value: Alts) -> Alts:
    """The terms of a value, and of what the coroutine that it is awaits: ``guarded(coro)``."""
    found: dict[Term, None] = dict.fromkeys(value)
    pending = [term for term in value if term[0] == "s"]
    while pending and len(found) < _MAX_PARTS:
        call = function.call(pending.pop()[1])
        # A function that is handed in and called here makes the coroutine.
        found.update(dict.fromkeys(term for term in call.func if term[0] == "p"))
        for callee in calls.callees(function, call):
            inner = _taken(function, callee, call) if isinstance(callee, Function) else []
            pending.extend(term for term in inner if term[0] == "s" and term not in found)
            found.update(dict.fromkeys(inner))
    return tuple(found)


def _taken(function: Function, callee: Function, call: Call) -> list[Term]:
    """What a called function awaits or gives back: arguments, and the caller's own variables."""
    found: list[Term] = []
    for position, arg in enumerate(call.args):
        param = bind(callee, call, position, takes_instance(callee, call))
        if param is not None and _awaits(callee, ("p", param.name)):
            found.extend(arg.value)
    for param in function.facts.params if callee.parent is function else ():
        if _awaits(callee, ("f", function.key, param.name)):
            found.append(("p", param.name))
    return found


def _awaits(function: Function, term: Term) -> bool:
    return any(role.kind in ("await", "return") for role in function.uses.roles.get(term, ()))


def drops_value(calls: Calls, function: Function) -> bool:
    """Whether a function is only handed to something that drops what it returns."""
    if function.facts.kind != "lambda":
        return bool(droppers(calls, function)) and not calls.callers(function)
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


def droppers(calls: Calls, function: Function) -> list[tuple[Function, int]]:
    """The calls that have the event loop call a function, and so drop what it returns."""
    return [
        (holder, index)
        for holder, index in calls.references(function)
        if holder.call(index).text.rpartition(".")[2] in CALLBACK_TAKERS
    ]


def _drops_result(
    calls: Calls, holder: Function, index: int, position: int, is_given: bool = False
) -> bool:
    """Whether a call drops what the function that it is given as an argument returns.

    ``is_given`` is true where the holder was given the function itself.
    """
    call = holder.call(index)
    key = call.args[position].key
    if "factory" in key or call.text.rpartition(".")[2] in RESULT_USERS | GROWING:
        return False
    callees = calls.callees(holder, call)
    if not any(isinstance(c, Function | Class) for c in callees):
        return True
    return not is_given and all(
        isinstance(c, Function) and _registers(calls, c, call, position) for c in callees
    )


def _registers(calls: Calls, function: Function, call: Call, position: int) -> bool:
    """Whether a function of the program hands its argument to something outside, as a callback.

    It may note it down, too, such as to take it off later.
    """
    param = bind(function, call, position, takes_instance(function, call))
    if param is None or param.kind:
        return False
    roles = function.uses.roles.get(("p", param.name), ())
    handed = [role for role in roles if role.kind == "arg"]
    return (
        bool(handed)
        and all(role.kind in ("arg", "item") for role in roles)
        and all(
            role.index not in function.uses.results
            and _drops_result(calls, function, role.index, int(role.key), is_given=True)
            for role in handed
        )
    )
