"""What a program stores in an attribute, wherever, and puts into a container that one keeps."""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.dataflow.contained import put
from taskleash.ir.model import Store
from taskleash.ir.terms import Alts, Term
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function
from taskleash.verdict.survival.passed import Value

_Classes = tuple[Class, ...]


class Attributes:
    """Answers for the objects of some classes, with memory."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        #: what is stored in an attribute, or given for it where an object is made
        self.kept: Query[tuple[_Classes, str], tuple[Value, ...]] = Query(
            calls.program.uses, lambda key: tuple(dict.fromkeys(self._kept(*key)))
        )
        #: what is put into the container in an attribute; of tuples, into the item with the index
        self.added: Query[tuple[_Classes, str, int | None], tuple[Value, ...]] = Query(
            calls.program.uses, lambda key: tuple(dict.fromkeys(self._added(*key)))
        )

    def _kept(self, classes: _Classes, name: str) -> Iterator[Value]:
        for load in self._calls.loads.named(name).related(classes):
            yield from ((load.function, each) for each in stored(load.function, load.term))
        for cls in dict.fromkeys(base for each in classes for base in each.mro):
            body = cls.body
            if body is not None:
                yield from ((body, each) for each in body.facts.defs.get(name, ()))
            if name in cls.facts.fields and not cls.find("__init__"):
                yield from self._given(cls, name)

    def _given(self, cls: Class, name: str) -> Iterator[Value]:
        """What calls of a class without a constructor of its own give for a field."""
        position = list(cls.facts.fields).index(name)
        for caller, index in self._calls.constructions(cls):
            for place, arg in enumerate(caller.call(index).args):
                if arg.key == name or (not arg.key and place == position):
                    yield from ((caller, each) for each in arg.value)

    def _added(self, classes: _Classes, name: str, index: int | None) -> Iterator[Value]:
        for load in self._calls.loads.named(name).related(classes):
            yield from put(load.function, load.term, index)


def stored(function: Function, target: Term) -> Alts:
    """What a function stores in an attribute or a global."""
    return tuple(
        term
        for role in function.uses.roles.get(target, ())
        if role.kind == "target" and isinstance(event := function.events[role.index], Store)
        for term in event.value
    )
