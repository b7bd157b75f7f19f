"""Functions whose result nobody takes: callbacks, and what an attribute calls in vain."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.called_back import is_called_in_vain
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import Attribute, Nested, Parameter, Result
from taskleash.models.callables import RESULT_USERS
from taskleash.models.containers import GROWING
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.callbacks import given_to
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.uses import Role


def drops_value(calls: Calls, function: Function) -> bool:
    """Whether a function is only handed to something that drops what it returns."""
    if function.facts.kind != "lambda":
        return bool(droppers(calls, function)) and not calls.callers(function)
    parent = function.parent
    if parent is None:
        return False
    roles = parent.uses.roles.get(Nested(function.key), ())
    return bool(roles) and all(
        _drops_result(calls, parent, role.index, int(role.key))
        if role.kind == "arg"
        else _is_called_in_vain(calls, parent, role)
        for role in roles
    )


def put_into(function: Function) -> Iterator[str]:
    """The attributes that a lambda is put into."""
    parent = function.parent
    if parent is not None and function.facts.kind == "lambda":
        for role in parent.uses.roles.get(Nested(function.key), ()):
            name = _attribute(parent, role)
            if name:
                yield name


def _is_called_in_vain(calls: Calls, holder: Function, role: Role) -> bool:
    """Whether an attribute that is given a function is called where nothing is done with it."""
    name = _attribute(holder, role)
    if not name or name in calls.program.methods_named:
        return False
    sites = [s for s in calls.program.lookup.calls(name) if not s[0].module.is_test]
    return bool(sites) and not any(c.uses.roles.get(Result(index)) for c, index in sites)


def _attribute(holder: Function, role: Role) -> str:
    """The attribute that a value is put into by what is done to it."""
    event = holder.events[role.index] if role.kind == "value" else None
    target = event.target if isinstance(event, Store) else None
    return target.name if isinstance(target, Attribute) else ""


def droppers(calls: Calls, function: Function) -> list[tuple[Function, int]]:
    """The calls that have the event loop call a function, and so drop what it returns."""
    return list(given_to(calls, function, calls.program.models.callback_takers))


def _drops_result(
    calls: Calls, holder: Function, index: int, position: int, is_given: bool = False
) -> bool:
    """Whether a call drops what the function that it is given as an argument returns.

    ``is_given`` is true where the holder was given the function itself.
    """
    call = holder.call(index)
    key = call.args[position].key
    name = call.text.rpartition(".")[2]
    if "factory" in key or name in RESULT_USERS:
        return False
    if name in GROWING:
        return is_given and is_called_in_vain(calls, holder, index)
    callees = calls.callees(holder, call)
    if not any(isinstance(c, Function | Class) for c in callees):
        return True
    return not is_given and all(
        isinstance(c, Function) and _registers(calls, c, call, position) for c in callees
    )


def _registers(calls: Calls, function: Function, call: Call, position: int) -> bool:
    """Whether a function of the program hands its argument to something outside, as a callback.

    Or it calls it and drops what comes back, or keeps it among those that the program calls so. It
    may note it down, too, such as to take it off later.
    """
    param = bind(function, call, position, takes_instance(function, call))
    if param is None or param.kind:
        return False
    roles = function.uses.roles.get(Parameter(param.name), ())
    handed = [role for role in roles if role.kind in ("arg", "func")]
    return (
        bool(handed)
        and all(role.kind in ("arg", "func", "item") for role in roles)
        and all(
            role.index not in function.uses.results
            and (
                role.kind == "func"
                or _drops_result(calls, function, role.index, int(role.key), is_given=True)
            )
            for role in handed
        )
    )
