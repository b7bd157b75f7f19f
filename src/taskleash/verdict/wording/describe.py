"""What a reader wants to know of a site beside the verdict: who holds it, and when it starts."""

from __future__ import annotations

from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_loop
from taskleash.semantics.entities import Function
from taskleash.sentences import Said, claim, sentence
from taskleash.verdict.signs import Signs
from taskleash.verdict.wording.trigger import trigger

#: checks that let a task start once the earlier one is over
_AFTER_ANOTHER = frozenset({"asked", "ended"})


def holder(signs: Signs) -> str:
    """Where the handle is kept, as written."""
    for op in signs.trail.of("store", "contain"):
        if op.place is not None and op.place.text and op.place.kind != "local":
            return op.place.text
    if signs.owner:
        return signs.owner
    for op in signs.trail.of("contain"):
        if op.place is not None:
            return op.place.text
    names = signs.spawn.function.uses.names.get(signs.spawn.result)
    return names[0] if names else ""


def _counted(function: Function, calls: Calls) -> Function:
    """The function whose calls the site runs with: the method around it, or a callback in that.

    A nested function runs as often as the one around it only where that calls it one time, outside
    of loops, and nobody else has it.
    """
    for inner in function.nesting[:-1]:
        called = list(calls.callers(inner))
        is_a_part = len(called) == 1 and all(
            caller is inner.parent and in_loop(caller, index) is None for caller, index in called
        )
        if inner.facts.kind in ("function", "lambda") and not is_a_part:
            return inner
    return function.method


def often(signs: Signs, calls: Calls) -> Said:
    """How often the site runs, in words, and by what."""
    function = signs.spawn.function
    if function.facts.kind == "module":
        return sentence("once, when the module is imported")
    if signs.multiplicity == "once":
        owner = function.method.owner
        if owner is None:
            return sentence("once")
        # It starts again once the earlier task has ended.
        is_again = signs.guard is not None and signs.guard.how in _AFTER_ANOTHER
        text = claim("once for each `{name}`")
        if is_again:
            text = claim("one at a time for each `{name}`")
        elif signs.guard is not None and signs.guard.how == "state":
            text = claim("once for each `{name}`, and again once its state is set back")
        elif signs.guard is not None and signs.guard.how == "either":
            text = claim("once for each `{name}`, and again where a condition asks for it")
        return sentence(text, name=owner.name)
    counted = _counted(function, calls)
    name = counted.qualname
    found = sentence("once for each call of `{function}`", function=name)
    if signs.multiplicity == "loop":
        text = claim("in a loop of `{function}`, once for each turn")
        if signs.guard is not None and signs.guard.how in _AFTER_ANOTHER:
            text = claim("in a loop of `{function}`, one at a time")
        # A part of the function may have the loop.
        is_inside = function.facts.kind == "function" and in_loop(function, signs.spawn.index)
        found = sentence(text, function=function.qualname if is_inside else name)
    for way in trigger(counted, calls):
        found = sentence("{often}, {way}", often=found, way=way)
    return found
