"""Where a handle stands in what holds it: its place in a tuple, a key or a value of a dict."""

from __future__ import annotations

from collections.abc import Mapping

from taskleash.dataflow.trail import OpKind
from taskleash.dataflow.walk import Carrier, Walk
from taskleash.ir.model import Call, Collection, Store
from taskleash.ir.terms import Display, Element, Item, Result, Spread, Term
from taskleash.models.api import Effect
from taskleash.models.containers import PAIRING
from taskleash.semantics.entities import External, Function

#: the operation that puts the handle into a container
_CONTAINED: frozenset[OpKind] = frozenset({"contain"})
#: the operations that put the handle into a container
_PUTTING: frozenset[OpKind] = frozenset({"contain", "store"})


class ContainerWalk(Walk):
    """What a walk has seen of the containers that its handle was put into."""

    def is_beside(self, carrier: Carrier, item: Item) -> bool:
        """Whether it is what a tuple keeps beside the task: ``for name, task in pairs``.

        All that the task has been put into directly have to be tuples written in the source.
        """
        if carrier.depth != 1 or item.index < 0:
            return False
        side_by_side = self._side_by_side(carrier.function, item.base)
        if side_by_side:
            return item.index not in side_by_side
        if self.at and carrier.function is self.origin and not isinstance(item.base, Element):
            return item.index not in self.at
        if any(op.place is not None and op.place.depth == 1 for op in self.own.of(_CONTAINED)):
            return False
        places: set[int] = set()
        for function, known in self.terms.items():
            for number in range(len(function.facts.collections)):
                if known.get(Display(number)) == 1:
                    found = self.stands_at(function, Display(number))
                    if not found:
                        return False
                    places |= found
        return bool(places) and item.index not in places

    def _side_by_side(self, function: Function, term: Term) -> set[int]:
        """Where the tuples of ``zip`` or ``enumerate`` have tasks: by what goes into the call.

        Where a container stood that went into it says nothing of that. Empty for anything else.
        """
        made = term.base if isinstance(term, Element) else None
        if not isinstance(made, Result) or not isinstance(function.events[made.event], Call):
            return set()
        call = function.call(made.event)
        callees = self.calls.callees(function, call)
        handles = {self.program.models.handle(c.dotted) for c in callees if isinstance(c, External)}
        if handles != {Effect.ZIPS} or any(arg.key in ("*", "**") for arg in call.args):
            return set()
        first = 1 if call.text == "enumerate" else 0
        known = self.terms[function]
        given = (
            first + at for at, arg in enumerate(call.args) if not known.keys().isdisjoint(arg.value)
        )
        return set(given)

    def stands_at(self, function: Function, display: Term) -> set[int]:
        """Where the handle stands in a tuple written in the source; empty for anything else.

        What was taken out of another tuple may be what stood beside it there.
        """
        made = function.facts.collections[display.number] if isinstance(display, Display) else None
        if made is None or made.kind != "tuple" or _is_spread(made):
            return set()
        known = self.terms[function]
        return {
            index
            for index, alts in enumerate(made.items)
            if any(known.get(term) == 0 and not _is_of_a_pair(term, known) for term in alts)
        }

    def is_key(self, carrier: Carrier, item: Item) -> bool:
        """Whether the first item of a pair is the key of a dict that keeps the task as a value."""
        pairs = item.base.base if isinstance(item.base, Element) else None
        if not isinstance(pairs, Result):
            return False
        call = carrier.function.call(pairs.event)
        if call.text.rpartition(".")[2] not in PAIRING:
            return False
        return self._holds_it("value") and not self._holds_it("key")

    def _holds_it(self, what: str) -> bool:
        """Whether a dict has been seen to keep the task as a value, or as a key."""
        for op in self.own.of(_PUTTING):
            event = op.event
            if isinstance(event, Store) and isinstance(event.target, Element):
                kept = event.value if what == "value" else event.key
                if not self.terms[op.function].keys().isdisjoint(kept):
                    return True
        for function, known in self.terms.items():
            for term in known:
                made = (
                    function.facts.collections[term.number] if isinstance(term, Display) else None
                )
                if made is None or made.kind != "dict":
                    continue
                for keyed, alts in zip(made.keys, made.items, strict=False):
                    is_asked_for = bool(keyed) == (what == "value")
                    if is_asked_for and not known.keys().isdisjoint(alts):
                        return True
        return False


def _is_of_a_pair(term: Term, known: Mapping[Term, int]) -> bool:
    if isinstance(term, Element) and not term.is_constant:
        return False
    return isinstance(term, Element | Item) and known.get(term.base) == 1


def _is_spread(made: Collection) -> bool:
    """Whether a collection takes in what others have: its items have no certain places."""
    return any(isinstance(term, Spread) for alts in made.items for term in alts)
