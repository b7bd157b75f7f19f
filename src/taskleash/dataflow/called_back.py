"""Callbacks that the program keeps in a container and calls one after the other.

``self._listeners.append(listener)``, and elsewhere ``for each in self._listeners: each(event)``:
what a listener returns is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.ir.model import Call
from taskleash.ir.terms import Attribute, Element, Parameter, Result, Term
from taskleash.models.api import Effect
from taskleash.models.containers import GROWING, SEARCHING, SHRINKING, VIEWING
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function
from taskleash.semantics.uses import Role

#: what is done with a container, or asked of it, that calls nothing that it has
_CALLS_NOTHING = GROWING | SHRINKING | SEARCHING | {"clear"}


def is_called_in_vain(calls: Calls, keeping: Function, index: int) -> bool:
    """Whether the program calls what a call adds to a container of its object, and drops the rest.

    All that is done with what the container has is to call it, as far as that is seen.
    """
    name = _container(keeping, index)
    owner = keeping.method.owner
    if not name or owner is None:
        return False
    is_called = False
    for load in calls.loads.named(name).related((owner,)):
        for role in _roles(calls, load.function, load.term):
            if role is None:
                return False
            if load.function.module.is_test and not keeping.module.is_test:
                continue
            if role.index in load.function.uses.results:
                return False
            is_called = True
    return is_called


def _container(function: Function, index: int) -> str:
    """The attribute of the function's own object, or class, to which a call adds something."""
    for func in function.call(index).func:
        base = func.base if isinstance(func, Attribute) and func.name in GROWING else None
        if isinstance(base, Attribute) and base.base == Parameter(function.self_name):
            return base.name
    return ""


def _roles(calls: Calls, function: Function, container: Term) -> Iterator[Role | None]:
    """The calls of what a container has; None for what else is done with that."""
    roles = function.uses.roles
    for role in roles.get(container, ()):
        if role.kind == "arg" and _is_copy(calls, function, role.index):
            yield from _roles(calls, function, Result(role.index))
        elif role.kind not in ("test", "target", "read"):
            yield None
    for derived in function.uses.derived.get(container, ()):
        if isinstance(derived, Element):
            for role in roles.get(derived, ()):
                if role.kind == "func":
                    yield role
                elif role.kind not in ("test", "delete"):
                    yield None
            if function.uses.derived.get(derived):
                yield None
        elif isinstance(derived, Attribute) and derived.name in VIEWING:
            for role in roles.get(derived, ()):
                yield from _roles(calls, function, Result(role.index))
        elif not (isinstance(derived, Attribute) and _calls_nothing(function, derived)):
            yield None


def _calls_nothing(function: Function, method: Attribute) -> bool:
    """Whether a method of the container is called for what it does, and gives nothing to call."""
    return method.name in _CALLS_NOTHING and all(
        role.kind == "func" and role.index not in function.uses.results
        for role in function.uses.roles.get(method, ())
    )


def _is_copy(calls: Calls, function: Function, index: int) -> bool:
    """Whether a call copies the container that it is given."""
    event = function.events[index]
    return isinstance(event, Call) and any(
        isinstance(callee, External) and calls.program.models.handle(callee.dotted) is Effect.COPIES
        for callee in calls.callees(function, event)
    )
