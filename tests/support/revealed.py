"""What the core finds out about the lines of a small program, in comments as mypy's `reveal_type`.

A line may state, after its code:

    # type: Left | Right      the classes of what it stores or returns, or else of its last call
    # calls: B.run            what its last call may call
    # callers: A.go, f        who may call the function defined there
    # edges: 7, 9, exit       the lines whose events control comes to next
    # summary: cancel 9       what is done with the task that its last call starts, and where

`nothing` stands for an empty answer. A line that states nothing is not asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import ClassVar

from taskleash.controlflow.cfg import EXIT
from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Call, Give, Store
from taskleash.ir.terms import Result
from taskleash.semantics.entities import External, Function
from taskleash.source.loading import Source
from taskleash.verdict.judge import Judge

_STATED = re.compile(r"# (type|calls|callers|edges|summary): (.*?)\s*(?=$|# )")


class Revealed:
    """A program of one module, and what is found out about its lines."""

    def __init__(self, text: str) -> None:
        self.judge = Judge([extract(Source("app.py", "app", text))])
        (self.module,) = self.judge.program.modules
        self.text = text

    def differences(self) -> list[str]:
        """The lines of which something else is found out than they state."""
        return [
            f"line {line}: {kind}: stated {wanted}, found {got}"
            for line, kind, wanted in self.stated()
            if (got := self._asked[kind](self, line)) != wanted
        ]

    def stated(self) -> Iterator[tuple[int, str, str]]:
        """The statements: line, kind and what is stated."""
        for number, line in enumerate(self.text.splitlines(), 1):
            for kind, wanted in _STATED.findall(line):
                yield number, kind, wanted

    def _call(self, line: int) -> tuple[Function, int]:
        """The last call of a line."""
        return [
            (function, index)
            for function in self.module.in_order
            for index, call in function.calls()
            if call.pos[0] == line
        ][-1]

    def _types(self, line: int) -> str:
        inference = self.judge.calls.inference
        found: set[str] = set()
        for function in self.module.in_order:
            for event in function.events:
                if isinstance(event, Store | Give) and event.pos[0] == line:
                    found |= {_name(kind.symbol) for kind in inference.of(function, event.value)}
        if not found:
            function, index = self._call(line)
            found = {_name(kind.symbol) for kind in inference.types(function, Result(index))}
        return " | ".join(sorted(found)) or "nothing"

    def _callees(self, line: int) -> str:
        function, index = self._call(line)
        return _listed(map(_name, self.judge.calls.callees(function, function.call(index))))

    def _callers(self, line: int) -> str:
        (function,) = (f for f in self.module.in_order if f.facts.line == line)
        return _listed(caller.qualname for caller, _ in self.judge.calls.callers(function))

    def _edges(self, line: int) -> str:
        function = next(f for f in self.module.in_order if any(e.pos[0] == line for e in f.events))
        graph = function.paths.graph
        found: set[str] = set()
        last = max(i for i, event in enumerate(function.events) if event.pos[0] == line)
        pending = [(number, graph.place_in(number, last) + 1) for number in graph.blocks_of(last)]
        raised = graph.raising.get(last, frozenset())
        pending += [
            (edge.target, 0)
            for number in graph.blocks_of(last)
            for kind in raised
            for edge in graph.blocks[number].caught.get(kind, ())
        ]
        seen = set(pending)
        while pending:
            number, place = pending.pop()
            following = [
                function.events[e].pos[0]
                for e in graph.blocks[number].events[place:]
                if isinstance(function.events[e], Call)
            ]
            if following:
                found.add(f"{following[0]:03}")
                continue
            for edge in graph.blocks[number].edges:
                if edge.target == EXIT:
                    found.add("exit")
                elif (edge.target, 0) not in seen:
                    seen.add((edge.target, 0))
                    pending.append((edge.target, 0))
        return ", ".join(each.lstrip("0") for each in sorted(found)) or "nothing"

    def _summary(self, line: int) -> str:
        function, index = self._call(line)
        spawn = next(s for s in self.judge.spawns if (s.function, s.index) == (function, index))
        trail = self.judge.flow.follow(function, index, spawn.depth)
        ops = {(op.line, op.kind) for op in trail.of(*trail.kinds) if op.kind != "pass"}
        unknown = [f"not known: {each.reason}" for each in trail.unknown]
        return ", ".join([*(f"{kind} {at}" for at, kind in sorted(ops)), *unknown]) or "nothing"

    _asked: ClassVar[dict[str, Callable[[Revealed, int], str]]] = {
        "type": _types,
        "calls": _callees,
        "callers": _callers,
        "edges": _edges,
        "summary": _summary,
    }


def _name(callee: object) -> str:
    if isinstance(callee, External):
        return callee.dotted
    return str(getattr(callee, "qualname", None) or getattr(callee, "name", ""))


def _listed(names: Iterator[str] | map[str]) -> str:
    return ", ".join(sorted(set(names))) or "nothing"
