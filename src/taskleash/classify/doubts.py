"""What is not known of a claim: no low risk rests on one that its witnesses do not prove.

That nothing is seen to end a task is no witness by itself where something is seen that may: a
method that only users call, a teardown that touches what keeps the task, a condition that asks for
it and does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.classify.inside import Inside, carriers_in
from taskleash.classify.model import Claim, Ignorance, Unknown
from taskleash.classify.signs import Signs
from taskleash.classify.waiting import has_deadline, is_after_a_failure, is_partial
from taskleash.dataflow.cfg import Edge
from taskleash.dataflow.paths import Ending
from taskleash.facts.model import Call, Test
from taskleash.facts.terms import Attribute, Nested, Term
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.link.teardown import Teardown
from taskleash.link.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.models.containers import HANDLE_ATTRIBUTES, PASSIVE_METHODS
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.sentences import Sentence, sentence

#: what a teardown may do with a task, or with what keeps it, that is no look at it alone
_TOUCHING = frozenset({"method", "unknown", "give"})
#: methods of a task that only tell something of it
_LOOKING = HANDLE_ATTRIBUTES - {"set_exception", "set_result"}
#: what is done with one of the two sets that a wait gives, to see to the tasks in it
_SORTED = AWAITING | CANCELLING | {"pass", "unknown"}
#: methods by which a callback tells others that the task is done
_TELLING = frozenset({"set", "set_result", "set_exception", "release", "put_nowait"})


class Doubts:
    """Notes on the signs of a site what is not known of each claim that may be made of them."""

    def __init__(self, calls: Calls, teardown: Teardown, inside: Inside) -> None:
        self.calls = calls
        self.teardown = teardown
        self.inside = inside

    def note(self, signs: Signs) -> None:
        """Note all doubts about one site."""
        elsewhere = tuple(dict.fromkeys(self._ended_by_users(signs)))
        found = {
            Claim.PATH: tuple(self._on_the_way(signs)),
            Claim.REPLACED: tuple(_on_the_way_back(signs)),
            Claim.ELSEWHERE: () if self._is_left_whole(signs) else elsewhere,
            Claim.PASSED_OVER: (*elsewhere, *self._touched(signs)),
            Claim.NEVER: tuple(self._touched(signs)),
        }
        signs.doubts = {claim: doubts for claim, doubts in found.items() if doubts}

    # -- a path that leaves it running

    def _on_the_way(self, signs: Signs) -> Iterator[Unknown]:
        """Why none of the paths that leave the task running is a proven one."""
        if not (signs.partly_here or signs.respawned):
            return
        function, trail = signs.spawn.function, signs.trail
        carriers = frozenset(carriers_in(trail, function))
        closed: dict[int, None] = {}

        def is_closed(edge: Edge) -> bool:
            if edge.test is None or not _is_open(edge.test, edge.holds, carriers):
                return False
            closed.setdefault(edge.line)
            return True

        touching = {op.root: op for op in self._touching_here(signs) if op.root is not None}
        stops = {ending.event: ending for ending in self.inside.endings(signs)}
        more = [Ending(root) for root in touching if root not in stops]
        outcome = function.paths.search(
            [trail.index], [*stops.values(), *more], carriers, is_closed=is_closed
        )
        if outcome.leaks or (signs.respawned and outcome.respawned):
            return
        path = function.module.path
        for line in sorted(closed):
            said = sentence(
                "whether the task runs where this condition of `{function}` asks for it is not"
                " known",
                function=function.qualname,
            )
            yield Unknown(Ignorance.UNKNOWN_STATE, said, path, line)
        if closed:
            return
        for op in [touching[ending.event] for ending in more][:1]:
            yield _at(Ignorance.UNKNOWN_STATE, self._why(op, function), function, op.root or 0)

    def _why(self, op: Op, function: Function) -> Sentence:
        if op.kind == "callback":
            return sentence(
                "its callback tells others that it is done: whether `{function}` waits for that is"
                " not known",
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

    def _touching_here(self, signs: Signs) -> Iterator[Op]:
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

    # -- what may end it in another place

    def _ended_by_users(self, signs: Signs) -> Iterator[Unknown]:
        """The endings that users may come to, for whom the program has methods to call."""
        known = {op for op, _ in signs.forgotten}
        for op in signs.ended_elsewhere:
            if op in known or op.kind == "deadline" or is_after_a_failure(op):
                continue
            for end in self._ways_in(op.site[0], signs):
                said = sentence(
                    "whether `{function}`, which ends it, is called at the end is not known",
                    function=end.qualname,
                )
                yield Unknown(Ignorance.UNKNOWN_CALLER, said, end.module.path, end.facts.line)

    def _ways_in(self, ending: Function, signs: Signs) -> Iterator[Function]:
        """The functions that lead to an ending and that something unseen may call."""
        spawning = signs.spawn.function.method
        pending, seen = [ending.method], {ending.method}
        while pending:
            function = pending.pop()
            if function is spawning or self._is_early(function):
                continue
            callers = [caller.method for caller, _ in self.calls.callers(function)]
            within = [caller for caller in callers if not caller.module.is_test]
            is_for_users = not function.name.startswith("_") and not function.decorators
            if self._is_handed_out(function) or (is_for_users and not within):
                yield function
            pending += [caller for caller in dict.fromkeys(within) if caller not in seen]
            seen.update(within)

    def _is_handed_out(self, function: Function) -> bool:
        """Whether a function is given to what may call it at the end: to more than a loop."""
        told = self.calls.program.models.schedulers | PASSIVE_METHODS
        return any(
            holder.call(index).text.rpartition(".")[2] not in told
            for holder, index in self.calls.references(function)
        )

    def _is_early(self, function: Function) -> bool:
        """Whether a function is come to as something begins or happens, rather than at the end."""
        phases = self.teardown.phases
        is_made = LIFECYCLE.constructs(function.name) or phases.is_start(function)
        return is_made or phases.is_event_handler(function)

    def _is_left_whole(self, signs: Signs) -> bool:
        """Whether what keeps or ends the task has a teardown, which does not come to its end."""
        owners = [place.cls for place in signs.places]
        owners += [op.site[0].method.owner for op in signs.ended_elsewhere]
        return any(cls is not None and self.teardown.ways_out(cls) for cls in owners)

    def _touched(self, signs: Signs) -> Iterator[Unknown]:
        """What a teardown does with the task that is not known to end it."""
        ended = {op.index for op in signs.ended_elsewhere}
        for op in signs.trail.of(*_TOUCHING):
            function = op.site[0]
            is_at_the_spawn = op.root is not None and not self.teardown.phases.ends(function)
            if is_at_the_spawn or op.index in ended or not self.teardown.reason(function):
                continue
            # What a helper gives back is followed.
            if op.detail in _LOOKING or (op.kind == "give" and op.calls):
                continue
            said = sentence(
                "what `{teardown}` does with the task here is not known",
                teardown=function.method.qualname,
            )
            yield _at(Ignorance.UNKNOWN_EFFECT, said, op.function, op.index)
            return


def _sorts(trail: Trail, wait: Op) -> bool:
    """Whether what a wait without a deadline has sorted out is seen to by that."""
    return not has_deadline(wait) and any(
        op.how == "waited" and op.function is wait.function and op.kind in _SORTED
        for op in trail.rooted()
    )


def _on_the_way_back(signs: Signs) -> Iterator[Unknown]:
    """Why it is not proven that the task comes back to the place where it was started."""
    overwrite = signs.overwrite
    if overwrite is not None and overwrite.is_by_itself and not overwrite.is_direct:
        said = sentence(
            "whether the task comes to `{function}` again while it runs is not known",
            function=overwrite.op.function.qualname,
        )
        yield _at(Ignorance.UNKNOWN_STATE, said, overwrite.op.function, overwrite.op.index)


def _is_open(test: Test, holds: bool, carriers: frozenset[Term]) -> bool:
    """Whether a condition asks for the task, and this outcome does not tell if it runs."""
    if test.kind == "not":
        return _is_open(test.parts[0], not holds, carriers)
    if test.kind in ("and", "or"):
        if (test.kind == "and") == holds:
            return any(_is_open(part, holds, carriers) for part in test.parts)
        # Whether there is a task at all goes with the rest of the condition.
        return any(
            part.kind in ("truth", "none") and _asks_for(part, carriers) for part in test.parts
        )
    return bool(test.op) and test.op != "isinstance" and _asks_for(test, carriers)


def _asks_for(test: Test, carriers: frozenset[Term]) -> bool:
    # What is asked of a set that it may be in is asked of another task.
    others = () if test.op in ("in", "not in") else test.other
    asked: Sequence[Term] = (*test.value, *others)
    return not carriers.isdisjoint(asked) or any(_asks_for(p, carriers) for p in test.parts)


def _at(kind: Ignorance, said: Sentence, function: Function, index: int) -> Unknown:
    return Unknown(kind, said, function.module.path, function.events[index].pos[0])
