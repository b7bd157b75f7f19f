"""What a framework makes for a call of a function, or for a request, and closes after that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.classify.inside import Inside, carriers_in
from taskleash.classify.model import Captured
from taskleash.classify.signs import Signs
from taskleash.facts.model import Call, Param, Store, TypeRef, Use
from taskleash.facts.terms import Global, Parameter, Result, Term
from taskleash.link.calls import Calls
from taskleash.link.entities import External, Function, Variable
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.resources import CLOSING, LENDING, LENT, ROUTING


def lent(calls: Calls, inside: Inside, signs: Signs, used: dict[Term, str]) -> Captured | None:
    """What is lent to the function with the spawn, if the task uses it and may outlive the call."""
    function = signs.spawn.function
    for param in function.facts.params:
        name = used.get(Parameter(param.name))
        if name is None or not _is_lent(calls, function, param):
            continue
        carriers = carriers_in(signs.trail, function)
        outcome = function.paths.search([signs.spawn.index], inside.endings(signs), carriers)
        if outcome.leaks and signs.ended_here != "cancelled":
            line = function.facts.line
            return Captured(name, function.module.path, line, False, function.name)
    return None


def _is_lent(calls: Calls, function: Function, param: Param) -> bool:
    types = calls.inference.from_ref(function.module, param.annotation)
    if function.decorators & ROUTING and any(kind.name in LENT for kind in types):
        return True
    around_it = function.parent
    asked = [
        around_it.call(term.event)
        for term in param.default
        if around_it is not None and isinstance(term, Result)
    ]
    if around_it is not None and any(_lends(calls, around_it, call) for call in asked):
        return True
    return _lends_by_annotation(calls, function, param.annotation)


def _lends(calls: Calls, function: Function, call: Call) -> bool:
    """Whether a call asks a framework for what a generator gives, and closes after that."""
    named = {c.dotted for c in calls.callees(function, call) if isinstance(c, External)}
    if not named & LENDING or not call.args:
        return False
    givers = [target for term in call.args[0].value for target in calls.targets(function, term)]
    return _close(givers)


def _lends_by_annotation(calls: Calls, function: Function, ref: TypeRef) -> bool:
    """Whether an annotation does: ``Annotated[Session, Depends(opened)]``, or a name for it."""
    program, module = calls.program, function.module
    for part in ref.args[1:] if ref.last == "Annotated" else ():
        asked = program.resolve_ref(module, TypeRef(part.name.removesuffix("()")))
        if part.is_call and isinstance(asked, External) and asked.dotted in LENDING and part.args:
            return _close([program.resolve_ref(module, part.args[0])])
    symbol = program.resolve_ref(module, ref)
    if not isinstance(symbol, Variable):
        return False
    return any(_lends(calls, symbol.module.body, call) for call in _written_in(symbol))


def _written_in(variable: Variable) -> Iterator[Call]:
    """The calls in the statement that defines a variable of a module."""
    body = variable.module.body
    starts = {
        event.pos[:2]
        for event in body.events
        if isinstance(event, Store) and event.target == Global(variable.name)
    }
    yield from (call for _, call in body.calls() if call.statement[:2] in starts)


def _close(givers: Sequence[object]) -> bool:
    return bool(givers) and all(
        isinstance(giver, Function) and giver.facts.is_generator and ends([giver])
        for giver in givers
    )


def ends(functions: list[Function]) -> bool:
    """Whether one of the functions calls what closes, or leaves a block of its own."""
    return any(
        (isinstance(event, Call) and is_closing(event.text))
        or (isinstance(event, Use) and event.kind == "with")
        for function in functions
        for event in function.events
    )


def is_closing(text: str) -> bool:
    """Whether what is called closes something, as far as its name tells."""
    name = text.rpartition(".")[2]
    return name in CLOSING or LIFECYCLE.ends(name)
