"""Conditions that let a function be called again only until it has started its task.

``while self.writer is None: await self.connect()``: what connects and starts the task sets the
writer, and whoever unsets it ends the task.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskleash.controlflow.assumptions import conjuncts, constant
from taskleash.dataflow.ending_events import Endings
from taskleash.dataflow.trail import Op, Trail
from taskleash.ir.model import If, Loop, Store, Test
from taskleash.ir.terms import Alts, Attribute, Awaited, Constant, Item, Parameter, Result, Term
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.context import around
from taskleash.semantics.entities import Function


def is_closed(endings: Endings, trail: Trail, op: Op, caller: Function, index: int) -> bool:
    """Whether no turn of the loop around a call comes there again, once the task is stored.

    The function with the store sets what the way to the call asks for, in any case, or the caller
    does so beside the call, and what sets it otherwise ends the task.
    """
    return any(
        refuses(*site, _own(site[0], name), test, holds)
        and _is_reset_with(endings, trail, site[0], name)
        for test, holds in _asked(caller, index)
        for name in _state(caller, test)
        for site in ((op.function, op.index), (caller, index))
    )


def _asked(caller: Function, index: int) -> Iterator[tuple[Test, bool]]:
    """The conditions on the way from the next turn of a loop to an event, with their outcomes."""
    for frame in reversed(around(caller, index)):
        item = frame.item
        if isinstance(item, If):
            yield from conjuncts(item.test, frame.branch == "then")
        elif isinstance(item, Loop) and frame.branch == "body":
            if item.kind == "while":
                yield from conjuncts(item.test, True)
            return


def _state(caller: Function, test: Test) -> Iterator[str]:
    """The attribute of the caller's own object that a condition asks for, and nothing else."""
    if len(test.value) == 1:
        (term,) = test.value
        if isinstance(term, Attribute) and term.base == Parameter(caller.self_name):
            yield term.name


def _own(function: Function, name: str) -> Term:
    return Attribute(Parameter(function.self_name), name)


def refuses(function: Function, at: int, state: Term, test: Test, holds: bool) -> bool:
    """Whether a function that comes to an event sets state so that a condition on it fails.

    What it sets on other ways, that do not come to the event, is of other calls.
    """
    graph = function.paths.graph
    stores = [
        (index, event)
        for index, event in enumerate(function.events)
        if isinstance(event, Store)
        and event.target == state
        and (graph.may_come_to(index, at) or graph.may_come_to(at, index))
    ]
    frames = around(function, at)
    ways = [around(function, index) for index, _ in stores]
    is_in_any_case = any(way == frames[: len(way)] for way in ways)
    return is_in_any_case and all(denies(test, holds, event.value) for _, event in stores)


def denies(test: Test, holds: bool, value: Alts) -> bool:
    """Whether a condition on what is set to a value cannot have an outcome."""
    if test.op:
        if test.op != "==":
            return False
        if not holds:
            return value == test.other
    elif test.kind not in ("none", "truth"):
        return False
    elif value and all(isinstance(term, Result | Awaited | Item) for term in value):
        # What a call makes is an object.
        return (test.kind == "none") == holds
    asked = Test(test.kind, value, op=test.op, other=test.other)
    outcome = constant(asked) if all(isinstance(term, Constant) for term in value) else None
    return outcome is not None and outcome is not holds


def _is_reset_with(endings: Endings, trail: Trail, setter: Function, name: str) -> bool:
    """Whether all that sets an attribute otherwise ends the task, too."""
    owner = setter.method.owner
    classes = (*owner.mro, *owner.descendants) if owner is not None else ()
    return all(
        function is setter or LIFECYCLE.constructs(function.name) or endings.events(trail, function)
        for cls in classes
        for function, _ in cls.stores.get(name, ())
    )
