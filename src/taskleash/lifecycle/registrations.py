"""Functions that something else calls at an end: what they are registered with, or given to."""

from __future__ import annotations

from taskleash.ir.model import Call, Give
from taskleash.ir.terms import Attribute, Constant, Nested, Parameter, Result, Term
from taskleash.lifecycle.makers import is_taken_out
from taskleash.lifecycle.phases import Phases
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.query import Query
from taskleash.semantics.callbacks import given_to
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function
from taskleash.sentences import NOTHING, Sentence, claim, sentence


class Registrations:
    """Answers, with memory, at which end a function is called.

    ``spawning`` are those that start tasks.
    """

    def __init__(self, calls: Calls, spawning: frozenset[Function]) -> None:
        self._calls = calls
        self._phases = calls.shared(Phases)
        self._spawning = spawning
        self._giving: Query[Class, dict[str, Function]] = Query(
            calls.program.uses, self._find_giving
        )

    def of(self, function: Function) -> Sentence:
        """Why a function is called at an end that something else tells of; empty for any other."""
        text = claim("`{function}`, registered by `{call}`")
        for decorator in function.facts.decorators:
            # That of an object need not be called: ``@app.on_shutdown``.
            registers = decorator.called or "." in decorator.text
            if registers and self._decorates_teardown(function, decorator.text):
                return sentence(text, function=function.name, call=f"@{decorator.text}")
        for holder, index in given_to(self._calls, function):
            call = holder.call(index)
            if LIFECYCLE.registers_end(call.text) or self._is_its_own(holder, call):
                return sentence(text, function=function.name, call=call.text)
        return self._given_back(function) or self._parted_with(function)

    def _is_its_own(self, holder: Function, call: Call) -> bool:
        """Whether an object that is a future has a function called once it is done: at its end."""
        own: Term = Attribute(Parameter(holder.self_name), "add_done_callback")
        owner = holder.method.owner
        futures = self._calls.program.models.kinds["task"].given_by
        return call.func == (own,) and any(
            base.dotted in futures
            for cls in (owner.mro if owner is not None else ())
            for _, base in cls.outside_bases()
        )

    def _parted_with(self, function: Function) -> Sentence:
        """What takes objects out of a container for good calls a method of each at their end."""
        for caller, index in self._calls.callers(function):
            is_tried = caller.module.is_test and not function.module.is_test
            if is_taken_out(caller, index) and not is_tried:
                text = claim("`{function}`, which `{caller}` calls on what it takes out")
                return sentence(text, function=function.qualname, caller=caller.qualname)
        return NOTHING

    def _given_back(self, function: Function) -> Sentence:
        """What sets an object up may return the method that takes it down again."""
        if function.parent is not None and function.parent.facts.kind == "function":
            method = self._started_with(function, function.parent)
        else:
            method = self._giving(function.owner).get(function.name) if function.owner else None
        if method is None:
            return NOTHING
        text = claim("`{function}`, which `{caller}` gives back")
        return sentence(text, function=function.qualname, caller=method.qualname)

    def _started_with(self, function: Function, outer: Function) -> Function | None:
        """What starts something and gives its caller a function of its own without arguments."""
        term = Nested(function.facts.key)
        is_given = any(role.kind == "return" for role in outer.uses.roles.get(term, ()))
        starts = outer in self._spawning or self._phases.is_start(outer)
        is_plain = not (function.facts.decorators or function.facts.params)
        is_end = is_given and is_plain and function not in self._spawning
        return outer if is_end and starts else None

    def _find_giving(self, owner: Class) -> dict[str, Function]:
        """What the methods that set an object up give back of it, with the first that does."""
        found: dict[str, Function] = {}
        for method in filter(self._phases.is_start, owner.methods()):
            own = Parameter(method.self_name)
            for term in (t for e in method.events if isinstance(e, Give) for t in e.value):
                if isinstance(term, Attribute) and term.base == own:
                    found.setdefault(term.name, method)
        return found

    def _decorates_teardown(self, function: Function, text: str) -> bool:
        """``@socket.on("disconnect")``, ``@app.on_event("shutdown")``, ``@app.before_stop()``."""
        if LIFECYCLE.ends(text.rpartition(".")[2]):
            return True
        home = function.parent
        if home is None:
            return False
        for decorator in function.facts.decorators:
            for term in decorator.value:
                if decorator.text == text and isinstance(term, Result):
                    for arg in home.call(term.event).args:
                        if any(
                            isinstance(t, Constant) and LIFECYCLE.ends(t.text) for t in arg.value
                        ):
                            return True
        return False
