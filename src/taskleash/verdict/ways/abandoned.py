"""Waits that leave what is pending to itself: a ``wait`` that returns early or has a deadline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from taskleash.controlflow.assumptions import parts
from taskleash.controlflow.cfg import Edge
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, Site, Trail
from taskleash.ir.model import Await, Give, Loop
from taskleash.ir.terms import Constant, Parameter, Result, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.ways.turns import takes_over, waits
from taskleash.verdict.ways.waiting import comes_again, is_of_no_task, is_partial


def starts_both_anew(wait: Op, trail: Trail) -> bool:
    """Whether a wait is for the task and one other that the same loop starts, too."""
    function = trail.function
    loop, carriers = in_loop(function, trail.index), set(trail.terms_in(function))
    others = [t for call in waits(wait) for t in function.paths.waits.other_of_two(call, carriers)]
    return bool(others) and all(
        isinstance(other, Result) and in_loop(function, other.event) is loop for other in others
    )


#: outcomes of a condition by whether they show that the other task of two is done
OTHER_PENDING, OTHER_ASKED = frozenset({False}), frozenset({False, True})


def leaves_another(
    wait: Op, trail: Trail, stops: Sequence[EndingEvent], left_out: frozenset[bool] = frozenset()
) -> bool:
    """Whether a loop can come back from a wait to the spawn, with the task pending.

    At the ``stops`` it is ended. Of conditions that ask whether the other task that is waited for
    is done, the outcomes ``left_out`` are not followed.
    """
    function, index = trail.function, wait.root
    if index is None:
        return False
    loops = {id(f.item) for f in around(function, trail.index) if isinstance(f.item, Loop)}
    if not any(id(frame.item) in loops for frame in around(function, index)):
        return False
    carriers, is_closed = _pending(wait, trail, left_out)
    found = function.paths.search([index], stops, carriers, [trail.index], is_closed=is_closed)
    return trail.index in found.reached


def _pending(
    wait: Op, trail: Trail, left_out: frozenset[bool] = frozenset()
) -> tuple[set[Term], Callable[[Edge], bool]]:
    """The terms that hold the task, and the edges that no task gets along which a wait has left."""
    carriers, looks = set(trail.terms_in(trail.function)), trail.function.paths.waits

    def is_closed(edge: Edge) -> bool:
        test, holds = edge.test, edge.holds
        return test is not None and any(
            looks.shows_unset(test, holds, call, carriers)
            or any(looks.shows_other_first(test, holds is o, call, carriers) for o in left_out)
            for call in waits(wait)
        )

    return carriers, is_closed


def called_in_turns(wait: Op, trail: Trail, calls: Calls) -> Site | None:
    """The call in a loop of another function that leaves one more task pending in each turn.

    The wait leaves it where the function gives something, by which the loop goes on: what gives
    nothing may well be what ends it. Of work that is handed in, each caller has its own.
    """
    function, index = trail.function, wait.root
    if index is None or wait.function is not function or _is_handed_in(trail):
        return None
    carriers, is_closed = _pending(wait, trail)
    found = function.paths.search([index], (), carriers, is_closed=is_closed)
    given = {give.pos[0] for give in function.events if isinstance(give, Give) and _tells(give)}
    if not any(leak.line in given or not (leak.line or given) for leak in found.leaks):
        return None
    return next(
        (
            site
            for site in calls.callers(function)
            if not site[0].module.is_test and _is_called_again(*site)
        ),
        None,
    )


def _is_handed_in(trail: Trail) -> bool:
    """Whether the task is of what the function is given, itself or one of several."""
    call = trail.function.call(trail.index)
    return any(isinstance(p, Parameter) for a in call.args for t in a.value for p in parts(t))


def _tells(give: Give) -> bool:
    """Whether what is returned is something else than a constant."""
    return any(not isinstance(term, Constant) for term in give.value)


def _is_called_again(function: Function, index: int) -> bool:
    """Whether a ``while`` comes back to what is awaited there, and not only as that fails."""
    loop = in_loop(function, index)
    if loop is None or loop.kind != "while":
        return False
    graph, result = function.paths.graph, Result(index)
    if not any(isinstance(e, Await) and result in e.value for e in function.events):
        return False
    numbers = graph.blocks_of(index)
    return any(
        number in graph.reachable(lambda n: graph.blocks[n].edges, start=edge.target)
        for number in numbers
        for edge in graph.blocks[number].edges
    )


def abandoned(calls: Calls, trail: Trail, endings: Sequence[Op]) -> Op | None:
    """The wait that leaves what is pending to itself, where nothing else sees to it.

    One of the ``endings`` does not, for it has no other task to wait for.
    """
    partial = [op for op in trail.of("wait") if is_partial(op)]
    early = frozenset(partial)
    if not early.isdisjoint(endings) or not early:
        return None
    others = [
        op
        # What is awaited of those that are done says nothing of the rest.
        for op in trail.of(*AWAITING - {"waited"}, *CANCELLING)
        if op not in early
    ]
    if any(not is_of_no_task(trail, op) for op in others) or _is_handed_on_after(trail, partial[0]):
        return None
    again = any(
        comes_again(trail, op) or takes_over(calls, trail, op) or _insists(trail, op)
        for op in partial
    )
    return None if again else partial[0]


def _insists(trail: Trail, wait: Op) -> bool:
    """Whether control comes back to a wait as long as the task is pending, whatever it is for."""
    function, index = trail.function, wait.root
    if index is None or wait.calls or in_loop(function, index) is None:
        return False
    carriers = set(trail.terms_in(function))
    found = function.paths.search([index], [EndingEvent(index)], carriers, [trail.index])
    if not found.is_complete:
        trail.leave_paths_out(function)
    return found.is_complete and found.ended and not (found.leaks or trail.index in found.reached)


def _is_handed_on_after(trail: Trail, wait: Op) -> bool:
    """Whether the function hands on what may be pending after a wait: to what is not known."""
    return wait.root is not None and any(
        op.root is not None and op.root > wait.root and op.how != "waited"
        for op in trail.of("unknown")
    )
