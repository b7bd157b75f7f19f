"""How a long-running task lives: with what, in which rhythm, until when."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.nesting import branches, catches_cancellation, events_in
from taskleash.dataflow.trail import CANCELLING
from taskleash.ir.model import Await, Block, Call, Exit, Handler, Loop, Switch, Try
from taskleash.ir.terms import Attribute, Constant, Outer, Parameter, Result, Term
from taskleash.lifecycle.heard import breaks
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.sentences import sentence
from taskleash.verdict.model import Evidence, Reach, Standing
from taskleash.verdict.signs import Signs

_KEEPING_ROLES = frozenset({"value", "arg", "return", "yield", "item"})
_MAX_DEPTH = 3


def standing(signs: Signs, calls: Calls) -> Standing | None:
    """How the task lives; None where it has no loop that goes on until something ends it."""
    if signs.lifetime == "short":
        return None
    found = next((loop for start in signs.spawn.started for loop in _loops(calls, start, 0)), None)
    if found is None:
        return None
    coroutine, loop = found
    return Standing(
        reach=_reach(signs, calls),
        period=_period(calls, coroutine, loop),
        stopped_by=_stopped_by(signs),
        swallows=_swallows(coroutine, loop.body),
    )


def _loops(calls: Calls, function: Function, depth: int) -> Iterator[tuple[Function, Loop]]:
    """The outermost waiting loops of a coroutine, or of those that it awaits."""
    for loop in _outermost(function.facts.body):
        yield function, loop
    if depth >= _MAX_DEPTH:
        return
    for event in function.events:
        for term in event.value if isinstance(event, Await) else ():
            if isinstance(term, Result):
                for callee in calls.callees(function, function.call(term.event)):
                    if isinstance(callee, Function) and callee is not function:
                        yield from _loops(calls, callee, depth + 1)


def _outermost(block: Block) -> Iterator[Loop]:
    for item in block.items:
        if isinstance(item, Loop) and _waits(item):
            yield item
        elif not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _outermost(inner)


def _waits(loop: Loop) -> bool:
    """Whether a loop may go on for long: not over what a call gives it to work through."""
    return loop.kind == "while" or (
        loop.kind == "async for" and all(not isinstance(term, Result) for term in loop.test.value)
    )


# -- what it lives with


def _reach(signs: Signs, calls: Calls) -> Reach:
    function = signs.spawn.function
    slots = (place.cls for place in signs.places if place.cls is not None and not place.depth)
    cls = function.method.owner or next(slots, None)
    if any(place.kind == "global" for place in signs.places):
        return Reach.PROCESS
    if cls is None:
        once = signs.multiplicity == "once" or signs.singleton or signs.start_like
        return Reach.PROCESS if once else Reach.CALL
    makers = list(calls.constructions(cls))
    if makers and all(_is_global(maker, index) for maker, index in makers):
        return Reach.PROCESS
    if makers and all(_is_local(maker, index) for maker, index in makers):
        return Reach.CALL
    ends = signs.owner_teardown or signs.flagged or signs.ended_there or signs.ended_elsewhere
    if signs.endless and signs.once and not ends:
        # Started once by an object that nothing ever takes down.
        return Reach.PROCESS
    return Reach.INSTANCE


def _is_global(maker: Function, index: int) -> bool:
    return maker.facts.kind == "module" and in_loop(maker, index) is None


def _is_local(maker: Function, index: int) -> bool:
    """Whether the function that makes an object keeps it to itself."""
    made: Term = Result(index)
    if maker.facts.kind != "function" or any(
        role.kind in _KEEPING_ROLES for role in maker.uses.roles.get(made, ())
    ):
        return False
    closed_over = {Outer(maker.key, name) for name in maker.uses.names.get(made, ())}
    return not any(
        closed_over.intersection({*inner.uses.roles, *inner.uses.derived})
        for inner in maker.module.functions.values()
        if maker in inner.nesting[1:]
    )


# -- what ends it


def _stopped_by(signs: Signs) -> str:
    """The function that ends the task from outside, by a teardown where there is one."""
    is_awaited = signs.ended_there not in ("", "cancelled")
    is_ended = is_awaited or signs.ended_here
    enders = [] if is_ended or not _is_flagged(signs) else [ender[0] for ender in signs.flagged]
    # Where no teardown counts, it is told of among those elsewhere, in the order of the evidence.
    passed = () if signs.ended_there else signs.ended_elsewhere
    there = [op for op, why in signs.ended_there_by if why and op not in passed]
    enders += [op.site[0] for op in there if op.kind in CANCELLING]
    enders += [op.site[0] for op in signs.ended_elsewhere if op.kind in CANCELLING]
    enders += [op.site[0] for op in signs.ended_here_by if op.kind in CANCELLING]
    names = [function.method.name for function in enders if function.facts.kind != "module"]
    return f"{names[0]}()" if names else ""


def _is_flagged(signs: Signs) -> bool:
    """Whether each coroutine that may run ends by a flag: one without an exit only by a failure."""
    if signs.endless and not any(map(breaks, signs.flagged)):
        return False
    owners = [ender[0].method.owner for ender in signs.flagged]
    return all(
        any(cls is not None and own is not None and cls.related(own) for cls in owners)
        for own in (coroutine.method.owner for coroutine in signs.spawn.started)
    )


# -- its rhythm


def _period(calls: Calls, function: Function, loop: Loop) -> str:
    """The seconds that each turn of a loop sleeps for, where they are constant."""
    found: set[str] = set()
    sleeps: set[int] = set()
    for index in events_in(loop.body):
        event = function.events[index]
        if not isinstance(event, Call) or not _is_sleep(calls, function, event):
            continue
        values = [_constant(calls, function, term) for term in event.args[0].value]
        if len(values) != 1:
            return ""
        found.add(values[0])
        sleeps.add(index)
    return found.pop() if len(found) == 1 and not any(_awake(loop.body, sleeps)) else ""


def _awake(block: Block, sleeps: set[int]) -> tuple[bool, bool]:
    """Whether a turn can come to the end of a block, or go on to the next turn, without a sleep.

    What a failure skips is left out, and another loop in the block may have no turn at all.
    """
    skips = False
    for item in block.items:
        if isinstance(item, int):
            if item in sleeps:
                return False, skips
            continue
        if isinstance(item, Exit):
            return False, skips or item.kind == "continue"
        if isinstance(item, Loop):
            continue
        if isinstance(item, Try):
            inside = _awake(Block((*item.body.items, *item.orelse.items)), sleeps)
            ends, _ = _awake(item.final, sleeps)
            ways = [(inside[0] and ends, inside[1] and ends)]
        else:
            ways = [_awake(inner, sleeps) for _, inner, _ in branches(item)]
            if isinstance(item, Switch) and not item.total:
                ways.append((True, False))
        skips = skips or any(skipped for _, skipped in ways)
        if not any(awake for awake, _ in ways):
            return False, skips
    return True, skips


def _is_sleep(calls: Calls, function: Function, call: Call) -> bool:
    return bool(call.args) and any(
        isinstance(callee, External) and callee.dotted.rpartition(".")[2] == "sleep"
        for callee in calls.callees(function, call)
    )


def _constant(calls: Calls, function: Function, term: Term) -> str:
    """A number as written, also where a global or a class's attribute names it."""
    if isinstance(term, Constant):
        return term.text if term.text[:1].isdigit() else ""
    if isinstance(term, Attribute) and term.base == Parameter(function.method.self_name):
        owner = function.method.owner
        stored = [value for cls in owner.mro for value in _set(cls, term.name)] if owner else []
        return _constant(calls, function, stored[0]) if len(stored) == 1 else ""
    symbol = calls.program.symbol(function, term)
    if isinstance(symbol, Variable):
        defs = symbol.module.body.facts.defs.get(symbol.name, ())
        return _constant(calls, symbol.module.body, defs[0]) if len(defs) == 1 else ""
    return ""


def _set(cls: Class, name: str) -> Iterator[Term]:
    """What a class's body and its methods put into an attribute; constants alone are told apart."""
    for function in cls.module.functions.values():
        if function.facts.kind == "class" and function.facts.owner == cls.facts.key:
            yield from function.facts.defs.get(name, ())
    for _, event in cls.stores.get(name, ()):
        yield from event.value or (Parameter(name),)


# -- whether cancelling it works


def _swallows(function: Function, block: Block) -> Evidence | None:
    """The first ``except`` in a loop's body after which the loop goes on although cancelled."""
    for item in block.items:
        if isinstance(item, Try):
            handler = next(filter(catches_cancellation, item.handlers), None)
            if handler is not None and _goes_on(handler) and _waits_itself(function, item.body):
                what = ", ".join(handler.types)
                message = sentence(
                    "`{handler}` swallows cancellation: the loop goes on",
                    handler=f"except {what}".rstrip(),
                )
                return Evidence(function.module.path, handler.line, 1, message)
        if not isinstance(item, int | Exit):
            for _, inner, _ in branches(item):
                found = _swallows(function, inner)
                if found is not None:
                    return found
    return None


def _goes_on(handler: Handler) -> bool:
    return not any(exit_.kind != "continue" for exit_ in _exits(handler.body))


def _exits(block: Block) -> Iterator[Exit]:
    for item in block.items:
        if isinstance(item, Exit):
            yield item
        elif not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _exits(inner)


def _waits_itself(function: Function, block: Block) -> bool:
    """Whether a block waits for anything but a task that the function has cancelled."""
    cancelled = {
        func.base
        for _, call in function.calls()
        for func in call.func
        if isinstance(func, Attribute) and func.name == "cancel"
    }
    return any(
        isinstance(event := function.events[index], Await)
        and not any(term in cancelled for term in event.value)
        for index in events_in(block)
    )
