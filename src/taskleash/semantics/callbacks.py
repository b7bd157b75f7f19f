"""Coroutine functions that are registered as plain callbacks: they are called, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from taskleash.ir.model import Arg, Call
from taskleash.ir.terms import Attribute, Global, Nested, Result, last_name
from taskleash.models.api import Effect
from taskleash.models.classes import SAME_FUNCTION
from taskleash.models.table import Models
from taskleash.semantics.apis import told_of
from taskleash.semantics.calls import Callee, Calls, Site, UntypedMethod
from taskleash.semantics.entities import External, Function


@dataclass(frozen=True)
class LaterCall:
    """A call that the event loop makes for another one: ``call_soon(function, value)``.

    ``call`` is what the loop does: the callback with the arguments that are given for it, of which
    ``given_from`` is the place of the first one among those of the call at ``index``.
    """

    holder: Function
    index: int
    call: Call
    given_from: int


def called_later(calls: Calls, function: Function) -> Iterator[LaterCall]:
    """The calls of a function that are left to an event loop; it drops what they give."""
    for holder, index in calls.references(function):
        call = holder.call(index)
        name = call.text.rpartition(".")[2]
        if is_left_to_a_loop(calls, holder, index):
            callback, rest = call.args[0].value, call.args[1:]
            if not call.args[0].key and any(function in calls.targets(holder, t) for t in callback):
                yield LaterCall(holder, index, replace(call, func=callback, args=rest), 1)
            continue
        position = calls.program.models.callback(name)
        if position is None or name not in calls.program.models.schedulers:
            continue
        if any(arg.key for arg in call.args[: position + 1]) or len(call.args) <= position:
            continue
        callback = call.args[position].value
        if any(function in calls.targets(holder, term) for term in callback):
            rest = call.args[position + 1 :]
            made = replace(call, func=callback, args=rest)
            yield LaterCall(holder, index, made, position + 1)


def is_left_to_a_loop(calls: Calls, holder: Function, index: int) -> bool:
    """Whether a call is of ``partial``, and what it makes goes to an event loop alone."""
    sites = _bound_for(holder, index) if _binds(calls, holder, index) else []
    schedulers = calls.program.models.schedulers
    return bool(sites) and all(
        holder.call(at).text.rpartition(".")[2] in schedulers for _, at in sites
    )


def given_to(
    calls: Calls, function: Function, names: frozenset[str] | None = None
) -> Iterator[Site]:
    """The calls, of any or of these ``names``, that are given a function or a ``partial`` of it."""
    for holder, index in calls.references(function):
        bound = _binds(calls, holder, index)
        for site in _bound_for(holder, index) if bound else [(holder, index)]:
            if names is None or holder.call(site[1]).text.rpartition(".")[2] in names:
                yield site


def _binds(calls: Calls, holder: Function, index: int) -> bool:
    """Whether a call binds arguments to a function that it is given."""
    models = calls.program.models
    return any(
        isinstance(callee, External) and models.handle(callee.dotted) is Effect.BINDS
        for callee in calls.callees(holder, holder.call(index))
    )


def _bound_for(holder: Function, index: int) -> list[Site]:
    """The calls that are given what a call makes; empty where it goes elsewhere, too."""
    roles = holder.uses.roles.get(Result(index), ())
    return [(holder, r.index) for r in roles] if all(r.kind == "arg" for r in roles) else []


def dropped_coroutines(calls: Calls, function: Function, call: Call) -> tuple[Function, ...]:
    """The coroutine functions that a call registers with what calls them and drops the coroutine.

    Empty where what is registered may be another function.
    """
    models = calls.program.models
    position = models.callback(call.text.rpartition(".")[2])
    if position is None:
        return ()
    callees = calls.callees(function, call)
    told = told_of(calls.program.known, callees)
    if told is not None and told.callback is not None:
        position = told.callback
    elif not callees or not all(_drops(models, function, call, callee) for callee in callees):
        return ()
    callback = _callback(call, position)
    found: list[Function] = []
    for term in callback.value if callback is not None else ():
        targets = calls.targets(function, term)
        if isinstance(term, Result) and not targets:
            # ``call_later(1, work())``: what is given is the coroutine, which cannot be called.
            targets = calls.callees(function, function.call(term.event))
        if not targets:
            return ()
        for target in targets:
            if not isinstance(target, Function) or not is_coroutine_function(target):
                return ()
            found.append(target)
    return tuple(dict.fromkeys(found))


def uncalled(calls: Calls, function: Function, call: Call, work: int) -> tuple[Function, ...]:
    """The coroutine functions that a call is given where it takes coroutines: they are not called.

    Empty where what is given may be anything else: an attribute may keep the coroutine itself.
    """
    given = call.args[work].value if work < len(call.args) and not call.args[work].key else ()
    found: list[Function] = []
    for term in given:
        if isinstance(term, Attribute):
            classes = calls.inference.classes(function, term.base)
            if not classes or any(
                each.stores.get(term.name) for cls in classes for each in cls.mro
            ):
                return ()
        elif not isinstance(term, Global | Nested):
            return ()
        targets = calls.targets(function, term)
        found += [t for t in targets if isinstance(t, Function) and is_coroutine_function(t)]
        if not targets or len(found) < len(targets):
            return ()
    return tuple(dict.fromkeys(found))


def is_coroutine_function(function: Function) -> bool:
    """Whether a call of the function for certain makes a coroutine, and runs nothing."""
    return (
        function.facts.is_async
        and not function.facts.is_generator
        and function.decorators <= SAME_FUNCTION
    )


def _callback(call: Call, position: int) -> Arg | None:
    """The argument that is called later."""
    if any(arg.key in ("*", "**") for arg in call.args[: position + 1]):
        return None
    plain = [arg for arg in call.args if not arg.key]
    named = next((arg for arg in call.args if arg.key in ("callback", "handler", "func")), None)
    return plain[position] if position < len(plain) else named


def _drops(models: Models, function: Function, call: Call, callee: Callee) -> bool:
    """Whether a callee calls what it is given, and drops what that gives."""
    loop = models.kinds["loop"]
    if isinstance(callee, External):
        if models.drops_callback(callee.dotted):
            return True
        receiver, _, name = callee.dotted.rpartition(".")
        is_foreign = receiver.partition(".")[0] in loop.runs_coroutines
        is_loop = receiver in loop.given_by and not is_foreign
        return is_loop if name in models.loop_callbacks else name in models.callback_takers
    if not isinstance(callee, UntypedMethod):
        return False
    if callee.name not in models.loop_callbacks:
        return callee.name in models.callback_takers
    receiver = call.text.rpartition(".")[0] or last_name(callee.receiver)
    last = receiver.rpartition(".")[2].rstrip("()")
    return models.is_called("loop", last) and loop.runs_coroutines.isdisjoint(
        function.module.libraries
    )
