"""What surrounds a statement while the control-flow graph is built: where jumps out of it go."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.ir.model import Block, Handler


@dataclass(slots=True)
class Scope:
    """What surrounds a statement: a loop, handlers, or a ``finally``; ``outer`` is around that."""

    outer: Scope | None


@dataclass(slots=True)
class LoopScope(Scope):
    header: int
    after: int


@dataclass(slots=True)
class CaseScope(Scope):
    following: int


@dataclass(slots=True)
class HandlerScope(Scope):
    """``leaving`` are copies of handlers for a consumer that leaves the generator."""

    handlers: tuple[tuple[Handler, int], ...]
    leaving: dict[int, int]


@dataclass(slots=True)
class CaughtScope(Scope):
    """The body of a handler, and whether what it caught is that a consumer leaves the generator."""

    is_left: bool


@dataclass(slots=True)
class FinallyScope(Scope):
    body: Block
    copies: dict[tuple[int, ...], int]


def loops_around(scope: Scope | None) -> tuple[int, ...]:
    """The loops around a scope, outermost first, by the headers that their bodies come back to."""
    found: list[int] = []
    while scope is not None:
        if isinstance(scope, LoopScope):
            found.append(scope.header)
        scope = scope.outer
    return tuple(reversed(found))


def is_left_early(scope: Scope | None) -> bool:
    """Whether a ``raise`` of what was caught has a generator left that its consumer leaves."""
    while scope is not None and not isinstance(scope, CaughtScope):
        scope = scope.outer
    return scope is not None and scope.is_left
