"""What a reader wants to know of a site beside the verdict: who holds it, what it keeps, when."""

from __future__ import annotations

from taskleash.classify.signs import Signs
from taskleash.classify.trigger import trigger
from taskleash.facts.terms import Attribute, Global, Outer, Result, Term
from taskleash.link.calls import Calls
from taskleash.link.context import in_loop
from taskleash.link.entities import Function, Module
from taskleash.link.places import term_text
from taskleash.sentences import Said, claim, sentence

_CONSTANTS = frozenset({"None", "True", "False", ""})
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


def captures(signs: Signs) -> tuple[str, ...]:
    """What the running task keeps alive: the instance it runs on, and what it is given."""
    spawn = signs.spawn
    found: list[str] = []
    for arg in spawn.call.args[:1]:
        for term in arg.value:
            if not isinstance(term, Result):
                continue
            call = spawn.function.call(term.event)
            for func in call.func:
                if isinstance(func, Attribute):
                    found.append(_described(spawn.function, func.base))
            found.extend(a.text.partition(".")[0] for a in call.args if a.text)
    for function in spawn.started:
        if function.facts.parent and function.parent is not None:
            found.extend(_free(function))
    owner = spawn.function.method.owner
    values = [
        name for name in found if name not in _CONSTANTS and not _is_module(spawn.function, name)
    ]
    named = [f"{n} ({owner.name})" if owner and n in ("self", "cls") else n for n in values]
    return tuple(dict.fromkeys(named))


def _is_module(function: Function, name: str) -> bool:
    return name in function.module.facts.imports or isinstance(
        function.module.program.symbol(function, Global(name)), Module
    )


def _described(function: Function, term: Term) -> str:
    return term_text(function, term).partition(".")[0]


def _free(function: Function) -> list[str]:
    """The variables of enclosing functions that a nested function reads."""
    terms = [*function.uses.roles, *function.uses.derived]
    return sorted({term.name for term in terms if isinstance(term, Outer)})


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
        found = sentence(text, function=name)
    for way in trigger(counted, calls):
        found = sentence("{often}, {way}", often=found, way=way)
    return found
