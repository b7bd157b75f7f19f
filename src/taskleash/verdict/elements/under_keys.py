"""Endings of the one task that a container has under the key that a method is given.

``stop_one(key)`` is no teardown of all, whatever it is called: only who calls it may be a part of
one, for each key or for the last.
"""

from __future__ import annotations

from taskleash.controlflow.assumptions import parts
from taskleash.dataflow.trail import Op
from taskleash.ir.model import Call
from taskleash.ir.terms import Alts, Element, Parameter, Result
from taskleash.lifecycle.teardown import Teardown
from taskleash.models.containers import TAKING
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.binding import given
from taskleash.semantics.callbacks import given_to
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import in_cleanup
from taskleash.semantics.entities import Function
from taskleash.verdict.elements.elements import terms_of

#: the parameters by which a function is told which one is meant
_Keys = frozenset[str]


class UnderKeys:
    """Answers whether an ending belongs to the teardown of an owner as a whole."""

    def __init__(self, calls: Calls, teardown: Teardown) -> None:
        self.calls = calls
        self.teardown = teardown

    def whole(self, op: Op) -> bool:
        """Whether an ending is part of such a teardown, rather than of what ends one alone."""
        function, index = op.site
        keys = frozenset() if op.calls else _keys(op)
        if not keys or in_cleanup(function, index) or function.facts.is_generator:
            return self.teardown.whole(function, index)
        return self._is_a_step(function, keys, frozenset({function}))

    def _is_a_step(self, function: Function, keys: _Keys, seen: frozenset[Function]) -> bool:
        """Whether a function that is given a key is called for all, or at the end of what has it.

        That is what an event tells of the end of one, where the program does not call it.
        """
        if not LIFECYCLE.commands(function.name) or self.teardown.registrations.of(function):
            return self.teardown.is_whole(function)
        for caller, index in self.calls.callers(function):
            if caller in seen or self.calls.overrides(caller, index, function):
                continue
            values = given(function, caller.call(index))
            above = frozenset(
                name for key in keys for name in _parameters(caller, values.get(key, ()))
            )
            if in_cleanup(caller, index) or (
                self._is_a_step(caller, above, seen | {caller})
                if above
                else self.teardown.is_whole(caller)
            ):
                return True
        schedulers = self.calls.program.models.schedulers
        later = given_to(self.calls, function, schedulers)
        return any(in_cleanup(*site) or self.teardown.is_whole(site[0]) for site in later)


def _keys(op: Op) -> _Keys:
    """The parameters in the key of what an operation takes of a container; none of any other.

    What a container has may be the record that keeps the task: ``self.jobs[key].task``.
    """
    function = op.function
    found: set[str] = set()
    for term in (part for each in terms_of(op) for part in parts(each)):
        if isinstance(term, Element):
            name = term.key.partition(".")[0]
            found.update(p.name for p in function.facts.params if p.name == name)
        call = function.events[term.event] if isinstance(term, Result) else None
        if isinstance(call, Call) and call.text.rpartition(".")[2] in TAKING and call.args:
            found.update(_parameters(function, call.args[0].value))
    return frozenset(found - {function.self_name})


def _parameters(function: Function, value: Alts) -> set[str]:
    """The parameters that a value is made of, but for the object itself."""
    found = {part.name for term in value for part in parts(term) if isinstance(part, Parameter)}
    return found - {function.self_name}
