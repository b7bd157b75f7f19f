"""Loops that wait for the first of several tasks, and start others in their turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from taskleash.controlflow.exceptions import is_start
from taskleash.controlflow.nesting import events_in
from taskleash.dataflow.contained import whole_of
from taskleash.dataflow.trail import Op, OpKind, Trail
from taskleash.ir.model import Await, Call, Event, Give, Loop, Store, Test, Use, tests
from taskleash.ir.terms import Alts, Attribute, Awaited, Display, Item, Local, Result, Spread, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.elements.elements import terms_of

#: operations that take what is done out of what a loop waits for
_TAKING_OUT: tuple[OpKind, ...] = ("shrink", "shrink-item")
#: operations that neither end a task nor hold it
_LOOKING = frozenset({"callback", "done", "passive", "read", "seen", "test"})
#: the edges by which a loop is over
_OVER = ("empty", "exhausted")


def takes_over(calls: Calls, trail: Trail, wait: Op) -> bool:
    """Whether the next turn of a loop waits for the task too, among others that are left.

    It waits for what the wait before left pending, or for a container that the loop takes only
    out of what is done.
    """
    function = trail.function
    if wait.function is not function:
        return False
    shared = turn_around(function, wait.index, trail.index)
    if shared is None:
        return False
    inside = frozenset(events_in(shared.body))
    holders = {term for term, depth in trail.terms_in(function).items() if depth > 0}
    for call in waits(wait):
        waited = [term for arg in call.args[:1] for term in arg.value]
        if holders.isdisjoint(waited):
            continue
        pending = any(_is_left_pending(function, term, inside) for term in waited)
        containers = [whole_of(calls, function, term) for term in waited]
        if pending or _is_taken_out_of(trail, containers, inside):
            return True
    return False


def made_anew(trail: Trail, endings: Sequence[Op]) -> bool:
    """Whether what ends the tasks that a comprehension starts comes to those of its last turn only.

    A loop around has it make them anew in each of its turns, and does nothing with those of the
    turn before; or the comprehension itself binds a name to each, and that alone is ended.
    """
    function, index = trail.function, trail.index
    frames = [frame.item for frame in around(function, index) if frame.branch == "body"]
    inner = next((item for item in reversed(frames) if isinstance(item, Loop)), None)
    if inner is None or inner.kind != "comprehension" or not endings:
        return False
    in_turn = frozenset(events_in(inner.body))
    is_behind = all(op.function is function and op.root not in in_turn for op in endings)
    held = trail.terms_in(function) if is_behind else {}
    named = {term for op in endings for term in terms_of(op) if term in held}
    if named and all(_is_the_last(trail, term) for term in named):
        return not _has_one_turn(function, inner)
    loop = turn_around(function, index)
    if loop is None or not _comes_round(function, frames, loop):
        return False
    inside = frozenset(events_in(loop.body))
    return not any(
        op.root in inside and op.kind not in _LOOKING for op in trail.rooted()
    ) and not _is_put_together(trail, inside)


def next_turn(trail: Trail) -> tuple[int, ...]:
    """An event by which the next turn of a loop begins that has another container for its tasks.

    Empty where each turn goes on with the container of the turn before, or with what was in that.
    """
    function, index = trail.function, trail.index
    held = {term for term, depth in trail.terms_in(function).items() if depth > 0}
    made = [term for term in held if isinstance(term, Display)]
    if len(made) != 1 or any(isinstance(term, Result) for term in held):
        return ()
    if len({op.site for op in trail.of("contain")}) > 1:
        # What is left of one turn may be put into the container of the next.
        return ()
    items = function.facts.collections[made[0].number].items
    if any(isinstance(term, Spread) for alts in items for term in alts):
        # ``tasks = [*tasks, task]``
        return ()
    names = function.uses.names.get(made[0], ())
    others = held - {made[0], *map(Local, names)}
    if any(not set(names).isdisjoint(function.uses.names.get(term, ())) for term in others):
        return ()
    frames = [f.item for f in around(function, index) if f.branch == "body"]
    turning = [f for f in frames if isinstance(f, Loop) and f.kind != "comprehension"]
    loop = next((f for f in reversed(turning) if f.made <= made[0].number), None)
    if loop is None:
        return ()
    before = [at for at in events_in(loop.body) if at < index]
    if not names or any(op.root in before for op in trail.rooted()):
        # The next turn has the task by another name: ``wait({read, stop})``.
        return ()
    return tuple(at for at in before if in_loop(function, at) is loop)[:1]


def _is_the_last(trail: Trail, term: Term) -> bool:
    """Whether a term is a name that each turn of a comprehension binds to a task, as it is."""
    is_name = isinstance(term, Local) or term == Result(trail.index)
    return is_name and trail.terms_in(trail.function)[term] == 0


def _has_one_turn(function: Function, loop: Loop) -> bool:
    """Whether a loop goes over what is written there, and that is a single thing."""
    collections = function.facts.collections
    return all(
        isinstance(term, Display) and len(collections[term.number].items) == 1
        for term in loop.test.value
    )


def _is_put_together(trail: Trail, inside: Set[int]) -> bool:
    """Whether a turn makes something else of what it has made: ``tasks = [*tasks, *more]``."""
    carriers = trail.terms_in(trail.function)
    made = [term for term in carriers if isinstance(term, Display)]
    given = (t for t in carriers if isinstance(t, Result) and t.event in inside)
    return len(made) > 1 or any(term != Result(trail.index) for term in given)


def _comes_round(function: Function, frames: Sequence[object], loop: Loop) -> bool:
    """Whether control comes back to a comprehension of a loop's body once that is over."""
    graph = function.paths.graph
    outer = next(item for item in frames[_place(frames, loop) + 1 :] if isinstance(item, Loop))
    headers = {block.number for block in graph.blocks if block.loop is outer}
    over = (e.target for n in headers for e in graph.blocks[n].edges if e.kind in _OVER)
    return any(not graph.reachable(start=target).isdisjoint(headers) for target in over)


def _place(frames: Sequence[object], loop: Loop) -> int:
    return next(place for place, item in enumerate(frames) if item is loop)


def turn_around(function: Function, *indices: int) -> Loop | None:
    """The innermost loop statement whose body holds all of these events."""
    ways = [[f.item for f in around(function, index) if f.branch == "body"] for index in indices]
    shared = (
        item
        for item in reversed(ways[0])
        if isinstance(item, Loop)
        and item.kind != "comprehension"
        and all(any(other is item for other in way) for way in ways)
    )
    return next(shared, None)


def waits(op: Op) -> Iterator[Call]:
    """The calls that a wait is: the event itself, or those whose results it awaits.

    A wait may be started as a task of its own, which is awaited.
    """
    event = op.event
    made = [event] if isinstance(event, Call) else []
    if isinstance(event, Store | Await | Give | Use):
        made += _made(op.function, event.value)
    for call in made:
        yield call
        if is_start(call) and call.args:
            yield from _made(op.function, call.args[0].value)


def _made(function: Function, value: Alts) -> list[Call]:
    """The calls that give a value."""
    made = (function.events[term.event] for term in value if isinstance(term, Result))
    return [call for call in made if isinstance(call, Call)]


def _is_left_pending(function: Function, term: Term, inside: frozenset[int]) -> bool:
    """Whether a term is the second set of a wait in the loop, or a copy of it.

    What a turn finds under a name that it binds again is what the turn before left there.
    """
    if isinstance(term, Local):
        bound = function.facts.defs.get(term.name, ())
        return any(
            _is_left_pending(function, each, inside)
            for each in bound
            if not isinstance(each, Local)
        )
    if isinstance(term, Result) and term.event in inside:
        made = function.events[term.event]
        given = made.args[0].value if isinstance(made, Call) and len(made.args) == 1 else ()
        return any(_is_second(each, inside) for each in given)
    return _is_second(term, inside)


def _is_second(term: Term, inside: frozenset[int]) -> bool:
    if not isinstance(term, Item) or term.index != 1 or not isinstance(term.base, Awaited):
        return False
    return isinstance(term.base.base, Result) and term.base.base.event in inside


def _is_taken_out_of(trail: Trail, waited: list[Term], inside: frozenset[int]) -> bool:
    """Whether a container that no turn makes anew loses in each turn what is done."""
    if any(isinstance(term, Result) and term.event in inside for term in waited):
        return False
    return any(
        op.function is trail.function and op.index in inside and _is_of(op.event, waited)
        for op in trail.of(*_TAKING_OUT)
    )


def _is_of(event: Event, containers: list[Term]) -> bool:
    """Whether an event is a call of a method of one of these containers."""
    return isinstance(event, Call) and any(
        isinstance(func, Attribute) and func.base in containers for func in event.func
    )


def counts(function: Function, test: Test, carriers: Set[Term]) -> bool:
    """Whether a condition asks how many there are, or what the turns before have noted.

    A variable that has the task is asked for that, and one that is looked for in a set that may
    have it, or is compared with what may be it, for another task.
    """
    return any(
        (isinstance(term, Local) and term not in carriers) or _is_length(function, term)
        for part in tests(test)
        if not _asks_for_another(part, carriers)
        for term in (*part.value, *part.other)
    )


def _asks_for_another(test: Test, carriers: Set[Term]) -> bool:
    if test.op in ("is", "is not"):
        return not carriers.isdisjoint((*test.value, *test.other))
    return test.op in ("in", "not in") and not carriers.isdisjoint(test.other)


def _is_length(function: Function, term: Term) -> bool:
    event = function.events[term.event] if isinstance(term, Result) else None
    return isinstance(event, Call) and event.text == "len"
