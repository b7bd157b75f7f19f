"""What a handle meets once it is in a place: the same for whoever put it there.

Where many functions store in one attribute, each of their handles comes to all uses of it. These
are walked once, and every trail that leads into the place has them, from wherever it comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from taskleash.facts.terms import Term
from taskleash.link.entities import Function
from taskleash.link.trail import Holds, Op, Place, Unknown
from taskleash.sentences import Sentence


@dataclass(frozen=True, eq=False)
class Onward:
    """What one walk from a place found; no operation takes effect in the function of a spawn yet.

    ``keys`` tell operations apart, each with its position in ``ops``, ``seen`` are the carriers.
    ``left`` are the functions that hand the handle on to other functions: in a walk from a spawn in
    one of them that would take effect there.
    """

    ops: tuple[Op, ...]
    keys: Mapping[tuple[object, ...], int]
    places: Mapping[Place, None]
    terms: Mapping[Function, Mapping[Term, int]]
    seen: Collection[tuple[object, ...]]
    left: frozenset[Function]
    unknown: tuple[Unknown, ...]
    #: why the walk was broken off, if it was
    beyond: tuple[Sentence, ...]
    kinds: frozenset[str]
    #: the positions of the operations in each function
    homes: Mapping[Function, list[int]]
    _chosen: dict[tuple[frozenset[str], Holds | None], tuple[list[Op], dict[int, int]]] = field(
        default_factory=dict
    )

    def of(
        self, kinds: frozenset[str], where: Holds | None = None
    ) -> tuple[list[Op], dict[int, int]]:
        """The operations of these kinds for which that holds, and the place in that list of each
        position."""
        asked = (kinds, where)
        if asked not in self._chosen:
            ops = enumerate(self.ops)
            places = [i for i, op in ops if op.kind in kinds and (where is None or where(op))]
            chosen = [self.ops[place] for place in places]
            self._chosen[asked] = chosen, {place: at for at, place in enumerate(places)}
        return self._chosen[asked]


class Shared:
    """A part of a trail that other trails have too, as it looks from one function.

    What is done there takes effect there: such operations have roots. Those that the trail has
    already, by their keys, are left out.
    """

    def __init__(
        self, kept: Onward, function: Function, known: Collection[tuple[object, ...]]
    ) -> None:
        self.kept = kept
        own = {at: kept.ops[at] for at in kept.homes.get(function, ())}
        self._changed: dict[int, Op | None] = {
            at: replace(op, root=op.index) for at, op in own.items()
        }
        self._changed |= dict.fromkeys(kept.keys[key] for key in known if key in kept.keys)
        self._lacks = None in self._changed.values()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its operations."""
        return self.kept.kinds

    def of(self, kinds: frozenset[str], where: Holds | None = None) -> list[Op]:
        """The operations of these kinds for which that holds, in order."""
        ops, places = self.kept.of(kinds, where)
        if not self._changed or not ops:
            return ops
        found: list[Op | None] = [*ops]
        for position, op in self._changed.items():
            if position in places:
                found[places[position]] = op
        return [op for op in found if op is not None] if self._lacks else found  # type: ignore[return-value]  # none is left out

    def rooted(self) -> Iterator[Op]:
        """The operations that take effect in the function."""
        return (op for _, op in sorted(self._changed.items()) if op is not None)
