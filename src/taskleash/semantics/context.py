"""Where in a function's control flow an event stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.controlflow.nesting import Level, catches_cancellation, loops
from taskleash.ir.model import Block, Exit, Give, If, Loop, Try, Use, blocks_of
from taskleash.ir.terms import Local, Nested, Outer
from taskleash.semantics.entities import Function


def around(function: Function, index: int) -> tuple[Level, ...]:
    """The nesting of an event, outermost first."""
    return function.levels.around.get(index, ())


def with_blocks(function: Function, block: Block) -> Iterator[tuple[list[Use], Block]]:
    """The bodies of ``with`` statements in a block, each with what the statement enters."""
    managers: list[Use] = []
    for item in block.items:
        if isinstance(item, int):
            event = function.events[item]
            if isinstance(event, Use) and event.kind in ("with", "deadline"):
                managers.append(event)
            continue
        if isinstance(item, Try) and managers:
            yield managers, item.body
            managers = []
        for inner in () if isinstance(item, Exit) else blocks_of(item):
            yield from with_blocks(function, inner)


def most_telling(function: Function, index: int, asked: Iterable[int]) -> int:
    """Of the lines that ask for something on the way to an event, the one that says most of it.

    That is a condition around the event, or else one before it; a loop over what is asked for says
    least.
    """
    near = {frame.item.line for frame in around(function, index) if isinstance(frame.item, If)}
    over = {loop.line for loop in loops(function.facts.body) if loop.kind != "while"}
    return min(asked, key=lambda line: (line not in near, line in over))


def in_loop(function: Function, index: int) -> Loop | None:
    """The innermost loop whose body holds the event."""
    for frame in reversed(around(function, index)):
        if isinstance(frame.item, Loop) and frame.branch == "body":
            return frame.item
    return None


def is_in_any_case(function: Function, index: int) -> bool:
    """Whether an event is under no condition: in the body itself, behind no way out."""
    ways_out = (order for order, _, _ in function.levels.exits)
    return not around(function, index) and all(order >= index for order in ways_out)


def in_cleanup(function: Function, index: int) -> bool:
    """Whether an event stands in a ``finally`` or in a handler of cancellation."""
    return any(
        frame.branch == "final" or _is_where_cancellation_goes(frame)
        for frame in around(function, index)
    )


def _is_where_cancellation_goes(frame: Level) -> bool:
    """Whether a handler is the first of its ``try`` that catches a cancellation."""
    handlers = frame.item.handlers if isinstance(frame.item, Try) else ()
    first = next(filter(catches_cancellation, handlers), None)
    return first is not None and first is frame.handler


def after_yield(function: Function, index: int) -> bool:
    """Whether an event comes after the first ``yield`` of its function."""
    first = next(
        (
            number
            for number, event in enumerate(function.events)
            if isinstance(event, Give) and event.kind == "yield"
        ),
        None,
    )
    return first is not None and index > first


def is_never_used(function: Function) -> bool:
    """Whether a function inside of another one never runs: nothing calls it or hands it on."""
    outer = function.parent
    if outer is None or outer.facts.kind != "function" or function.facts.kind != "function":
        return False
    uses, named = outer.uses, (Nested(function.key), Local(function.name))
    is_used = any(t in each for t in named for each in (uses.roles, uses.derived, outer.lent))
    readers = function.module.readers.get(Outer(outer.key, function.name), ())
    return not (is_used or function.decorators or any(each is not function for each in readers))
