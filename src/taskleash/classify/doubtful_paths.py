"""Paths that may leave a task running, and on which something may see to it that is not known."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.classify.inside import Helpers, Inside, carriers_in
from taskleash.classify.model import Ignorance, Unknown
from taskleash.classify.signs import Signs
from taskleash.classify.turns import counts, takes_over
from taskleash.classify.unknown import unknown_at
from taskleash.classify.waiting import has_deadline, is_partial
from taskleash.dataflow.cfg import Edge
from taskleash.dataflow.paths import Ending
from taskleash.facts.model import Block, Call, If, Test, Try
from taskleash.facts.terms import Attribute, Constant, Nested, Result, Term
from taskleash.link.calls import Calls
from taskleash.link.context import around, branches
from taskleash.link.entities import Function
from taskleash.link.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.sentences import Sentence, sentence

#: what is done with one of the two sets that a wait gives, to see to the tasks in it
_SORTED = AWAITING | CANCELLING | {"pass", "unknown"}
#: methods by which a callback tells others that the task is done
_TELLING = frozenset({"set", "set_result", "set_exception", "release", "put_nowait"})
#: functions that tell what kind of thing the task is
_TESTING = frozenset({"callable", "hasattr", "isawaitable", "iscoroutine", "isfuture"})


class DoubtfulPaths:
    """Searches once more for the paths that leave a task running, and believes less."""

    def __init__(self, calls: Calls, inside: Inside) -> None:
        self.calls = calls
        self.inside = inside

    def of(self, signs: Signs) -> Iterator[Unknown]:
        """Why none of the paths that leave the task running is a proven one."""
        if not (signs.partly_here or signs.respawned) or signs.left_at_a_yield:
            return
        function, trail = signs.spawn.function, signs.trail
        asking = self._asking(trail, function)
        asking.in_turns = any(takes_over(trail, op) for op in trail.of("wait"))
        ops = list(self._touching(signs))
        helpers = Helpers(trail, ops, lambda helper: self._asking(trail, helper).is_open)
        touching = {
            op.root: op
            for op in ops
            if op.root is not None and (not op.calls or helpers.see_to(function, op.root))
        }
        stops = {ending.event: ending for ending in self.inside.endings(signs)}
        more = [Ending(root) for root in touching if root not in stops]
        outcome = function.paths.search(
            [trail.index], [*stops.values(), *more], asking.carriers, is_closed=asking.is_open
        )
        if outcome.leaks or (signs.respawned and outcome.respawned):
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
            said = _why(touching[ending.event], function)
            yield unknown_at(Ignorance.UNKNOWN_STATE, said, function, ending.event)

    @staticmethod
    def _asking(trail: Trail, function: Function) -> _Asking:
        spawn = trail.index if function is trail.function else None
        return _Asking(function, spawn, frozenset(carriers_in(trail, function)))

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
                if op.kind != "deadline" and (op.calls or op.depth):
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


class _Asking:
    """The conditions of a function that ask for the task, and do not tell whether it runs.

    ``lines`` are those that were come to with the task running, ``counting`` those that ask in one
    of the turns of a loop, ``in_turns``, how many tasks are left.
    """

    def __init__(self, function: Function, spawn: int | None, carriers: frozenset[Term]) -> None:
        self.function = function
        self.carriers = carriers
        self.lines: dict[int, None] = {}
        self.counting: dict[int, None] = {}
        self.in_turns = False
        self.is_guessed = False
        graph = function.paths.graph
        self._is_conditional = spawn is None or any(
            isinstance(frame.item, If) for frame in around(function, spawn)
        )
        self._companions: frozenset[Term] = frozenset(
            Result(event)
            for number in (graph.blocks_of(spawn) if spawn is not None else ())
            for event in graph.blocks[number].events
        )
        self._broad = frozenset(
            handler.line
            for item in _tries(function.facts.body)
            for handler in item.handlers
            if not handler.types or not BROAD_EXCEPTIONS.isdisjoint(handler.types)
        )

    def is_open(self, edge: Edge) -> bool:
        """Whether it is not known if a running task gets along an edge."""
        if edge.kind == "handler":
            # Whether an error comes there is a guess where the handler catches any.
            self.is_guessed |= edge.line in self._broad
            return edge.line in self._broad
        if edge.test is None:
            return False
        if self.in_turns and edge.kind == "if" and counts(self.function, edge.test):
            self.counting.setdefault(edge.line)
            return True
        if not self._is_open(edge.test, edge.holds):
            return False
        self.lines.setdefault(edge.line)
        return True

    def _is_open(self, test: Test, holds: bool) -> bool:
        """Whether a condition asks for the task, and this outcome does not tell if it runs."""
        if test.kind == "not":
            return self._is_open(test.parts[0], not holds)
        if test.kind in ("and", "or"):
            if (test.kind == "and") == holds:
                return any(self._is_open(part, holds) for part in test.parts)
            # Whether there is a task at all goes with the rest of the condition.
            return self._is_conditional and any(
                part.kind in ("truth", "none") and self._asks_for_it(part) for part in test.parts
            )
        if self._is_made_with_it(test, holds):
            return True
        waits = self.function.paths.waits
        if any(waits.shows_done(test, outcome, self.carriers) for outcome in (True, False)):
            return False
        if test.op:
            return test.op != "isinstance" and self._asks_for_it(test)
        return test.kind == "truth" and any(map(self._is_told, test.value))

    def _is_made_with_it(self, test: Test, holds: bool) -> bool:
        """Whether it is not there what the spawn makes beside the task, and others leave unset."""
        if (test.kind, holds) not in (("truth", False), ("none", True)):
            return False
        is_unset = any(isinstance(term, Constant) for term in test.value)
        return is_unset and not self._companions.isdisjoint(test.value)

    def _asks_for_it(self, test: Test) -> bool:
        # What is asked of a set that it may be in is asked of another task.
        others = () if test.op in ("in", "not in") else test.other
        asked = (*test.value, *others)
        return not self.carriers.isdisjoint(asked) or any(map(self._asks_for_it, test.parts))

    def _is_told(self, term: Term) -> bool:
        """Whether a call answers that is given the task."""
        event = self.function.events[term.event] if isinstance(term, Result) else None
        if not isinstance(event, Call) or event.text.rpartition(".")[2] in _TESTING:
            return False
        return any(not self.carriers.isdisjoint(arg.value) for arg in event.args)


def _tries(block: Block) -> Iterator[Try]:
    """All ``try`` statements of a block."""
    for item in block.items:
        if isinstance(item, Try):
            yield item
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from _tries(inner)


def _why(op: Op, function: Function) -> Sentence:
    """What the function does with the task without a claim to its end."""
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
