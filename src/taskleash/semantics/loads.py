"""All uses of an attribute name, found by the class of the object whose attribute it is.

Many classes have attributes of the same name. To ask of each use in the program whether it may
belong to each of them takes time in proportion to the square of the program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from taskleash.ir.terms import Attribute, Term
from taskleash.query import Query
from taskleash.semantics.entities import Class, External, Function, Module
from taskleash.semantics.inference import Inference


@dataclass(frozen=True, slots=True)
class Load:
    """A term that stands for an attribute, and the function that reads or writes it.

    ``module`` or ``named`` is the module or the class whose attribute it is by name
    (``Session.tasks``), ``classes`` are those that its object may have. Where there is none of
    them, ``free`` tells that it is not of something outside either.
    """

    function: Function
    term: Term
    module: Module | None
    named: Class | None
    classes: tuple[Class, ...]
    free: bool

    @property
    def owners(self) -> tuple[Class, ...]:
        """The class that is named, or those that the object may have."""
        return self.classes if self.named is None else (self.named,)


class Loads:
    """The uses of all attribute names, each looked up once."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        #: the uses of one attribute name
        self.named: Query[str, NamedLoads] = Query(inference.program.uses, self._find)

    def _find(self, name: str) -> NamedLoads:
        program = self._inference.program
        terms = program.lookup.attributes(name)
        # ``Class.name`` is a method of that name, not what an instance keeps in such an attribute.
        kept = (each for each in terms if not isinstance(program.symbol(*each), Function))
        return NamedLoads([load(self._inference, *each) for each in kept])


class NamedLoads:
    """The uses of one attribute name."""

    def __init__(self, loads: Sequence[Load] = ()) -> None:
        self._loads = loads
        self._by_class: dict[Class, list[int]] = defaultdict(list)
        self._free: list[int] = []
        self._by_module: dict[Module, list[Load]] = defaultdict(list)
        for position, each in enumerate(loads):
            if each.module is not None:
                self._by_module[each.module].append(each)
            for cls in each.owners:
                self._by_class[cls].append(position)
            if each.free:
                self._free.append(position)

    def __iter__(self) -> Iterator[Load]:
        return iter(self._loads)

    def related(self, classes: Iterable[Class], free: bool = False) -> list[Load]:
        """Those of objects that may be instances of one of the classes, in order.

        With ``free`` also those of objects of which nothing is known.
        """
        found: set[int] = set(self._free) if free else set()
        for cls in classes:
            smaller, larger = sorted((cls.relatives, self._by_class.keys()), key=len)
            for each in smaller:
                if each in larger:
                    found.update(self._by_class[each])
        return [self._loads[position] for position in sorted(found)]

    def of_module(self, module: Module) -> list[Load]:
        """Those that name a global of a module, in order."""
        return self._by_module.get(module, [])


def load(inference: Inference, function: Function, term: Attribute) -> Load:
    """What is known of the object whose attribute a term is."""
    symbol = inference.program.symbol(function, term.base)
    named = symbol if isinstance(symbol, Class) else None
    classes = inference.classes(function, term.base)
    free = named is None and not classes and not isinstance(symbol, Module | External)
    module = symbol if isinstance(symbol, Module) else None
    return Load(function, term, module, named, classes, free)
