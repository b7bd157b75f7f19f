"""What modules have by ``from module import *``, of modules that may have it so themselves.

Packages import in circles. To ask each module of a circle in turn, for each name and from each
module, takes the cube of the circle: so names are looked up first, and the way to them after that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from taskleash.query import components
from taskleash.semantics.entities import Module


class Stars:
    """Finds the module from which another one has a name by its star imports."""

    def __init__(self, modules: Sequence[Module], by_name: Mapping[str, Module]) -> None:
        self._modules = modules
        self._by_name = by_name

    def source(self, module: Module, name: str) -> Module | None:
        """The module that defines the name; None where no star leads to one."""
        if not module.facts.stars:
            return None
        ways = self._ways[module]
        found = [each for each in self._defining.get(name, ()) if self._circles.get(each) in ways]
        if len(found) < 2:
            return found[0] if found else None
        return next(each for each in self._in_order(module) if each in found)

    def _following(self, module: Module) -> Iterator[Module]:
        for star in module.facts.stars:
            source = self._by_name.get(star)
            if source is not None:
                yield source

    @cached_property
    def _defining(self) -> Mapping[str, list[Module]]:
        """The modules that stars import from, by the names that they define themselves."""
        found: dict[str, list[Module]] = defaultdict(list)
        imported = {source for module in self._modules for source in self._following(module)}
        for module in self._modules:
            if module in imported:
                for name in module.own_names:
                    found[name].append(module)
        return found

    @cached_property
    def _parts(self) -> Sequence[Sequence[Module]]:
        """The modules in groups that import each other, each after those that it imports."""
        return components(self._modules, self._following)

    @cached_property
    def _circles(self) -> Mapping[Module, int]:
        return {module: number for number, part in enumerate(self._parts) for module in part}

    @cached_property
    def _ways(self) -> Mapping[Module, frozenset[int]]:
        """The groups that stars lead to from each module."""
        found: dict[Module, frozenset[int]] = {}
        for number, part in enumerate(self._parts):
            after = {source for module in part for source in self._following(module)}
            ways = frozenset(self._circles[each] for each in after)
            others = {self._parts[way][0] for way in ways if way != number}
            found |= dict.fromkeys(part, ways.union(*(found[each] for each in others)))
        return found

    def _in_order(self, start: Module) -> Iterator[Module]:
        """The modules that stars lead to, in the order in which a name is looked for there."""
        seen = {start}
        pending = [self._following(start)]
        while pending:
            source = next((each for each in pending[-1] if each not in seen), None)
            if source is None:
                pending.pop()
                continue
            seen.add(source)
            yield source
            pending.append(self._following(source))
