"""Whether a coroutine ends by itself.

It is endless where a loop without a condition has no exit that normal operation reaches: exits in
handlers of errors and cancellation do not count. A loop with an exit of its own is *unknown*.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator

from taskleash.ir.model import (
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
from taskleash.ir.terms import Alts, Parameter, Result, Term
from taskleash.models.api import Gives
from taskleash.models.exceptions import ORDINARY_ENDS
from taskleash.models.vocabulary import words
from taskleash.query import Query
from taskleash.semantics.binding import given
from taskleash.semantics.callbacks import is_coroutine_function
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import External, Function

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
        self._with: Query[tuple[Function, frozenset[str]], str] = Query(
            calls.program.uses, self._find_with, "short", longest
        )
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
        return _Body(self, function).lifetime()

    def _find_with(self, key: tuple[Function, frozenset[str]]) -> str:
        function, endless = key
        if function.is_abstract:
            return by_name(function.name)
        return _Body(self, function, endless).lifetime()

    def of_call(
        self, caller: Function, index: int, callee: Function, endless: frozenset[str] = frozenset()
    ) -> str:
        """How long what a call makes runs, by what it gives for what the callee awaits.

        ``endless`` are the caller's own parameters that stand for what never ends.
        """
        names = frozenset(
            name
            for name, value in given(callee, caller.call(index)).items()
            if value and all(self._is_endless(caller, term, endless) for term in value)
        )
        return self._with((callee, names)) if names else self.of(callee)

    def of_spawn(self, caller: Function, index: int, started: Function) -> str:
        """How long a coroutine runs that a call is given to start, by what it is given itself."""
        made = [
            term.event
            for arg in caller.call(index).args
            for term in arg.value
            if isinstance(term, Result)
            and started in self.calls.callees(caller, caller.call(term.event))
        ]
        return self.of_call(caller, made[0], started) if len(made) == 1 else self.of(started)

    def _is_endless(self, function: Function, term: Term, endless: frozenset[str]) -> bool:
        """Whether a value is a coroutine that never ends, or a function that makes such ones."""
        if isinstance(term, Parameter):
            return term.name in endless
        if isinstance(term, Result):
            call = function.call(term.event)
            made = self.calls.callees(function, call)
            return bool(made) and all(
                isinstance(each, Function)
                and each is not function
                and is_coroutine_function(each)
                and self.of_call(function, term.event, each, endless) == "endless"
                for each in made
            )
        named = self.calls.targets(function, term)
        return bool(named) and all(
            isinstance(each, Function)
            and is_coroutine_function(each)
            and self.of(each) == "endless"
            for each in named
        )


class _Body:
    """The body of one function; ``endless`` are the parameters that stand for what never ends."""

    def __init__(
        self, lifetimes: Lifetimes, function: Function, endless: frozenset[str] = frozenset()
    ) -> None:
        self.lifetimes = lifetimes
        self.calls = lifetimes.calls
        self.function = function
        self.endless = endless

    def lifetime(self) -> str:
        """How long it runs."""
        return self._block(self.function.facts.body)

    def _block(self, block: Block) -> str:
        found = "short"
        for item in block.items:
            if isinstance(item, int):
                found = longest(found, self._event(item))
            elif isinstance(item, Loop):
                found = longest(found, self._loop(item))
            elif isinstance(item, If):
                found = longest(found, self._branches((item.then, item.orelse)))
            elif isinstance(item, Switch):
                found = longest(found, self._branches(blocks_of(item)))
            elif isinstance(item, Try):
                found = longest(found, self._try(item))
        return found

    def _try(self, item: Try) -> str:
        body = self._block(item.body)
        if body == "endless" and any(is_expected(t) for h in item.handlers for t in h.types):
            body = "unknown"
        for inner in (item.orelse, item.final):
            body = longest(body, self._block(inner))
        return body

    def _branches(self, blocks: tuple[Block, ...]) -> str:
        found = [self._block(block) for block in blocks if block.items]
        if "endless" in found and (len(found) < len(blocks) or len(set(found)) > 1):
            return "unknown"
        return max(found, key=_ORDER.index, default="short")

    def _loop(self, loop: Loop) -> str:
        inner = self._block(loop.body)
        if loop.kind == "comprehension":
            return "short"
        if loop.kind == "async for":
            return "unknown"
        if loop.kind == "for" and not self._forever(loop):
            return inner if inner != "endless" else "unknown"
        if loop.kind == "for" or loop.test.kind == "true":
            return "unknown" if _leaves(loop.body) else "endless"
        return "unknown"

    def _forever(self, loop: Loop) -> bool:
        return any(
            isinstance(callee, External)
            and self.calls.program.models.gives(callee.dotted) is Gives.ENDLESS
            for term in loop.test.value
            if isinstance(term, Result)
            for callee in self.calls.callees(self.function, self.function.call(term.event))
        )

    def _event(self, index: int) -> str:
        event = self.function.events[index]
        if not isinstance(event, Await):
            return "short"
        found = "short"
        for term in event.value:
            if self._is_given_endless(term):
                return "endless"
            if not isinstance(term, Result) or not isinstance(
                self.function.events[term.event], Call
            ):
                continue
            call = self.function.call(term.event)
            if any(map(self._is_given_endless, call.func)):
                return "endless"
            for callee in self.calls.callees(self.function, call):
                if isinstance(callee, Function) and callee is not self.function:
                    inner = self.lifetimes.of_call(self.function, term.event, callee, self.endless)
                    found = longest(found, inner if inner == "endless" else "short")
        return found

    def _is_given_endless(self, term: Term) -> bool:
        return isinstance(term, Parameter) and term.name in self.endless


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
    return any(word in name for word in ORDINARY_ENDS)


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
