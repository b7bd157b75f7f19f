"""When a function runs: as the user's models say, else by its name and its decorators."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterable, Iterator

from taskleash.ir.model import Give
from taskleash.ir.terms import Alts, Constant, Result
from taskleash.models.lifecycle import LIFECYCLE, Phase, Sign, UserEntry
from taskleash.models.vocabulary import words
from taskleash.query import Query
from taskleash.semantics.apis import is_named, own_name
from taskleash.semantics.calls import Callee, Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Class, Function
from taskleash.source.modules import path_name

_TEARDOWNS = (Phase.TEARDOWN, Phase.PART)
_BEGINNINGS = (Phase.SETUP, Phase.ONCE)
#: decorators of what does nothing with its instance, or has none
_OF_NO_INSTANCE = frozenset({"classmethod", "property"})


class Phases:
    """Answers when functions run. What the user says of one counts in place of all conventions."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._entries = calls.program.known.lifecycle
        self._places = _places(self._entries)
        self._signs = {entry.sign for entry in self._entries}
        self._told: Query[Function, UserEntry | None] = Query(calls.program.uses, self._find)
        #: whether a function sets up its owner, or is called by those only which do, one time; of
        #: those that only call each other it is false
        self.is_part_of_a_start: Query[Function, bool] = Query(
            calls.program.uses, self._is_in_starts, False, operator.or_
        )
        #: the same of what runs at its owner's end
        self.is_part_of_an_end: Query[Function, bool] = Query(
            calls.program.uses, self._is_in_ends, False, operator.or_
        )

    def told(self, function: Function) -> UserEntry | None:
        """What the user says of a function; the first entry that fits it counts."""
        return self._told(function) if self._entries else None

    def _find(self, function: Function) -> UserEntry | None:
        named = {function.name, *_names(function)}
        found = [place for name in named for place in self._places.get((Sign.NAME, name), ())]
        for sign, uses in (
            (Sign.REGISTRAR, self._registrars(function)),
            (Sign.REGISTERING, self._decorators(function)),
        ):
            for text, callees in uses:
                # Both dotted names end with the same word where one of them is meant.
                lasts = {text.rpartition(".")[2], *map(own_name, callees)}
                places = [p for last in lasts for p in self._places.get((sign, last), ())]
                found += [p for p in places if _is_meant(self._entries[p].text, text, callees)]
        return self._entries[min(found)] if found else None

    def _registrars(self, function: Function) -> Iterator[tuple[str, list[Callee]]]:
        """What the function is given to as an argument: as it is written, and what it is."""
        if Sign.REGISTRAR in self._signs:
            for holder, index in self.calls.references(function):
                call = holder.call(index)
                yield call.text, self._targets(holder, call.func)

    def _decorators(self, function: Function) -> Iterator[tuple[str, list[Callee]]]:
        home = function.parent
        if home is not None and Sign.REGISTERING in self._signs:
            for decorator in function.facts.decorators:
                yield decorator.text, self._targets(home, _decorating(home, decorator.value))

    def _targets(self, home: Function, func: Alts) -> list[Callee]:
        return [callee for term in func for callee in self.calls.targets(home, term)]

    # -- the beginning, and what happens then

    def is_start(self, function: Function) -> bool:
        """Whether a function sets up its owner: ``__init__``, ``start`` and the like."""
        method = function.method
        if entry := self.told(method):
            return entry.phase in _BEGINNINGS
        return LIFECYCLE.sets_up(method.name) or any(map(self._is_for_the_start, function.nesting))

    def _is_in_starts(self, function: Function) -> bool:
        return self.is_start(function) or self._is_in_each(function, self.is_part_of_a_start)

    def _is_in_ends(self, function: Function) -> bool:
        return self.is_end(function) or self._is_in_each(function, self.is_part_of_an_end)

    def _is_in_each(self, function: Function, is_part: Callable[[Function], bool]) -> bool:
        """Whether a function is called, one time each, by such parts only."""
        sites = [s for s in self.calls.callers(function) if not s[0].module.is_test]
        return (
            bool(sites)
            and not self.calls.references(function)
            and all(in_loop(caller, at) is None and is_part(caller) for caller, at in sites)
        )

    def _is_for_the_start(self, function: Function) -> bool:
        """Whether a function is registered for the start, or the whole life of an application.

        That is ``@app.on_event("startup")``, or ``FastAPI(lifespan=lifespan)``.
        """
        return _is_registered_for_the_start(function) or any(
            LIFECYCLE.is_for_a_life(arg.key) and function in self._targets(holder, arg.value)
            for holder, index in self.calls.references(function)
            for arg in holder.call(index).args
        )

    def is_for_a_life(self, function: Function) -> bool:
        """Whether a function sets up its owner, or lets it go on: no end of it, by no means."""
        return self.is_start(function) or LIFECYCLE.goes_on(function.method.name)

    def is_once(self, function: Function) -> bool:
        """Whether a function itself, not one inside of it, runs once for its object."""
        if entry := self.told(function):
            return entry.phase is Phase.ONCE
        is_named = function.method is function and LIFECYCLE.is_once(function.name)
        return is_named or self._listens_once(function)

    def _listens_once(self, function: Function) -> bool:
        """Whether the function is registered for one event only: ``@bus.once``, ``listen_once``."""
        names = [d.text for f in function.nesting for d in f.facts.decorators]
        for inner in function.nesting:
            names += [
                f.call(i).text for f, i in self.calls.references(inner) if in_loop(f, i) is None
            ]
        return any(LIFECYCLE.registers_once(name.rpartition(".")[2]) for name in names)

    def is_event_handler(self, function: Function) -> bool:
        """Whether a function runs once for each event."""
        method = function.method
        if entry := self.told(method):
            return entry.phase is Phase.EVENT
        if LIFECYCLE.has_counterpart(method.name):
            return False
        return LIFECYCLE.is_event(method.name) or any(
            (d.called or "." in d.text)
            and LIFECYCLE.registers_for_events(d.text.rpartition(".")[2])
            for d in method.facts.decorators
        )

    # -- the end

    def ends(self, function: Function) -> bool:
        """Whether a function ends something, an object or a part of one."""
        if entry := self.told(function):
            return entry.phase in _TEARDOWNS
        return LIFECYCLE.ends(function.name)

    def ends_owner(self, method: Function) -> bool:
        """Whether a method takes down its instance as a whole.

        ``close``, ``async_stop``, ``__aexit__`` and the like, without a parameter that names a
        part.
        """
        if entry := self.told(method):
            return entry.phase is Phase.TEARDOWN
        if not LIFECYCLE.ends_owner(method.name) or method.decorators & _OF_NO_INSTANCE:
            return False
        return LIFECYCLE.leaves(method.name) or not asks_for_more(method)

    def takes_down(self, method: Function) -> bool:
        """The same, of a method whose opposite does not show that it ends a part."""
        return self.ends_owner(method) and (
            self.told(method) is not None or not ends_a_part(method)
        )

    def is_end(self, function: Function) -> bool:
        """Whether a function runs at its owner's end: ``close``, ``on_close``."""
        method = function.method
        if entry := self.told(method):
            return entry.phase is Phase.TEARDOWN
        if LIFECYCLE.is_last_event(method.name):
            return not asks_for_more(method)
        return method.owner is not None and self.ends_owner(method)

    def is_at_the_end(self, function: Function, started: Collection[Function]) -> bool:
        """Whether an object is over as a function of its own starts these, or with what they do."""
        own = function.method.owner
        is_the_end = own is not None and all(
            f.owner in own.mro and self.takes_down(f) for f in started
        )
        return self.is_part_of_an_end(function) or (is_the_end and bool(started))


def _is_registered_for_the_start(function: Function) -> bool:
    """Whether a function is registered for the start: ``@app.on_event("startup")``."""
    home = function.parent
    if home is None:
        return False
    occasions = (d.text.rpartition(".")[2] for d in function.facts.decorators if "." in d.text)
    return any(
        LIFECYCLE.registers_for_events(name) and LIFECYCLE.is_first_occasion(name)
        for name in occasions
    ) or any(
        isinstance(each, Constant) and LIFECYCLE.is_first_occasion(each.text)
        for decorator in function.facts.decorators
        for term in decorator.value
        if decorator.called and isinstance(term, Result)
        for arg in home.call(term.event).args
        for each in arg.value
    )


def _places(entries: Iterable[UserEntry]) -> dict[tuple[Sign, str], list[int]]:
    """The places of the entries, by the name of a function or the last word of what it is in."""
    found: dict[tuple[Sign, str], list[int]] = {}
    for place, entry in enumerate(entries):
        text = entry.text if entry.sign is Sign.NAME else entry.text.rpartition(".")[2]
        found.setdefault((entry.sign, text), []).append(place)
    return found


def _is_meant(name: str, text: str, callees: Iterable[Callee]) -> bool:
    """Whether what is written somewhere ends with this name, or stands for what has it."""
    return f".{text}".endswith(f".{name}") or any(is_named(callee, name) for callee in callees)


def asks_for_more(method: Function) -> bool:
    """Whether a method has to be given something beside its instance, and makes use of it.

    What it never looks at cannot tell which part is meant: a protocol has it given.
    """
    own = 0 if "staticmethod" in method.decorators else 1
    params, unread = method.facts.params[own:], method.facts.unread
    return any(p.kind == "" and not p.default and p.name not in unread for p in params)


def ends_a_part(method: Function) -> bool:
    """Whether it ends what another method began, no instance: ``stop_trace``, ``start_trace``."""
    part, owner = method.name.lstrip("_").partition("_")[2], method.owner
    if owner is None or part in words(owner.name):
        return False
    began = LIFECYCLE.opposites(method.name)
    return any(owner.find(name) or owner.find(f"_{name}") for name in began)


def is_empty_hook(cls: Class, method: Function) -> bool:
    """Whether a class has a method from one above it, where it does nothing or gives a constant."""
    return (
        method.owner is not cls
        and method.owner in cls.mro
        and all(
            isinstance(event, Give) and all(isinstance(term, Constant) for term in event.value)
            for event in method.events
        )
    )


def _names(function: Function) -> Iterator[str]:
    """The dotted names by which people mean a function: as a method, also of its bases."""
    module, owner = function.module, function.owner
    yield f"{module.name}.{function.qualname}"
    yield f"{path_name(module.path)}.{function.qualname}"
    for base in _ancestors(owner) if owner is not None else ():
        yield f"{base}.{function.name}"


def _ancestors(cls: Class) -> Iterator[str]:
    """The names of a class and of all that it descends from, bare and dotted."""
    for each in cls.mro:
        module = each.module
        yield from (each.name, f"{module.name}.{each.facts.qualname}")
        for _, base in each.outside_bases():
            yield from (base.dotted, base.dotted.rpartition(".")[2])


def _decorating(home: Function, value: Alts) -> Alts:
    """What decorates: of a call, what is called."""
    called = [term.event for term in value if isinstance(term, Result)]
    return tuple(func for event in called for func in home.call(event).func) or value
