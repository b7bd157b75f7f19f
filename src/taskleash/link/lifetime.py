"""Whether a coroutine ends by itself.

It is endless where a loop without a condition has no exit that normal operation reaches: exits in
handlers of errors and cancellation do not count. A loop with an exit of its own is *unknown*.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

from taskleash.dataflow.query import Query
from taskleash.facts.model import (
    Await,
    Block,
    Call,
    Exit,
    If,
    Loop,
    Piece,
    Switch,
    Try,
    blocks_of,
)
from taskleash.facts.terms import Alts, Result, Term
from taskleash.link.callbacks import is_coroutine_function
from taskleash.link.calls import Calls
from taskleash.link.entities import External, Function
from taskleash.models.api import Gives
from taskleash.models.vocabulary import words

_EXPECTED = ("Timeout", "Empty", "Stop", "Closed", "EOF", "Shutdown", "ShutDown", "EndOf")
#: words in the name of a coroutine that may run as long as its program
_RUNNING_WORDS = frozenset(
    {
        "consume", "daemon", "forever", "listen", "loop", "main", "monitor", "poll", "run",
        "runner", "serve", "start", "watch", "worker",
    }
)  # fmt: skip
#: from the shortest to the longest
_ORDER = ("short", "unknown", "endless")


class Lifetimes:
    """Answers, with memory, how long functions run."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        #: ``short``, ``endless`` or ``unknown``
        self.of: Query[Function, str] = Query(calls.program.uses, self._find, "short", longest)
        #: whether a coroutine never waits: once the loop has begun with it, it is over; one that
        #: does nothing at all stands for another one
        self.in_one_step: Query[Function, bool] = Query(
            calls.program.uses, self._waits_for_nothing, True, operator.and_
        )

    def _waits_for_nothing(self, function: Function) -> bool:
        facts = function.facts
        if not is_coroutine_function(function) or function.is_abstract or not function.events:
            return False
        if any(
            isinstance(piece, Loop) and piece.kind == "async for" for piece in _pieces(facts.body)
        ):
            return False
        return all(
            bool(event.value) and all(self._is_over_at_once(function, term) for term in event.value)
            for event in function.events
            if isinstance(event, Await)
        )

    def _is_over_at_once(self, function: Function, term: Term) -> bool:
        """Whether awaiting a term waits for nothing: it is the coroutine of such a function."""
        if not isinstance(term, Result):
            return False
        callees = self.calls.callees(function, function.call(term.event))
        return bool(callees) and all(
            isinstance(callee, Function) and self.in_one_step(callee) for callee in callees
        )

    def is_over_at_once(self, function: Function, alts: Alts) -> bool:
        """Whether the coroutines that a value may be are over in their first step, all of them."""
        return bool(alts) and all(self._is_over_at_once(function, term) for term in alts)

    def _find(self, function: Function) -> str:
        if function.is_abstract:
            return by_name(function.name)
        return self._block(function, function.facts.body)

    def _block(self, function: Function, block: Block) -> str:
        found = "short"
        for item in block.items:
            if isinstance(item, int):
                found = longest(found, self._event(function, item))
            elif isinstance(item, Loop):
                found = longest(found, self._loop(function, item))
            elif isinstance(item, If):
                found = longest(found, self._branches(function, (item.then, item.orelse)))
            elif isinstance(item, Switch):
                found = longest(found, self._branches(function, blocks_of(item)))
            elif isinstance(item, Try):
                found = longest(found, self._try(function, item))
        return found

    def _try(self, function: Function, item: Try) -> str:
        body = self._block(function, item.body)
        if body == "endless" and any(is_expected(t) for h in item.handlers for t in h.types):
            body = "unknown"
        for inner in (item.orelse, item.final):
            body = longest(body, self._block(function, inner))
        return body

    def _branches(self, function: Function, blocks: tuple[Block, ...]) -> str:
        found = [self._block(function, block) for block in blocks if block.items]
        if "endless" in found and (len(found) < len(blocks) or len(set(found)) > 1):
            return "unknown"
        return max(found, key=_ORDER.index, default="short")

    def _loop(self, function: Function, loop: Loop) -> str:
        inner = self._block(function, loop.body)
        if loop.kind == "comprehension":
            return "short"
        if loop.kind == "async for":
            return "unknown"
        if loop.kind == "for" and not self._forever(function, loop):
            return inner if inner != "endless" else "unknown"
        if loop.kind == "for" or loop.test.kind == "true":
            return "unknown" if _leaves(loop.body) else "endless"
        return "unknown"

    def _forever(self, function: Function, loop: Loop) -> bool:
        return any(
            isinstance(callee, External)
            and self.calls.program.models.gives(callee.dotted) is Gives.ENDLESS
            for term in loop.test.value
            if isinstance(term, Result)
            for callee in self.calls.callees(function, function.call(term.event))
        )

    def _event(self, function: Function, index: int) -> str:
        event = function.events[index]
        if not isinstance(event, Await):
            return "short"
        found = "short"
        for term in event.value:
            if not isinstance(term, Result) or not isinstance(function.events[term.event], Call):
                continue
            for callee in self.calls.callees(function, function.call(term.event)):
                if isinstance(callee, Function) and callee is not function:
                    inner = self.of(callee)
                    found = longest(found, inner if inner == "endless" else "short")
        return found


def _pieces(block: Block) -> Iterator[Piece]:
    for item in block.items:
        if not isinstance(item, int | Exit):
            yield item
            for inner in blocks_of(item):
                yield from _pieces(inner)


def by_name(name: str) -> str:
    """How long a coroutine is taken to run of which only the name is known."""
    return "short" if _RUNNING_WORDS.isdisjoint(words(name)) else "unknown"


def longest(first: str, second: str) -> str:
    """The longer of two lifetimes."""
    return max(first, second, key=_ORDER.index)


def is_expected(exception: str) -> bool:
    """Whether an exception tells of an ordinary end: a timeout, an empty queue, a closed stream."""
    name = exception.rpartition(".")[2]
    return any(word in name for word in _EXPECTED)


def is_sleep(calls: Calls, function: Function, index: int) -> bool:
    """Whether an event waits for time to go by."""
    event = function.events[index]
    return isinstance(event, Await) and any(
        isinstance(callee, External) and calls.program.models.is_pause(callee.dotted)
        for term in event.value
        if isinstance(term, Result)
        for callee in calls.callees(function, function.call(term.event))
    )


def wakes_up(calls: Calls, coroutines: Iterable[Function]) -> bool:
    """Whether one of the coroutines waits for something else once it has slept."""
    return any(_works_after_a_sleep(calls, each) for each in coroutines)


def _works_after_a_sleep(calls: Calls, coroutine: Function) -> bool:
    awaits = [at for at, event in enumerate(coroutine.events) if isinstance(event, Await)]
    sleeps = [at for at in awaits if is_sleep(calls, coroutine, at)]
    work = [at for at in awaits if at not in sleeps]
    return bool(coroutine.paths.search(sleeps, (), frozenset(), work).reached)


def _leaves(block: Block, nested: bool = False) -> bool:
    """Whether normal operation can leave the loop from this part of its body."""
    for item in block.items:
        if isinstance(item, Exit):
            if item.kind == "return" or (item.kind == "break" and not nested):
                return True
        elif isinstance(item, If):
            if _leaves(item.then, nested) or _leaves(item.orelse, nested):
                return True
        elif isinstance(item, Loop):
            if _leaves(item.body, True):
                return True
        elif isinstance(item, Try):
            expected = [h.body for h in item.handlers if any(map(is_expected, h.types))]
            if any(_leaves(b, nested) for b in (item.body, item.orelse, item.final, *expected)):
                return True
        elif isinstance(item, Switch) and any(_leaves(case, nested) for case in blocks_of(item)):
            return True
    return False
