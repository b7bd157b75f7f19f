"""Tasks that a nested function starts for one around it, which has them, and ends them."""

from __future__ import annotations

from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.ir.model import Call
from taskleash.ir.terms import Nested
from taskleash.semantics import context
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.helpers import Helpers, carriers_in, passing
from taskleash.verdict.ways.waiting import has_timeout, is_partial


def ended_around(calls: Calls, signs: Signs) -> list[Op]:
    """What ends the task for certain in the function around, whose variable has it."""
    return [*([] if signs.container else known_over(signs.trail)), *_ended_after(calls, signs)]


def _ended_after(calls: Calls, signs: Signs) -> list[Op]:
    """What ends the task on each path of the function around, from where that has it started.

    A variable of that function, or a container of it, has the task, and nothing else.
    """
    spawning, trail = signs.spawn.function, signs.trail
    around = spawning.parent
    if around is None or not signs.places:
        return []
    if any(place.kind != "closure" or place.function is not around for place in signs.places):
        return []
    starts = _starts(calls, spawning, around)
    ends = [
        (op, at)
        for op in _endings(trail)
        if op.kind != "deadline" and not op.calls and not (op.kind == "cancel" and op.depth)
        for at in _effects(calls, op, around)
    ]
    if not starts or not ends:
        return []
    outcome = around.paths.search(
        starts, [EndingEvent(at) for _, at in ends], carriers_in(trail, around)
    )
    is_ended = outcome.is_complete and not outcome.leaks and not outcome.respawned
    return list(dict.fromkeys(op for op, _ in ends)) if is_ended else []


def _endings(trail: Trail) -> list[Op]:
    """What ends the task wherever it is come to: a wait that leaves some running does not."""
    ends = trail.of(*AWAITING, *CANCELLING)
    return [op for op in ends if not (op.kind == "wait" and is_partial(op))]


def _effects(calls: Calls, op: Op, around: Function) -> list[int]:
    """Where an operation takes effect in a function: that of a lambda wherever it is called."""
    if op.function is around:
        return [op.index]
    if op.function.facts.kind != "lambda" or context.around(op.function, op.index):
        return []
    return [index for caller, index in calls.callers(op.function) if caller is around]


def _starts(calls: Calls, spawning: Function, around: Function) -> list[int]:
    """Where a function calls a nested one; empty where that is called in another way, too."""
    sites = calls.callers(spawning)
    roles = around.uses.roles.get(Nested(spawning.key), ())
    is_given_away = any(role.kind != "func" for role in roles)
    if is_given_away or any(caller is not around for caller, _ in sites):
        return []
    return [index for _, index in sites]


def passed_around(calls: Calls, signs: Signs) -> frozenset[Op]:
    """The endings in the function around that some path of it leaves out, once tasks may run.

    Its container has them, and is gone as it returns. It begins where a nested function is called
    or handed on that leads to the spawn.
    """
    spawning, trail = signs.spawn.function, signs.trail
    around = spawning.parent
    if around is None or not signs.places or around.facts.kind != "function":
        return frozenset()
    if any(place.kind != "closure" or place.function is not around for place in signs.places):
        return frozenset()
    # What the nested function itself waits for does not end the task on each of its ways.
    others = [op for op in _endings(trail) if op.site[0] is not spawning]
    ends = [op for op in others if op.site[0] is around]
    begins = [
        role.index
        for function in _leading_to(calls, spawning, around)
        for role in around.uses.roles.get(Nested(function.key), ())
    ]
    if signs.ended_here or not begins or len(ends) != len(others):
        return frozenset()
    helpers = Helpers(trail, ends)
    sure = [op for op in ends if not op.calls or helpers.see_to(*op.site)]
    outcome = around.paths.search(
        begins,
        [EndingEvent(op.site[1], passing(trail, op)) for op in sure],
        carriers_in(trail, around),
    )
    if not outcome.is_complete:
        trail.leave_paths_out(around)
    return frozenset(ends if outcome.is_complete and outcome.leaks else ())


def _leading_to(calls: Calls, spawning: Function, around: Function) -> set[Function]:
    """The functions inside of one that come to the spawn, itself among them."""
    found, pending = {spawning}, [spawning]
    while pending:
        for caller, _ in calls.callers(pending.pop()):
            if caller not in found and around in caller.nesting[1:]:
                found.add(caller)
                pending.append(caller)
    return found


def known_over(trail: Trail) -> list[Op]:
    """The looks at an outcome, by the function whose variable has the task, without which it ends.

    Where the task still runs they raise: on each normal path it is over.
    """
    found: list[Op] = []
    for op in trail.of("outcome"):
        function, event = op.function, op.event
        if op.depth or op.calls or function not in trail.function.nesting[1:]:
            continue
        outcome = function.paths.search_from_entry(
            [EndingEvent(op.index)], set(trail.terms_in(function))
        )
        is_up_to = isinstance(event, Call) and has_timeout(event)
        if outcome.is_complete and not outcome.leaks and not is_up_to:
            found.append(op)
    return found
