"""Paths that may leave a task running, and on which something may see to it that is not known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from taskleash.controlflow.exceptions import NOTHING, Raised
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.awaits import asked_to_wait
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.ir.model import Await, Call
from taskleash.ir.terms import Attribute, Nested, Result
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.doubts.unasked import Asking
from taskleash.verdict.doubts.unknown import unknown_at
from taskleash.verdict.model import Ignorance, Unknown
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.helpers import carriers_in, is_here
from taskleash.verdict.ways.inside import Inside
from taskleash.verdict.ways.turns import next_turn, takes_over
from taskleash.verdict.ways.waiting import LEAVING, has_deadline, is_partial

#: what is done with one of the two sets that a wait gives, to see to the tasks in it
_SORTED = AWAITING | CANCELLING | {"pass", "unknown"}
#: methods by which a callback tells others that the task is done
_TELLING = frozenset({"set", "set_result", "set_exception", "release", "put_nowait"})


class DoubtfulPaths:
    """Searches once more for the paths that leave a task running, and believes less."""

    def __init__(self, calls: Calls, inside: Inside) -> None:
        self.calls = calls
        self.inside = inside

    def of(self, signs: Signs) -> Iterator[Unknown]:
        """Why none of the paths that leave the task running is a proven one."""
        if not (signs.partly_here or signs.respawned) or signs.left_pending:
            return
        function, trail = signs.spawn.function, signs.trail
        in_turns = any(takes_over(self.calls, trail, op) for op in trail.of("wait"))
        asking = self._asking(trail, function, frozenset({"if"} if in_turns else ()))
        ops = list(self._touching(signs))
        asks = partial(self._asking, trail)
        helpers = self.inside.helpers(trail, ops, lambda helper: asks(helper).is_open)
        touching = {
            op.root: op for op in ops if op.root is not None and helpers.is_certain(op, op.root)
        }
        stops = {ending.event: ending for ending in self.inside.endings(signs)}
        more = [
            EndingEvent(root, frozenset({Raised.STOPPED}) if op.kind in LEAVING else NOTHING)
            for root, op in touching.items()
            if root not in stops
        ]
        more += [EndingEvent(index) for index in _waits_for_what_it_is_given(signs)]
        turn = next_turn(trail)
        outcome = function.paths.search(
            [trail.index], [*stops.values(), *more], asking.carriers, turn, is_closed=asking.is_open
        )
        # Where a turn makes several tasks, the next one is no sign of another turn.
        is_again = outcome.respawned and (not turn or bool(outcome.reached))
        if outcome.leaks or (signs.respawned and is_again):
            return
        path = function.module.path
        for line in sorted(asking.counting):
            said = sentence(
                "whether all tasks are through where `{function}` asks this is not known",
                function=function.qualname,
            )
            yield Unknown(Ignorance.UNKNOWN_STATE, said, path, line)
        for line in sorted(asking.lines):
            said = sentence(
                "whether the task runs where this condition of `{function}` asks for it is not"
                " known",
                function=function.qualname,
            )
            yield Unknown(Ignorance.UNKNOWN_STATE, said, path, line)
        if asking.lines or asking.counting:
            return
        if asking.is_guessed:
            said = sentence(
                "whether an error leads past what ends the task in `{function}` is not known",
                function=function.qualname,
            )
            yield unknown_at(Ignorance.UNKNOWN_STATE, said, function, trail.index)
            return
        for ending in more[:1]:
            said = _why(touching.get(ending.event), function)
            yield unknown_at(Ignorance.UNKNOWN_STATE, said, function, ending.event)

    @staticmethod
    def _asking(trail: Trail, function: Function, counted: frozenset[str] = frozenset()) -> Asking:
        spawn = trail.index if function is trail.function else None
        return Asking(function, spawn, frozenset(carriers_in(trail, function)), counted)

    def _touching(self, signs: Signs) -> Iterator[Op]:
        """What the function does that may see to the task, certain or not."""
        for op in signs.trail.rooted():
            if op.root is None or (op.root <= signs.spawn.index and not signs.respawned):
                continue
            if op.kind == "callback":
                if self._tells(signs.spawn.function, op):
                    yield op
            elif op.kind == "wait" and is_partial(op):
                if _sorts(signs.trail, op):
                    yield op
            elif op.kind in AWAITING or op.kind in CANCELLING:
                is_plain = is_here(signs.trail, op) and not op.depth
                if op.kind != "deadline" and not is_plain:
                    yield op
            elif op.kind == "unknown":
                yield op

    def _tells(self, function: Function, op: Op) -> bool:
        """Whether a callback of the function's own sets what others wait for."""
        event = op.event
        if not isinstance(event, Call) or op.function is not function:
            return False
        handed = [term for arg in event.args for term in arg.value]
        if any(isinstance(term, Attribute) and term.name in _TELLING for term in handed):
            return True
        return any(
            call.text.rpartition(".")[2] in _TELLING
            for term in handed
            if isinstance(term, Nested)
            for target in self.calls.targets(function, term)
            if isinstance(target, Function)
            for _, call in target.calls()
        )


def _waits_for_what_it_is_given(signs: Signs) -> Iterator[int]:
    """Where the function waits for an event that it has handed to the task, which may set it."""
    spawn = signs.spawn
    function = spawn.function
    work = function.call(spawn.index).args[spawn.work : spawn.work + 1]
    made = [term.event for arg in work for term in arg.value if isinstance(term, Result)]
    given = {term for at in made for arg in function.call(at).args for term in arg.value}
    for index, event in enumerate(function.events):
        awaited = event.value if isinstance(event, Await) and index > spawn.index else ()
        if any(base in given for term in awaited for base in asked_to_wait(function, term)):
            yield index


def _why(op: Op | None, function: Function) -> Sentence:
    """What the function does with the task without a claim to its end."""
    if op is None:
        return sentence(
            "`{function}` waits for what it has handed to the task: whether that is its end is not"
            " known",
            function=function.qualname,
        )
    if op.kind == "callback":
        return sentence(
            "its callback tells others that it is done: whether `{function}` waits for that is not"
            " known",
            function=function.qualname,
        )
    if op.calls:
        return sentence(
            "whether `{function}` ends the task on each of its paths is not known",
            function=op.function.qualname,
        )
    return sentence(
        "which of its tasks `{function}` sees to here is not known",
        function=function.qualname,
    )


def _sorts(trail: Trail, wait: Op) -> bool:
    """Whether what a wait without a deadline has sorted out is seen to by that."""
    return not has_deadline(wait) and any(
        op.how == "waited" and op.function is wait.function and op.kind in _SORTED
        for op in trail.rooted()
    )
