"""Which functions take things down: by name, by who calls them, by where they are registered."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.controlflow.exceptions import is_start
from taskleash.ir.model import Store
from taskleash.ir.terms import Attribute, Nested, Parameter, Result
from taskleash.lifecycle.phases import Phases, asks_for_more, ends_a_part, is_empty_hook
from taskleash.lifecycle.registrations import Registrations
from taskleash.models.lifecycle import LIFECYCLE, Phase
from taskleash.models.vocabulary import words
from taskleash.query import Query, first_found
from taskleash.semantics.callbacks import given_to
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import after_yield, in_cleanup
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.inference import is_manager
from taskleash.sentences import NOTHING, Said, Sentence, claim, sentence


class Teardown:
    """Answers, with memory, whether a function belongs to a teardown.

    ``started`` are the coroutines that the program starts as tasks, ``spawning`` what starts them.
    """

    def __init__(
        self, calls: Calls, started: frozenset[Function], spawning: frozenset[Function]
    ) -> None:
        self.calls = calls
        self.phases = calls.shared(Phases)
        self.started = started
        self.spawning = spawning
        ask = calls.program.uses
        self._reasons: Query[Function, _Reason | None] = Query(ask, self._find, None, _nearer)
        self._own_reason: Query[Function, Said] = Query(ask, self._find_own_reason)
        self._callers: Query[Function, dict[Function, bool]] = Query(ask, self._find_callers)
        #: whether a function takes its owner down as a whole, itself or as a step of that
        self.is_whole: Query[Function, bool] = Query(ask, self._find_whole, False, first_found)
        self.registrations = Registrations(calls, spawning)
        #: the methods that take down an instance of a class, inherited ones too
        self.of_class: Query[Class, tuple[Function, ...]] = Query(ask, self._find_of_class)

    def reason(self, function: Function) -> Said:
        """Why the function belongs to a teardown, in words; empty where it does not."""
        found = self._reasons(function) if _can_end(function) else None
        if found is None or not found.way:
            return found.said if found else NOTHING
        if found.is_cleanup and found.way == 1:
            text = claim("`{function}`, which the cleanup of `{caller}` calls")
        else:
            text = claim("`{function}`, which `{caller}` reaches")
        return sentence(text, function=function.qualname, caller=found.source)

    def _find(self, function: Function) -> _Reason | None:
        """The reason that is the fewest calls away."""
        own = self._own_reason(function)
        if own:
            return _Reason(0, False, function.qualname, own)
        found: _Reason | None = None
        for caller, cleans_up in self._callers(function).items():
            if caller.module.is_test and not function.module.is_test:
                # A test is a user of what it tests.
                continue
            if cleans_up:
                return _Reason(1, True, caller.qualname)
            above = self._reasons(caller) if _can_end(caller) else None
            if above is not None:
                found = _nearer(found, _Reason(above.way + 1, above.is_cleanup, above.source))
        return found

    def _find_own_reason(self, function: Function) -> Said:
        if entry := self.phases.told(function):
            if not self.phases.ends(function):
                return NOTHING
            text = claim("`{function}`, a teardown by {source}")
            return sentence(text, function=function.qualname, source=entry.source)
        return self._named(function) or self.registrations.of(function)

    def _named(self, function: Function) -> str:
        name = function.name
        if self._is_only_a_part(function):
            return ""
        soft = LIFECYCLE.ends_for_users(name) and not self._is_called(function)
        return f"`{function.qualname}`" if soft or LIFECYCLE.ends(name) else ""

    def _is_only_a_part(self, function: Function) -> bool:
        """Whether a function runs as a part of the one around it, that calls it and keeps it.

        Its name says what it does, and not when that is done.
        """
        outer = function.parent
        if outer is None or outer.facts.kind in ("module", "class"):
            return False
        if function.facts.kind != "function":
            return False
        term = Nested(function.facts.key)
        given = [role.kind for role in outer.uses.roles.get(term, ()) if role.kind != "func"]
        return not given and any(
            caller.method is function.method for caller, _ in self.calls.callers(function)
        )

    def _find_callers(self, function: Function) -> dict[Function, bool]:
        """What calls it, has a loop call it, and is around a lambda; whether as they clean up."""
        found: dict[Function, bool] = {}
        for caller, index in self.calls.callers(function):
            if caller is not function:
                found[caller] = found.get(caller, False) or in_cleanup(caller, index)
        schedulers = self.calls.program.models.schedulers
        for holder, index in given_to(self.calls, function, schedulers):
            found[holder] = found.get(holder, False) or in_cleanup(holder, index)
        parent = function.parent if function.facts.kind == "lambda" else None
        if parent is not None:
            found.setdefault(parent, False)
        return found

    def left_to_users(self, function: Function) -> Sentence:
        """Why a method may take its object down that only users call; empty where it does not.

        Its class has no other way to be taken down, and it starts nothing.
        """
        owner = function.owner
        if owner is None or function.name.startswith("_") or function in self.spawning:
            return NOTHING
        if self.phases.told(function) or function.decorators:
            return NOTHING
        if not LIFECYCLE.commands(function.name) or self.phases.is_for_a_life(function):
            return NOTHING
        if asks_for_more(function) or self._is_called(function) or self.ways_out(owner):
            return NOTHING
        return sentence("`{function}`, which only its users call", function=function.qualname)

    def _is_called(self, function: Function) -> bool:
        """Whether the program calls a function, but for a task of the same object at its end.

        A test is a user of what it tests.
        """
        return any(
            (caller not in self.started or caller.owner is not function.owner)
            and (function.module.is_test or not caller.module.is_test)
            for caller, _ in self.calls.callers(function)
        )

    def holds(self, function: Function, index: int) -> Said:
        """Why an event belongs to a teardown: its function, a ``finally``, after a ``yield``."""
        found = self.reason(function)
        if found:
            return found
        if in_cleanup(function, index):
            return sentence("the cleanup of `{function}`", function=function.qualname)
        resumed = is_manager(function) or function.decorators or function.facts.is_async
        if function.facts.is_generator and resumed and after_yield(function, index):
            return sentence("`{function}` after its `yield`", function=function.qualname)
        return NOTHING

    def alone_holds(self, function: Function, index: int) -> bool:
        """Whether an event is come to by teardowns alone, as far as the program calls them."""
        if not self.holds(function, index):
            return False
        if not self.reason(function) or in_cleanup(function, index):
            return True
        pending, seen = [function], {function}
        while pending:
            each = pending.pop()
            if self._own_reason(each):
                continue
            callers = {
                caller: cleans_up
                for caller, cleans_up in self._callers(each).items()
                if each.module.is_test or not caller.module.is_test
            }
            # What is public may be called by others at any time.
            if not callers or (each is each.method and each.is_public):
                return False
            others = {caller for caller, cleans_up in callers.items() if not cleans_up}
            pending += others - seen
            seen |= others
        return True

    def whole(self, function: Function, index: int) -> bool:
        """Whether an event belongs to the teardown of an owner as a whole, not of a part of it."""
        if in_cleanup(function, index) or function.facts.is_generator:
            return True
        return self.is_whole(function)

    def _find_whole(self, function: Function) -> bool:
        if entry := self.phases.told(function):
            is_whole = entry.phase is Phase.TEARDOWN
        else:
            is_whole = LIFECYCLE.ends_whole(function.name) or bool(self.registrations.of(function))
        if is_whole or self._has_as_a_step(function):
            return True
        sites = self.calls.callers(function)
        near = {site[0] for site in sites if not self.calls.overrides(*site, function)}
        far = {caller for caller, _ in sites} - near
        return any(
            cleans_up or (caller not in far and self.is_whole(caller))
            for caller, cleans_up in self._callers(function).items()
        )

    def _has_as_a_step(self, function: Function) -> bool:
        """Whether what takes the object down is but a private step of a method for users.

        The method may be the one of a class above that an override goes on to.
        """
        owner = function.owner
        if owner is None or not LIFECYCLE.ends_for_users(function.name):
            return False
        return any(
            caller.method.name == function.name and caller.method.owner in owner.mro
            for step in self.of_class(owner)
            if step.name.startswith("_") and not step.name.startswith("__")
            for caller, _ in self.calls.callers(step)
        )

    def ways_out(self, cls: Class) -> list[Function]:
        """The methods by which an instance can be left: its teardowns, and draining it."""
        return [
            *self.of_class(cls),
            *(m for base in cls.mro for m in base.own_methods("drain")),
        ]

    def taking_down(self, cls: Class) -> tuple[Function, ...]:
        """The methods that take an instance down; where none says so, those that end its tasks.

        By its name alone ``done`` tells nothing, but what a task of the object is cancelled in, and
        only users call, is the end of that.
        """
        return tuple(m for m in self.of_class(cls) if not m.is_abstract) or tuple(
            method
            for base in cls.mro
            for method in base.methods()
            if len(words(method.name)) == 1
            and method not in self.spawning
            and _cancels_its_task(method)
            and self.left_to_users(method)
        )

    def _find_of_class(self, cls: Class) -> tuple[Function, ...]:
        found = [
            method
            for base in (*cls.mro, *sorted(cls.descendants - {cls}, key=repr))
            for method in base.methods()
            if self.phases.takes_down(method) and not is_empty_hook(cls, method)
        ]
        return tuple(dict.fromkeys(found)) or tuple(
            filter(self._ends_with_its_owner, cls.methods())
        )

    def _ends_with_its_owner(self, method: Function) -> bool:
        """Whether the teardown of what keeps an object calls a method of it that ends something.

        It is all that object is told of its end.
        """
        if not LIFECYCLE.ends_whole(method.name) or asks_for_more(method):
            return False
        if not LIFECYCLE.ends(method.name) or not LIFECYCLE.commands(method.name):
            return False
        return not ends_a_part(method) and any(
            caller.owner is not None
            and method.owner is not None
            and not caller.owner.related(method.owner)
            and self.phases.takes_down(caller)
            and _is_of_an_attribute(caller, index)
            for caller, index in self.calls.callers(method)
        )


@dataclass(frozen=True)
class _Reason:
    """Why a function belongs to a teardown: what it is reached from, by so many calls.

    ``is_cleanup`` where it is the cleanup of the source that calls it. ``said`` is its own reason.
    """

    way: int
    is_cleanup: bool
    source: str
    said: Said = NOTHING


def _cancels_its_task(method: Function) -> bool:
    """Whether a method cancels a task that its own object has started."""
    owner = method.owner
    return owner is not None and any(
        isinstance(func, Attribute)
        and func.name == "cancel"
        and isinstance(func.base, Attribute)
        and func.base.base == Parameter(method.self_name)
        and any(
            isinstance(event, Store) and _is_started(setter, event)
            for setter, event in owner.stores.get(func.base.name, ())
        )
        for _, call in method.calls()
        for func in call.func
    )


def _is_started(function: Function, store: Store) -> bool:
    """Whether what is stored is what a call gives that by its name starts a task."""
    return any(
        isinstance(term, Result) and is_start(function.events[term.event]) for term in store.value
    )


def _nearer(old: _Reason | None, new: _Reason | None) -> _Reason | None:
    """The reason that is fewer calls away; of two at the end of as many, a cleanup's."""
    if old is None or new is None:
        return old or new
    return new if (new.way, not new.is_cleanup) < (old.way, not old.is_cleanup) else old


def _is_of_an_attribute(caller: Function, index: int) -> bool:
    """Whether a call is of a method of what the caller's own object keeps."""
    own = Parameter(caller.self_name)
    return all(
        isinstance(func, Attribute) and isinstance(func.base, Attribute) and func.base.base == own
        for func in caller.call(index).func
    )


def _can_end(function: Function) -> bool:
    """Whether it can be a part of a teardown at all.

    Nobody can count on ``__del__``: the task itself may be what keeps the object alive.
    """
    return function.name != "__del__" and function.facts.kind in ("function", "lambda")
