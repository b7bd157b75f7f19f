"""Ways out of a function on which what a wait has left pending is left running.

The next turn of a loop waits for it again: where the loop is left instead, nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from taskleash.controlflow.assumptions import parts
from taskleash.controlflow.outcome import Leak
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.trail import ENDING, Op, Trail
from taskleash.ir.model import Collection, Loop
from taskleash.ir.terms import Display, Element, Term
from taskleash.semantics.context import around
from taskleash.verdict.doubts.unasked import Asking
from taskleash.verdict.ways.turns import waits as calls_of
from taskleash.verdict.ways.waiting import is_partial


def left_pending(
    trail: Trail, endings: Sequence[Op], stops: Iterable[EndingEvent]
) -> tuple[Leak, ...] | None:
    """The ways out after a wait that returns early, past the next one and past all other endings.

    An outcome is of one that is done. None where the search ran out of its bound before it found
    such a way.
    """
    function, carriers = trail.function, frozenset(trail.terms_in(trail.function))
    partial = [
        op.root
        for op in endings
        if op.kind == "wait"
        and op.root is not None
        and is_partial(op)
        and _is_for_more(op)
        and (op.function is function or not _sees_to_the_rest(trail, op, endings))
    ]
    if not partial:
        return ()
    of_done = {op.root for op in endings if op.kind == "outcome"}
    others = [stop for stop in stops if stop.event not in {*partial, *of_done}]
    asking = Asking(function, trail.index, carriers, frozenset({"if", "empty", "exhausted"}))
    found = function.paths.search(partial, others, carriers, is_closed=asking.is_open)
    return found.leaks if found.leaks or found.is_complete else None


def _sees_to_the_rest(trail: Trail, wait: Op, endings: Sequence[Op]) -> bool:
    """Whether a helper that waits leaves on no way out what the wait has left pending."""
    helper, index = wait.function, wait.index
    others = [
        EndingEvent(op.index)
        for op in endings
        if op.function is helper and op.kind in ENDING - {"wait"}
    ]
    carriers = frozenset(trail.terms_in(helper))
    asking = Asking(helper, None, carriers, frozenset({"if", "empty", "exhausted"}))
    found = helper.paths.search([index], others, carriers, is_closed=asking.is_open)
    if not found.is_complete:
        trail.leave_paths_out(helper)
    return not found.leaks


def _is_for_more(wait: Op) -> bool:
    """Whether a wait may be for more than one task: of a single one the answer tells all."""
    function = wait.function
    around_it = (f.item for f in around(*wait.site) if isinstance(f.item, Loop))
    # What a loop around has in its turn is one; what a comprehension goes over is all.
    in_turn = {term for loop in around_it for term in loop.test.value}
    return not all(
        isinstance(term, Display) and _is_single(function.facts.collections[term.number], in_turn)
        for call in calls_of(wait)
        for arg in call.args[:1]
        for term in arg.value
    )


def _is_single(made: Collection, in_turn: Set[Term]) -> bool:
    gone_over = {
        part.base
        for alts in made.items
        for term in alts
        for part in parts(term)
        if isinstance(part, Element) and not part.is_constant
    }
    return len(made.items) == 1 and gone_over <= in_turn
