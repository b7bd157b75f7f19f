"""Attributes that are set for good: what every instance has been given by its constructor."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.assumptions import Given
from taskleash.ir.terms import Alts, Attribute, Constant, Parameter, Result, Term
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.loads import Load

_TRUE = (Constant("True"),)
_CONSTRUCTOR = "__init__"
#: methods by which an instance may be false
_TRUTH = ("__bool__", "__len__")


def settled_for(calls: Calls, function: Function, caller: Function, index: int) -> Given:
    """The attributes of arguments that are certain to be true in one call of a function."""
    passed = given(function, caller.call(index))
    found: dict[Term, Alts] = {}
    for term in _asked(function):
        if isinstance(term.base, Parameter) and term.base.name in passed:
            classes = _known(calls, caller, passed[term.base.name])
            if classes and all(_is_settled(calls, cls, term.name) for cls in classes):
                found[term] = _TRUE
    return found


def settled_in(calls: Calls, function: Function) -> Given:
    """The attributes of a method's own instance that are certain to be true."""
    owner, own = function.owner, Parameter(function.self_name)
    if owner is None or function.name == _CONSTRUCTOR:
        return {}
    return {
        term: _TRUE
        for term in _asked(function)
        if term.base == own and _is_settled(calls, owner, term.name)
    }


def _asked(function: Function) -> Iterator[Attribute]:
    """The attributes that conditions of a function ask for."""
    for term, roles in function.uses.roles.items():
        if isinstance(term, Attribute) and any(role.kind == "test" for role in roles):
            yield term


def _known(calls: Calls, function: Function, value: Alts) -> tuple[Class, ...]:
    """The classes of a value; empty where one of them may be another."""
    found: list[Class] = []
    for term in value:
        classes = calls.inference.classes(function, term)
        if not classes:
            return ()
        found += classes
    return tuple(found)


def _is_settled(calls: Calls, cls: Class, name: str) -> bool:
    """Whether a constructor sets the attribute in any case, and nothing ever sets it to None."""
    related = (*cls.mro, *(cls.descendants - {cls}))
    stores = [store for member in related for store in member.stores.get(name, ())]
    return (
        any(
            method.name == _CONSTRUCTOR
            and method in cls.find(_CONSTRUCTOR)
            and not around(method, method.events.index(event))
            for method, event in stores
        )
        and all(
            bool(event.value)
            and not event.op
            and all(_is_true(calls, cls, method, term) for term in event.value)
            for method, event in stores
        )
        and not any(
            load.named is None and load.function.owner not in related and _is_set(load)
            for load in calls.loads.named(name).related((cls,))
        )
    )


def _is_true(calls: Calls, cls: Class, method: Function, term: Term) -> bool:
    """Whether a value that is stored is an instance of a class of the program."""
    if isinstance(term, Result):
        made = calls.callees(method, method.call(term.event))
        return bool(made) and all(isinstance(c, Class) and _has_no_truth(c) for c in made)
    if not isinstance(term, Parameter) or method.name != _CONSTRUCTOR:
        return False
    sites = calls.constructions(cls)
    return bool(sites) and all(
        _gives_instance(calls, function, given(method, function.call(index)).get(term.name, ()))
        for function, index in sites
    )


def _gives_instance(calls: Calls, function: Function, value: Alts) -> bool:
    classes = _known(calls, function, value)
    is_made = all(
        isinstance(term, Result) or term == Parameter(function.self_name) for term in value
    )
    return bool(classes) and is_made and all(map(_has_no_truth, classes))


def _has_no_truth(cls: Class) -> bool:
    return not any(cls.find(name) for name in _TRUTH)


def _is_set(load: Load) -> bool:
    return any(role.kind == "target" for role in load.function.uses.roles.get(load.term, ()))
