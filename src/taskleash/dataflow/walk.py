"""One walk along one handle: what has been seen, what is still to be followed."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from taskleash.dataflow.onward import Onward, Shared
from taskleash.dataflow.places import Places
from taskleash.dataflow.trail import (
    FoundAlone,
    How,
    Op,
    OpKind,
    Place,
    Site,
    Stretch,
    Trail,
    Unfollowed,
)
from taskleash.ir.terms import Parameter, Term
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Function
from taskleash.semantics.program import Program
from taskleash.sentences import Sentence, claim, sentence

#: ``Carrier.how`` of what gives the handle once it is awaited: a coroutine, or a task that runs it
RETURNED: Final = "returned"
#: what is done with such a thing that says where the handle goes; anything else is not done to it
_LEADING = frozenset({"store", "contain", "weakly", "pass", "give", "yield", "unknown"})
#: containers in containers: what goes round in a circle may put one into another without end
_DEEPEST = 3
#: a handle that is handed on through more calls than any program has in a row
_MOST_CALLS = 500


@dataclass(eq=False)
class WayIn:
    """A function that is given the handle by one of its parameters, and what comes back out of it.

    It is walked once for each way in: the parameter, what stands between, and where the handle set
    out (``calls`` is the first way from there that was found). ``callers`` are the carriers that
    are handed in, each with the call, and ``returned`` those that the function returns: each of
    these goes back to each call.
    """

    calls: tuple[Site, ...]
    callers: dict[tuple[Site, WayIn | None], Carrier] = field(default_factory=dict)
    returned: dict[tuple[int, str], Carrier] = field(default_factory=dict)


@dataclass(frozen=True)
class Carrier:
    """A term that holds the handle, directly (depth 0) or in a container (depth 1 and more).

    ``how`` says what stands between: gather, wait, shield, complete or `RETURNED`. ``entry`` is the
    way by which the handle came into this function, so that what the function returns goes back to
    the calls of that way only; None where it came otherwise than by a call.
    """

    function: Function
    term: Term
    depth: int = 0
    how: How = ""
    root: int | None = None
    entry: WayIn | None = None
    weak: bool = False
    local: bool = True

    @property
    def calls(self) -> tuple[Site, ...]:
        """The calls through which the handle came into the function, outermost first."""
        return () if self.entry is None else self.entry.calls


class Walk:
    """The state of one walk, and the two things that can come of a use: a carrier or an op."""

    def __init__(
        self,
        calls: Calls,
        places: Places,
        origin: Function | None,
        known: Callable[[Place, How, bool, Function], Onward] | None,
    ) -> None:
        self.program: Program = calls.program
        self.calls = calls
        self.places = places
        self.origin = origin
        #: what every handle meets that is in a place; None in the walk that finds that out
        self.known = known
        self.own = FoundAlone()
        self.parts: list[Stretch] = [self.own]
        self.places_found: dict[Place, None] = {}
        #: where it was gone on from, with what stands between
        self.held: set[tuple[Place, How]] = set()
        #: where whoever has the place is to go on; whether the link is weak
        self.leads: dict[tuple[Place, How], bool] = {}
        self.terms: dict[Function, dict[Term, int]] = defaultdict(dict)
        self.unknown: dict[Unfollowed, None] = {}
        #: why the walk is no whole one
        self.beyond: dict[Sentence, None] = {}
        self.seen: set[tuple[object, ...]] = set()
        self.entries: dict[tuple[object, ...], WayIn] = {}
        self.pending: deque[Carrier | Onward] = deque()
        #: what tells operations apart
        self.keys: dict[tuple[object, ...], None] = {}
        #: what is found in places for every handle: where it is about to go on, and where it has
        self.kept: dict[Onward, None] = {}
        self.taken: list[Onward] = []
        self.left: set[Function] = set()
        #: how deep in containers the handle is that the origin returns, if it does
        self.given: int | None = None
        #: where it stands in the tuples that the origin returns; None for what else it returns
        self.given_at: set[int | None] = set()
        #: where it stands in the tuple that it came in
        self.at: frozenset[int] = frozenset()
        #: the calls that led to the origin, the last one first; empty for all that may
        self.way: tuple[Site, ...] = ()
        self.is_in_what_is_handed_in = False

    def carry(self, carrier: Carrier) -> None:
        """Add a carrier unless it has been followed already."""
        if carrier.depth < 0:
            return
        if carrier.depth > _DEEPEST:
            self.beyond.setdefault(
                sentence(
                    "it is held by containers in containers, more than {most} deep",
                    most=str(_DEEPEST),
                )
            )
            return
        key = (carrier.function, carrier.term, carrier.depth, carrier.how, carrier.entry)
        if key not in self.seen and not any(key in kept.seen for kept in self.kept):
            self.seen.add(key)
            self.terms[carrier.function][carrier.term] = carrier.depth
            self.pending.append(carrier)

    def enter(self, carrier: Carrier, callee: Function, name: str, index: int) -> WayIn | None:
        """The way into a function by a parameter; None where there are too many calls on the way.

        A way that is new is followed.
        """
        site = (carrier.function, index)
        calls = (*carrier.calls, site)
        key = (callee, name, carrier.depth, carrier.how, calls[0])
        entry = self.entries.get(key)
        if entry is None:
            if len(calls) > _MOST_CALLS:
                text = claim("it is handed on through more than {most} calls")
                self.leave_out(*calls[0], sentence(text, most=str(_MOST_CALLS)))
                return None
            entry = self.entries[key] = WayIn(calls)
            self.carry(
                replace(
                    carrier,
                    function=callee,
                    term=Parameter(name),
                    root=self.leave(carrier, index),
                    entry=entry,
                )
            )
        return entry

    def leave(self, carrier: Carrier, index: int) -> int | None:
        """The root of what another function does with a carrier, by way of an event of its own."""
        if carrier.root is None:
            self.left.add(carrier.function)
        return self.root_of(carrier, index)

    def leave_out(self, function: Function, index: int, reason: Sentence) -> None:
        """Say on the trail that something is not looked into, and why."""
        self.unknown.setdefault(Unfollowed(function, index, reason))

    def root_of(self, carrier: Carrier, index: int) -> int | None:
        """The event of the origin at which something takes effect that is done with a carrier."""
        here = carrier.root is None and carrier.function is self.origin
        return index if here else carrier.root

    def note(
        self,
        kind: OpKind,
        carrier: Carrier,
        index: int,
        detail: str = "",
        place: Place | None = None,
        target: Function | None = None,
    ) -> None:
        """Add an operation unless it is known, or done to what will give the handle."""
        if carrier.how == RETURNED and kind not in _LEADING:
            return
        function, depth, calls = carrier.function, carrier.depth, carrier.calls
        site = calls[0] if calls else (function, index)
        # Most are known: the operation itself is made for those alone that are not.
        key = (kind, function, index, depth, detail, place, site)
        if key in self.keys or any(key in kept.keys for kept in self.taken):
            return
        self.keys[key] = None
        root = self.root_of(carrier, index)
        self.own.add(
            Op(
                kind,
                function,
                index,
                root,
                depth,
                carrier.how,
                carrier.weak,
                detail,
                place,
                target,
                calls,
            )
        )

    def take(self, kept: Onward) -> None:
        """Add what every handle comes to that is in a place."""
        others = (self.keys, *(each.keys for each in self.taken))
        known = {key for keys in others for key in keys.keys() & kept.keys.keys()}
        self.own = FoundAlone()
        self.parts += [Shared(kept, known), self.own]
        self.taken.append(kept)

    def trail(self, function: Function, index: int, depth: int) -> Trail:
        """What was found on the way of the handle that a call gives."""
        unknown, beyond = dict(self.unknown), dict(self.beyond)
        places_given = set() if None in self.given_at else self.given_at
        for kept in self.taken:
            unknown |= dict.fromkeys(kept.unknown)
            beyond |= dict.fromkeys(kept.beyond)
        unknown |= dict.fromkeys(Unfollowed(function, index, reason) for reason in beyond)
        return Trail(
            function,
            index,
            self.parts,
            self.places_found,
            [self.terms, *(kept.terms for kept in self.taken)],
            depth=depth,
            given=self.given is not None,
            given_depth=self.given or 0,
            given_at=frozenset(at for at in places_given if at is not None),
            unknown=unknown,
            is_in_what_is_handed_in=self.is_in_what_is_handed_in,
        )

    def all_kept(self) -> Onward:
        """What was found, for every handle that comes to where this walk set out."""
        ops = tuple(self.own.ops)
        homes: dict[Function, list[int]] = defaultdict(list)
        for position, op in enumerate(ops):
            homes[op.function].append(position)
        return Onward(
            ops,
            {key: position for position, key in enumerate(self.keys)},
            self.places_found,
            self.leads,
            self.terms,
            self.seen,
            frozenset(self.left),
            tuple(self.unknown),
            tuple(self.beyond),
            frozenset(self.own.kinds),
            homes,
        )
