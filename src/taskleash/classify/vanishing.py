"""Whether a task that nobody holds can be collected half-way: what does its coroutine wait for?

The loop holds a task weakly, but what the task waits for holds it through its callback. It can
vanish where nothing but its own circle reaches that: proven by one such await, excluded where all
of them are held by a timer, a thread, a socket. Everything else is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.classify.model import Vanishing, Vanishings
from taskleash.facts.model import Await, Block, Call, Exit, Loop
from taskleash.facts.terms import (
    Alts,
    Awaited,
    Constant,
    Display,
    Global,
    Item,
    Local,
    Result,
    Term,
)
from taskleash.link.calls import Callee, Calls, Method
from taskleash.link.context import branches, events_in, with_blocks
from taskleash.link.entities import External, Function
from taskleash.models.api import Handle
from taskleash.models.waits import (
    COMBINING,
    DEADLINES,
    FUTURES,
    HELD,
    HELD_METHODS,
    HELD_OF,
    READING,
    STARTING,
    STREAMS,
    TIME_LIMITS,
    WAITING,
)

#: uses of a value that let others reach it
_HANDED_ON = frozenset({"arg", "value", "return", "yield", "item"})
_NONE = (Constant("None"),)


def vanishing(calls: Calls, started: tuple[Function, ...]) -> Vanishing:
    """What is known of a task that runs one of these coroutines, and which await decides."""
    if not started:
        return Vanishing(Vanishings.UNKNOWN)
    found = [one for function in started for one in _of(calls, function)]
    for wanted in (Vanishings.PROVEN, Vanishings.UNKNOWN):
        for one in found:
            if one.state is wanted:
                return one
    return Vanishing(Vanishings.EXCLUDED)


def _of(calls: Calls, start: Function) -> Iterator[Vanishing]:
    """What each await of a coroutine, and of those that it awaits, comes to."""
    pending, seen = [start], {start}
    while pending:
        function = pending.pop()
        for loop in _iterating(function.facts.body):
            yield Vanishing(Vanishings.UNKNOWN, function.module.path, loop.line, loop.test.text)
        limited = _limited(calls, function)
        for index, event in enumerate(function.events):
            if not isinstance(event, Await) or index in limited:
                continue
            for term in event.value or (None,):
                state, what, inner = _awaited(calls, function, term)
                pending += [each for each in inner if each not in seen]
                seen.update(inner)
                line = function.events[index].pos[0]
                yield Vanishing(state, function.module.path, line, what)


def _limited(calls: Calls, function: Function) -> frozenset[int]:
    """The events in blocks that a timer ends."""
    return frozenset(
        index
        for managers, body in with_blocks(function, function.facts.body)
        if any(_is_limit(calls, function, term) for use in managers for term in use.value)
        for index in events_in(body)
    )


def _is_limit(calls: Calls, function: Function, term: Term) -> bool:
    made = function.events[term.event] if isinstance(term, Result) else None
    if not isinstance(made, Call) or not made.args or not _is_number(made.args[0].value):
        return False
    named = {c.dotted for c in calls.callees(function, made) if isinstance(c, External)}
    return bool(named & TIME_LIMITS)


def _is_number(value: Alts) -> bool:
    return bool(value) and value != _NONE and all(isinstance(term, Constant) for term in value)


def _iterating(block: Block) -> Iterator[Loop]:
    """The loops that wait for what comes next."""
    for item in block.items:
        if isinstance(item, int | Exit):
            continue
        if isinstance(item, Loop) and item.kind == "async for":
            yield item
        for _, inner, _ in branches(item):
            yield from _iterating(inner)


def _awaited(
    calls: Calls, function: Function, term: Term | None
) -> tuple[Vanishings, str, tuple[Function, ...]]:
    """What one await comes to, in words what it waits for, and the coroutines to look into."""
    made = _made(function, term)
    if made is None:
        return Vanishings.UNKNOWN, "", ()
    call = function.call(made.event)
    last = call.text.rpartition(".")[2]
    if last in FUTURES:
        own = _is_own(function, made)
        return (Vanishings.PROVEN if own else Vanishings.UNKNOWN), "" if own else call.text, ()
    callees = calls.callees(function, call)
    if (combined := _combined(calls, function, made)) is not None:
        return combined
    inner = tuple(c for c in callees if isinstance(c, Function) and c.facts.is_async)
    if callees and len(inner) == len(callees):
        return Vanishings.EXCLUDED, "", inner
    states = {_outside(calls, function, made, callee) for callee in callees}
    if states == {Vanishings.PROVEN}:
        return Vanishings.PROVEN, _receiver(call.text), ()
    if states == {Vanishings.EXCLUDED}:
        return Vanishings.EXCLUDED, "", ()
    return Vanishings.UNKNOWN, call.text, ()


def _combined(
    calls: Calls, function: Function, made: Result
) -> tuple[Vanishings, str, tuple[Function, ...]] | None:
    """What a wait for several things comes to, or one for a task; None for any other call."""
    call = function.call(made.event)
    named = {c.dotted for c in calls.callees(function, call) if isinstance(c, External)}
    if len(named) != 1 or not named <= COMBINING | STARTING:
        return None
    if named <= STARTING and function.uses.names.get(made) and not _is_own(function, made):
        return Vanishings.UNKNOWN, call.text, ()
    if _is_timed(call, *named):
        return Vanishings.EXCLUDED, "", ()
    if any(arg.key in ("return_when", "timeout") for arg in call.args):
        return Vanishings.UNKNOWN, call.text, ()
    given = [arg.value for arg in call.args if not arg.key]
    models = calls.program.models
    is_timed = any(models.handle(name) is Handle.TIMES for name in named)
    if named <= STARTING or is_timed:
        deadline = given[1:] if is_timed else []
        if any(value != _NONE for value in deadline):
            return Vanishings.UNKNOWN, call.text, ()
        given = given[:1]
    found = [_awaited(calls, function, term) for term in _each(function, given)]
    inner = tuple(dict.fromkeys(each for _, _, several in found for each in several))
    for wanted in (Vanishings.PROVEN, Vanishings.UNKNOWN):
        for state, what, _ in found:
            if state is wanted:
                return state, what, inner
    if not found:
        return Vanishings.UNKNOWN, call.text, ()
    return Vanishings.EXCLUDED, "", inner


def _each(function: Function, given: list[Alts]) -> Iterator[Term]:
    """The terms of what a call is given, and those of the items of a list."""
    for value in given:
        for term in value:
            if isinstance(term, Display):
                for item in function.facts.collections[term.number].items:
                    yield from item
            else:
                yield term


def _is_timed(call: Call, dotted: str) -> bool:
    """Whether a wait is given a number of seconds after which it gives up."""
    place = DEADLINES.get(dotted)
    return place is not None and any(
        _is_number(arg.value)
        for position, arg in enumerate(call.args)
        if arg.key == "timeout" or (position == place and not arg.key)
    )


def _outside(calls: Calls, function: Function, made: Result, callee: Callee) -> Vanishings:
    call = function.call(made.event)
    if isinstance(callee, Method):
        if callee.name in HELD_METHODS:
            return Vanishings.EXCLUDED
        if callee.name in READING and _is_own_stream(calls, function, callee.receiver):
            return Vanishings.PROVEN
        return Vanishings.UNKNOWN
    if not isinstance(callee, External):
        return Vanishings.UNKNOWN
    owner, _, name = callee.dotted.rpartition(".")
    if callee.dotted in HELD or name in HELD_METHODS or name in HELD_OF.get(owner, ()):
        return Vanishings.EXCLUDED
    if name in WAITING.get(owner, ()):
        bases = [getattr(term, "base", None) for term in call.func]
        if bases and all(_is_of_the_module(function, base) for base in bases):
            return Vanishings.EXCLUDED
        receivers = [_made(function, base) for base in bases]
        if receivers and all(made and _is_own(function, made) for made in receivers):
            return Vanishings.PROVEN
    return Vanishings.UNKNOWN


def _is_of_the_module(function: Function, term: Term | None) -> bool:
    """Whether a value is that of a variable of the module, which is set once and holds it."""
    if not isinstance(term, Global):
        return False
    return len(function.module.body.facts.defs.get(term.name, ())) == 1


def _made(function: Function, term: Term | None) -> Result | None:
    """The call that gives a value, by way of a local name too; None where it is not one call."""
    if isinstance(term, Local):
        values = [value for value in function.facts.defs.get(term.name, ()) if value != term]
        term = values[0] if len(values) == 1 else None
    return term if isinstance(term, Result) else None


def _is_own(function: Function, made: Term) -> bool:
    """Whether nothing but the function that makes a value reaches it."""
    terms: list[Term] = [made, *(Local(name) for name in function.uses.names.get(made, ()))]
    uses = function.uses
    for term in terms:
        roles = uses.roles.get(term, ())
        if any(role.kind in _HANDED_ON - {"value"} for role in roles):
            return False
        if isinstance(term, Local) and any(role.kind == "value" for role in roles):
            return False
        if isinstance(term, Local) and function.module.nested.get(function.key):
            # A function inside of it may read the name.
            return False
    return not any(
        role.kind in ("arg", "value", "return")
        for term in terms
        for derived in uses.derived.get(term, ())
        for role in uses.roles.get(derived, ())
        if not isinstance(derived, Awaited)
    )


def _is_own_stream(calls: Calls, function: Function, reader: Term) -> bool:
    """Whether a reader and its writer are those of a connection that only the function has."""
    values = function.facts.defs.get(reader.name, ()) if isinstance(reader, Local) else (reader,)
    items = [value for value in values if isinstance(value, Item) and value.index == 0]
    if len(items) != 1 or not isinstance(items[0].base, Awaited):
        return False
    opened = items[0].base.base
    if not isinstance(opened, Result):
        return False
    callees = calls.callees(function, function.call(opened.event))
    named = {callee.dotted for callee in callees if isinstance(callee, External)}
    pair = (items[0], *(t for t in function.uses.names if isinstance(t, Item) and t.index == 1))
    return bool(named & STREAMS) and all(_is_own(function, each) for each in pair)


def _receiver(text: str) -> str:
    return text.rpartition(".")[0] or text
