"""Functions that return the task they start, and those who call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from taskleash.controlflow.assumptions import NOTHING_GIVEN, Given
from taskleash.dataflow.trail import Trail
from taskleash.ir.model import Arg, Call, If, Test
from taskleash.ir.terms import Alts, Attribute, Constant, Outer, Parameter, Result, Term
from taskleash.models.containers import HANDLE_ATTRIBUTES
from taskleash.models.table import MODELS
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.binding import given as given_values
from taskleash.semantics.callbacks import LaterCall
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function
from taskleash.semantics.mains import runs_beside
from taskleash.semantics.naming import value_name
from taskleash.semantics.results import gives_task
from taskleash.semantics.settled import settled_for, settled_in
from taskleash.semantics.spawns import NEVER_RUN, Spawn, SpawnKind, coroutines
from taskleash.sentences import NOTHING, Sentence, claim, sentence

_OFF = (Constant("None"), Constant("False"), Constant("''"), Constant('""'))


def users(calls: Calls, function: Function, spawn: int | None = None) -> list[tuple[Function, int]]:
    """The call sites whose caller answers for the task that the function returns.

    A caller that drives the loop itself runs outside of it, where the spawn is not reached, and
    does not count beside others; unless it does so where the loop does not run yet, and calls it in
    the other branch.
    """
    sites = [
        (caller, index)
        for caller, index in calls.callers(function)
        if caller is not function
        and not _used_as_another_thing(caller, index)
        and not (spawn and _asks_for_no_task(calls, function, spawn, caller, index))
    ]
    inside = [(f, i) for f, i in sites if next(runs_beside(f, i, MODELS.runners), None) is None]
    return inside or sites


def _used_as_another_thing(caller: Function, index: int) -> bool:
    """Whether a caller asks of the result what no task has: it gets something else there."""
    return any(
        isinstance(term, Attribute)
        and term.name not in HANDLE_ATTRIBUTES
        and not term.name.startswith("__")
        for term in caller.uses.derived.get(Result(index), ())
    )


def _asks_for_no_task(
    calls: Calls, function: Function, spawn: int, caller: Function, index: int
) -> bool:
    """Whether what a call gives, or leaves at its default, leads past the spawn."""
    known = {
        **constants_given(function, caller.call(index)),
        **settled_for(calls, function, caller, index),
    }
    return bool(known) and not function.paths.reaches(spawn, known)


def constants_given(
    function: Function, call: Call, known: Given = NOTHING_GIVEN
) -> dict[Term, Alts]:
    """The constants that a call gives for the function's parameters, by themselves or by default.

    ``known`` is what the caller's own parameters are. Empty where the call spreads its arguments:
    it may give anything then.
    """
    if any(arg.key in ("*", "**") for arg in call.args):
        return {}
    found: dict[Term, Alts] = {
        Parameter(p.name): p.default for p in function.facts.params if p.default
    }
    instance = takes_instance(function, call)
    for position, arg in enumerate(call.args):
        param = bind(function, call, position, instance)
        if param is not None and not param.kind.startswith("*"):
            found[Parameter(param.name)] = tuple(
                each for term in arg.value for each in known.get(term, (term,))
            )
    return {
        param: value
        for param, value in found.items()
        if value and all(isinstance(term, Constant) for term in value)
    }


def why_unreached(calls: Calls, function: Function, index: int) -> Sentence:
    """Why control never comes to an event, as the program is; NOTHING where it may."""
    for term, value in settled_in(calls, function).items():
        if isinstance(term, Attribute) and not function.paths.reaches(index, {term: value}):
            text = claim("every instance has `{name}`: as it is, control never comes here")
            return sentence(text, name=term.name)
    name = left_out_by_each(calls, function, index)
    if not name:
        return NOTHING
    text = claim("no call gives `{name}` what leads here: as it is, control never comes here")
    return sentence(text, name=name)


def left_out_by_each(calls: Calls, function: Function, index: int) -> str:
    """The parameter for which each call of a private function gives what leads past an event.

    Empty where there is none, or where others may call the function.
    """
    params = [param.name for param in function.facts.params if param.default]
    if not params or not _has_known_callers(calls, function):
        return ""
    known = [constants_given(function, f.call(i)) for f, i in calls.callers(function)]
    for name in params:
        term = Parameter(name)
        if all(
            term in each and not function.paths.reaches(index, {term: each[term]}) for each in known
        ):
            return name
    return ""


def _has_known_callers(calls: Calls, function: Function) -> bool:
    """Whether all calls of a private function are there to be looked at."""
    return (
        function.name.startswith("_")
        and not function.name.endswith("__")
        and not function.decorators
        and bool(calls.callers(function))
        and not calls.references(function)
        and calls.possible(function) is None
    )


def handed_in(calls: Calls, spawn: Spawn, caller: Function, index: int) -> Spawn:
    """The call of a wrapper as a spawn of its own, with the coroutine that the caller hands in."""
    to_await = spawn.function.facts.is_async and not spawn.function.facts.is_generator
    found = _handed(calls, spawn, LaterCall(caller, index, caller.call(index), 0))
    return replace(found, to_await=to_await, gives_task=gives_task(calls, caller, index))


def handed_later(calls: Calls, spawn: Spawn, later: LaterCall) -> Spawn:
    """The same where the wrapper is called by the event loop: nobody gets the task then."""
    return replace(_handed(calls, spawn, later), gives_task=False)


def _handed(calls: Calls, spawn: Spawn, way: LaterCall) -> Spawn:
    task, started, around = spawn.task, spawn.started, spawn.around
    position = coroutine_argument(calls, spawn, way.call)
    work = 0
    if position is not None:
        arg = way.call.args[position]
        work = position + way.given_from
        task = value_name(way.holder, arg.value) or task
        named = tuple(coroutines(calls, way.holder, (arg,)) or _named(calls, way.holder, arg))
        if named:
            started, around = named, (*spawn.around, *spawn.started)
    kind: SpawnKind = "threadsafe" if spawn.kind == "threadsafe" else "wrapper"
    first = spawn.within or spawn
    return Spawn(way.holder, way.index, kind, task, started, work, around=around, within=first)


def _named(calls: Calls, caller: Function, arg: Arg) -> list[Function]:
    """The coroutine functions that are handed over themselves, to be called."""
    targets = (target for term in arg.value for target in calls.targets(caller, term))
    return [t for t in targets if isinstance(t, Function) and t.facts.is_async]


def coroutine_argument(calls: Calls, spawn: Spawn, call: Call) -> int | None:
    """Which argument of a call becomes the coroutine that the called wrapper starts."""
    function = spawn.function
    if spawn.kind in NEVER_RUN:
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
    return {term.name for term in parts if isinstance(term, Parameter)}


#: what has a function keep the handle: any of these sets of parameters, all of it true
Needs: TypeAlias = frozenset[frozenset[str]]


def kept_if(function: Function, trail: Trail) -> Needs:
    """The parameters that decide whether the function keeps the handle it returns.

    Empty where it keeps the handle in any case, or never.
    """
    # What it calls may keep the handle for it.
    keeping = [
        op.site[1]
        for op in trail.of("store", "contain")
        if op.site[0] is function and op.place is not None and op.place.kind != "local"
    ]
    before = {id(frame.item) for frame in around(function, trail.index)}
    conditions = [_asked_params(function, index, before) for index in keeping]
    if not trail.given or not conditions or not all(conditions):
        return frozenset()
    return frozenset(conditions)


def _asked_params(function: Function, index: int, before: set[int]) -> frozenset[str]:
    """The parameters that have to be true between the spawn and an event."""
    own = {p.name for p in function.facts.params if not p.kind.startswith("*")}
    return frozenset(
        term.name
        for frame in around(function, index)
        if isinstance(frame.item, If) and frame.branch == "then" and id(frame.item) not in before
        for test in needed(frame.item.test)
        for term in _something(test)
        if isinstance(term, Parameter) and term.name in own
    )


def _something(test: Test) -> Alts:
    """What a condition asks whether it is something, rather than nothing."""
    if test.kind == "not" and test.parts[0].kind == "none":
        return test.parts[0].value
    return test.value if test.kind == "truth" else ()


def needed(test: Test) -> Iterator[Test]:
    """The conditions that have to hold where a condition does."""
    yield test
    for part in test.parts if test.kind == "and" else ():
        yield from needed(part)


def _is_off(value: Alts) -> bool:
    return bool(value) and all(term in _OFF for term in value)


def unkept(function: Function, needs: Needs, caller: Function, index: int) -> Needs | None:
    """Whether a call leaves off what is needed, so that the function keeps nothing.

    Gives what the caller's own parameters decide where they are passed on (nothing where the call
    leaves them out), and None where the call asks for the handle to be kept.
    """
    passed_on: set[frozenset[str]] = set()
    for names in needs:
        decided = _unmet(function, names, caller, index)
        if decided is None:
            return None
        passed_on |= {decided} if decided else set()
    return frozenset(passed_on)


def _unmet(
    function: Function, names: frozenset[str], caller: Function, index: int
) -> frozenset[str] | None:
    """The caller's parameters that decide whether all these are true; None where they all are.

    Empty where one of them is off.
    """
    given = given_values(function, caller.call(index))
    own = {p.name for p in caller.facts.params if _is_off(p.default)}
    forwarded: set[str] = set()
    for name in names:
        value = given.get(name, _default(function, name))
        if _is_off(value):
            return frozenset()
        forwarded |= {t.name for t in value if isinstance(t, Parameter) and t.name in own}
    return frozenset(forwarded) or None


def _default(function: Function, name: str) -> Alts:
    return next((p.default for p in function.facts.params if p.name == name), ())


def _parts(calls: Calls, function: Function, value: Alts) -> Alts:
    """The terms of a value, and of what the coroutine that it is awaits: ``guarded(coro)``."""
    found: dict[Term, None] = dict.fromkeys(value)
    pending = [term for term in value if isinstance(term, Result)]
    while pending:
        call = function.call(pending.pop().event)
        # A function that is handed in and called here makes the coroutine.
        found.update(dict.fromkeys(term for term in call.func if isinstance(term, Parameter)))
        for callee in calls.callees(function, call):
            inner = _taken(function, callee, call) if isinstance(callee, Function) else []
            pending.extend(term for term in inner if isinstance(term, Result) and term not in found)
            found.update(dict.fromkeys(inner))
    return tuple(found)


def _taken(function: Function, callee: Function, call: Call) -> list[Term]:
    """What a called function awaits or gives back: arguments, and the caller's own variables."""
    found: list[Term] = []
    for position, arg in enumerate(call.args):
        param = bind(callee, call, position, takes_instance(callee, call))
        if param is not None and _awaits(callee, Parameter(param.name)):
            found.extend(arg.value)
    for param in function.facts.params if callee.parent is function else ():
        if _awaits(callee, Outer(function.key, param.name)):
            found.append(Parameter(param.name))
    return found


def _awaits(function: Function, term: Term) -> bool:
    return any(role.kind in ("await", "return") for role in function.uses.roles.get(term, ()))
