"""Whether the work of a task is over soon: nothing in it waits for others, or for long.

It is asked of what may be awaited where it is started. What other files do counts as well, as far
as it is known whom the work calls.
"""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.ir.model import Await, Call, Use
from taskleash.ir.terms import Constant, Result, Term
from taskleash.models.vocabulary import WAITING_BARE, WAITING_CALLS, WAITING_WORDS, words
from taskleash.semantics.calls import Callee, Calls, UntypedMethod
from taskleash.semantics.entities import External, Function
from taskleash.semantics.spawns import Spawn
from taskleash.verdict.model import State

#: the longest sleep, in seconds, that a caller does not notice
_NOTICED = 1.0
#: last words in the names of what somebody else has put there, to be called
_PUT_THERE = frozenset({"callback", "cb", "handler", "hook", "listener"})
#: what makes a future, which somebody else completes
_FUTURES = frozenset({"Future", "create_future"})


def promptness(calls: Calls, spawn: Spawn) -> State:
    """Whether all functions that a task may run are over soon; unknown where they are."""
    pending = list(spawn.started)
    seen = set(pending)
    while pending:
        function = pending.pop()
        if function.is_left_to_others:
            return State.UNKNOWN
        for index, event in enumerate(function.events):
            if not isinstance(event, Await):
                continue
            entered = function.events[index - 1] if index else None
            if isinstance(entered, Use) and entered.kind == "with" and entered.pos == event.pos:
                continue
            for term in event.value:
                inner = _awaited(calls, function, term)
                if inner is None:
                    return State.NO
                pending += [each for each in inner if each not in seen]
                seen.update(inner)
    return State.YES if spawn.started else State.UNKNOWN


def _awaited(calls: Calls, function: Function, term: Term) -> list[Function] | None:
    """The functions of the program that an awaited value comes from; None where it takes long."""
    call = function.events[term.event] if isinstance(term, Result) else None
    if not isinstance(call, Call):
        # Somebody else completes it: it is a future, a task, or what is read one by one.
        return None
    callees = calls.callees(function, call)
    known = [each for each in callees if isinstance(each, Function)]
    name = call.text.rpartition(".")[2]
    is_waiting = name in WAITING_CALLS or (name in WAITING_BARE and not call.args)
    is_waiting = is_waiting or not WAITING_WORDS.isdisjoint(words(name))
    if not known and (is_waiting or name in _FUTURES or _is_any(call.text, callees)):
        return None
    if any(
        isinstance(each, External) and calls.program.models.is_pause(each.dotted)
        for each in callees
    ):
        seconds = call.args[0].value if call.args else ()
        return [] if seconds and all(map(_is_short, seconds)) else None
    return known


def _is_any(text: str, callees: Sequence[Callee]) -> bool:
    """Whether a call leads to what a variable stands for, or to what an attribute was given."""
    if any(not isinstance(each, UntypedMethod) for each in callees):
        return False
    return "." not in text or not _PUT_THERE.isdisjoint(words(text)[-1:])


def _is_short(term: Term) -> bool:
    """Whether a number of seconds is written down, and small."""
    if not isinstance(term, Constant) or not term.text[:1].isdigit():
        return False
    try:
        return float(term.text) <= _NOTICED
    except ValueError:
        return False
