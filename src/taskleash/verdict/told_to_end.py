"""Constants in calls of a wrapper that have it see to its task itself, or start none at all.

``return future.result() if wait else future`` gives a running task only where it is not to wait.
Where the caller hands an argument of its own on, it is for the callers of that to say.
"""

from __future__ import annotations

from taskleash.controlflow.assumptions import Given
from taskleash.dataflow.wrappers import constants_given
from taskleash.ir.terms import Constant, Parameter
from taskleash.semantics.entities import Function
from taskleash.verdict.signs import EndedIf, Signs
from taskleash.verdict.ways.inside import Inside

#: what a flag is given
_CONSTANTS = ("True", "False", "None")


def gives_none(inside: Inside, signs: Signs, constants: Given) -> bool:
    """Whether a call of the function with the spawn that gives these constants gets no task."""
    known = {
        (term.name, value.text)
        for term, alts in constants.items()
        for value in alts
        if isinstance(term, Parameter) and isinstance(value, Constant) and len(alts) == 1
    }
    return not signs.ended_if.isdisjoint(known) or inside.ends_for(signs, constants)


def ended_if(inside: Inside, signs: Signs, caller: Function, index: int) -> EndedIf:
    """The constants of the caller's own parameters with which its call of the wrapper gets none."""
    function, call = signs.spawn.function, caller.call(index)
    own = {param.name for param in caller.facts.params if not param.kind.startswith("*")}
    handed_on = {
        arg.value[0].name
        for arg in call.args
        if len(arg.value) == 1 and isinstance(arg.value[0], Parameter)
    }
    found: set[tuple[str, str]] = set()
    for name in sorted(own & handed_on):
        for text in _CONSTANTS:
            constants = constants_given(function, call, {Parameter(name): (Constant(text),)})
            is_reached = function.paths.reaches(signs.spawn.index, constants)
            if not is_reached or gives_none(inside, signs, constants):
                found.add((name, text))
    return frozenset(found)
