"""Whether control comes to an event of a function while an earlier task runs."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import partial

from taskleash.controlflow.assumptions import NOTHING_GIVEN, Given, parts
from taskleash.controlflow.paths import EndingEvent
from taskleash.dataflow.companions import Companions
from taskleash.dataflow.ending_events import Endings
from taskleash.dataflow.trail import Trail
from taskleash.ir.model import Await, Call, Give, Store
from taskleash.ir.terms import Alts, Attribute, Display, Global, Outer, Result, Term
from taskleash.models.containers import TAKING, VIEWING
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function

#: what keeps a handle beyond the call that stored it
_KEPT = (Attribute, Global, Outer)


@dataclass(frozen=True)
class Arrival:
    """What a search from the entry to an event found.

    ``is_excluded`` where no path with the task running comes there, ``is_open`` where that is not
    known: not all were searched. ``asked`` are the lines of the
    conditions that see to it, ``ended`` is that of the first ending, 0 where there is none.
    ``is_beside`` where they ask for what is there as long as the task is, and not for that alone.
    """

    is_excluded: bool
    is_open: bool
    asked: tuple[int, ...]
    ended: int
    is_beside: bool = False


class Arrivals:
    """Makes each search once."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.endings = Endings(calls)
        self._companions = Companions(calls)
        self._known: dict[tuple[object, ...], Arrival] = {}
        #: those of the trail that was asked about last
        self._carriers: tuple[Trail | None, dict[Function, frozenset[Term]]] = (None, {})

    def carriers(self, trail: Trail, function: Function) -> frozenset[Term]:
        """The terms of a function that stand for the task of an earlier call."""
        if self._carriers[0] is not trail:
            self._carriers = trail, {}
        known = self._carriers[1]
        if function not in known:
            terms = trail.terms_in(function)
            answers: dict[Term, bool] = {}
            for term in terms:
                answers[term] = _is_kept(function, term, terms, answers)
            known[function] = frozenset(term for term, is_kept in answers.items() if is_kept)
        return known[function]

    def at(
        self,
        trail: Trail,
        function: Function,
        index: int,
        given: Given = NOTHING_GIVEN,
        key: Alts = (),
    ) -> Arrival | None:
        """How control comes to an event; None where the function does not touch the task.

        ``given`` are the constants of one call of the function, ``key`` is what a dict has the task
        under, as the function knows it.
        """
        carriers = self.carriers(trail, function)
        endings = frozenset(self.endings.events(trail, function))
        if not carriers and not endings:
            return None
        asked = (function, index, carriers, endings, frozenset(given.items()), key)
        if asked not in self._known:
            made = frozenset(self._made_instead(function, index))
            found = _search(function, index, carriers, endings, given, key, made)
            is_ended = partial(self._is_ended_there, trail)
            asking = () if found.is_excluded else self._companions.of(function, carriers, is_ended)
            if beside := tuple(asking):
                more = carriers.union(beside)
                again = _search(function, index, more, endings, given, key, made)
                found = replace(again, is_beside=True) if again.is_excluded else found
            self._known[asked] = found
        if self._known[asked].is_open:
            trail.leave_paths_out(function)
        return self._known[asked]

    def _made_instead(self, function: Function, index: int) -> Iterator[int]:
        """Where control makes the object whose attribute is filled, in place of one that is there.

        ``device = self.devices[key] if key in self.devices else Device()``: a new one has no task.
        """
        store = function.events[index]
        if not isinstance(store, Store) or not isinstance(store.target, Attribute):
            return
        for other in function.events:
            target = other.target if isinstance(other, Store) and other.pos == store.pos else None
            if not isinstance(target, Attribute) or target == store.target:
                continue
            call = function.events[target.base.event] if isinstance(target.base, Result) else None
            if isinstance(target.base, Result) and isinstance(call, Call):
                made = target.base.event
                callees = self._calls.callees(function, call)
                is_new = bool(callees) and all(isinstance(callee, Class) for callee in callees)
                # One that is made in any case may be replaced by the other.
                if is_new and not function.paths.graph.dominates(made, index):
                    yield made

    def _is_ended_there(self, trail: Trail, function: Function, index: int) -> bool:
        """Whether no path of a function with the task running comes to an event.

        Or each ends it behind that, before anything else may run.
        """
        carriers = self.carriers(trail, function)
        endings = frozenset(self.endings.events(trail, function))
        if _search(function, index, carriers, endings, NOTHING_GIVEN, ()).is_excluded:
            return True
        pauses = [at for at, event in enumerate(function.events) if isinstance(event, Await | Give)]
        found = function.paths.search([index], map(EndingEvent, endings), carriers, pauses)
        return found.is_complete and not found.leaks and not found.reached


def _search(
    function: Function,
    index: int,
    carriers: Set[Term],
    endings: Collection[int],
    given: Given,
    key: Alts,
    others: Set[int] = frozenset(),
) -> Arrival:
    """How control comes to an event but by way of those that lead to another task there."""
    outcome = function.paths.search_from_entry(
        map(EndingEvent, {*endings, *others}), carriers, [index], given, key
    )
    is_missed, is_complete = index not in outcome.reached, outcome.is_complete
    ended = function.events[min(endings)].pos[0] if endings else 0
    return Arrival(is_missed and is_complete, is_missed and not is_complete, outcome.asked, ended)


def _is_kept(
    function: Function, term: Term, carrying: Container[Term], known: Mapping[Term, bool]
) -> bool:
    """Whether a term stands for what was kept before the call, or was taken out of that.

    So do what views it and what iterates it, such as ``as_completed``, and what is written of such
    things: ``for task in (self._reading, self._writing)``. Some are ``known``.
    """
    seen, pending = {term}, [term]
    while pending:
        asked = pending.pop()
        if asked in known:
            if known[asked]:
                return True
            continue
        for part in parts(asked):
            if isinstance(part, _KEPT):
                return True
            held: Iterable[Alts] = ()
            if isinstance(part, Result) and isinstance(function.events[part.event], Call):
                call = function.call(part.event)
                names = {func.name for func in call.func if isinstance(func, Attribute)}
                if not names.isdisjoint(TAKING | VIEWING) or call.text == "getattr":
                    return True
                held = (arg.value for arg in call.args)
            elif isinstance(part, Display):
                held = function.facts.collections[part.number].items
            else:
                continue
            given = {each for value in held for each in value if each in carrying} - seen
            seen |= given
            pending += given
            break
    return False
