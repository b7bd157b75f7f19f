"""State that a condition asks for: whether its function sets it, and others set it back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from taskleash.controlflow.assumptions import conjuncts, parts
from taskleash.controlflow.nesting import Level
from taskleash.dataflow.trail import Op
from taskleash.ir.model import Call, Event, If, Store, Test, tests
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Built,
    Constant,
    Global,
    Outer,
    Parameter,
    Result,
    Term,
)
from taskleash.lifecycle.phases import Phases
from taskleash.lifecycle.until_started import denies
from taskleash.models.classes import PROPERTIES
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Class, Function


def is_flag(function: Function, item: If, lets: bool, slots: Collection[Term] = ()) -> bool:
    """A condition on state that the same function sets once it has asked for it.

    The condition ``lets`` the function go on as it holds, or as it does not. The ``slots`` keep
    the handle itself, which is no flag: whether a condition on it lets a second spawn pass is told
    by the paths with a task in it.
    """
    return bool(_flags(function, item, lets) - set(slots))


def _flags(function: Function, item: If, lets: bool) -> set[Term]:
    """The state that a condition asks for, and that its function sets after that.

    What it is set to may not let the next call go on for certain.
    """
    asked = set(state_read(function, item.test))
    needed = list(conjuncts(item.test, lets))
    return {
        event.target
        for event in function.events
        if isinstance(event, Store) and event.target in asked and event.pos[0] >= item.line
        if event.op
        or not any(
            test.value[:1] == (event.target,) and denies(test, not holds, event.value)
            for test, holds in needed
        )
    }


def is_set_back(function: Function, item: If, lets: bool) -> bool:
    """Whether another method of the object sets the state too, other than as it is made.

    So may the function itself, where it does not always set the same.
    """
    owner = function.owner
    flags = _flags(function, item, lets)
    names = [t.name for t in flags if isinstance(t, Attribute)]
    return any(len(_values(function, flag)) > 1 for flag in flags) or (
        owner is not None and any(is_set_beside(owner, name, {function}) for name in names)
    )


def is_set_beside(owner: Class, name: str, own: Collection[Function]) -> bool:
    """Whether others than these functions set an attribute of an object once it is made."""
    return any(
        method not in own and not LIFECYCLE.constructs(method.name)
        for cls in (*owner.mro, *owner.descendants)
        for method, _ in cls.stores.get(name, ())
    )


def is_reset_beside(
    phases: Phases,
    owner: Class,
    name: str,
    own: Collection[Function],
    is_refused: Callable[[Alts], bool],
) -> bool:
    """Whether others than these functions set an attribute while the object is in use.

    That is to anything but what ``is_refused``: what a condition on it does not hold for.
    """
    return any(
        method not in own
        and not LIFECYCLE.constructs(method.name)
        and not phases.takes_down(method)
        and not is_refused(event.value)
        for cls in (*owner.mro, *owner.descendants)
        for method, event in cls.stores.get(name, ())
    )


def _values(function: Function, flag: Term) -> set[Alts]:
    """What a function sets some state to; what it is given may be anything."""
    found = {e.value for e in function.events if isinstance(e, Store) and e.target == flag}
    given = {value for value in found if any(isinstance(term, Parameter) for term in value)}
    return found | ({()} if given else set())


def is_one_of_several(item: If, branch: str) -> bool:
    """Whether a branch is taken for something else as well, whatever the state is."""
    return item.test.kind == ("or" if branch == "then" else "and")


def state_read(function: Function, test: Test) -> Iterator[Term]:
    """The attributes and globals that a condition asks about."""
    for part in tests(test):
        for term in part.value:
            if isinstance(term, (Attribute, Global, Outer)):
                yield term
            elif isinstance(term, Result):
                call = function.call(term.event)
                yield from (
                    func.base
                    for func in call.func
                    if isinstance(func, Attribute) and isinstance(func.base, Attribute)
                )
                yield from (func for func in call.func if isinstance(func, Attribute))


def only_closes(phases: Phases, function: Function, term: Term) -> bool:
    """Whether state is set by teardowns only, so that it lets every call before them through.

    Where nothing is seen to set it, its name tells.
    """
    if not isinstance(term, Attribute):
        return False
    setters = [
        method
        for cls in phases.calls.inference.classes(function, term.base)
        for member in (*cls.mro, *cls.descendants)
        for method, _ in member.stores.get(term.name, ())
        if not LIFECYCLE.constructs(method.name)
    ]
    if setters:
        return all(map(phases.ends, setters))
    return LIFECYCLE.ends(term.name)


# -- an early exit, which the next call may take or not
#
# Where what a call is given has a say, the next one may be given something else: `if
# self.me is not None and message.author == self.me: return` lets every other message through.


def bars_the_next(
    phases: Phases, function: Function, frames: Iterable[Level], slots: Iterable[Term], keyed: bool
) -> bool:
    """Whether the conditions around an exit may lead the next call out by state alone.

    Where the handle's place is ``keyed``, the next call meets it only if it is given the same key;
    where an object has it in one of the ``slots``, only if it is given the same object.
    """
    asked = [(f.item.test, f.branch == "then") for f in frames if isinstance(f.item, If)]
    holders = {part for slot in slots if isinstance(slot, Built) for part in parts(slot.base)}
    exits = _Exits(phases, function, holders, keyed)
    return exits.all_bar(asked)


def hangs_on_what_is_given(phases: Phases, function: Function, frames: Iterable[Level]) -> bool:
    """Whether what a call is given decides if the conditions around an exit hold."""
    asked = [(f.item.test, f.branch == "then") for f in frames if isinstance(f.item, If)]
    return _Exits(phases, function, (), keyed=False).is_open(asked)


class _Exits:
    """What the conditions of a function on the way out ask for."""

    def __init__(
        self, phases: Phases, function: Function, holders: Collection[Term], keyed: bool
    ) -> None:
        self._phases = phases
        self._function = function
        self._holders = holders
        self._is_keyed = keyed
        self._given = frozenset(
            Parameter(param.name)
            for param in function.facts.params
            # Most calls leave it to what is the default.
            if not param.default and param.name != function.self_name
        )

    def all_bar(self, asked: Collection[tuple[Test, bool]]) -> bool:
        """Whether conditions that have to hold together may all do so, whatever is given."""
        return any(self._bars(test, holds) for test, holds in asked) and not self.is_open(asked)

    def is_open(self, asked: Collection[tuple[Test, bool]]) -> bool:
        """Whether what the call is given decides if one of several conditions holds."""
        return any(self._is_open(test, holds) for test, holds in asked)

    def _bars(self, test: Test, holds: bool) -> bool:
        """Whether state alone may have a condition come out so."""
        if test.kind == "not":
            return self._bars(test.parts[0], not holds)
        if test.kind in ("and", "or"):
            if (test.kind == "and") == holds:
                return self.all_bar([(part, holds) for part in test.parts])
            return any(self._bars(part, holds) for part in test.parts)
        return not self._is_open(test, holds) and any(
            not only_closes(self._phases, self._function, term) and not self._is_fixed(term)
            for term in state_read(self._function, test)
        )

    def _is_open(self, test: Test, holds: bool) -> bool:
        """Whether what the call is given decides if a condition comes out so.

        It may do so beside the state that it is compared with.
        """
        if test.kind == "not":
            return self._is_open(test.parts[0], not holds)
        if test.kind in ("and", "or"):
            is_open = (self._is_open(part, holds) for part in test.parts)
            return any(is_open) if (test.kind == "and") == holds else all(is_open)
        is_given = any(map(self._is_given, (*test.value, *test.other)))
        return is_given and not (
            self._is_keyed and any(map(self._is_of_the_object, state_read(self._function, test)))
        )

    def _is_given(self, term: Term) -> bool:
        """Whether a term is a parameter, or is made of one, and is not of what has the handle."""
        pending, seen = [term], set[Term]()
        while pending:
            for part in parts(pending.pop()):
                if part in self._holders:
                    break
                if part in self._given:
                    return True
                event = self._function.events[part.event] if isinstance(part, Result) else None
                if isinstance(event, Call) and part not in seen:
                    seen.add(part)
                    pending += [*event.func, *(each for arg in event.args for each in arg.value)]
        return False

    def _is_of_the_object(self, term: Term) -> bool:
        return not any(part in self._given for part in parts(term))

    def _is_fixed(self, term: Term) -> bool:
        """Whether an attribute is what the object was made with: the next call finds the same."""
        function = self._function
        if not isinstance(term, Attribute) or term.base != Parameter(function.method.self_name):
            return False
        owner = function.method.owner
        classes = (*owner.mro, *(owner.descendants - {owner})) if owner is not None else ()
        stores = [store for cls in classes for store in cls.stores.get(term.name, ())]
        return bool(stores) and all(
            LIFECYCLE.constructs(setter.name)
            and not event.op
            and all(isinstance(value, Parameter | Constant) for value in event.value)
            for setter, event in stores
        )


# -- a method or a property that answers for the handle
#
# ``if not self.is_running: self.task = create_task(…)`` where that looks at ``self.task``.


def answered(calls: Calls, op: Op) -> tuple[Function, int] | None:
    """A condition that asks what looks at the handle's place, in the function or all its callers.

    The first one, and its line.
    """
    name = _own_place(op)
    for sites in ([(op.function, op.index)], calls.callers(op.function)) if name else ():
        lines = [(function, _asked_at(calls, function, at, name)) for function, at in sites]
        if lines and all(line for _, line in lines):
            return lines[0]
    return None


def _asked_at(calls: Calls, function: Function, index: int, name: str) -> int:
    """The line of such a condition on the way to an event, or 0."""
    asked = [frame.item for frame in around(function, index) if isinstance(frame.item, If)]
    for order, exit_, frames in function.levels.exits:
        if order < index and exit_.kind in ("return", "raise", "continue"):
            asked += [frame.item for frame in frames if isinstance(frame.item, If)]
    for item in asked:
        for test in tests(item.test):
            if any(_answers(calls, function, term, name) for term in (*test.value, *test.other)):
                return item.line
    return 0


def _own_place(op: Op) -> str:
    """The attribute of the object of a method by which it keeps the handle."""
    own = Parameter(op.function.self_name)
    target = op.event.target if isinstance(op.event, Store) else None
    return next(
        (
            part.name
            for part in (parts(target) if target is not None else ())
            if isinstance(part, Attribute) and part.base == own
        ),
        "",
    )


def _answers(calls: Calls, function: Function, term: Term, name: str) -> bool:
    """Whether a term is the answer of a method of the own object that looks at an attribute."""
    term = term.base if isinstance(term, Awaited) else term
    event = function.events[term.event] if isinstance(term, Result) else None
    asked = event.func if isinstance(event, Call) else (term,)
    own = Parameter(function.self_name)
    return bool(function.self_name) and any(
        Attribute(Parameter(method.self_name), name) in method.uses.attributes()
        for each in asked
        if isinstance(each, Attribute) and each.base == own
        for method in _methods(calls, function, each, event)
    )


def _methods(
    calls: Calls, function: Function, term: Attribute, call: Event | None
) -> Iterator[Function]:
    """What answers: the method that is called, or the property that is read."""
    if isinstance(call, Call):
        callees = calls.callees(function, call)
        yield from (callee for callee in callees if isinstance(callee, Function))
    elif (owner := function.method.owner) is not None:
        yield from (each for each in owner.find(term.name) if each.decorators & PROPERTIES)
