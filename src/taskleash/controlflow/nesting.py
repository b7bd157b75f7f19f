"""How the events of a function are nested in its statements, and where it is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from taskleash.ir.model import (
    Block,
    Exit,
    FunctionFacts,
    Handler,
    If,
    Loop,
    Piece,
    Switch,
    Try,
    Use,
)
from taskleash.models.exceptions import CANCELLATIONS


@dataclass(frozen=True)
class Level:
    """One level of nesting around an event: the control flow item and the branch taken in it.

    ``branch`` is then, else, body, orelse, final, case or ``handler``; ``order`` numbers the item
    among the items of the function in source order.
    """

    item: Piece
    branch: str
    handler: Handler | None = None


class Nesting:
    """The nesting of every event of one function, and the exits in source order."""

    def __init__(self, function: FunctionFacts) -> None:
        self.around: dict[int, tuple[Level, ...]] = {}
        self.exits: list[tuple[int, Exit, tuple[Level, ...]]] = []
        self._function = function
        self._last = -1
        self._walk(function.body, ())

    def _walk(self, block: Block, around: tuple[Level, ...]) -> None:
        for item in block.items:
            if isinstance(item, int):
                self.around[item] = around
                self._last = max(self._last, item)
            elif isinstance(item, Exit):
                self.exits.append((self._last, item, around))
            else:
                for branch, inner, handler in branches(item):
                    self._walk(inner, (*around, Level(item, branch, handler)))

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


def events_in(block: Block) -> Iterator[int]:
    """All events of a block, those of the statements inside it too."""
    for item in block.items:
        if isinstance(item, int):
            yield item
        elif not isinstance(item, Exit):
            for _, inner, _ in branches(item):
                yield from events_in(inner)


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
