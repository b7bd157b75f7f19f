"""What is not known of a claim: no low risk rests on one that its witnesses do not prove.

That nothing is seen to end a task is no witness by itself where something is seen that may: a
method that only users call, a teardown that touches what keeps the task, a condition that asks for
it and does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.trail import Op, OpKind
from taskleash.ir.model import Event, Store
from taskleash.ir.terms import Attribute, Element, Parameter, Term
from taskleash.lifecycle.announcements import told
from taskleash.lifecycle.handed import handed_ends
from taskleash.lifecycle.phases import asks_for_more
from taskleash.lifecycle.stop_flags import Flags
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.containers import HANDLE_ATTRIBUTES, PASSIVE_METHODS
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import ENDING_WORDS, words
from taskleash.semantics.calls import COMMON_NAMES, Calls, UntypedMethod
from taskleash.semantics.entities import Function
from taskleash.sentences import sentence
from taskleash.verdict.doubts.doubtful_paths import DoubtfulPaths
from taskleash.verdict.doubts.unknown import unknown_at
from taskleash.verdict.model import Claim, Ignorance, Unknown
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.inside import Inside
from taskleash.verdict.ways.waiting import is_after_a_failure
from taskleash.verdict.wording.steps import weakly

#: what a teardown may do with a task, or with what keeps it, that is no look at it alone
_TOUCHING: frozenset[OpKind] = frozenset({"method", "unknown", "give"})
#: how a method is given away otherwise than to a call
_GIVING = frozenset({"item", "return", "value", "yield"})
#: words in the names of what sends a command to something else
_COMMANDING = frozenset({"command", "commands", "execute", "query", "request", "send"})
#: words in the names of what leaves something behind
_LEAVING = ENDING_WORDS | {
    "cleanup", "clear", "destroy", "detach", "disconnect", "dispose", "exit", "leave", "logout",
    "pop", "put", "release", "remove", "reset", "set", "teardown", "unregister", "unsubscribe",
}  # fmt: skip
#: methods of a task that only tell something of it
_LOOKING = HANDLE_ATTRIBUTES - {"set_exception", "set_result"}


class Doubts:
    """Notes on the signs of a site what is not known of each claim that may be made of them."""

    def __init__(self, calls: Calls, teardown: Teardown, inside: Inside, flags: Flags) -> None:
        self.calls = calls
        self.teardown = teardown
        self.flags = flags
        self.paths = DoubtfulPaths(calls, inside)

    def note(self, signs: Signs) -> None:
        """Note all doubts about one site."""
        elsewhere = tuple(dict.fromkeys(self._ended_by_users(signs)))
        # Beside a teardown, what ends the one that it is told of ends nothing as a whole.
        is_told = all(asks_for_more(op.site[0].method) for op in signs.ended_elsewhere)
        whole = () if is_told else elsewhere
        touched = (*self._touched(signs), *self._told(signs))
        found = {
            Claim.PATH: tuple(self.paths.of(signs)),
            Claim.REPLACED: tuple(_on_the_way_back(signs)),
            Claim.ELSEWHERE: () if self._is_left_whole(signs) else elsewhere,
            Claim.PASSED_OVER: (*whole, *touched, *self._takes_nothing_down(signs)),
            Claim.NEVER: (*touched, *self._handed_in(signs)),
        }
        signs.doubts = {claim: doubts for claim, doubts in found.items() if doubts}

    # -- what may end it in another place

    def _ended_by_users(self, signs: Signs) -> Iterator[Unknown]:
        """The endings that users may come to, for whom the program has methods to call."""
        known = {op for op, _ in signs.forgotten}
        is_left = bool(signs.overridden or signs.bypassed or signs.passing)
        for op in () if is_left else signs.ended_elsewhere:
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
            is_uncalled = all(_is_of_itself(function, caller) for caller in within)
            is_meant = self._is_handed_out(function) or (is_for_users and is_uncalled)
            if is_meant or self._may_be_called_at_an_end(function):
                yield function
            pending += [caller for caller in dict.fromkeys(within) if caller not in seen]
            seen.update(within)

    def _may_be_called_at_an_end(self, function: Function) -> bool:
        """Whether a teardown in its module calls a method of its name of what is not known.

        What an attribute of the teardown's own object keeps is another matter.
        """
        if function.owner is None or LIFECYCLE.ends(function.name):
            return False
        return any(
            caller.module is function.module
            and caller.method.owner is not function.owner
            and self.teardown.holds(caller, index)
            and any(
                isinstance(callee, UntypedMethod) and not isinstance(callee.receiver, Attribute)
                for callee in self.calls.callees(caller, caller.call(index))
            )
            for caller, index in self.calls.program.lookup.calls(function.name)
        )

    def _is_handed_out(self, function: Function) -> bool:
        """Whether a function is given to what may call it at the end: to more than a loop."""
        told = self.calls.program.models.schedulers | PASSIVE_METHODS
        if any(
            holder.call(index).text.rpartition(".")[2] not in told
            for holder, index in self.calls.references(function)
        ):
            return True
        owner = function.owner
        return owner is not None and any(
            role.kind in _GIVING
            for method in owner.methods()
            for role in method.uses.roles.get(
                Attribute(Parameter(method.self_name), function.name), ()
            )
        )

    def _is_early(self, function: Function) -> bool:
        """Whether a function is come to as something begins or happens, rather than at the end."""
        phases = self.teardown.phases
        is_made = LIFECYCLE.constructs(function.name) or phases.is_for_a_life(function)
        if is_made or phases.told(function.method):
            return is_made or phases.is_event_handler(function)
        # What by its name ends or clears an event handles none.
        clears = LIFECYCLE.ends(function.name) or LIFECYCLE.ends_for_users(function.name)
        return phases.is_event_handler(function) and not clears

    def _is_left_whole(self, signs: Signs) -> bool:
        """Whether what keeps or ends the task has a teardown, which does not come to its end."""
        owners = [place.cls for place in signs.places]
        owners += [op.site[0].method.owner for op in signs.ended_elsewhere]
        return any(cls is not None and self.teardown.ways_out(cls) for cls in owners)

    def _touched(self, signs: Signs) -> Iterator[Unknown]:
        """What a teardown does with the task that is not known to end it."""
        ends = signs.ended_elsewhere
        ended = {site for op in ends for site in (*op.calls, (op.function, op.index))}
        for op in signs.trail.of(*_TOUCHING, "pass"):
            function = op.site[0]
            is_at_the_spawn = op.root is not None and not self.teardown.phases.ends(function)
            is_known = is_at_the_spawn or (op.function, op.index) in ended
            if is_known or not self.teardown.reason(function):
                continue
            if op.kind == "pass" and not _is_said_to_end(op):
                continue
            # What a helper gives back is followed.
            if op.detail in _LOOKING or (op.kind == "give" and op.calls):
                continue
            said = sentence(
                "what `{teardown}` does with the task here is not known",
                teardown=function.method.qualname,
            )
            yield unknown_at(Ignorance.UNKNOWN_EFFECT, weakly(op, said), op.function, op.index)
            return

    def _takes_nothing_down(self, signs: Signs) -> Iterator[Unknown]:
        """Why a method that by its name takes its object down may be a command to something else.

        It sends one, stores nothing in its object but what other commands store alike, and calls
        nothing that is named for an end, or that changes the object for it alone.
        """
        method = signs.owner_teardown
        if method is None or self.teardown.phases.told(method) or method.name.startswith("__"):
            return
        acting = self._acting(method)
        cls = acting.owner
        own = [f for f in self._called(acting) if f.owner and cls and cls.related(f.owner)]
        if not _commands(acting) or any(_takes_down(f) for f in own if not self._serves(f)):
            return
        if _is_named_for_more(acting) or (_changes(acting) and not _is_one_of_many(acting)):
            return
        said = sentence(
            "whether `{teardown}` takes its object down is not known", teardown=method.qualname
        )
        yield Unknown(Ignorance.UNKNOWN_EFFECT, said, method.module.path, method.facts.line)

    def _acting(self, method: Function) -> Function:
        """The method that does what this one only passes on, to an object that it keeps."""
        called = dict.fromkeys(self._called(method))
        passed = [f for f in called if f.name == method.name]
        return passed[0] if len(called) == len(passed) == 1 and not _changes(method) else method

    def _serves(self, helper: Function) -> bool:
        """Whether more than one other method, which ends nothing, does its work by this one."""
        callers = {caller.method for caller, _ in self.calls.callers(helper)}
        return sum(not LIFECYCLE.ends(caller.name) for caller in callers - {helper}) > 1

    def _called(self, method: Function) -> Iterator[Function]:
        for _, call in method.calls():
            for callee in self.calls.callees(method, call):
                if isinstance(callee, Function):
                    yield callee

    def _handed_in(self, signs: Signs) -> Iterator[Unknown]:
        """The events that the coroutine's loop asks, and that others hand in and may set."""
        for coroutine in signs.spawn.started:
            for name in handed_ends(self.calls, self.flags, coroutine):
                said = sentence(
                    "whether `{name}`, which the loop of `{function}` asks, is set at the end is"
                    " not known",
                    name=name,
                    function=coroutine.qualname,
                )
                path, line = coroutine.module.path, coroutine.facts.line
                yield Unknown(Ignorance.UNKNOWN_STATE, said, path, line)

    def _told(self, signs: Signs) -> Iterator[Unknown]:
        """What others wait for that the coroutine sets: by that they see it to its end.

        What sets an object up waits until that is ready, not for an end.
        """
        waits = told(self.calls, signs.spawn.started)
        ends = [each for each in waits if not self.teardown.phases.is_start(each[0])]
        for function, index, name in ends[:1]:
            said = sentence(
                "`{function}` waits for `{name}`, which it sets: whether that is its end is not"
                " known",
                function=function.qualname,
                name=name,
            )
            yield unknown_at(Ignorance.UNKNOWN_STATE, said, function, index)


def _is_of_itself(function: Function, caller: Function) -> bool:
    """Whether a caller does not tell who else calls a method: no other object is looked for.

    Of a common name all calls would have to be looked at, on whatever they are.
    """
    owner = function.owner
    return (
        function.name in COMMON_NAMES
        and owner is not None
        and caller.owner is not None
        and owner.related(caller.owner)
    )


def _takes_down(method: Function) -> bool:
    """Whether a method changes its object, or calls what by its name ends something."""
    return bool(_changes(method)) or _is_named_for_more(method)


def _is_named_for_more(method: Function) -> bool:
    return any(
        LIFECYCLE.ends(name) or not _LEAVING.isdisjoint(words(name)) for name in _names(method)
    )


def _changes(method: Function) -> set[str]:
    """The names of the attributes that a method stores, or of which it stores an element."""
    return set(filter(None, map(_attribute, method.events)))


def _attribute(event: Event) -> str:
    target: Term | None = event.target if isinstance(event, Store) else None
    while isinstance(target, Element):
        target = target.base
    return target.name if isinstance(target, Attribute) else ""


def _is_one_of_many(method: Function) -> bool:
    """Whether two more methods of its class, which end nothing, make its calls and its changes."""
    calls, changes = set(_names(method)), _changes(method)
    owner = method.owner
    classes = (*owner.mro, *(owner.descendants - {owner})) if owner is not None else ()
    alike = [
        other
        for cls in classes
        for other in cls.methods()
        if not LIFECYCLE.ends(other.name)
        and calls <= set(_names(other))
        and changes <= _changes(other)
    ]
    return len(alike) > 1


def _commands(method: Function) -> bool:
    """Whether a method sends a command by what it calls."""
    return any(not _COMMANDING.isdisjoint(words(name)) for name in _names(method))


def _names(method: Function) -> list[str]:
    """The last names of what a method calls."""
    return [call.text.rpartition(".")[2] for _, call in method.calls()]


def _is_said_to_end(op: Op) -> bool:
    """Whether what a teardown hands the task to is by its name meant to end it."""
    return op.target is not None and not ENDING_WORDS.isdisjoint(words(op.target.name))


def _on_the_way_back(signs: Signs) -> Iterator[Unknown]:
    """Why it is not proven that the task comes back to the place where it was started."""
    overwrite = signs.overwrite
    if overwrite is not None and overwrite.is_by_itself and not overwrite.is_sure:
        said = sentence(
            "whether the task comes to `{function}` again while it runs is not known",
            function=overwrite.op.function.qualname,
        )
        yield unknown_at(Ignorance.UNKNOWN_STATE, said, overwrite.op.function, overwrite.op.index)
