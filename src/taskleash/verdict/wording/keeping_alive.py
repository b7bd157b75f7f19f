"""What a running task keeps alive: the object that it runs on, and what it is given."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.ir.model import Arg, Call
from taskleash.ir.terms import Alts, Attribute, Global, Outer, Parameter, Result, Term
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function, Module
from taskleash.semantics.naming import term_text
from taskleash.semantics.spawns import Spawn
from taskleash.verdict.signs import Signs

_CONSTANTS = frozenset({"None", "True", "False", ""})


def captures(signs: Signs, calls: Calls) -> tuple[str, ...]:
    """The names of what a task keeps alive, as written; an instance with the name of its class."""
    spawn, function = signs.spawn, signs.spawn.function
    names = [*_handed(spawn, calls), *_closed_over(spawn)]
    own, owner = function.method.self_name, function.method.owner
    labelled = {own: f"{own} ({owner.name})"} if owner is not None and own else {}
    return tuple(
        dict.fromkeys(
            labelled.get(name, name)
            for name in names
            if name not in _CONSTANTS and not _is_there_anyway(function, name)
        )
    )


def _handed(spawn: Spawn, calls: Calls) -> Iterator[str]:
    """What the call that makes the coroutine binds and is given."""
    function = spawn.function
    values = [t for arg in spawn.call.args[spawn.work : spawn.work + 1] for t in arg.value]
    made = [function.call(term.event) for term in values if isinstance(term, Result)]
    within = list(_made_within(spawn, calls))
    if within and not any(_starts(spawn, calls, function, call) for call in made):
        for wrapper, call in within:
            yield from _through(spawn, wrapper, call)
        return
    for call in made:
        yield from _kept(function, call)


def _made_within(spawn: Spawn, calls: Calls) -> Iterator[tuple[Function, Call]]:
    """The calls in a wrapper by which that makes its coroutine itself."""
    if spawn.within is not None:
        callees = calls.callees(spawn.function, spawn.call)
        for wrapper in (callee for callee in callees if isinstance(callee, Function)):
            for _, call in wrapper.calls():
                if _starts(spawn, calls, wrapper, call):
                    yield wrapper, call


def _starts(spawn: Spawn, calls: Calls, function: Function, call: Call) -> bool:
    return any(callee in spawn.started for callee in calls.callees(function, call))


def _through(spawn: Spawn, wrapper: Function, made: Call) -> Iterator[str]:
    """What the coroutine of a wrapper keeps of the wrapper's object and of what that is given."""
    kept = set(_kept(wrapper, made))
    if wrapper.self_name in kept:
        yield from _receivers(spawn.function, spawn.call)
    values = given(wrapper, spawn.call)
    for arg in spawn.call.args:
        if any(name in kept and value == arg.value for name, value in values.items()):
            yield _argument(spawn.function, arg)


def _kept(function: Function, call: Call) -> Iterator[str]:
    """What a call that makes a coroutine binds and gives it."""
    yield from _bound(function, call)
    yield from (_argument(function, arg) for arg in call.args)


def _bound(function: Function, call: Call) -> Iterator[str]:
    """The object on which a method runs; what an attribute holds may be a function of another."""
    owner = function.method.owner
    for term in call.func:
        if not isinstance(term, Attribute):
            continue
        stored = owner.stores.get(term.name) if owner is not None else None
        if stored and _is_own(function, term.base) and not (owner and owner.find(term.name)):
            yield call.text
        else:
            yield from _receivers(function, call)


def _receivers(function: Function, call: Call) -> Iterator[str]:
    """What a method is called on, as written where that is a dotted name."""
    written = call.text.rpartition(".")[0]
    if written.startswith("super("):
        yield function.method.self_name
        return
    if written and all(part.isidentifier() for part in written.split(".")):
        yield written
        return
    for term in call.func:
        if isinstance(term, Attribute):
            yield _text(function, term.base)


def _text(function: Function, term: Term) -> str:
    text = term_text(function, term)
    return "" if text.endswith(")") else text


def _argument(function: Function, arg: Arg) -> str:
    """What an argument keeps: a method of its own object keeps that."""
    return _own_of_a_method(function, arg.value) or arg.text


def _own_of_a_method(function: Function, value: Alts) -> str:
    owner = function.method.owner
    is_method = owner is not None and any(
        isinstance(term, Attribute) and _is_own(function, term.base) and owner.find(term.name)
        for term in value
    )
    return function.method.self_name if is_method else ""


def _is_own(function: Function, term: Term) -> bool:
    """Whether a term is the object of the method around it."""
    method = function.method
    return term in (Parameter(method.self_name), Outer(method.key, method.self_name))


def _closed_over(spawn: Spawn) -> Iterator[str]:
    """The variables of enclosing functions that a nested function reads."""
    for function in spawn.started:
        if function.facts.parent and function.parent is not None:
            terms = [*function.uses.roles, *function.uses.derived]
            yield from sorted({term.name for term in terms if isinstance(term, Outer)})


def _is_there_anyway(function: Function, name: str) -> bool:
    """Whether a name is one of a module, or of what lies in one: those are kept in any case."""
    root = name.partition(".")[0].partition("[")[0]
    if root in function.module.facts.imports:
        return True
    symbol = function.module.program.symbol(function, Global(root))
    return isinstance(symbol, (Module, Class))
