"""Whether a coroutine can fail, and whether a failure would be seen before it is too late.

A failure that nobody looks at is logged once the task is gone (docs/tasks.md): what is dropped, or
taken out of its set when it is done, is loud. What is kept is silent as long as it is kept.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from taskleash.controlflow.exception_classes import Caught
from taskleash.controlflow.exceptions import Raised, fate, raised_by
from taskleash.controlflow.nesting import (
    Level,
    branches,
    catches_cancellation,
    catches_only_cancellation,
    events_in,
)
from taskleash.dataflow.trail import AWAITING, CANCELLING, Op, OpKind, Trail
from taskleash.ir.model import Await, Block, Call, Exit, FunctionFacts, Handler, Loop, Try
from taskleash.ir.terms import Attribute, Awaited, Constant, Display, Global, Result, Term
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.exceptions import (
    BROAD_EXCEPTIONS,
    LOOKING_AT,
    NEVER_FAILING,
    ONLY_ASKING,
)
from taskleash.models.vocabulary import TELLING_LEVELS, WAITING_BARE, logs
from taskleash.query import Query
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around, in_cleanup, in_loop
from taskleash.semantics.entities import External, Function, Variable
from taskleash.semantics.spawns import Spawn
from taskleash.verdict.model import Unseen
from taskleash.verdict.signs import Signs
from taskleash.verdict.ways.enclosing import known_over

#: who looks at how a task ended
_LOOKING: frozenset[OpKind] = AWAITING | {"outcome", "seen"}
_TRUE = (Constant("True"),)
_ASSERTED = ("AssertionError",)
#: what an except clause binds to its name
_FAILURE = Constant("exception")


class Failures:
    """Answers, with memory, which coroutines can fail."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self._calls = calls
        self._teardown = teardown
        #: whether an exception, apart from cancellation, can leave a function
        self.can_fail: Query[Function, bool] = Query(
            calls.program.uses, self._find, False, operator.or_
        )

    def is_known_to_fail(self, function: Function) -> bool:
        """Whether a ``raise`` of its own leaves a coroutine: that it can fail is no guess."""
        return any(
            exit_.kind == "raise"
            # That an assertion holds is what the program says of itself.
            and exit_.raises != _ASSERTED
            and not self._is_caught(function, frames)
            and not _is_cancellation(frames)
            and not _is_told(function, frames)
            for _, exit_, frames in function.levels.exits
        )

    def unseen(self, signs: Signs, outer: Trail | None) -> Unseen:
        """How long a failure of the task is silent.

        ``outer`` is the trail of the handle in the wrapper that starts it, where one does.
        """
        if signs.spawn.kind not in ("task", "wrapper", "threadsafe") or signs.self_removing:
            return Unseen.NOT
        if self.spares(signs.spawn) or self.ends_without(signs.spawn.around):
            return Unseen.NOT
        if signs.handed_on is not None or signs.trail.unknown or signs.given:
            return Unseen.NOT
        trails = [trail for trail in (signs.trail, outer) if trail is not None]
        looks = [op for trail in trails for op in trail.of(*_LOOKING)]
        telling = [op for op in looks if not _swallows(op)]
        # What reads the outcome as the starting function goes on is no later than its end.
        known = known_over(signs.trail)
        known += [op for op in telling if _goes_on_with(signs.spawn.function, op)]
        in_time = [op for op in looks if op in known or not self._teardown.alone_holds(*op.site)]
        if any(not _swallows(op) for op in in_time):
            return Unseen.NOT
        if in_time:
            cancelled = not CANCELLING.isdisjoint(signs.trail.kinds)
            return Unseen.NOT if cancelled else Unseen.SWALLOWED
        if signs.spawn.kind == "threadsafe" and not signs.kept:
            return Unseen.NEVER_LOGGED
        if not signs.kept:
            return Unseen.NOT
        return Unseen.UNTIL_THE_END if telling else Unseen.AS_LONG_AS_KEPT

    def spares(self, spawn: Spawn) -> bool:
        """Whether no failure leaves what is started: functions of the program, or ``queue.put``."""
        if spawn.started or spawn.kind not in ("task", "threadsafe"):
            return self.ends_without(spawn.started)
        function, given = spawn.function, spawn.call.args[spawn.work : spawn.work + 1]
        started = [term for arg in given for term in arg.value]
        callees = [
            callee
            for term in started
            for callee in (
                self._calls.callees(function, function.call(term.event))
                if isinstance(term, Result)
                else (None,)
            )
        ]
        return bool(callees) and all(
            isinstance(callee, External) and _never_fails(self._calls, callee) for callee in callees
        )

    def ends_without(self, functions: tuple[Function, ...]) -> bool:
        """Whether no failure leaves any of the coroutines that the task may be made of."""
        return bool(functions) and not any(map(self.can_fail, functions))

    def _find(self, function: Function) -> bool:
        raised = raised_by(function.events, is_calm=_calm(function))
        for index, kinds in raised.items():
            frames = around(function, index)
            if Raised.ERROR not in kinds or self._is_caught(function, frames):
                continue
            told = _is_told(function, frames, index) or _is_handed_on(function, frames, index)
            if not told and not _is_cancellation(frames):
                event = function.events[index]
                if isinstance(event, Await):
                    may_raise = self._may_raise(function, event.value)
                else:
                    may_raise = not isinstance(event, Call) or self._fails(function, event)
                if may_raise:
                    return True
        return self.is_known_to_fail(function)

    def _fails(self, function: Function, call: Call) -> bool:
        """Whether a call of plain functions may raise: not where none of them can."""
        callees = self._calls.callees(function, call)
        return not callees or any(
            not isinstance(callee, Function) or self.can_fail(callee) for callee in callees
        )

    def _may_raise(self, function: Function, awaited: tuple[Term, ...]) -> bool:
        """Whether what is awaited may raise: not a pause, nor a coroutine that cannot fail."""
        for term in awaited:
            if isinstance(term, Result) and _takes_next(function.call(term.event)):
                continue
            callees = (
                self._calls.callees(function, function.call(term.event))
                if isinstance(term, Result)
                else ()
            )
            for callee in callees:
                if isinstance(callee, Function):
                    if self.can_fail(callee):
                        return True
                elif not isinstance(callee, External) or not _never_fails(self._calls, callee):
                    return True
            if not callees:
                return True
        return not awaited

    def _is_caught(self, function: Function, frames: tuple[Level, ...]) -> bool:
        """Whether an error at a place is caught in the function, and goes no further unseen."""
        return any(
            isinstance(frame.item, Try)
            and frame.branch == "body"
            and any(
                (fate(handler, Raised.ERROR) is Caught.YES or self._is_broad(function, handler))
                and (not _raises(handler.body) or _tells(function, handler.body))
                for handler in frame.item.handlers
            )
            for frame in frames
        )

    def _is_broad(self, function: Function, handler: Handler) -> bool:
        """Whether a clause catches all errors by a name that stands for them: ``except ERRORS``."""
        for name in handler.types:
            symbol = (
                self._calls.program.symbol(function, Global(name)) if name.isidentifier() else None
            )
            if not isinstance(symbol, Variable):
                continue
            body = symbol.module.body.facts
            values = body.defs.get(symbol.name, ())
            if values and all(map(partial(_catches_all, body), values)):
                return True
        return False


def _never_fails(calls: Calls, callee: External) -> bool:
    return calls.program.models.is_pause(callee.dotted) or callee.dotted in NEVER_FAILING


def _takes_next(call: Call) -> bool:
    """Whether a call takes what comes next of a queue, by its name: ``queue.get()``."""
    receiver, _, name = call.text.rpartition(".")
    return name in WAITING_BARE and not call.args and receiver not in ("", "self", "super()")


def _calm(function: Function) -> Callable[[Call], bool]:
    """Tells of the calls that only ask, or write to a log, and of those that give the logger."""
    found = [call for _, call in function.calls() if logs(call.text)]
    loggers = {func.base for call in found for func in call.func if isinstance(func, Attribute)}
    found += [function.call(term.event) for term in loggers if isinstance(term, Result)]
    known = set(map(id, found))
    return lambda call: id(call) in known or call.text.rpartition(".")[2] in ONLY_ASKING


def _is_told(function: Function, frames: tuple[Level, ...], before: int | None = None) -> bool:
    """Whether a place is in a handler that has told of the failure which led there."""
    return any(
        frame.handler is not None and _tells(function, frame.handler.body, before)
        for frame in frames
    )


def _is_handed_on(function: Function, frames: tuple[Level, ...], at: int) -> bool:
    """Whether a place comes after a failure was handed to what deals with it, or is that call."""
    return any(
        frame.handler is not None
        and not _raises(frame.handler.body)
        and any(index <= at for index in _handing(function, frame.handler.body))
        for frame in frames
    )


def _handing(function: Function, block: Block) -> list[int]:
    """The calls of a handler that are given the failure: not what only asks for its kind."""
    calls = [(index, function.events[index]) for index in events_in(block)]
    return [
        index
        for index, event in calls
        if isinstance(event, Call)
        and any(_FAILURE in arg.value for arg in event.args)
        and event.text.rpartition(".")[2] not in LOOKING_AT
    ]


def _catches_all(body: FunctionFacts, value: Term) -> bool:
    """Whether what a name stands for in an except clause is every error, or has it among others."""
    items = [value]
    if isinstance(value, Display):
        items = [term for alts in body.collections[value.number].items for term in alts]
    return any(isinstance(each, Global) and each.name in BROAD_EXCEPTIONS for each in items)


def _tells(function: Function, block: Block, before: int | None = None) -> bool:
    """Whether a block writes to a log, by a call that comes before an event."""
    calls = [(index, function.events[index]) for index in events_in(block)]
    return any(
        isinstance(event, Call)
        and event.text.rpartition(".")[2] in TELLING_LEVELS
        and (before is None or index < before)
        for index, event in calls
    )


def _raises(block: Block) -> bool:
    return any(
        (isinstance(item, Exit) and item.kind == "raise")
        or (not isinstance(item, int | Exit) and any(_raises(b) for _, b, _ in branches(item)))
        for item in block.items
    )


def _is_cancellation(frames: tuple[Level, ...]) -> bool:
    """Whether a handler of cancellation raises it again."""
    return any(
        frame.handler is not None
        and catches_cancellation(frame.handler)
        and fate(frame.handler, Raised.ERROR) is Caught.NO
        for frame in frames
    )


def _goes_on_with(function: Function, op: Op) -> bool:
    """Whether the starting function itself looks at the outcome, other than as it cleans up."""
    return op.site[0] is function and not in_cleanup(*op.site)


def _swallows(op: Op) -> bool:
    """``await gather(*tasks, return_exceptions=True)``, and nobody looks at what comes of it."""
    event = op.event
    if op.kind != "gather" or not isinstance(event, Await):
        return False
    for term in event.value:
        if not isinstance(term, Result):
            return False
        args = op.function.call(term.event).args
        if not any(arg.key == "return_exceptions" and arg.value == _TRUE for arg in args):
            return False
        uses, found = op.function.uses, Awaited(term)
        if uses.roles.get(found) or uses.derived.get(found) or uses.names.get(found):
            return False
    return bool(event.value)


def minds_itself(function: Function) -> bool:
    """Whether a loop of a coroutine catches every error of one turn, and expects no end of it.

    One that leaves as it is cancelled expects to be. One that takes work out of a queue leaves the
    rest undone at the end of the program.
    """
    handlers = list(_handlers_of_a_turn(function.facts.body))
    leaves = partial(_leaves_cancelled, function.module.facts.imports)
    is_left = any(map(leaves, handlers)) or _takes_work(function)
    return any(map(_broad, handlers)) and not is_left


def _handlers_of_a_turn(block: Block) -> Iterator[Handler]:
    """The handlers that stand directly in the bodies of loops."""
    for item in block.items:
        if isinstance(item, Loop):
            tries = [inner for inner in item.body.items if isinstance(inner, Try)]
            yield from (handler for inner in tries for handler in inner.handlers)
        if not isinstance(item, int):
            for _, inside, _ in branches(item):
                yield from _handlers_of_a_turn(inside)


def _leaves_cancelled(imports: Mapping[str, str], handler: Handler) -> bool:
    meant = replace(handler, types=tuple(imports.get(name, name) for name in handler.types))
    return catches_only_cancellation(meant) and any(isinstance(i, Exit) for i in meant.body.items)


def _takes_work(function: Function) -> bool:
    """Whether a loop waits for the next element of what its object or module has as a queue."""
    return any(
        isinstance(event, Await)
        and in_loop(function, at) is not None
        and any(
            isinstance(term, Result)
            and function.call(term.event).text.rpartition(".")[2] == "get"
            and not function.call(term.event).args
            for term in event.value
        )
        for at, event in enumerate(function.events)
    )


def _broad(handler: Handler) -> bool:
    return not handler.types or any(name in BROAD_EXCEPTIONS for name in handler.types)
