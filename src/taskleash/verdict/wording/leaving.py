"""The way out of a function on which a task is left running: where nothing ends it any more."""

from __future__ import annotations

from collections.abc import Collection

from taskleash.controlflow.cfg import ENTRY, ControlFlowGraph, Edge
from taskleash.controlflow.exceptions import Raised
from taskleash.controlflow.outcome import Leak
from taskleash.semantics.entities import Function
from taskleash.sentences import claim, sentence
from taskleash.verdict.model import Evidence
from taskleash.verdict.signs import PassingPath, Signs

_HOLDS = claim("`{function}` ends while the task runs where this holds")
_DOES_NOT = claim("`{function}` ends while the task runs where this does not hold")
_TEXTS = {
    "handler": claim("`{function}` ends while the task runs where this is caught"),
    "empty": claim("`{function}` ends while the task runs where this loop has no turn"),
    "exhausted": claim("`{function}` ends while the task runs once this loop is over"),
}
_LEFT = claim("`{function}` is left at this `yield` while the task runs, if its caller stops there")


def way_out(signs: Signs) -> Evidence:
    """The first step of the way out that leaves what ends the task behind, and its line."""
    function, leak = signs.spawn.function, signs.leaks[0]
    endings = {
        op.site[1]
        for op in (*signs.ended_here_by, *signs.ended_elsewhere)
        if op.site[0] is function
    }
    return _first_step(function, leak, endings, signs.spawn.index, signs.spawn.call.pos[0])


def way_past(passing: PassingPath) -> Evidence:
    """The first step of the way through a teardown that leaves what ends the task behind."""
    function = passing.function
    return _first_step(function, passing.leak, passing.endings, None, function.facts.line)


def _first_step(
    function: Function, leak: Leak, endings: Collection[int], spawn: int | None, line: int
) -> Evidence:
    """The step of a leak beyond which no ending comes; else that the function may end at a line."""
    text = claim("`{function}` can end while the task runs")
    if leak.line:
        text, line = claim("`{function}` returns while the task runs"), leak.line
    else:
        turn = _turn(function.paths.graph, leak, endings)
        if turn is not None and turn[1].kind == "early exit":
            left = _yield(function, turn[0], spawn)
            text, line = (_LEFT, left) if left else (text, line)
        elif turn is not None and turn[1].line:
            edge = turn[1]
            asked = _HOLDS if edge.holds else _DOES_NOT
            text, line = asked if edge.kind == "if" else _TEXTS.get(edge.kind, text), edge.line
    path = function.module.path
    return Evidence(path, line, 1, sentence(text, function=function.qualname))


def _turn(
    graph: ControlFlowGraph, leak: Leak, endings: Collection[int]
) -> tuple[int | None, Edge] | None:
    """The first step beyond which control comes to no ending, with the block that it leaves.

    There is no such block where it is that of the spawn. Where control goes past endings that find
    nothing, up to the end of the function, it is the step into the last handler.
    """
    goals = {number for event in endings for number in graph.blocks_of(event)}
    source: int | None = None
    caught: tuple[int | None, Edge] | None = None
    for edge in leak.steps:
        if goals.isdisjoint(graph.reachable(start=edge.target)):
            is_telling = edge.line or edge.kind == "early exit"
            return (source, edge) if is_telling or caught is None else caught
        if edge.kind == "handler":
            caught = source, edge
        source = edge.target
    return None


def _yield(function: Function, block: int | None, spawn: int | None) -> int:
    """The line of the first event of a block at which a caller may leave the function.

    Without a block it is that of the spawn.
    """
    graph = function.paths.graph
    own = graph.blocks_of(spawn) if spawn is not None else (ENTRY,)
    if block is None and len(own) != 1:
        return 0
    events = graph.blocks[own[0] if block is None else block].events
    left = [
        event
        for event in events
        if Raised.EARLY_EXIT in graph.raising.get(event, ())
        and (block is not None or spawn is None or event > spawn)
    ]
    return function.events[left[0]].pos[0] if left else 0
