"""State that a condition asks for: whether its function sets it, and others set it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from taskleash.ir.model import If, Store, Test, tests
from taskleash.ir.terms import Alts, Attribute, Global, Outer, Parameter, Result, Term
from taskleash.lifecycle.phases import Phases
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.entities import Function


def is_flag(function: Function, item: If, slots: Collection[Term] = ()) -> bool:
    """A condition on state that the same function sets once it has asked for it.

    The ``slots`` keep the handle itself, which is no flag: whether a condition on it lets a second
    spawn pass is told by the paths with a task in it.
    """
    return bool(_flags(function, item) - set(slots))


def _flags(function: Function, item: If) -> set[Term]:
    """The state that a condition asks for, and that its function sets after that."""
    asked = set(state_read(function, item.test))
    return {
        event.target
        for event in function.events
        if isinstance(event, Store) and event.target in asked and event.pos[0] >= item.line
    }


def is_set_back(function: Function, item: If) -> bool:
    """Whether another method of the object sets the state too, other than as it is made.

    So may the function itself, where it does not always set the same.
    """
    owner = function.owner
    flags = _flags(function, item)
    names = [t.name for t in flags if isinstance(t, Attribute)]
    return any(len(_values(function, flag)) > 1 for flag in flags) or any(
        method is not function and not LIFECYCLE.constructs(method.name)
        for name in names
        for cls in ((*owner.mro, *owner.descendants) if owner is not None else ())
        for method, _ in cls.stores.get(name, ())
    )


def _values(function: Function, flag: Term) -> set[Alts]:
    """What a function sets some state to; what it is given may be anything."""
    found = {e.value for e in function.events if isinstance(e, Store) and e.target == flag}
    given = {value for value in found if any(isinstance(term, Parameter) for term in value)}
    return found | ({()} if given else set())


def is_one_of_several(item: If, branch: str) -> bool:
    """Whether a branch is taken for something else as well, whatever the state is."""
    return item.test.kind == ("or" if branch == "then" else "and")


def state_read(function: Function, test: Test) -> Iterator[Term]:
    """The attributes and globals that a condition asks about."""
    for part in tests(test):
        for term in part.value:
            if isinstance(term, (Attribute, Global, Outer)):
                yield term
            elif isinstance(term, Result):
                call = function.call(term.event)
                yield from (
                    func.base
                    for func in call.func
                    if isinstance(func, Attribute) and isinstance(func.base, Attribute)
                )
                yield from (func for func in call.func if isinstance(func, Attribute))


def only_closes(phases: Phases, function: Function, term: Term) -> bool:
    """Whether state is set by teardowns only, so that it lets every call before them through.

    Where nothing is seen to set it, its name tells.
    """
    if not isinstance(term, Attribute):
        return False
    setters = [
        method
        for cls in phases.calls.inference.classes(function, term.base)
        for member in (*cls.mro, *cls.descendants)
        for method, _ in member.stores.get(term.name, ())
        if not LIFECYCLE.constructs(method.name)
    ]
    if setters:
        return all(map(phases.ends, setters))
    return LIFECYCLE.ends(term.name)
