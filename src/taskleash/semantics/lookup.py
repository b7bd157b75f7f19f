"""Where the modules of a program write a name, put together for each name that is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from taskleash.ir.terms import Attribute, Term
from taskleash.semantics.entities import Function, Module
from taskleash.semantics.written import GivenTerm, Spot

#: a call event of a function
CallSite: TypeAlias = tuple[Function, int]


class Lookup:
    """Looks names up in the modules of one program; what is found stands in the program's order."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = modules
        self._found: dict[str, tuple[CallSite, ...]] = {}

    @cached_property
    def _calling(self) -> dict[str, list[Module]]:
        """The modules with calls that are written with each name."""
        found: dict[str, list[Module]] = defaultdict(list)
        for module in self._modules:
            for name in module.written.calls:
                found[name].append(module)
        return found

    def calls(self, name: str) -> tuple[CallSite, ...]:
        """Call events by the last part of the callee's name as written."""
        if name not in self._found:
            modules = self._calling.get(name, ())
            self._found[name] = tuple(
                site for module in modules for site in _sites(module, module.written.calls[name])
            )
        return self._found[name]

    def calls_of(
        self, names: frozenset[str], dropped: frozenset[str] = frozenset()
    ) -> Iterator[CallSite]:
        """All call events but those that can only call what has none of these names.

        Those of the ``dropped`` names are among them where nothing is done with the result.
        """
        for module in self._modules:
            yield from _sites(module, module.written.calls_of(names, dropped))

    @cached_property
    def _having(self) -> dict[str, list[Module]]:
        """The modules with attributes of each name."""
        found: dict[str, list[Module]] = defaultdict(list)
        for module in self._modules:
            for name in module.written.attributes:
                found[name].append(module)
        return found

    def attributes(self, name: str) -> Iterator[tuple[Function, Attribute]]:
        """Attribute terms by attribute name, with the function that reads or writes them."""
        for module in self._having.get(name, ()):
            for place, term in module.written.attributes[name]:
                yield module.in_order[place], term

    def stores(self, name: str) -> Iterator[tuple[Function, Term]]:
        """The objects whose attribute of this name is stored to, with the function that does it."""
        for module in self._having.get(name, ()):
            for place, term in module.written.stores.get(name, ()):
                yield module.in_order[place], term

    @cached_property
    def given(self) -> dict[str, list[tuple[int, Module]]]:
        """The modules, each with its number, in which calls are given what is called so."""
        found: dict[str, list[tuple[int, Module]]] = defaultdict(list)
        for number, module in enumerate(self._modules):
            for name in module.written.given:
                found[name].append((number, module))
        return found


def _sites(module: Module, spots: Sequence[Spot]) -> Iterator[CallSite]:
    functions = module.in_order
    return ((functions[place], index) for place, index in spots)


def given_in(module: Module, name: str) -> Iterator[tuple[Function, GivenTerm]]:
    """The arguments of calls of a module that are called so, with the function of the call."""
    for each in module.written.given.get(name, ()):
        yield module.in_order[each.place], each
