"""The facts of functions and classes that say the same and stand in other lines."""

from __future__ import annotations

from dataclasses import replace

from taskleash.facts.model import (
    Block,
    Call,
    Case,
    ClassFacts,
    Event,
    Exit,
    FunctionFacts,
    Handler,
    If,
    Loop,
    Piece,
    Pos,
    Try,
)


def moved_function(function: FunctionFacts, by: int) -> FunctionFacts:
    """A function whose text was moved so many lines down; up where that is negative."""
    if not by:
        return function
    return replace(
        function,
        line=function.line + by,
        body=_block(function.body, by),
        events=tuple([_event(event, by) for event in function.events]),
    )


def moved_class(cls: ClassFacts, by: int) -> ClassFacts:
    """A class whose text was moved so many lines down."""
    return replace(cls, line=cls.line + by) if by else cls


def _event(event: Event, by: int) -> Event:
    if isinstance(event, Call):
        return replace(event, pos=_pos(event.pos, by), statement=_pos(event.statement, by))
    return replace(event, pos=_pos(event.pos, by))


def _pos(pos: Pos, by: int) -> Pos:
    line, column, end_line, end_column = pos
    return line + by, column, end_line + by, end_column


def _block(block: Block, by: int) -> Block:
    steps = [step if isinstance(step, int) else _step(step, by) for step in block.items]
    return Block(tuple(steps))


def _step(step: Piece | Exit, by: int) -> Piece | Exit:
    if isinstance(step, Exit):
        return replace(step, line=step.line + by)
    if isinstance(step, If):
        then, orelse = _block(step.then, by), _block(step.orelse, by)
        return replace(step, then=then, orelse=orelse, line=step.line + by)
    if isinstance(step, Loop):
        body, orelse = _block(step.body, by), _block(step.orelse, by)
        return replace(step, body=body, orelse=orelse, line=step.line + by)
    if isinstance(step, Try):
        return Try(
            _block(step.body, by),
            tuple(_handler(handler, by) for handler in step.handlers),
            _block(step.orelse, by),
            _block(step.final, by),
        )
    return replace(step, cases=tuple(_case(case, by) for case in step.cases))


def _handler(handler: Handler, by: int) -> Handler:
    return replace(handler, body=_block(handler.body, by), line=handler.line + by)


def _case(case: Case, by: int) -> Case:
    return replace(case, body=_block(case.body, by))
