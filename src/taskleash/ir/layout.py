"""Where the facts of a module stand, beside what they say: who moves lines changes no fact.

Facts compare positions, they never count with them: what comes first, what stands in one place. So
two modules say the same where each place has the same rank among all of its module. That a module
begins in its first line says nothing, whatever else stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from taskleash.ir.model import (
    MODULE,
    Block,
    Call,
    Event,
    Exit,
    FunctionFacts,
    If,
    Loop,
    ModuleFacts,
    Pos,
    Try,
    blocks_of,
)

#: line and column
Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """The lines and points that the facts of a module name, each once and in order."""

    lines: tuple[int, ...]
    points: tuple[Point, ...]

    @cached_property
    def line_ranks(self) -> dict[int, int]:
        """How many lines come before a line."""
        return {line: rank for rank, line in enumerate(self.lines)}

    @cached_property
    def point_ranks(self) -> dict[Point, int]:
        """How many points come before a point."""
        return {point: rank for rank, point in enumerate(self.points)}

    def ranks(self, line: int, column: int) -> tuple[int, int]:
        """The rank of the line of a point, and of the point itself."""
        return self.line_ranks[line], self.point_ranks[line, column]


def layout(facts: ModuleFacts) -> Layout:
    """Where the facts stand."""
    lines = {cls.line for cls in facts.classes.values()}
    points: set[Point] = set()
    for function in facts.functions.values():
        lines.update(_lines(function))
        for event in function.events:
            for line, column, end_line, end_column in _spans(event):
                points.update(((line, column), (end_line, end_column)))
    lines.update(line for line, _ in points)
    return Layout(tuple(sorted(lines)), tuple(sorted(points)))


def _spans(event: Event) -> tuple[Pos, ...]:
    return (event.pos, event.statement) if isinstance(event, Call) else (event.pos,)


def _lines(function: FunctionFacts) -> Iterator[int]:
    if function.key != MODULE:
        yield function.line
    pending: list[Block] = [function.body]
    while pending:
        for item in pending.pop().items:
            if isinstance(item, int):
                continue
            if isinstance(item, If | Loop | Exit):
                yield item.line
            if isinstance(item, Try):
                yield from (handler.line for handler in item.handlers)
            if not isinstance(item, Exit):
                pending += blocks_of(item)
