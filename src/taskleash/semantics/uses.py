"""An index of one function: for each term, the events that use it and the terms built on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from taskleash.ir.model import (
    Await,
    Call,
    Delete,
    FunctionFacts,
    Give,
    GiveKind,
    Store,
    Use,
    UseKind,
)
from taskleash.ir.terms import Alts, Attribute, Built, Global, Outer, Result, Term

_K = TypeVar("_K")
_T = TypeVar("_T")

#: globals and variables of enclosing functions
_OUTER = (Global, Outer)
#: what binds a local is no use of it
_DEFINITION: Final = "definition"
#: most functions have none: an empty set of its own takes as much as three terms
_NOTHING: frozenset[int] = frozenset()
NO_TERMS: frozenset[Term] = frozenset()
NO_NAMES: frozenset[str] = frozenset()


RoleKind: TypeAlias = (
    Literal["func", "arg", "target", "value", "key", "await", "delete", "item", "definition"]
    | GiveKind
    | UseKind
)


class Role(NamedTuple):
    """How an event uses a term: ``kind`` names the part it plays, ``key`` tells which argument.

    Kinds: func, arg, target, value, key, await, return, yield, delete, item, and those of ``Use``.
    For an item of a collection ``index`` is the collection's number. A tuple, for there are as many
    as words in the program, and frozen dataclasses take three times as long to make.
    """

    kind: RoleKind
    index: int  # type: ignore[assignment]  # hides the method of tuples, which nobody needs
    key: str = ""


class UseIndex:
    """Where the terms of one function are used.

    ``derived`` has the terms that are built on each term, ``results`` the calls, by their index,
    whose result is used at all, ``outer`` the globals and the variables of enclosing functions that
    it uses. That much is asked of every function, the rest of few.
    """

    def __init__(self, facts: FunctionFacts) -> None:
        self._facts = facts
        derived: dict[Term, list[Term]] = defaultdict(list)
        used: set[int] = set()
        built: set[Term] = set()
        direct: set[Term] = set()
        for alts, kind, _, _ in _operands(facts):
            for term in alts:
                if isinstance(term, _OUTER) and kind != _DEFINITION:
                    direct.add(term)
                base = term
                while isinstance(base, Built) and base not in built:
                    built.add(base)
                    derived[base.base].append(base)
                    base = base.base
                if isinstance(base, Result):
                    used.add(base.event)
        self.derived = compact(derived)
        direct.update(base for base in self.derived if isinstance(base, _OUTER))
        self.results = frozenset(used) or _NOTHING
        self.outer = frozenset(direct) or NO_TERMS

    @cached_property
    def roles(self) -> dict[Term, tuple[Role, ...]]:
        """The parts that each term plays."""
        found: dict[Term, list[Role]] = defaultdict(list)
        for alts, kind, index, key in _operands(self._facts):
            if alts and kind != _DEFINITION:
                role = Role(kind, index, key)
                for term in alts:
                    found[term].append(role)
        return compact(found)

    @cached_property
    def names(self) -> dict[Term, tuple[str, ...]]:
        """The locals that each term is bound to."""
        found: dict[Term, list[str]] = defaultdict(list)
        for name, alts in self._facts.defs.items():
            for term in alts:
                found[term].append(name)
        return compact(found)

    def attributes(self) -> Iterator[Attribute]:
        """All attribute terms, each once."""
        for terms in self.derived.values():
            for term in terms:
                if isinstance(term, Attribute):
                    yield term


def compact(found: Mapping[_K, Sequence[_T]]) -> dict[_K, tuple[_T, ...]]:
    """The same without room to grow: there are as many as terms in the program."""
    return {key: tuple(each) for key, each in found.items()}


def _operands(facts: FunctionFacts) -> Iterator[tuple[Alts, RoleKind, int, str]]:
    """All that a function uses, each with the parts of its `Role`; definitions come last."""
    for index, event in enumerate(facts.events):
        if isinstance(event, Call):
            yield event.func, "func", index, ""
            for position, arg in enumerate(event.args):
                yield arg.value, "arg", index, str(position)
        elif isinstance(event, Store):
            yield (event.target,), "target", index, event.op
            yield event.value, "value", index, ""
            yield event.key, "key", index, ""
        elif isinstance(event, Await):
            yield event.value, "await", index, ""
        elif isinstance(event, Give | Use):
            yield event.value, event.kind, index, ""
        elif isinstance(event, Delete):
            yield (event.target,), "delete", index, ""
    for number, collection in enumerate(facts.collections):
        for alts in collection.items:
            yield alts, "item", number, ""
    for alts in facts.defs.values():
        yield alts, _DEFINITION, 0, ""
