"""What callers give for a parameter, also through functions that hand on all that they get."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from taskleash.dataflow.trail import Site
from taskleash.ir.model import Call, Give
from taskleash.ir.terms import Constant, Global, Nested, Parameter, Spread, Term
from taskleash.semantics.binding import bind, given, takes_instance
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function

#: a value, and the function whose it is
Value = tuple[Function, Term]
_NONE = Constant("None")
_STARS = ("*", "**")
#: through how many functions that hand on all that they get
_DEEPEST = 3


def passed(calls: Calls, function: Function, term: Parameter) -> tuple[list[Value], bool]:
    """What callers give for a parameter, None left out, and whether all of that is known."""
    param = next((p for p in function.facts.params if p.name == term.name), None)
    pending = [(*each, 0) for each in _passing(calls, function)]
    if param is None or param.kind in _STARS:
        return [], not pending
    found = _decorated(calls, function, term)
    is_complete = bool(pending or found) or not _may_be_called(calls, function)
    while pending:
        caller, call, depth = pending.pop(0)
        value = given(function, call).get(term.name)
        if value is not None:
            found += [(caller, each) for each in value if each != _NONE]
        elif not any(arg.key in _STARS for arg in call.args):
            around = function.parent
            default = param.default if around is not None else ()
            found += [(around, t) for t in default if around is not None and t != _NONE]
        elif depth < _DEEPEST and _hands_on(caller, call):
            pending += [
                (outer, _expanded(caller, call, inner), depth + 1)
                for outer, inner in _passing(calls, caller)
            ]
        else:
            is_complete = False
    return found, is_complete


def _decorated(calls: Calls, function: Function, term: Parameter) -> list[Value]:
    """The functions that a parameter stands for where its function is their decorator."""
    first = [p.name for p in function.facts.params if p.name != function.self_name][:1]
    if first != [term.name]:
        return []
    made = ((each.parent, Nested(each.key)) for each in calls.decorated.by(function))
    return [(home, each) for home, each in made if home is not None]


def _may_be_called(calls: Calls, function: Function) -> bool:
    """Whether the program may call it unseen: as a decorator, or as what another function gives."""
    names = calls.decorated.names
    around = function.parent
    gives = [e.value for e in around.events if isinstance(e, Give)] if around is not None else []
    if around is None or not any(Nested(function.key) in value for value in gives):
        return function.name in names
    return around.name in names or bool(calls.callers(around))


def _passing(calls: Calls, function: Function) -> Iterator[tuple[Function, Call]]:
    """The calls of a function; for a constructor those that make an object by it."""
    for caller, index in calls.callers(function):
        yield caller, caller.call(index)
    if function.name == "__init__" and function.owner is not None:
        by_another_name = _chosen(function.owner)
        for caller, index in (*calls.constructions(function.owner), *by_another_name):
            made = calls.callees(caller, caller.call(index))
            if any(isinstance(c, Class) and function in c.find("__init__") for c in made):
                yield caller, caller.call(index)


def _chosen(cls: Class) -> Iterator[Site]:
    """The calls that make an object of a class, or of a subclass, by a local name for it."""
    for each in sorted(cls.descendants, key=repr):
        named = Global(each.name)
        for reader in each.module.readers.get(named, ()):
            for index, call in reader.calls():
                if named in call.func and call.text != each.name:
                    yield reader, index


def _hands_on(function: Function, call: Call) -> bool:
    """Whether the stars of a call are those that its function is given."""
    kinds: dict[Term, str] = {Parameter(p.name): p.kind for p in function.facts.params}
    return all(
        kinds.get(term.base if isinstance(term, Spread) else term) == arg.key
        for arg in call.args
        if arg.key in _STARS
        for term in arg.value
    )


def _expanded(function: Function, call: Call, outer: Call) -> Call:
    """A call with what a call of its own function gives in the place of the stars.

    Without what it is given besides: that is of another function.
    """
    bound = takes_instance(function, outer)
    params = [bind(function, outer, place, bound) for place in range(len(outer.args))]
    pairs = zip(outer.args, params, strict=True)
    rest = [arg for arg, param in pairs if param is not None and param.kind in _STARS]
    own = [replace(arg, value=()) for arg in call.args if arg.key not in _STARS]
    return replace(call, args=(*own, *rest))
