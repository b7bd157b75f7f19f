"""Endings that see to one element of a container, which keeps more than that one."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import product

from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, Trail
from taskleash.ir.model import Await, Call, Delete, Store
from taskleash.ir.terms import Attribute, Built, Constant, Display, Element, Result, Spread, Term
from taskleash.lifecycle.phases import Phases
from taskleash.models.containers import PAIR_TAKING, SHRINKING, TAKING
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.verdict.elements.cardinality import standings
from taskleash.verdict.elements.portions import Placement, Portion, portions
from taskleash.verdict.signs import Signs

#: stands for a number that nobody knows
_APPENDED = "append"


def ends_another(signs: Signs, op: Op) -> bool:
    """Whether an ending is that of the element under one key, and the task has another key.

    ``self.tasks["main"].cancel()`` says nothing of ``self.tasks[name]``, and ``tasks[0]`` nothing
    of what was appended later. The keys of all stores have to be known for that.
    """
    terms = [term for term in terms_of(op) if not _is_of_a_pair(op.function, term)]
    ended = {key for term in terms for key in (*_keys(term), *_taken_by(op.function, term))}
    kept = _kept_under(signs) if ended else set()
    if _APPENDED in kept and signs.multiplicity == "once":
        return False
    return bool(ended) and bool(kept) and ended.isdisjoint(kept)


def takes_another(signs: Signs, op: Op) -> bool:
    """Whether a removal is of the element under another key: the one that is written, or ended."""
    if isinstance(op.event, Store | Delete):
        key, kept = _literal_key(op.event), _literal_keys(signs.trail)
        return bool(key) and bool(kept) and key not in kept
    return ends_another(signs, op) and any(
        Result(op.index) in terms_of(each)
        for each in signs.trail.of(*CANCELLING, *AWAITING)
        if each.function is op.function
    )


def _literal_keys(trail: Trail) -> set[str]:
    """The literal keys under which a task is kept; none where there may be others."""
    stores = [op for op in trail.of("store", "contain") if op.place and not op.depth]
    keys = {_literal_key(op.event) if isinstance(op.event, Store) else "" for op in stores}
    return set() if "" in keys else keys


def _literal_key(event: Store | Delete) -> str:
    """The literal key, as `Element` has it, of what is written; empty for all else."""
    target = event.target
    return target.key if isinstance(target, Element) and target.is_constant else ""


class Elements:
    """What operations take of the containers that the function with the spawn has the task in."""

    def __init__(
        self, calls: Calls, trail: Trail, ops: Sequence[Op], is_repeated: bool = False
    ) -> None:
        self.ops = list(ops)
        self._parts = {op: portions(calls, trail, op) for op in ops}
        containers = {part.container for found in self._parts.values() for part in found}
        self._places = {
            each: standings(trail, each, is_repeated) for each in containers if each is not None
        }

    def by_standing(self) -> list[list[Op]]:
        """Those that end the task, for each place in its container where it may stand.

        Where nothing proves that they take another one, all do.
        """
        known = {each: found for each, found in self._places.items() if found}
        found: list[list[Op]] = []
        for case in product(*known.values()):
            stands = dict(zip(known, case, strict=True))
            found.append(
                [op for op in self.ops if any(_is_in(part, stands) for part in self._parts[op])]
            )
        return found

    def __contains__(self, op: Op) -> bool:
        return op in self._parts

    def is_alone(self, op: Op) -> bool:
        """Whether an operation is done with all of a container that has no other task."""
        return not op.calls and all(
            part.kind == "whole"
            and not part.has_others
            and part.container is not None
            and any(each.is_alone for each in self._places[part.container])
            for part in self._parts[op]
        )


def left_to_others(calls: Calls, signs: Signs) -> list[Op]:
    """Endings elsewhere that take others out of the container than the task, in some case.

    They are none then: nobody ends the task there.
    """
    ops = [op for op, _ in signs.ended_there_by]
    starts_once = signs.once or calls.shared(Phases).is_start(signs.spawn.function)
    is_repeated = signs.multiplicity == "per-call" and not starts_once
    if not ops or all(Elements(calls, signs.trail, ops, is_repeated).by_standing()):
        return []
    signs.ended_there_by = []
    return ops


def _is_in(part: Portion, stands: Mapping[Term, Placement]) -> bool:
    if part.kind == "none":
        return False
    standing = stands.get(part.container) if part.container is not None else None
    return standing is None or part.has(standing)


def terms_of(op: Op) -> list[Term]:
    """What an operation is done with: the receiver of a call, its arguments, what is awaited.

    What takes elements out of a container is done with what it gives.
    """
    event = op.event
    if isinstance(event, Await):
        return list(event.value)
    if not isinstance(event, Call):
        return []
    receivers = [func.base for func in event.func if isinstance(func, Attribute)]
    if op.kind == "shrink":
        return [*receivers, Result(op.index)]
    return [*receivers, *(term for arg in event.args for term in arg.value)]


def _keys(term: Term) -> list[str]:
    """The literal key of an element of a container; empty for any other term.

    A number that is counted from the end means another element after each change, and one of what a
    call gives may be that of a copy.
    """
    if not isinstance(term, Element) or not term.is_constant or term.key.startswith("-"):
        return []
    return [] if isinstance(term.base, Result) and term.key.isdecimal() else [term.key]


def _taken_by(function: Function, term: Term) -> list[str]:
    """The name by which a method takes one element, as `_keys`: ``tasks.pop("main")``.

    A number may mean another element as soon as one is taken out.
    """
    call = function.events[term.event] if isinstance(term, Result) else None
    if not isinstance(call, Call) or call.text.rpartition(".")[2] not in TAKING or not call.args:
        return []
    names = [each.text for each in call.args[0].value if isinstance(each, Constant)]
    if len(names) != len(call.args[0].value) or not all(name[-1:] in "'\"" for name in names):
        return []
    return [repr(ast.literal_eval(name)) for name in names]


def _is_of_a_pair(function: Function, term: Term) -> bool:
    """Whether it is a part of what a container gives with its key: ``tasks.popitem()[1]``."""
    made = term.base if isinstance(term, Element) else None
    if not isinstance(made, Result):
        return False
    return function.call(made.event).text.rpartition(".")[2] in PAIR_TAKING


def _kept_under(signs: Signs) -> set[str]:
    """The keys under which places keep the task, as `Element` has them; empty if not all known.

    What is added to a list has a number that nobody knows, a set has no keys at all.
    """
    found: set[str] = set()
    for op in signs.trail.of("store", "contain"):
        if op.place is None or op.place.kind == "local":
            continue
        event = op.event
        if isinstance(event, Store) and isinstance(event.target, Element):
            found.add(event.target.key)
        elif isinstance(event, Store):
            positions = _positions(signs, op, event)
            if not positions:
                return set()
            found |= positions
        elif isinstance(event, Call) and event.text.rpartition(".")[2] == "append":
            found.add(_APPENDED)
        else:
            return set()
    return found


def _positions(signs: Signs, op: Op, event: Store) -> set[str]:
    """Where the spawn stands in a collection that is stored as a whole."""
    own = Result(signs.spawn.index)
    found: set[str] = set()
    for term in event.value if op.function is signs.spawn.function else ():
        made = op.function.facts.collections[term.number] if isinstance(term, Display) else None
        for number, alts in enumerate(made.items if made is not None else ()):
            if made is not None and own in alts:
                found.add(made.keys[number] if made.keys else str(number))
    return found - {""}


def ends_all(trail: Trail, op: Op) -> bool:
    """Whether an operation sees to all that a container holds, which the function gives it."""
    own = op.function is trail.function
    if not own and (len(op.calls) != 1 or not _is_given_all(trail, *op.site)):
        return False
    # A helper may go over them.
    return _is_given_all(trail, op.function, op.index) or (
        not own and in_loop(op.function, op.index) is not None
    )


def is_of_one_taken(trail: Trail, op: Op) -> bool:
    """Whether an operation is done with what the function takes out of a container of tasks."""
    function, held = op.function, trail.terms_in(op.function)
    for term in terms_of(op) if function is trail.function and not op.calls else ():
        while isinstance(term, Built):
            term = term.base
        call = function.events[term.event] if isinstance(term, Result) else None
        if isinstance(call, Call) and call.text.rpartition(".")[2] in TAKING & SHRINKING:
            bases = [func.base for func in call.func if isinstance(func, Attribute)]
            if any(held.get(base, 0) > 0 for base in bases):
                return True
    return False


def _is_given_all(trail: Trail, function: Function, index: int) -> bool:
    """Whether what is called at an event is given a container, rather than a task of it."""
    event = function.events[index]
    made = [event] if isinstance(event, Call) else []
    for term in event.value if isinstance(event, (Await, Store)) else ():
        if isinstance(term, Result) and isinstance(function.events[term.event], Call):
            made.append(function.call(term.event))
    given = (term for call in made for arg in call.args for term in arg.value)
    holders = (term.base if isinstance(term, Spread) else term for term in given)
    return any(trail.terms_in(function).get(holder, 0) > 0 for holder in holders)
