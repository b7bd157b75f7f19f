"""Attributes that stand beside that of a task: filled before it, and emptied only with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from taskleash.controlflow.exceptions import is_start
from taskleash.ir.model import Await, Call, Store, tests
from taskleash.ir.terms import Attribute, Awaited, Constant, Parameter, Result, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Class, Function

_NONE = (Constant("None"),)
#: a store: the method, and the event in it
_Filling = tuple[Function, int]


class Companions:
    """Answers for pairs of attributes, each of them once."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        #: what empties the one beside a task for itself; None where the two do not go together
        self._known: dict[tuple[Class, str, str], tuple[_Filling, ...] | None] = {}

    def of(
        self, function: Function, carriers: Set[Term], is_ended: Callable[[Function, int], bool]
    ) -> Iterator[Term]:
        """What a function asks for that is there as long as an attribute has a task.

        ``is_ended`` tells whether no task runs where control comes to an event.
        """
        cls = function.method.owner
        slots = [
            term
            for term in carriers
            if isinstance(term, Attribute) and isinstance(term.base, Parameter)
        ]
        if cls is None or not slots:
            return
        for asked in dict.fromkeys(_asked(function)):
            if asked not in carriers and any(
                asked.base == slot.base and self._go_together(cls, slot.name, asked.name, is_ended)
                for slot in slots
            ):
                yield asked

    def _go_together(
        self, cls: Class, slot: str, beside: str, is_ended: Callable[[Function, int], bool]
    ) -> bool:
        key = (cls, slot, beside)
        if key not in self._known:
            is_own = not self._is_filled_by_others(cls, beside)
            found = _emptied_alone(cls, slot, beside) if is_own else None
            starting = {method for method, _ in _stores(cls, slot)[0]}
            if found and any(self._starts_another(method, starting) for method, _ in found):
                found = None
            self._known[key] = found
        alone = self._known[key]
        return alone is not None and all(is_ended(method, at) for method, at in alone)

    def _starts_another(self, method: Function, starting: Set[Function]) -> bool:
        """Whether a method comes to what fills the attribute of the task: it may run again then."""
        pending, seen = [method], {method}
        for function in pending:
            if function in starting:
                return True
            for _, call in function.calls():
                for callee in self._calls.callees(function, call):
                    if isinstance(callee, Function) and callee not in seen and callee.owner:
                        seen.add(callee)
                        pending.append(callee)
        return False

    def _is_filled_by_others(self, cls: Class, name: str) -> bool:
        """Whether anything but the methods of an instance may store to its attribute."""
        for function, base in self._calls.program.lookup.stores(name):
            if function.method is not function or base != Parameter(function.self_name):
                kinds = self._calls.inference.classes(function, base)
                if not kinds or not cls.relatives.isdisjoint(kinds):
                    return True
        return False


def _asked(function: Function) -> Iterator[Attribute]:
    """The attributes that conditions of a function ask for, whether they are there."""
    for block in function.paths.graph.blocks:
        for edge in block.edges:
            for test in tests(edge.test) if edge.test is not None else ():
                if test.kind in ("none", "truth") and len(test.value) == 1:
                    yield from (term for term in test.value if isinstance(term, Attribute))


def _emptied_alone(cls: Class, slot: str, beside: str) -> tuple[_Filling, ...] | None:
    """What empties the attribute beside a task, and not both; None where they are not filled so.

    Who fills the one has filled the other. What is put beside the task is made there, so that it is
    never None, and is no task itself.
    """
    filling, emptying = _stores(cls, slot)
    made, unmade = _stores(cls, beside)
    if not filling or not all(map(_makes_no_task, made)):
        return None
    if not all(any(_is_before(one, other) for one in made) for other in filling):
        return None
    return tuple(other for other in unmade if not any(_is_at_once(one, other) for one in emptying))


def _stores(cls: Class, name: str) -> tuple[list[_Filling], list[_Filling]]:
    """What fills an attribute, and what empties it; as the object is made, there is no task yet."""
    filling, emptying = list[_Filling](), list[_Filling]()
    for kind in (*cls.mro, *cls.descendants):
        for method, store in kind.stores.get(name, ()):
            is_empty = store.value == _NONE
            if is_empty and method.name == "__init__":
                continue
            at = next(i for i, event in enumerate(method.events) if event is store)
            (emptying if is_empty else filling).append((method, at))
    return filling, emptying


def _makes_no_task(filling: _Filling) -> bool:
    method, at = filling
    event = method.events[at]
    made = [method.events[t.event] for t in _results(event)] if isinstance(event, Store) else []
    return len(made) == 1 and all(isinstance(e, Call) and not is_start(e) for e in made)


def _results(event: Store) -> Iterable[Result]:
    """The calls whose results are stored, awaited or not, where nothing else may be."""
    given = [term.base if isinstance(term, Awaited) else term for term in event.value]
    found = [term for term in given if isinstance(term, Result)]
    return found if len(found) == len(given) else ()


def _is_before(one: _Filling, other: _Filling) -> bool:
    """Whether a store stands before another in one function, under no other condition."""
    method, at = one
    return method is other[0] and at < other[1] and method.paths.graph.dominates(at, other[1])


def _is_at_once(one: _Filling, other: _Filling) -> bool:
    """Whether two stores are made together: nothing is awaited between them."""
    method, at = one
    if method is not other[0] or around(method, at) != around(method, other[1]):
        return False
    between = method.events[min(at, other[1]) : max(at, other[1])]
    return not any(isinstance(event, Await) for event in between)
