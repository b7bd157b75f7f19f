"""Builds the control-flow graph of a function from its blocks of statements.

``finally`` is copied for each way on from it, as compilers of Java do, within a bound beyond which
the ways share one copy.
"""

from __future__ import annotations

from collections.abc import Callable

from taskleash.controlflow.cfg import ENTRY, EXIT, BasicBlock, ControlFlowGraph, Edge, EdgeKind
from taskleash.controlflow.exception_classes import Caught, caught
from taskleash.controlflow.exceptions import (
    AT_WORK,
    NOTHING,
    Raised,
    Raising,
    fate,
    only_asks_for_its_loop,
    raised_by,
    starts_one,
)
from taskleash.controlflow.scopes import (
    CaseScope,
    CaughtScope,
    FinallyScope,
    HandlerScope,
    LoopScope,
    Scope,
    is_left_early,
    loops_around,
)
from taskleash.ir.model import (
    Block,
    Call,
    Collection,
    Event,
    Exit,
    ExitKind,
    FunctionFacts,
    Give,
    Handler,
    If,
    Loop,
    Switch,
    Test,
    Try,
    blocks_of,
)
from taskleash.ir.terms import Constant, Display, Result, Spread

#: copies of ``finally`` may make the graph at most this many times as large as the source
_MAX_GROWTH = 8
#: the test of a case that does not say what it asks
_OPEN = Test("other")


def build(facts: FunctionFacts, raising: Raising | None = None) -> ControlFlowGraph:
    """The control-flow graph of a function, whose events may raise what its own tell or these."""
    known = raised_by(facts.events) if raising is None else raising
    graph = ControlFlowGraph(_Builder(facts, known).blocks, known)
    is_resumed_by_others = facts.name == "__await__" or (facts.decorators and not facts.is_async)
    if is_resumed_by_others or not _comes_to_another(facts, graph):
        return graph
    return ControlFlowGraph(_Builder(facts, known, may_be_left=True).blocks, known)


def _comes_to_another(facts: FunctionFacts, graph: ControlFlowGraph) -> bool:
    """Whether a consumer decides how far a generator runs: from one ``yield`` on to the next.

    A plain one that is decorated is resumed by what decorates it, which makes a coroutine of it.
    So is any with a single ``yield`` on each way, a context manager, a fixture, a dependency: what
    comes before and after it is a set-up and a teardown. An ``__await__`` is resumed by the loop,
    as any coroutine is.
    """
    events = enumerate(facts.events) if facts.is_generator else ()
    given = [at for at, event in events if isinstance(event, Give) and event.kind == "yield"]
    return graph.comes_to_another(given)


class _Builder:
    """Builds the blocks, statement by statement."""

    def __init__(self, facts: FunctionFacts, raising: Raising, may_be_left: bool = False) -> None:
        self.facts = facts
        self.blocks: list[BasicBlock] = []
        self._may_be_left = may_be_left
        self._raising = raising
        #: the first and last block of the newest copy of each ``finally`` clause
        self._finals: dict[int, tuple[int, int]] = {}
        self._bound = 0
        for _ in (ENTRY, EXIT):
            self._new(None)
        self._bound = _MAX_GROWTH * (len(facts.events) + _size(facts.body)) + 64
        end = self._block(facts.body, ENTRY, None)
        if end is not None:
            self._link(end, Edge(EXIT))

    # -- blocks and edges

    def _new(self, scope: Scope | None) -> int:
        number = len(self.blocks)
        block = BasicBlock(number, loops=loops_around(scope))
        self.blocks.append(block)
        for raised in Raised:
            edges = self._caught(scope, raised)
            if edges:
                block.caught[raised] = edges
        return number

    def _link(self, source: int, edge: Edge) -> None:
        self.blocks[source].edges.append(edge)

    def _next(self, source: int, scope: Scope | None) -> int:
        """A new block to which control goes on from this one."""
        number = self._new(scope)
        self._link(source, Edge(number))
        return number

    # -- jumps

    def _caught(self, scope: Scope | None, raised: Raised) -> tuple[Edge, ...]:
        """Where an exception of a kind goes that is raised in this scope."""
        leaves = raised is Raised.EARLY_EXIT and self._may_be_left
        outside = (Edge(EXIT, "early exit"),) if leaves else ()
        return self._thrown(scope, lambda handler: fate(handler, raised), outside, leaves)

    def _raised(self, scope: Scope | None, raises: tuple[str, ...]) -> tuple[Edge, ...]:
        """Where an exception goes whose class, with its known bases, has these names."""
        return self._thrown(scope, lambda handler: caught(handler, raises), ())

    def _thrown(
        self,
        scope: Scope | None,
        fate_at: Callable[[Handler], Caught],
        outside: tuple[Edge, ...],
        is_leaving: bool = False,
    ) -> tuple[Edge, ...]:
        """Where an exception goes by what each handler makes of it; past all, it is ``outside``."""
        if scope is None:
            return outside
        if isinstance(scope, HandlerScope):
            found: list[Edge] = []
            for handler, number in scope.handlers:
                met = fate_at(handler)
                if met is not Caught.NO and is_leaving and number in scope.leaving:
                    found.append(Edge(scope.leaving[number], "early exit"))
                elif met is not Caught.NO:
                    found.append(Edge(number, "handler", handler.line, is_sure=met is Caught.YES))
                if met is Caught.YES:
                    return tuple(found)
            return (*found, *self._thrown(scope.outer, fate_at, outside, is_leaving))
        outer = self._thrown(scope.outer, fate_at, outside, is_leaving)
        if isinstance(scope, FinallyScope) and outer:
            return (Edge(self._copy(scope, outer)),)
        return outer

    def _jump(self, scope: Scope | None, kind: ExitKind, line: int) -> Edge | None:
        """Where a ``return``, ``break`` or ``continue`` goes, or a guard that does not hold."""
        finals: list[FinallyScope] = []
        while scope is not None:
            if isinstance(scope, FinallyScope):
                finals.append(scope)
            elif isinstance(scope, CaseScope) and kind == "next":
                return Edge(scope.following, "", line)
            elif isinstance(scope, LoopScope) and kind in ("break", "continue"):
                target = scope.header if kind == "continue" else scope.after
                return self._through(finals, Edge(target, kind, line))
            scope = scope.outer
        # A jump out of no loop: the code is not valid, its paths end here.
        return self._through(finals, Edge(EXIT, kind, line)) if kind == "return" else None

    def _through(self, finals: list[FinallyScope], edge: Edge) -> Edge:
        """The edge of a jump, by way of the ``finally`` clauses between, innermost first."""
        target = edge.target
        for scope in reversed(finals):
            target = self._copy(scope, (Edge(target),))
        return Edge(target, edge.kind, edge.line)

    def _copy(self, scope: FinallyScope, onward: tuple[Edge, ...]) -> int:
        """A ``finally`` clause that goes on to these blocks."""
        key = tuple(edge.target for edge in onward)
        if key in scope.copies:
            return scope.copies[key]
        start, last = self._final(scope.body, scope.outer)
        scope.copies[key] = start
        for edge in onward:
            self._link(last, edge)
        return start

    def _final(self, body: Block, scope: Scope | None) -> tuple[int, int]:
        """A copy of a ``finally`` clause, by its first and last block; past the bound a shared one.

        The last one is not reached where no path comes to the end of the clause.
        """
        known = self._finals.get(id(body))
        if known is not None and len(self.blocks) > self._bound:
            return known
        start = self._new(scope)
        last = self._new(scope)
        self._finals[id(body)] = (start, last)
        end = self._block(body, start, scope)
        if end is not None:
            self._link(end, Edge(last))
        return start, last

    # -- statements

    def _block(self, block: Block, at: int, scope: Scope | None) -> int | None:
        """Add statements at the end of a block; returns the block where control goes on, if any."""
        current: int | None = at
        for item in block.items:
            if current is None:
                break
            if isinstance(item, int):
                self.blocks[current].events.append(item)
            elif isinstance(item, Exit):
                self._exit(item, current, scope)
                current = None
            elif isinstance(item, If):
                current = self._if(item, current, scope)
            elif isinstance(item, Loop):
                current = self._loop(item, current, scope)
            elif isinstance(item, Try):
                current = self._try(item, current, scope)
            elif isinstance(item, Switch):
                current = self._switch(item, current, scope)
        return current

    def _exit(self, item: Exit, current: int, scope: Scope | None) -> None:
        if item.kind == "raise" and item.raises:
            for edge in self._raised(scope, item.raises):
                self._link(current, edge)
            return
        if item.kind == "raise":
            again = (Raised.ERROR, Raised.TIMEOUT, Raised.CANCELLATION)
            for raised in (Raised.EARLY_EXIT,) if is_left_early(scope) else again:
                for edge in self._caught(scope, raised):
                    if edge not in self.blocks[current].edges:
                        self._link(current, edge)
            return
        if (jump := self._jump(scope, item.kind, item.line)) is not None:
            self._link(current, jump)

    def _if(self, item: If, current: int, scope: Scope | None) -> int | None:
        ends: list[int] = []
        for block, holds in ((item.then, True), (item.orelse, False)):
            start = self._new(scope)
            self._link(current, Edge(start, "if", item.line, item.test, holds))
            end = self._block(block, start, scope)
            if end is not None:
                ends.append(end)
        return self._join(ends, scope)

    def _join(self, ends: list[int], scope: Scope | None) -> int | None:
        if not ends:
            return None
        after = self._new(scope)
        for end in ends:
            self._link(end, Edge(after))
        return after

    def _switch(self, item: Switch, current: int, scope: Scope | None) -> int | None:
        """One case is asked after the other."""
        ends: list[int] = []
        for case in item.cases:
            following = self._new(scope)
            inside = CaseScope(scope, following)
            start = self._new(inside)
            asks = case.test if case.test != _OPEN else None
            self._link(current, Edge(start, "case", 0, asks, True))
            if case.test.kind != "true":
                self._link(current, Edge(following, "", 0, asks, False))
            end = self._block(case.body, start, inside)
            if end is not None:
                ends.append(end)
            current = following
        if not item.total:
            ends.append(current)
        return self._join(ends, scope)

    def _loop(self, item: Loop, current: int, scope: Scope | None) -> int | None:
        """A loop has two headers, so that a loop that is not entered is told from one that ends."""
        first = self._next(current, scope)
        again, after, ended = self._new(scope), self._new(scope), self._new(scope)
        inner = LoopScope(scope, again, after)
        body = self._new(inner)
        for header in (first, again):
            self.blocks[header].loop = item
            self.blocks[header].loops = self.blocks[body].loops
            self.blocks[header].waits = item.kind == "async for"
        asks = item.kind == "while"
        forever = asks and item.test.kind == "true"
        first_test = item.test if asks else Test("iterates", item.test.value)
        ways: tuple[tuple[int, EdgeKind, Test | None], ...] = (
            (first, "empty", first_test),
            (again, "exhausted", item.test if asks else None),
        )
        for header, kind, test in ways:
            self._link(header, Edge(body, "", item.line, test, True))
            if not forever and not (kind == "empty" and self._runs(item)):
                self._link(header, Edge(ended, kind, item.line, test, False))
        end = self._block(item.body, body, inner)
        if end is not None:
            self._link(end, Edge(again))
        done = self._block(item.orelse, ended, scope)
        if done is not None:
            self._link(done, Edge(after))
        return after

    def _runs(self, item: Loop) -> bool:
        """Whether the source says that a loop has a turn: it goes over what is written there."""
        return bool(item.test.value) and all(
            (isinstance(term, Display) and self._is_filled(self.facts.collections[term.number]))
            or (isinstance(term, Result) and _counts_up(self.facts.events[term.event]))
            for term in item.test.value
        )

    def _is_filled(self, collection: Collection) -> bool:
        return collection.kind in ("list", "tuple", "set", "dict") and any(
            bool(item) and not any(isinstance(term, Spread) for term in item)
            for item in collection.items
        )

    def _try(self, item: Try, current: int, scope: Scope | None) -> int | None:
        around: Scope | None = scope
        if item.final.items:
            around = FinallyScope(scope, item.final, {})
        handlers = tuple((handler, self._new(around)) for handler in item.handlers)
        leaving = {
            number: self._new(around)
            for handler, number in handlers
            if self._may_be_left and fate(handler, Raised.EARLY_EXIT) is Caught.YES
        }
        inside = HandlerScope(around, handlers, leaving) if handlers else around
        start = self._next(current, inside)
        ends: list[int] = []
        starts = starts_one(self.facts, item.body)
        body = self._block(item.body, self._next(start, inside) if starts else start, inside)
        if not (self._may_raise(item.body) or only_asks_for_its_loop(self.facts, item.body)):
            # Something that is no event raises what the handlers are there for: or it is the start
            # of a task that fails, which leaves none.
            for handler, number in handlers:
                source = start if body is None or starts else body
                self._link(source, Edge(number, "handler", handler.line))
        if body is not None:
            orelse = self._block(item.orelse, self._next(body, around), around)
            if orelse is not None:
                ends.append(orelse)
        for handler, number in handlers:
            for copy in (number, leaving.get(number)):
                caught_in = CaughtScope(around, copy != number)
                handled = None if copy is None else self._block(handler.body, copy, caught_in)
                if handled is not None:
                    ends.append(handled)
        after = self._join(ends, scope if not item.final.items else around)
        if after is None or not item.final.items:
            return after
        start, last = self._final(item.final, scope)
        self._link(after, Edge(start))
        return last

    def _may_raise(self, block: Block) -> bool:
        for item in block.items:
            if isinstance(item, int):
                if self._raising.get(item, NOTHING) & AT_WORK:
                    return True
            elif isinstance(item, Exit):
                if item.kind == "raise":
                    return True
            elif (isinstance(item, Loop) and item.kind == "async for") or any(
                self._may_raise(inner) for inner in blocks_of(item)
            ):
                return True
        return False


def _counts_up(event: Event) -> bool:
    """Whether a call gives numbers to go through, and at least one: ``range(3)``."""
    if not isinstance(event, Call) or event.text != "range":
        return False
    terms = [term for arg in event.args for term in arg.value]
    known = [int(t.text) for t in terms if isinstance(t, Constant) and t.text.isdecimal()]
    first, last = [0, *known][-2:] if known else (0, 0)
    return len(known) == len(event.args) == len(terms) < 3 and first < last


def _size(block: Block) -> int:
    """How many pieces of control flow there are, nested ones included."""
    found, pending = 0, [block]
    while pending:
        for item in pending.pop().items:
            found += 1
            if not isinstance(item, int | Exit):
                pending.extend(blocks_of(item))
    return found
