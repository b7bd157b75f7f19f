"""Ways to wait for a task other than awaiting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import partial

from taskleash.controlflow.implied import shows
from taskleash.controlflow.living import HANDLES
from taskleash.controlflow.nesting import (
    catches_cancellation,
    catches_only_cancellation,
    events_in,
)
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import CANCELLING, Op, Trail
from taskleash.ir.model import (
    Arg,
    Await,
    Block,
    Call,
    Exit,
    Give,
    Handler,
    If,
    Loop,
    Store,
    Test,
    Use,
    tests,
)
from taskleash.ir.terms import (
    Alts,
    Awaited,
    Constant,
    Display,
    Item,
    Nested,
    Parameter,
    Result,
    Term,
    last_name,
)
from taskleash.lifecycle.lifetime import is_expected
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.context import around, in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.ways.turns import waits

#: ways to wait for a task that leave it running as the wait is cancelled
LEAVING = frozenset({"deadline", "shield", "wait"})


def is_partial(op: Op) -> bool:
    """``asyncio.wait`` with a timeout or that returns early leaves tasks running."""
    return _is_up_to(op) or returns_early(op)


def is_for_the_first(op: Op) -> bool:
    """Whether ``asyncio.wait`` returns early and has no timeout: the first one is done then."""
    return returns_early(op) and not _is_up_to(op)


def leaves_some(op: Op) -> bool:
    """Whether a wait for the first may leave others running although no task has failed."""
    return is_for_the_first(op) and not any(
        "FIRST_EXCEPTION" in str(_given(op, arg.value))
        for arg in _arguments(op)
        if arg.key == "return_when"
    )


def is_told(wait: Op) -> bool:
    """Whether a look at the sets that a wait gives tells which of its tasks are done."""
    looks = wait.function.paths.waits
    return is_for_the_first(wait) and all(map(looks.is_for_what_is_written, waits(wait)))


def _is_up_to(op: Op) -> bool:
    return any(
        _given(op, arg.value) != (Constant("None"),)
        for arg in _arguments(op)
        if arg.key == "timeout"
    )


def returns_early(op: Op) -> bool:
    """Whether `asyncio.wait` may return as soon as one task is done, or has failed."""
    return any(
        "ALL_COMPLETED" not in str(_given(op, arg.value))
        for arg in _arguments(op)
        if arg.key == "return_when"
    )


def _arguments(op: Op) -> Iterator[Arg]:
    """What a wait is given: by the event itself, or by the calls whose results it awaits."""
    for call in waits(op):
        yield from call.args


def is_after_a_failure(op: Op) -> bool:
    """Whether a wait is come to only as something fails, not as it comes to an ordinary end."""
    handlers = [frame.handler for frame in around(*op.site) if frame.handler is not None]
    return any(
        not catches_cancellation(handler)
        and (_raises(handler.body) or not any(map(is_expected, handler.types)))
        for handler in handlers
    )


def is_instead(function: Function, wait: int, ending: int) -> bool:
    """Whether an ending is come to only where a wait is cancelled."""
    tries = [frame.item for frame in around(function, wait) if frame.branch == "body"]
    return any(
        frame.handler is not None
        and catches_only_cancellation(frame.handler)
        and any(frame.item is each for each in tries)
        for frame in around(function, ending)
    )


def is_failing(handler: Handler) -> bool:
    """Whether a handler is come to as its function fails: it catches errors, or raises again."""
    if catches_cancellation(handler) and handler.types:
        return _raises(handler.body)
    return _raises(handler.body) or not any(map(is_expected, handler.types))


def _raises(block: Block) -> bool:
    """Whether a block ends with a ``raise``."""
    last = block.items[-1] if block.items else None
    return isinstance(last, Exit) and last.kind == "raise"


def has_deadline(op: Op) -> bool:
    """Whether a `wait_for` gives up after a time: without one, or given None, it does not."""
    event = op.event
    terms = event.value if isinstance(event, Store | Await | Give | Use) else ()
    made = [term.event for term in terms if isinstance(term, Result)]
    calls = [call for call in map(op.function.events.__getitem__, made) if isinstance(call, Call)]
    given = [
        arg.value
        for call in calls
        for position, arg in enumerate(call.args)
        if arg.key == "timeout" or (position == 1 and not arg.key)
    ]
    return any(_given(op, value) != (Constant("None"),) for value in given)


def _given(op: Op, value: Alts) -> Alts:
    """What a parameter of the function that waits stands for in the calls that lead to it."""
    function, way = op.function, list(op.calls)
    while way and len(value) == 1 and isinstance(value[0], Parameter):
        name = value[0].name
        caller, index = way.pop()
        call = caller.call(index)
        instance = takes_instance(function, call)
        passed = [
            arg.value
            for position, arg in enumerate(call.args)
            if (param := bind(function, call, position, instance)) and param.name == name
        ]
        if not passed:
            return next((p.default for p in function.facts.params if p.name == name), value)
        function, value = caller, passed[0]
    return value


def has_timeout(call: Call) -> bool:
    """Whether ``future.result(…)`` is given how long to wait: that of another thread's loop."""
    return any(arg.value != (Constant("None"),) for arg in call.args)


def is_under_deadline(op: Op) -> bool:
    """Whether a block around an event ends what is awaited in it after a while."""
    return op.index in op.function.levels.under_deadlines


def comes_again(trail: Trail, op: Op) -> bool:
    """Whether a loop comes back to the wait with the same task, rather than with a new one."""
    loop = in_loop(op.function, op.index)
    if loop is None or (loop.kind != "while" and _is_for_one_of(trail, op, loop)):
        return False
    if op.kind == "wait" and not op.function.paths.graph.comes_back(op.index):
        # Each turn leaves the loop.
        return False
    if op.function is not trail.function:
        return True
    return all(frame.item is not loop for frame in around(op.function, trail.index))


def _is_for_one_of(trail: Trail, op: Op, loop: Loop) -> bool:
    """Whether each turn of a loop over a container of tasks waits for one of them."""
    depths = trail.terms_in(op.function)
    return any(depths.get(term, 0) > 0 for term in loop.test.value) and all(
        isinstance(term, Display)
        for call in waits(op)
        for arg in call.args[:1]
        for term in arg.value
    )


def polls(trail: Trail, op: Op) -> bool:
    """Whether a loop asks again and again whether the task is done, as long as it is not.

    On which paths that sees to its end is left to the search: it knows what the answers tell.
    """
    function = op.function
    loops = [f.item for f in around(function, op.index) if isinstance(f.item, Loop)]
    asking = next((loop for loop in reversed(loops) if loop.kind != "comprehension"), None)
    if asking is None or asking.kind != "while":
        return False
    carriers = set(trail.terms_in(function))
    # A loop that starts another task, or ends this one, asks for another one in its next turn.
    renewing = [o.index for o in trail.of(*CANCELLING) if o.function is function]
    renewing += [trail.index] if function is trail.function else []
    endings = map(EndingEvent, renewing)
    return op.index in function.paths.search([op.index], endings, carriers, [op.index]).reached


def insists(trail: Trail, op: Op) -> bool:
    """Whether the function goes on only if the task is done: else it raises, as an ``assert``."""
    function = op.function
    frames = around(function, op.index)
    if any(frame.handler is not None and _raises(frame.handler.body) for frame in frames):
        # It raises whatever the answer is.
        return False
    return not function.paths.goes_on(op.index, trail.terms_in(function).keys())


def is_first_or_fails(trail: Trail, wait: Op) -> bool:
    """Whether the function goes on after a wait for the first only if that is the task.

    Else it raises. One that raises whatever comes first does not ask for the task.
    """
    function = trail.function
    if wait.function is not function or not is_for_the_first(wait):
        return False
    # That some are done says nothing of the rest.
    carriers = {term for term in trail.terms_in(function) if not _is_first_set(term)}
    whatever, running = (
        function.paths.search([wait.index], (), terms) for terms in (frozenset[Term](), carriers)
    )
    if not whatever.is_complete or not running.is_complete:
        trail.leave_paths_out(function)
        return False
    goes_on = running.leaks or running.respawned
    return bool(whatever.leaks or whatever.respawned) and not goes_on


def _is_first_set(term: Term) -> bool:
    """Whether a term is what a wait gives as done."""
    return isinstance(term, Item) and term.index == 0 and isinstance(term.base, Awaited)


def passed_over(trail: Trail, op: Op) -> bool:
    """Whether a function on the way leaves a running task without the look at its outcome.

    ``if task.done(): log(task.exception())`` sees only those to their end that have ended already.
    """
    if op.kind != "outcome":
        return False
    for function, index in [*op.calls, (op.function, op.index)]:
        if function is not trail.function:
            given = set(trail.terms_in(function))
            if function.paths.search_from_entry([EndingEvent(index)], given).leaks:
                return True
    return False


def proves_nothing(trail: Trail, op: Op) -> bool:
    """Whether an operation is no end of the task: a test does it, or it only asks for the task.

    A test is a user of what it tests, and no proof of what the program does.
    """
    is_tried = op.site[0].module.is_test and not trail.function.module.is_test
    return is_tried or (op.kind == "test" and not drains(trail, op))


def drains(trail: Trail, op: Op) -> bool:
    """``while tasks: await sleep()`` waits until a container that prunes itself is empty.

    A loop that takes out what is left does not, nor one that goes on while nothing is.
    """
    if op.kind != "test" or not op.depth:
        return False
    function = op.function
    taken = {o.index for o in trail.of("shrink", "clear") if o.function is function}
    holders = {term for term, depth in trail.terms_in(function).items() if depth > 0}
    loop = _asking(function, op.index)
    return (
        loop is not None
        and _goes_on_while_left(loop, holders)
        and any(isinstance(function.events[index], Await) for index in events_in(loop.body))
        and taken.isdisjoint(events_in(loop.body))
    )


def _asking(function: Function, index: int) -> Loop | None:
    """The ``while`` loop that an event stands in, in no other statement of its body."""
    nesting = around(function, index)
    frame = nesting[-1] if nesting else None
    if frame is None or not isinstance(frame.item, Loop) or frame.branch != "body":
        return None
    return frame.item if frame.item.kind == "while" else None


def _goes_on_while_left(loop: Loop, holders: Set[Term]) -> bool:
    """Whether a loop goes on as long as one of the containers has something."""
    asked = [test for test in tests(loop.test) if not holders.isdisjoint(test.value)]
    if asked:
        negated = [test.parts[0] for test in tests(loop.test) if test.kind == "not"]
        return not any(test in negated and test.kind == "truth" for test in asked)
    return any(
        isinstance(item, If)
        and not _mentions_no(item.test, holders)
        and any(isinstance(i, Exit) and i.kind != "continue" for i in item.then.items)
        for item in loop.body.items
    )


def _mentions_no(test: Test, holders: Set[Term]) -> bool:
    return all(holders.isdisjoint(part.value) for part in tests(test))


def stands_ready(trail: Trail, op: Op) -> bool:
    """Whether a nested function that ends the task is handed on before each start of it."""
    function, root = trail.function, op.root
    if root is None or root >= trail.index or op.function is function:
        return False
    event = function.events[root]
    if not isinstance(event, Call):
        return False
    handed = any(isinstance(term, Nested) for arg in event.args for term in arg.value)
    return handed and function.paths.graph.dominates(root, trail.index)


def is_of_no_task(trail: Trail, op: Op) -> bool:
    """Whether an operation is under a condition that no task meets: that it is no future."""
    carriers = set(trail.terms_in(op.function))
    return any(
        isinstance(frame.item, If)
        and shows(frame.item.test, frame.branch == "then", partial(_tells_of_no_task, carriers))
        for frame in around(op.function, op.index)
    )


def _tells_of_no_task(carriers: Set[Term], test: Test, holds: bool) -> bool:
    asks = test.op == "isinstance" and bool(test.value) and carriers >= {*test.value}
    return asks and not holds and all(last_name(kind) in HANDLES for kind in test.other)


def waits_before_a_cancel(trail: Trail, endings: Sequence[Op]) -> list[Op]:
    """The waits for the first of several after which to cancel those that have not ended is enough.

    That is where it has a deadline as well, or is for nobody knows which: else a look at the one
    tells of the other.
    """
    return [
        wait
        for wait in trail.of("wait")
        if wait.root is not None and returns_early(wait) and not is_told(wait)
        if any(
            op.kind in CANCELLING
            and op.root is not None
            and wait.root < op.root
            and not is_instead(trail.function, wait.root, op.root)
            for op in endings
        )
    ]
