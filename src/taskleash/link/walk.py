"""One walk along one handle: what has been seen, what is still to be followed."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.facts.model import Term
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.link.places import Places
from taskleash.link.program import Program
from taskleash.link.trail import Op, Trail


@dataclass(frozen=True)
class Carrier:
    """A term that holds the handle, directly (depth 0) or in a container (depth 1 and more).

    ``how`` says what stands between: gather, wait, shield or complete. ``calls`` are the call
    sites through which the handle came into this function, so that what the function returns goes
    back to them only.
    """

    function: Function
    term: Term
    depth: int = 0
    how: str = ""
    root: int | None = None
    calls: tuple[tuple[Function, int], ...] = ()
    weak: bool = False
    local: bool = True


class Walk:
    """The state of one walk, and the two things that can come of a use: a carrier or an op."""

    def __init__(self, calls: Calls, places: Places, function: Function, index: int) -> None:
        self.program: Program = calls.program
        self.calls = calls
        self.places = places
        self.trail = Trail(function, index)
        self.origin = function
        self.seen: set[tuple[object, ...]] = set()
        self.pending: list[Carrier] = []
        self.ops: set[tuple[object, ...]] = set()

    def carry(self, carrier: Carrier) -> None:
        """Add a carrier unless it has been followed already."""
        if carrier.depth < 0 or carrier.depth > 3:
            return
        key = (carrier.function, carrier.term, carrier.depth, carrier.how, carrier.calls[:1])
        if key not in self.seen:
            self.seen.add(key)
            self.trail.terms[carrier.function, carrier.term] = carrier.depth
            self.pending.append(carrier)

    def note(self, kind: str, carrier: Carrier, index: int, **extra: object) -> None:
        """Add an operation unless it is known."""
        root = carrier.root
        if root is None and carrier.function is self.origin:
            root = index
        op = Op(
            kind,
            carrier.function,
            index,
            root,
            depth=carrier.depth,
            how=carrier.how,
            weak=carrier.weak,
            calls=carrier.calls,
            **extra,  # type: ignore[arg-type]
        )
        key = (kind, carrier.function, index, carrier.depth, op.detail, op.place, op.site)
        if key not in self.ops:
            self.ops.add(key)
            self.trail.ops.append(op)
