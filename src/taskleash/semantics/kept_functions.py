"""Functions of the program that attributes hold: ``self._send = send or self._default_send``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from taskleash.ir.terms import Attribute, Constant, Term
from taskleash.query import Query, union
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.inference import Inference

#: what a callable term of a function stands for
_Targets: TypeAlias = Callable[[Function, Term], Iterable[object]]
#: functions; None among them where there may be others
Kept: TypeAlias = tuple[Function | None, ...]


class KeptFunctions:
    """Finds what an attribute has been set to by the methods of its object."""

    def __init__(self, inference: Inference, targets: _Targets) -> None:
        self._inference = inference
        self._names = inference.program.function_holding_names
        self._targets = targets
        self._kept: Query[tuple[Class, str], Kept] = Query(
            inference.program.questions, self._find, (), union
        )

    def by_attribute(self, function: Function, term: Attribute) -> Kept:
        """What an attribute of an object of a known class holds; empty where it is no function."""
        if term.name not in self._names:
            return ()
        classes = self._inference.classes(function, term.base)
        found = dict.fromkeys(each for cls in classes for each in self._kept((cls, term.name)))
        return tuple(found) if any(found) else ()

    def _find(self, key: tuple[Class, str]) -> Kept:
        cls, name = key
        owners = dict.fromkeys((*cls.mro, *sorted(cls.descendants, key=repr)))
        stores = (store for owner in owners for store in owner.stores.get(name, ()))
        return tuple(
            dict.fromkeys(
                each
                for method, event in stores
                for term in event.value
                for each in self._functions(method, term)
            )
        )

    def _functions(self, method: Function, term: Term) -> Iterator[Function | None]:
        if isinstance(term, Constant):
            return
        targets = [each for each in self._targets(method, term) if isinstance(each, Function)]
        yield from targets
        if not targets:
            yield None
