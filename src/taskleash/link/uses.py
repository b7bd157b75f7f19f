"""An index of one function: for each term, the events that use it and the terms built on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from taskleash.facts.model import (
    Alts,
    Await,
    Call,
    Delete,
    FunctionFacts,
    Give,
    Store,
    Term,
    Use,
)

#: tags of terms that are built on another term, which is their second item
_BUILT = frozenset({"a", "e", "i", "w", "m", "*"})


class Role(NamedTuple):
    """How an event uses a term: ``kind`` names the part it plays, ``key`` tells which argument.

    Kinds: func, arg, target, value, await, return, yield, delete, item, and those of ``Use``.
    For an item of a collection ``index`` is the collection's number. A tuple, for there are as many
    as words in the program, and frozen dataclasses take three times as long to make.
    """

    kind: str
    index: int  # type: ignore[assignment]  # hides the method of tuples, which nobody needs
    key: str = ""


class UseIndex:
    """Where the terms of one function are used."""

    def __init__(self, facts: FunctionFacts) -> None:
        self.roles: dict[Term, list[Role]] = defaultdict(list)
        self.derived: dict[Term, dict[Term, None]] = defaultdict(dict)
        self.names: dict[Term, list[str]] = defaultdict(list)
        for index, event in enumerate(facts.events):
            self._event(index, event)
        for number, collection in enumerate(facts.collections):
            for alts in collection.items:
                self._operand(alts, Role("item", number))
        for name, alts in facts.defs.items():
            for term in alts:
                self._build(term)
                self.names[term].append(name)

    def _event(self, index: int, event: object) -> None:
        if isinstance(event, Call):
            self._operand(event.func, Role("func", index))
            for position, arg in enumerate(event.args):
                self._operand(arg.value, Role("arg", index, str(position)))
        elif isinstance(event, Store):
            self._operand((event.target,), Role("target", index, event.op))
            self._operand(event.value, Role("value", index))
        elif isinstance(event, Await):
            self._operand(event.value, Role("await", index))
        elif isinstance(event, Give):
            self._operand(event.value, Role(event.kind, index))
        elif isinstance(event, Delete):
            self._operand((event.target,), Role("delete", index))
        elif isinstance(event, Use):
            self._operand(event.value, Role(event.kind, index))

    def _operand(self, alts: Alts, role: Role) -> None:
        for term in alts:
            self.roles[term].append(role)
            if term[0] in _BUILT:
                self._build(term)

    def _build(self, term: Term) -> None:
        while term[0] in _BUILT:
            base = term[1]
            built = self.derived[base]
            if term in built:
                return
            built[term] = None
            term = base

    def attributes(self) -> Iterator[Term]:
        """All attribute terms, each once."""
        for terms in self.derived.values():
            for term in terms:
                if term[0] == "a":
                    yield term
