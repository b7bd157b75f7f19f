"""The keys under which a dict keeps tasks: whether two stores may mean the same one."""

from __future__ import annotations

import operator

from taskleash.ir.model import Loop, Store
from taskleash.ir.terms import EACH, UNKNOWN, Alts, Attribute, Display, Element, Item, Result, Term
from taskleash.models.callables import INJECTIVE, UNIQUE
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function

#: loops that go over what is there already
_OVER_ALL = frozenset({"for", "comprehension"})
#: what gives pairs of which no two have the same first part
_PAIRS = frozenset({"enumerate", "items"})


class Keys:
    """Tells keys that are made anew for each store from those that may come again."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        #: whether a function gives a new value, or has one at a place of what it gives; one that
        #: hangs on itself does not
        self._gives_new: Query[tuple[Function, int | None], bool] = Query(
            calls.program.uses, self._find_new, False, operator.or_
        )

    def is_new(self, function: Function, store: Store) -> bool:
        """Whether the key of an element that is stored was never there before."""
        return self._all_new(function, store.key)

    def _all_new(self, function: Function, key: Alts) -> bool:
        return bool(key) and all(self._is_new(function, term) for term in key)

    def _is_new(self, function: Function, term: Term) -> bool:
        if isinstance(term, Attribute):
            return _counts_up(function, term) or (
                term.name in INJECTIVE and self._is_new(function, term.base)
            )
        if isinstance(term, Item) and isinstance(term.base, Result):
            return self._is_given(function, term.base.event, term.index)
        if not isinstance(term, Result):
            return False
        call = function.call(term.event)
        name = call.text.rpartition(".")[2]
        if name in UNIQUE:
            return not any(_has_given_name(function, func) for func in call.func)
        if name in INJECTIVE and call.args:
            return self._all_new(function, call.args[0].value)
        return self._is_given(function, term.event)

    def _is_given(self, function: Function, index: int, item: int | None = None) -> bool:
        """Whether a function of the program gives a new value, or has one in what it gives."""
        callees = self.calls.callees(function, function.call(index))
        return bool(callees) and all(
            isinstance(c, Function) and self._gives_new((c, item)) for c in callees
        )

    def _find_new(self, asked: tuple[Function, int | None]) -> bool:
        callee, item = asked
        given = [
            self._item(callee, value, item) if item is not None else value
            for value in callee.returned
        ]
        return bool(given) and all(self._all_new(callee, value) for value in given)

    def _item(self, function: Function, value: Alts, item: int) -> Alts:
        found: list[Term] = []
        for term in value:
            items = (
                function.facts.collections[term.number].items if isinstance(term, Display) else ()
            )
            if item >= len(items):
                return ()
            found.extend(items[item])
        return tuple(found)


def _has_given_name(function: Function, func: Term) -> bool:
    """``create_task(f(), name="x").get_name``: the next task may have the same one."""
    made = func.base if isinstance(func, Attribute) else None
    return isinstance(made, Result) and any(
        arg.key == "name" for arg in function.call(made.event).args
    )


def may_be_equal(one: Store, other: Store) -> bool:
    """Whether two stores write the same key, as far as can be read."""
    if not one.key or not other.key:
        return True
    return not {*one.key}.isdisjoint({*other.key} - {*UNKNOWN})


def is_another_in_each_turn(function: Function, index: int, key: Alts) -> bool:
    """Whether the one loop around an event goes over the keys: no two turns have the same one.

    That is so of what a ``for`` goes over, of the keys of ``items()``, and of what ``enumerate``
    counts. What arrives (``async for``) may come again.
    """
    around_it = [f.item for f in around(function, index) if isinstance(f.item, Loop)]
    if len(around_it) != 1 or around_it[0].kind not in _OVER_ALL:
        return False
    over = around_it[0].test.value
    return bool(key) and all(_is_key_of(function, term, over) for term in key)


def _is_key_of(function: Function, term: Term, over: Alts) -> bool:
    """Whether a term is what a loop over something has in each turn, or the first of a pair."""
    if isinstance(term, Item) and term.index == 0:
        made = term.base.base if isinstance(term.base, Element) else None
        called = function.call(made.event).text if isinstance(made, Result) else ""
        return called.rpartition(".")[2] in _PAIRS and _is_key_of(function, term.base, over)
    return isinstance(term, Element) and term.key == EACH and term.base in over


def _counts_up(function: Function, counter: Attribute) -> bool:
    """Whether a function counts an attribute up: ``self._next_id += 1``."""
    return any(
        isinstance(event, Store) and event.target == counter and event.op == "+="
        for event in function.events
    )
