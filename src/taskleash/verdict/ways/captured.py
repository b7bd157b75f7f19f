"""Resources that a task uses and that its starter closes before the task can be done.

A session of an ``async with`` block, a file, a connection: where the task still runs when the block
is left, or when the starter calls ``close()``, it goes on with what is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.controlflow.nesting import events_in
from taskleash.ir.model import Call, Param, Store, TypeRef, Use
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Entered,
    Global,
    Outer,
    Parameter,
    Result,
    Term,
)
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.resources import (
    CLOSING,
    ENTERING,
    LENDING,
    LENT,
    RELEASING,
    ROUTING,
    stays_open,
)
from taskleash.models.waits import COMBINING
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, with_blocks
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.semantics.types import from_ref
from taskleash.verdict.model import Captured
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.helpers import carriers_in
from taskleash.verdict.ways.inside import Inside

#: kinds of spawns whose task a function can close something under
_RUNNING = frozenset({"task", "threadsafe", "owner", "wrapper"})
_EXITS = ("__aexit__", "__exit__")
#: so deep are coroutines looked for in what is given: ``shield(wait_for(fetch(session), 3))``
_DEEPEST = 4


def captured(calls: Calls, inside: Inside, signs: Signs) -> Captured | None:
    """The resource that is closed under a task, and where, if there is one."""
    spawn = signs.spawn
    if spawn.kind not in _RUNNING or not signs.is_searched or signs.trail.unknown:
        return None
    if signs.handed_on is not None:
        return None
    used = _used(calls, signs)
    if not used:
        return None
    found = _left(calls, inside, signs, used) or _closed(inside, signs, used)
    return found or lent(calls, inside, signs, used)


def _used(calls: Calls, signs: Signs) -> dict[Term, str]:
    """What the task is given or finds in the function around it, by its name."""
    function, call = signs.spawn.function, signs.spawn.call
    found: dict[Term, str] = {}
    pending = [(call, arg, _DEEPEST) for arg in call.args[signs.spawn.work :][:1]]
    for arg in call.args if signs.owner else ():
        # ``nursery.start_soon(work, session)``
        found.update((each, arg.text) for each in arg.value if arg.text)
    while pending:
        outer, value, depth = pending.pop()
        for term in value.value:
            made = function.events[term.event] if isinstance(term, Result) else None
            if not isinstance(made, Call) or not depth:
                continue
            if outer is not call and not _is_awaited_by(calls, function, outer, made):
                # What a task is given of a resource is not the resource: ``work(file.read())``.
                continue
            for func in made.func:
                if isinstance(func, Attribute) and not calls.inference.classes(function, func.base):
                    # What closes an object of the program is there to end what its methods do.
                    found.setdefault(func.base, made.text.rpartition(".")[0])
            for arg in made.args:
                pending.append((made, arg, depth - 1))
                found.update((each, arg.text) for each in arg.value if arg.text)
    for started in signs.spawn.started:
        if started.parent is function:
            for name in _outer(started):
                found.update((each, name) for each in function.facts.defs.get(name, ()))
    kinds = Result | Awaited | Entered | Parameter
    named = {
        term: name
        for term, name in found.items()
        if isinstance(term, kinds) and name.isidentifier() and name not in ("self", "cls")
    }
    return named | _kept(calls, signs)


def _kept(calls: Calls, signs: Signs) -> dict[Term, str]:
    """What the function enters and keeps in an attribute of its object, if the task reads that."""
    function = signs.spawn.function
    own = Parameter(function.self_name)
    found: dict[Term, str] = {}
    for event in function.events:
        if not isinstance(event, Store) or not isinstance(event.target, Attribute):
            continue
        name, entered = event.target.name, [t for t in event.value if isinstance(t, Entered)]
        if event.target.base == own and entered and name in _read(calls, signs):
            found.update((term, f"{function.self_name}.{name}") for term in entered)
    return found


def _read(calls: Calls, signs: Signs) -> set[str]:
    """The attributes of their own object that the task's methods read, and methods they call."""
    owner = signs.spawn.function.owner
    pending = [each for each in signs.spawn.started if each.owner is owner is not None]
    seen = set(pending)
    found: set[str] = set()
    while pending:
        method = pending.pop()
        own = Parameter(method.self_name)
        terms = (*method.uses.roles, *method.uses.derived)
        found.update(t.name for t in terms if isinstance(t, Attribute) and t.base == own)
        for _, call in method.calls():
            for callee in calls.callees(method, call):
                if isinstance(callee, Function) and callee.owner is owner and callee not in seen:
                    seen.add(callee)
                    pending.append(callee)
    return found


def _is_awaited_by(calls: Calls, function: Function, outer: Call, made: Call) -> bool:
    """Whether what one call makes is a coroutine that is given to another."""
    named = {c.dotted for c in calls.callees(function, outer) if isinstance(c, External)}
    inner = calls.callees(function, made)
    is_coroutine = bool(inner) and all(isinstance(c, Function) and c.facts.is_async for c in inner)
    return is_coroutine or bool(named & COMBINING)


def _outer(function: Function) -> list[str]:
    """The names of the function around that a nested function reads."""
    terms = [*function.uses.roles, *function.uses.derived]
    return sorted({term.name for term in terms if isinstance(term, Outer)})


# -- blocks


def _left(calls: Calls, inside: Inside, signs: Signs, used: dict[Term, str]) -> Captured | None:
    """A block around the spawn that control leaves while the task runs."""
    function, index = signs.spawn.function, signs.spawn.index
    for managers, body in with_blocks(function, function.facts.body):
        inner = frozenset(events_in(body))
        for use in managers if index in inner else ():
            name = _entered(use, used)
            if not name or not _closes(calls, function, use.value):
                name = _entered_by_a_stack(calls, function, use, used)
            if not name:
                continue
            if signs.owner and _is_owned_within(signs, inner, use):
                continue
            endings = [e for e in inside.endings(signs) if e.event in inner]
            outcome = function.paths.search([index], endings, carriers_in(signs.trail, function))
            if outcome.leaks and signs.ended_here != "cancelled":
                return Captured(name, function.module.path, use.pos[0], is_block=True)
    return None


def _entered(use: Use, used: dict[Term, str]) -> str:
    """The name by which the task has what a block enters."""
    for term in use.value:
        for held in (Entered(term), term):
            if held in used:
                return used[held]
    return ""


def _entered_by_a_stack(calls: Calls, function: Function, use: Use, used: dict[Term, str]) -> str:
    """The name by which the task has what a block enters by way of its stack of managers."""
    stacks = {held for term in use.value for held in (Entered(term), term)}
    for term, name in used.items():
        entered = term.base if isinstance(term, Awaited) else term
        made = function.events[entered.event] if isinstance(entered, Result) else None
        if not isinstance(made, Call) or made.text.rpartition(".")[2] not in ENTERING:
            continue
        bases = {func.base for func in made.func if isinstance(func, Attribute)}
        if bases & stacks and made.args and _closes(calls, function, made.args[0].value):
            return name
    return ""


def _is_owned_within(signs: Signs, inner: frozenset[int], use: Use) -> bool:
    """Whether the group that owns the task is left before the block is."""
    function = signs.spawn.function
    groups = [func.base for func in signs.spawn.call.func if isinstance(func, Attribute)]
    for index, event in enumerate(function.events):
        if not isinstance(event, Use) or event.kind != "with":
            continue
        if any(Entered(term) in groups or term in groups for term in event.value):
            return index in inner or (event.pos == use.pos and index > function.events.index(use))
    return False


def _closes(calls: Calls, function: Function, value: Alts) -> bool:
    """Whether leaving a block closes what it enters, as far as that can be told."""
    for term in value:
        if not isinstance(term, Result):
            continue
        made = function.events[term.event]
        if not isinstance(made, Call) or stays_open(made.text):
            return False
        for callee in calls.callees(function, made):
            if isinstance(callee, Class):
                exits = [method for name in _EXITS for method in callee.find(name)]
                return not exits or ends(exits)
            if isinstance(callee, Function):
                return callee.facts.is_generator and ends([callee])
        return True
    return False


# -- calls


def _closed(inside: Inside, signs: Signs, used: dict[Term, str]) -> Captured | None:
    """A call that closes the resource, where control comes to it while the task runs."""
    function, index = signs.spawn.function, signs.spawn.index
    if signs.ended_here or signs.partly_here:
        # It is closed so that the task ends, and then waited for.
        return None
    running = _while_owned(signs)
    for at, call in function.calls():
        last = call.text.rpartition(".")[2]
        if at <= index or last not in CLOSING or (running is not None and at not in running):
            continue
        closed = [func.base for func in call.func if isinstance(func, Attribute)]
        if last in RELEASING:
            closed += [term for arg in call.args for term in arg.value]
        names = [used[each] for each in closed if each in used]
        if not names or _is_conditional(function, at, index):
            continue
        carriers = carriers_in(signs.trail, function)
        outcome = function.paths.search([index], inside.endings(signs), carriers, [at])
        if at not in outcome.reached:
            continue
        after = function.paths.search([at], inside.endings(signs), carriers)
        if after.leaks or not after.is_complete:
            return Captured(names[0], function.module.path, call.pos[0], is_block=False)
    return None


def _while_owned(signs: Signs) -> frozenset[int] | None:
    """The events of the block of the group that owns the task; None where there is no such."""
    function = signs.spawn.function
    groups = [func.base for func in signs.spawn.call.func if isinstance(func, Attribute)]
    for managers, body in with_blocks(function, function.facts.body) if signs.owner else ():
        entered = {held for use in managers for each in use.value for held in (Entered(each), each)}
        if not entered.isdisjoint(groups):
            return frozenset(events_in(body))
    return None


def _is_conditional(function: Function, at: int, index: int) -> bool:
    """Whether a call stands in a handler, or under a condition that the spawn does not share."""
    shared = set(map(id, (frame.item for frame in around(function, index))))
    return any(
        frame.handler is not None
        or (frame.branch in ("then", "else") and id(frame.item) not in shared)
        for frame in around(function, at)
    )


# -- what a framework makes for a call of a function, or for a request, and closes after that


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
    types = from_ref(calls.program, function.module, param.annotation)
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
