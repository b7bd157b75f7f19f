"""What is known of a call of something outside: by the settings, the user's models, the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.ir.known import KnownCalls
from taskleash.ir.model import Call
from taskleash.ir.terms import last_name
from taskleash.models.api import Api, Gives, KnownBy
from taskleash.models.table import canonical
from taskleash.semantics.calls import Callee, Calls, UntypedMethod
from taskleash.semantics.entities import Class, External, Function
from taskleash.semantics.naming import may_call
from taskleash.source.modules import path_name


def told_of(known: KnownCalls, callees: Iterable[Callee]) -> Api | None:
    """What the settings say of a call, if they say anything."""
    if not known.told:
        return None
    # A file of models has as many entries as it likes: only those of the right name are looked at.
    found = [
        api
        for callee in callees
        for api in known.told_by_name.get(own_name(callee), ())
        if is_named(callee, api.name)
    ]
    return min(found, key=known.told.index) if len(found) > 1 else next(iter(found), None)


def own_name(callee: Callee) -> str:
    """The last part of each dotted name by which a user may mean what is called."""
    return callee.dotted.rpartition(".")[2] if isinstance(callee, External) else callee.name


def api_of(calls: Calls, function: Function, call: Call) -> Api | None:
    """What the settings, or else the table, say of a call that starts something."""
    if not may_call(calls, function, call, calls.program.spawning_names):
        return None
    callees = calls.callees(function, call)
    told = told_of(calls.program.known, callees)
    if told is not None:
        return told
    found = (starting(calls, function, call, callee) for callee in callees)
    return next((api for api in found if api is not None), None)


def calls_giving(calls: Calls, gives: Gives) -> Iterator[tuple[Function, int]]:
    """All calls in the program of what gives this."""
    models = calls.program.models
    for name in sorted({dotted.rpartition(".")[2] for dotted in models.giving(gives)}):
        for function, index in calls.program.lookup.calls(name):
            if any(
                isinstance(callee, External) and models.gives(callee.dotted) is gives
                for callee in calls.callees(function, function.call(index))
            ):
                yield function, index


def starting(calls: Calls, function: Function, call: Call, callee: Callee) -> Api | None:
    """What the table says of a callee outside of the program that starts something."""
    models, libraries = calls.program.models, function.module.libraries
    if isinstance(callee, External):
        return models.spawning(canonical(callee.dotted), libraries)
    if not isinstance(callee, UntypedMethod):
        return None
    receiver = call.text.rpartition(".")[0] or last_name(callee.receiver)
    last = receiver.rpartition(".")[2].rstrip("()")
    return models.starting(last, callee.name, KnownBy.RECEIVER, libraries)


def is_named(callee: Callee, name: str) -> bool:
    """Whether a user who gives this dotted name means what is called."""
    if isinstance(callee, External):
        return callee.dotted in (name, canonical(name))
    if isinstance(callee, Function):
        module = callee.module
        return name in (
            f"{module.name}.{callee.qualname}",
            f"{path_name(module.path)}.{callee.qualname}",
        )
    if isinstance(callee, Class):
        return False
    # The class of the object is not known: a method that the settings name is meant.
    owner, _, method = name.rpartition(".")
    return callee.name == method and owner.rpartition(".")[2][:1].isupper()
