"""Where in a function's control flow an event stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from taskleash.facts.model import (
    Block,
    Exit,
    FunctionFacts,
    Give,
    Handler,
    If,
    Loop,
    Piece,
    Switch,
    Try,
    Use,
    blocks_of,
)
from taskleash.models.exceptions import CANCELLATIONS

if TYPE_CHECKING:
    from taskleash.link.entities import Function


@dataclass(frozen=True)
class Frame:
    """One level of nesting around an event: the control flow item and the branch taken in it.

    ``branch`` is then, else, body, orelse, final, case or ``handler``; ``order`` numbers the item
    among the items of the function in source order.
    """

    item: Piece
    branch: str
    handler: Handler | None = None


class Contexts:
    """The nesting of every event of one function, and the exits in source order."""

    def __init__(self, function: FunctionFacts) -> None:
        self.around: dict[int, tuple[Frame, ...]] = {}
        self.exits: list[tuple[int, Exit, tuple[Frame, ...]]] = []
        self._function = function
        self._last = -1
        self._walk(function.body, ())

    def _walk(self, block: Block, around: tuple[Frame, ...]) -> None:
        for item in block.items:
            if isinstance(item, int):
                self.around[item] = around
                self._last = max(self._last, item)
            elif isinstance(item, Exit):
                self.exits.append((self._last, item, around))
            else:
                for branch, inner, handler in branches(item):
                    self._walk(inner, (*around, Frame(item, branch, handler)))

    @cached_property
    def under_deadlines(self) -> frozenset[int]:
        """The events of the blocks that a deadline is entered for: ``async with timeout(5)``."""
        return frozenset(self._under_deadlines(self._function.body))

    def _under_deadlines(self, block: Block) -> Iterator[int]:
        is_entered = False
        for item in block.items:
            if isinstance(item, int):
                event = self._function.events[item]
                is_entered = is_entered or (isinstance(event, Use) and event.kind == "deadline")
            elif isinstance(item, Try) and is_entered:
                yield from events_in(item.body)
                is_entered = False
            elif not isinstance(item, Exit):
                for _, inner, _ in branches(item):
                    yield from self._under_deadlines(inner)


def branches(item: Piece | Exit) -> Iterator[tuple[str, Block, Handler | None]]:
    """The named blocks of a piece of control flow, in source order."""
    if isinstance(item, If):
        yield "then", item.then, None
        yield "else", item.orelse, None
    elif isinstance(item, Loop):
        yield "body", item.body, None
        yield "orelse", item.orelse, None
    elif isinstance(item, Try):
        yield "body", item.body, None
        for handler in item.handlers:
            yield "handler", handler.body, handler
        yield "orelse", item.orelse, None
        yield "final", item.final, None
    elif isinstance(item, Switch):
        for case in item.cases:
            yield "case", case.body, None


def loops(block: Block) -> Iterator[Loop]:
    """All loops in a block, however deep, comprehensions too."""
    for item in block.items:
        if isinstance(item, Loop):
            yield item
        if not isinstance(item, int):
            for _, inner, _ in branches(item):
                yield from loops(inner)


def around(function: Function, index: int) -> tuple[Frame, ...]:
    """The nesting of an event, outermost first."""
    return function.contexts.around.get(index, ())


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


def in_cleanup(function: Function, index: int) -> bool:
    """Whether an event stands in a ``finally`` or in a handler of cancellation."""
    return any(
        frame.branch == "final"
        or (frame.handler is not None and catches_cancellation(frame.handler))
        for frame in around(function, index)
    )


def catches_cancellation(handler: Handler) -> bool:
    """Whether an except clause catches a task's cancellation."""
    return not handler.types or any(
        name in CANCELLATIONS or name.rpartition(".")[2] in ("CancelledError", "BaseException")
        for name in handler.types
    )


def catches_only_cancellation(handler: Handler) -> bool:
    """Whether an except clause catches a task's cancellation, and no ordinary error."""
    return bool(handler.types) and all(
        name in CANCELLATIONS or name.rpartition(".")[2] == "CancelledError"
        for name in handler.types
    )


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


def events_in(block: Block) -> Iterator[int]:
    """All events of a block, those of the statements inside it too."""
    for item in block.items:
        if isinstance(item, int):
            yield item
        elif not isinstance(item, Exit):
            for _, inner, _ in branches(item):
                yield from events_in(inner)
