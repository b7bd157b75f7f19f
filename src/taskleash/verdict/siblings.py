"""Tasks that an object has another one keep: its teardown ends some of them and passes over one.

A manager that only keeps what it is given leaves the end of a task to whom it hands the task to. An
object whose teardown ends such tasks answers for them, and for those that it drops as well.
"""

from __future__ import annotations

from collections.abc import Callable

from taskleash.dataflow.trail import Op, Unfollowed
from taskleash.dataflow.wrappers import coroutine_argument, handed_in
from taskleash.ir.terms import Attribute, Outer, Parameter, Term
from taskleash.lifecycle.teardown import Teardown
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.spawns import Spawn
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Ending, Evidence, Risk
from taskleash.verdict.policy import Verdict
from taskleash.verdict.signs import Signs
from taskleash.verdict.wording.steps import definition, ending


class Siblings:
    """Answers what a teardown ends beside a task that its object has dropped."""

    def __init__(self, teardown: Teardown, signs_of: Callable[[Spawn], Signs]) -> None:
        self._calls = teardown.calls
        self._teardown = teardown
        self._signs_of = signs_of

    def passed_over(
        self, kept: Signs, verdict: Verdict, manager: Spawn, call: Signs
    ) -> tuple[Evidence, ...]:
        """That a teardown of the calling object ends other tasks of a manager, and not this one.

        ``kept`` are the signs of the spawn that the manager does for it and ``verdict`` says what
        becomes of the task, ``call`` are those of the call, which drops it.
        """
        if verdict.ending != Ending.SELF_REMOVING or verdict.risk is not Risk.NONE:
            return ()
        spawn, owner = call.spawn, call.spawn.function.method.owner
        if call.trail.kinds or call.given or call.places or call.in_one_step:
            return ()
        # Nobody can end what the manager does not give back.
        if owner is None or not spawn.gives_task or not _is_kept_by_another(kept, owner):
            return ()
        if not any(_is_of_instance(spawn.function, func) for func in spawn.call.func):
            return ()
        if any(map(self._teardown.phases.takes_down, (spawn.function.method, *spawn.started))):
            return ()
        unknown: dict[Unfollowed, None] = {}
        family = _only_heir(owner).mro
        for caller, index in self._calls.callers(manager.function):
            if caller.method.owner not in family:
                continue
            if coroutine_argument(self._calls, manager, caller.call(index)) is None:
                continue
            sibling = self._signs_of(handed_in(self._calls, manager, caller, index))
            for op, why in sibling.ended_there_by:
                if why and op.site[0].method.owner in family:
                    return _told(manager.function, op, why)
            unknown.update(sibling.trail.unknown)
        # What is not seen of the others may be that they are ended.
        call.trail.unknown.update(unknown)
        return ()


def _told(manager: Function, op: Op, why: Said) -> tuple[Evidence, ...]:
    """How a teardown ends another task, and that it ends only that."""
    method = op.site[0].method
    said = sentence(
        "`{teardown}` ends other tasks that `{manager}` starts for it, not this one",
        teardown=method.qualname,
        manager=manager.qualname,
    )
    return (definition(method, said), ending(op, why))


def _only_heir(owner: Class) -> Class:
    """The class at the end of a line of only heirs: what it has, objects of the owner have, too."""
    seen = {owner}
    while len(owner.subclasses) == 1 and owner.subclasses[0] not in seen:
        (owner,) = owner.subclasses
        seen.add(owner)
    return owner


def _is_kept_by_another(kept: Signs, owner: Class) -> bool:
    """Whether what keeps the task is an object of another class, which nothing takes down."""
    return kept.owner_teardown is None and all(
        place.cls is not None and not owner.related(place.cls) for place in kept.places
    )


def _is_of_instance(function: Function, term: Term) -> bool:
    """Whether something is an attribute of the instance, or one of such an attribute."""
    while isinstance(term, Attribute):
        term = term.base
    name = function.method.self_name
    return bool(name) and isinstance(term, Parameter | Outer) and term.name == name
