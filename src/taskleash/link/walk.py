"""One walk along one handle: what has been seen, what is still to be followed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from taskleash.facts.terms import Parameter, Term
from taskleash.link.calls import Calls
from taskleash.link.entities import Function
from taskleash.link.places import Places
from taskleash.link.program import Program
from taskleash.link.trail import Op, Site, Trail, Unknown

#: containers in containers: what goes round in a circle may put one into another without end
_DEEPEST = 3
#: a handle that is handed on through more calls than any program has in a row
_MOST_CALLS = 500


@dataclass(eq=False)
class Entry:
    """A function that is given the handle by one of its parameters, and what comes back out of it.

    It is walked once for each way in: the parameter, what stands between, and where the handle set
    out (``calls`` is the first way from there that was found). ``callers`` are the carriers that
    are handed in, each with the call, and ``returned`` those that the function returns: each of
    these goes back to each call.
    """

    calls: tuple[Site, ...]
    callers: dict[tuple[Site, Entry | None], Carrier] = field(default_factory=dict)
    returned: dict[tuple[int, str], Carrier] = field(default_factory=dict)


@dataclass(frozen=True)
class Carrier:
    """A term that holds the handle, directly (depth 0) or in a container (depth 1 and more).

    ``how`` says what stands between: gather, wait, shield or complete. ``entry`` is the way by
    which the handle came into this function, so that what the function returns goes back to the
    calls of that way only; None where it came otherwise than by a call.
    """

    function: Function
    term: Term
    depth: int = 0
    how: str = ""
    root: int | None = None
    entry: Entry | None = None
    weak: bool = False
    local: bool = True

    @property
    def calls(self) -> tuple[Site, ...]:
        """The calls through which the handle came into the function, outermost first."""
        return () if self.entry is None else self.entry.calls


class Walk:
    """The state of one walk, and the two things that can come of a use: a carrier or an op."""

    def __init__(self, calls: Calls, places: Places, function: Function, index: int) -> None:
        self.program: Program = calls.program
        self.calls = calls
        self.places = places
        self.trail = Trail(function, index)
        self.origin = function
        self.seen: set[tuple[object, ...]] = set()
        self.entries: dict[tuple[object, ...], Entry] = {}
        self.pending: deque[Carrier] = deque()
        self.ops: set[tuple[object, ...]] = set()

    def carry(self, carrier: Carrier) -> None:
        """Add a carrier unless it has been followed already."""
        if carrier.depth < 0:
            return
        if carrier.depth > _DEEPEST:
            reason = f"it is held by containers in containers, more than {_DEEPEST} deep"
            self.leave_out(self.origin, self.trail.index, reason)
            return
        key = (carrier.function, carrier.term, carrier.depth, carrier.how, carrier.entry)
        if key not in self.seen:
            self.seen.add(key)
            self.trail.terms[carrier.function, carrier.term] = carrier.depth
            self.pending.append(carrier)

    def enter(self, carrier: Carrier, callee: Function, name: str, index: int) -> Entry | None:
        """The way into a function by a parameter; None where there are too many calls on the way.

        A way that is new is followed.
        """
        site = (carrier.function, index)
        calls = (*carrier.calls, site)
        key = (callee, name, carrier.depth, carrier.how, calls[0])
        entry = self.entries.get(key)
        if entry is None:
            if len(calls) > _MOST_CALLS:
                reason = f"it is handed on through more than {_MOST_CALLS} calls"
                self.leave_out(*calls[0], reason)
                return None
            entry = self.entries[key] = Entry(calls)
            self.carry(
                replace(
                    carrier,
                    function=callee,
                    term=Parameter(name),
                    root=self.root_of(carrier, index),
                    entry=entry,
                )
            )
        return entry

    def leave_out(self, function: Function, index: int, reason: str) -> None:
        """Say on the trail that something is not looked into, and why."""
        self.trail.unknown.setdefault(Unknown(function, index, reason))

    def root_of(self, carrier: Carrier, index: int) -> int | None:
        """The event of the origin at which something takes effect that is done with a carrier."""
        here = carrier.root is None and carrier.function is self.origin
        return index if here else carrier.root

    def note(self, kind: str, carrier: Carrier, index: int, **extra: object) -> None:
        """Add an operation unless it is known."""
        op = Op(
            kind,
            carrier.function,
            index,
            self.root_of(carrier, index),
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
