"""What a handle meets once it is in a place: the same for whoever put it there.

Where many functions store in one attribute, each of their handles comes to all uses of it. These
are walked once, and every trail that leads into the place has them, from wherever it comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from taskleash.dataflow.trail import Holds, How, Op, Place, Unfollowed
from taskleash.ir.terms import Term
from taskleash.semantics.entities import Function
from taskleash.sentences import Sentence


@dataclass(frozen=True, eq=False)
class Onward:
    """What one walk from a place found, up to the next places: ``leads`` are those, each with
    what stands between the handle and it, and whether the link is weak.

    ``keys`` tell operations apart, each with its position in ``ops``, ``seen`` are the carriers.
    Operations have roots only where it is found for the spawns of one function. ``left`` are the
    functions that hand the handle on to other functions: what those do takes effect in the former.
    """

    ops: tuple[Op, ...]
    keys: Mapping[tuple[object, ...], int]
    places: Mapping[Place, None]
    leads: Mapping[tuple[Place, How], bool]
    terms: Mapping[Function, Mapping[Term, int]]
    seen: Collection[tuple[object, ...]]
    left: frozenset[Function]
    unknown: tuple[Unfollowed, ...]
    #: why the walk was broken off, if it was
    beyond: tuple[Sentence, ...]
    kinds: frozenset[str]
    #: the positions of the operations in each function
    homes: Mapping[Function, list[int]]
    _chosen: dict[tuple[frozenset[str], Holds | None], tuple[list[Op], list[int]]] = field(
        default_factory=dict
    )
    #: what it is the same as, but for the roots
    _origin: Onward | None = None

    def as_from(self, function: Function) -> Onward:
        """The same for the spawns of one function: what is done there takes effect there."""
        ops = list(self.ops)
        for at in self.homes.get(function, ()):
            ops[at] = replace(ops[at], root=ops[at].index)
        return replace(self, ops=tuple(ops), _chosen={}, _origin=self)

    @property
    def whole(self) -> Onward:
        """The one for all functions: to remember by it what hangs on no root."""
        return self._origin or self

    @cached_property
    def rooted(self) -> dict[int, Op]:
        """The operations that take effect in the function of the spawns, by their positions."""
        return {at: op for at, op in enumerate(self.ops) if op.root is not None}

    def of(self, kinds: frozenset[str], where: Holds | None = None) -> tuple[list[Op], list[int]]:
        """The operations of these kinds for which that holds, and their positions."""
        asked = (kinds, where)
        if asked not in self._chosen:
            if self._origin is not None:
                _, places = self._origin.of(kinds, where)
            else:
                ops = enumerate(self.ops)
                places = [i for i, op in ops if op.kind in kinds and (where is None or where(op))]
            self._chosen[asked] = [self.ops[place] for place in places], places
        return self._chosen[asked]


class Shared:
    """A part of a trail that other trails have too.

    Those operations that the trail has already, by their keys, are left out.
    """

    def __init__(self, kept: Onward, known: Collection[tuple[object, ...]]) -> None:
        self.kept = kept
        self._lacks = frozenset(kept.keys[key] for key in known)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its operations."""
        return self.kept.kinds

    def of(self, kinds: frozenset[str], where: Holds | None = None) -> list[Op]:
        """The operations of these kinds for which that holds, in order."""
        ops, places = self.kept.of(kinds, where)
        if self._lacks.isdisjoint(places):
            return ops
        return [op for op, at in zip(ops, places, strict=True) if at not in self._lacks]

    def rooted(self) -> Iterator[Op]:
        """The operations that take effect in the function with the spawn."""
        return (op for at, op in self.kept.rooted.items() if at not in self._lacks)
