"""What events may raise, and which except clauses catch it.

The facts name no exceptions that calls raise, so a handler is taken to be reached by whatever call
or await stands before it. Kinds are told apart only where that decides: cancellation comes at an
await, a deadline at what waits.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence

from taskleash.controlflow.exception_classes import Caught
from taskleash.ir.model import (
    Await,
    Block,
    Call,
    Event,
    Exit,
    FunctionFacts,
    Give,
    Handler,
    Use,
    blocks_of,
)
from taskleash.ir.terms import Alts, Attribute, Result, Term
from taskleash.models.exceptions import (
    CANCELLATION_NAMES,
    CATCH_ALL,
    CATCH_ERRORS,
    DEADLINES,
    NEVER_RAISING,
    NO_ERRORS,
    OF_THE_LOOP,
    QUIET_METHODS,
    QUIET_WAITS,
    SHIELDING,
    TIMEOUT_NAMES,
    TIMING,
)
from taskleash.models.table import MODELS


class Raised(enum.Enum):
    """What kind of exception is under way: handlers are told apart by it."""

    CANCELLATION = "cancellation"
    TIMEOUT = "timeout"
    ERROR = "error"
    #: the function is cancelled from outside while it waits for tasks that go on
    STOPPED = "stopped"
    #: the consumer of a generator leaves it at a ``yield``
    EARLY_EXIT = "early exit"


#: the kinds that the events of a function may raise, by their indices
Raising = Mapping[int, frozenset["Raised"]]


#: by what name something is called: its own one, where it was imported under another
Called = Callable[[Call], str]


def as_written(call: Call) -> str:
    """What a call is called by in its own line."""
    return call.text


def _is_never_calm(_: Call) -> bool:
    return False


def raised_by(
    events: Sequence[Event],
    is_calm: Callable[[Call], bool] = _is_never_calm,
    called: Called = as_written,
) -> dict[int, frozenset[Raised]]:
    """What each event of a function may raise; those that raise nothing are left out.

    ``is_calm`` tells of calls of what is known not to raise, ``called`` the name of what is called.

    A coroutine raises where it is awaited or run as a task, not where it is called. Cancellation
    from outside ends the function as well as its tasks' reason to be: what counts is that of a task
    that the function itself has cancelled and awaits, and that of a wait which leaves its tasks
    running, where a handler is there for it. A function that waits is not held up by what it calls:
    a deadline comes where it waits, or where it asks for an outcome.
    """
    coroutines = {
        term.event for event in events for term in _run_later(event) if isinstance(term, Result)
    }
    cancelled: set[Term] = set()
    just_cancelled: frozenset[Term] = frozenset()
    deadline = any(isinstance(event, Call) and called(event) in DEADLINES for event in events)
    quiet = frozenset({Raised.TIMEOUT}) if deadline else NOTHING
    waits = any(isinstance(event, Await) for event in events)
    found: dict[int, frozenset[Raised]] = {}
    for index, event in enumerate(events):
        if isinstance(event, Call):
            now = _cancelled_by(event)
            cancelled |= now
            if now or not event.text.endswith(_SUPPRESSING):
                just_cancelled = now
            if index not in coroutines and not _is_harmless(event) and not is_calm(event):
                found[index] = AT_CALLS if waits and not _may_be_late(event) else AT_WORK
        elif isinstance(event, Await):
            # What has just been cancelled fails by that, unless it has failed before.
            is_calm_wait = _waits_quietly(event, events, called) or (
                bool(event.value) and just_cancelled.issuperset(event.value)
            )
            kinds = quiet if is_calm_wait else AT_WORK
            just_cancelled = frozenset()
            own = not cancelled.isdisjoint(event.value)
            if own:
                kinds |= {Raised.CANCELLATION}
            if _leaves_running(event, events, called):
                kinds |= {Raised.STOPPED}
            if kinds:
                found[index] = kinds
        elif isinstance(event, Use) and event.kind == "with":
            if not _only_suppresses(event, events):
                found[index] = AT_WORK
        elif isinstance(event, Give) and event.kind == "yield":
            found[index] = AT_YIELDS
    return found


def _only_suppresses(event: Use, events: Sequence[Event]) -> bool:
    """Whether a ``with`` statement enters ``suppress(…)``, which does nothing then."""
    calls = [events[term.event] for term in event.value if isinstance(term, Result)]
    return len(calls) == len(event.value) > 0 and all(
        isinstance(call, Call) and call.text.endswith(_SUPPRESSING) for call in calls
    )


def _cancelled_by(call: Call) -> frozenset[Term]:
    """What a call cancels."""
    return frozenset(
        func.base for func in call.func if isinstance(func, Attribute) and func.name == "cancel"
    )


def _run_later(event: Event) -> Alts:
    """The coroutines that an event waits for, or starts."""
    if isinstance(event, Await):
        return event.value
    if is_start(event) and isinstance(event, Call):
        return event.args[0].value if event.args else ()
    return ()


def _waits_quietly(event: Await, events: Sequence[Event], called: Called) -> bool:
    """Whether nothing but a cancellation or a deadline can come out of what is awaited."""
    calls = [events[term.event] for term in event.value if isinstance(term, Result)]
    return len(calls) == len(event.value) > 0 and all(
        isinstance(call, Call) and (called(call) in QUIET_WAITS or _is_signalled(call))
        for call in calls
    )


def _leaves_running(event: Await, events: Sequence[Event], called: Called) -> bool:
    """Whether what is awaited cancels none of its tasks as it is itself cancelled."""
    calls = [events[term.event] for term in event.value if isinstance(term, Result)]
    return len(calls) == len(event.value) > 0 and all(
        isinstance(call, Call) and (called(call) in QUIET_WAITS or _shields(call, events, called))
        for call in calls
    )


def _shields(call: Call, events: Sequence[Event], called: Called) -> bool:
    """Whether a call keeps a cancellation from its task: ``shield(task)``, up to a time or not."""
    if called(call) in SHIELDING:
        return True
    given = call.args[0].value if call.args and called(call) in TIMING else ()
    inner = [events[term.event] for term in given if isinstance(term, Result)]
    return any(isinstance(event, Call) and _shields(event, events, called) for event in inner)


def _is_signalled(call: Call) -> bool:
    """Whether a call waits for an event or a queue, by its name: ``self._closed.wait()``."""
    receiver, _, name = call.text.rpartition(".")
    return name in QUIET_METHODS and not call.args and receiver not in ("", "self", "super()")


def never_raises(facts: FunctionFacts) -> bool:
    """Whether nothing in a plain function raises, as far as its own events tell."""
    if facts.is_async or facts.is_generator or facts.decorators or facts.kind != "function":
        return False
    quiet = not any(kinds & AT_WORK for kinds in raised_by(facts.events).values())
    return quiet and not _throws(facts.body)


def only_asks_for_its_loop(facts: FunctionFacts, block: Block) -> bool:
    """Whether a block does nothing but ask for what a coroutine always has: a loop, and its task.

    ``asyncio.get_running_loop()`` raises where no loop runs, as it does not in a coroutine.
    """
    calls = [facts.events[item] for item in block.items if isinstance(item, int)]
    return (
        facts.is_async
        and len(calls) == len(block.items) > 0
        and all(
            isinstance(call, Call) and call.text.rpartition(".")[2] in OF_THE_LOOP for call in calls
        )
    )


def _throws(block: Block) -> bool:
    """Whether a ``raise`` stands in a block, or in one inside of it."""
    return any(
        item.kind == "raise" if isinstance(item, Exit) else any(map(_throws, blocks_of(item)))
        for item in block.items
        if not isinstance(item, int)
    )


def _may_be_late(call: Call) -> bool:
    """Whether a call raises what a deadline does: it is given one, or asks for an outcome."""
    return call.text.endswith(".result") or any(arg.key == "timeout" for arg in call.args)


def is_start(event: Event) -> bool:
    """Whether an event by its name starts a task."""
    return isinstance(event, Call) and event.text.rpartition(".")[2] in MODELS.spawn_words


def starts_one(facts: FunctionFacts, block: Block) -> bool:
    """Whether a task is started right inside a block."""
    return any(is_start(facts.events[item]) for item in block.items if isinstance(item, int))


def _is_harmless(call: Call) -> bool:
    """Whether a call is taken never to raise: one of those listed, or one that makes an object."""
    name = call.text.rpartition(".")[2].lstrip("_")
    return name in NEVER_RAISING or (name[:1].isupper() and not name.isupper())


#: what may stand between a cancellation and the wait for it
_SUPPRESSING = "suppress"

#: the except clauses for each kind that is no error, besides those that catch all
_CAUGHT_BY = {
    Raised.CANCELLATION: CANCELLATION_NAMES,
    Raised.TIMEOUT: TIMEOUT_NAMES | CATCH_ERRORS,
    Raised.EARLY_EXIT: frozenset({"GeneratorExit"}),
}

NOTHING: frozenset[Raised] = frozenset()
AT_CALLS = frozenset({Raised.ERROR})
#: at awaits, and at calls that may take until a deadline
AT_WORK = frozenset({Raised.TIMEOUT, Raised.ERROR})
AT_YIELDS = frozenset({Raised.EARLY_EXIT})


def fate(handler: Handler, raised: Raised) -> Caught:
    """Whether an except clause catches a kind of exception, any or some of it."""
    names = {name.rpartition(".")[2] for name in handler.types} or {""}
    if raised is Raised.STOPPED:
        # What is there for any error, too, may not be meant for it.
        is_meant = names & CANCELLATION_NAMES and not names & (CATCH_ALL | CATCH_ERRORS)
        return Caught.YES if is_meant else Caught.NO
    if names & CATCH_ALL:
        return Caught.YES
    if raised is Raised.ERROR:
        if names & CATCH_ERRORS:
            return Caught.YES
        special = CANCELLATION_NAMES | TIMEOUT_NAMES | NO_ERRORS
        return Caught.MAYBE if names - special else Caught.NO
    return Caught.YES if names & _CAUGHT_BY[raised] else Caught.NO
