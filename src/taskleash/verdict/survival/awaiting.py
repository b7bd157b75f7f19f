"""What an await waits for, and who holds that."""

from __future__ import annotations

from dataclasses import replace

from taskleash.dataflow.contained import comes_of
from taskleash.ir.model import Call
from taskleash.ir.terms import (
    Attribute,
    Bound,
    Constant,
    Element,
    Result,
    Term,
)
from taskleash.models.callables import OPERATOR
from taskleash.models.classes import PROPERTIES
from taskleash.models.table import TASKS
from taskleash.models.waits import (
    CLIENTS,
    FUTURES,
    GROUP,
    HELD,
    HELD_METHODS,
    HELD_OF,
    HOLDING,
    HOLDING_WITHOUT,
    LOCKS,
    READING,
    STARTING,
    STREAM,
    STREAMS,
    TIME_LIMITS,
    WAITING,
)
from taskleash.semantics.calls import Callee, Calls, UntypedMethod
from taskleash.semantics.entities import External, Function
from taskleash.semantics.inference import is_manager
from taskleash.semantics.types import is_external
from taskleash.verdict.model import Vanishings
from taskleash.verdict.survival.holding import Holder, Holding, is_own, is_own_stream
from taskleash.verdict.survival.lasting import is_completed, lasts
from taskleash.verdict.survival.limits import Limits
from taskleash.verdict.survival.origins import Origins, ValueOrigin, returned
from taskleash.verdict.survival.receivers import Receivers
from taskleash.verdict.survival.several import added, combining, deadline_of, started_by, written
from taskleash.verdict.survival.waited import (
    HELD_ELSEWHERE,
    Waited,
    any_of,
    is_of,
    local_name,
    name_of,
    text_of,
    unproven,
    worst_of,
)

_STATES = {
    Holder.NOTHING: Vanishings.PROVEN,
    Holder.UNKNOWN: Vanishings.UNKNOWN,
    Holder.OBJECT: Vanishings.OWNER,
    Holder.PROGRAM: Vanishings.EXCLUDED,
}
_NONE = Constant("None")

#: through how many hands a value is followed: what comes from further away is not known
_DEEPEST = 50


class Awaiting:
    """Answers what is awaited in functions of a program."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._holding = Holding(calls)
        self._limits = Limits(calls)
        self._origins = calls.shared(Origins)
        self._receivers = Receivers(calls, self._origins)
        #: what is asked for at the moment: what comes to itself adds nothing
        self._asked: set[tuple[Function, Term]] = set()

    def term(self, function: Function, term: Term | None) -> Waited:
        """What awaiting a value comes to."""
        if term is None:
            return Waited(Vanishings.UNKNOWN)
        if (function, term) in self._asked:
            return HELD_ELSEWHERE
        if len(self._asked) > _DEEPEST:
            return Waited(Vanishings.UNKNOWN, name_of(function, term))
        self._asked.add((function, term))
        try:
            return self._term(function, term)
        finally:
            self._asked.discard((function, term))

    def _term(self, function: Function, term: Term) -> Waited:
        if term == _NONE:
            # Awaiting it raises.
            return HELD_ELSEWHERE
        if isinstance(term, Result):
            return self._call(function, term)
        if is_external(self._calls.inference.types(function, term), TASKS):
            return self._held(function, term)
        if isinstance(term, Bound):
            home, name = self._calls.program.home(function, term)
            values = [each for each in home.facts.defs.get(name, ()) if each != term]
            return any_of(self.term(home, each) for each in values)
        if isinstance(term, Attribute) and self._keeps_futures(function, term):
            return self._held(function, term)
        return self._come_from(function, term)

    def _come_from(self, function: Function, term: Term) -> Waited:
        """What awaiting a value comes to, by where the value comes from."""
        found: list[Waited] = []
        for home, each, is_outside in self._origins.of(function, term):
            if is_outside:
                found.append(Waited(Vanishings.GIVEN, name_of(function, term)))
            elif (home, each) != (function, term):
                found.append(self.term(home, each))
        return unproven(any_of(found), name_of(function, term))

    def _keeps_futures(self, function: Function, term: Attribute) -> bool:
        """Whether all that is stored in an attribute are futures and tasks."""
        stored = self._receivers.stored(function, term)
        classes = self._calls.inference.classes(function, term.base)
        makers = {name.rpartition(".")[2] for name in STARTING} | FUTURES
        return bool(stored) and all(
            any(
                isinstance(each, Result) and method.call(each.event).text.split(".")[-1] in makers
                for method, event in cls.stores.get(term.name, ())
                for each in event.value
                if each in stored
            )
            for top in classes
            for cls in top.naming(term.name)
            if cls.stores.get(term.name)
        )

    def _held(self, function: Function, term: Term) -> Waited:
        """What waiting for a future comes to, by who holds it."""
        held = self._holding.of(function, term)
        name = held.name if held.by is Holder.OBJECT else text_of(term)
        if held.by is Holder.NOTHING and is_completed(function, term):
            return Waited(Vanishings.UNKNOWN, name)
        return Waited(_STATES[held.by], name)

    def _call(self, function: Function, made: Result) -> Waited:
        call = function.call(made.event)
        if call.text.rpartition(".")[2] in FUTURES:
            found = self._held(function, made)
            unknown = found.state is Vanishings.UNKNOWN
            return replace(found, what=call.text) if unknown else found
        callees = self._calls.callees(function, call)
        if (combined := self._combined(function, call, made)) is not None:
            return combined
        given = [c for c in callees if isinstance(c, Function) and c.decorators & PROPERTIES]
        # What a property gives is called, rather than the property.
        if given or not callees:
            return self._called_value(function, call)
        has_body = [c for c in callees if not (isinstance(c, Function) and c.is_left_to_others)]
        if not has_body:
            return Waited(Vanishings.GIVEN, call.text)
        return any_of(self._callee(function, made, callee) for callee in has_body)

    def _called_value(self, function: Function, call: Call) -> Waited:
        """What calling a value comes to, by where the value comes from."""
        found = [
            self._called(origin, call)
            for term in call.func
            for origin in self._origins.of(function, term)
        ]
        return unproven(any_of(found), call.text)

    def _called(self, origin: ValueOrigin, call: Call) -> Waited:
        """What calling one of the values comes to that are called."""
        home, term, is_outside = origin
        otherwise = Waited(Vanishings.GIVEN if is_outside else Vanishings.UNKNOWN, call.text)
        if self._origins.coroutines(home, term):
            # A coroutine cannot be called.
            return HELD_ELSEWHERE
        types = self._calls.inference.types(home, term)
        if types and all(kind.name in HOLDING for kind in types):
            return HELD_ELSEWHERE
        targets = self._calls.targets(home, term)
        if self._calls.inference.classes(home, term):
            targets = self._calls.targets(home, Attribute(term, OPERATOR))
        bases = [term.base] if isinstance(term, Attribute) else []
        found: list[Waited] = []
        for target in targets:
            if isinstance(target, Function) and target.is_left_to_others:
                found.append(Waited(Vanishings.GIVEN, call.text))
            elif isinstance(target, Function) and target.facts.is_async:
                found.append(Waited(Vanishings.EXCLUDED, "", (target,)))
            elif isinstance(target, Function):
                found.append(self._returned(target, call))
            elif isinstance(target, External):
                found.append(self._outside(home, call, target.dotted, bases))
            else:
                return otherwise
        come = any_of(found)
        return otherwise if come.state is Vanishings.UNKNOWN and is_outside else come

    def _callee(self, function: Function, made: Result, callee: Callee) -> Waited:
        call = function.call(made.event)
        if isinstance(callee, Function):
            if callee.facts.is_async:
                return Waited(Vanishings.EXCLUDED, "", (callee,))
            return self._returned(callee, call)
        if isinstance(callee, UntypedMethod):
            return self._method(function, call, callee)
        if isinstance(callee, External):
            bases = [term.base for term in call.func if isinstance(term, Attribute)]
            found = self._outside(function, call, callee.dotted, bases)
            is_left = found.state is Vanishings.UNKNOWN
            return self._called_value(function, call) if is_left else found
        return Waited(Vanishings.UNKNOWN, call.text)

    def _returned(self, callee: Function, call: Call) -> Waited:
        """What awaiting the value of a plain function comes to: that of what it returns."""
        values = returned(callee)
        if not (values or callee.facts.is_generator or callee.facts.decorators):
            # Awaiting None raises.
            return HELD_ELSEWHERE
        found = any_of(self.term(callee, term) for term in values)
        # Its futures are not those of the function that awaits them.
        unknown = found.state in (Vanishings.PROVEN, Vanishings.UNKNOWN)
        return Waited(Vanishings.UNKNOWN, call.text) if unknown else found

    def _method(self, function: Function, call: Call, callee: UntypedMethod) -> Waited:
        if callee.name in HELD_METHODS:
            return HELD_ELSEWHERE
        if callee.home is not function:
            return self._called_value(function, call)
        receiver = callee.receiver
        if callee.name in READING and is_own_stream(self._calls, function, receiver, STREAMS):
            return Waited(Vanishings.PROVEN, call.text.rpartition(".")[0])
        names = self._names(function, receiver)
        if names:
            dotted = [f"{name}.{callee.name}" for name in names]
            return any_of(self._outside(function, call, name, [receiver]) for name in dotted)
        return self._called_value(function, call)

    def _outside(self, function: Function, call: Call, dotted: str, bases: list[Term]) -> Waited:
        owner, _, name = dotted.rpartition(".")
        if dotted in HELD or name in HELD_METHODS or name in HELD_OF.get(owner, ()):
            return HELD_ELSEWHERE
        if is_of(dotted, HOLDING) or self._is_made_plainly(function, bases, owner):
            return HELD_ELSEWHERE
        if name in READING and any(
            is_own_stream(self._calls, function, base, STREAMS) for base in bases
        ):
            return Waited(Vanishings.PROVEN, call.text.rpartition(".")[0])
        if name in WAITING.get(owner, ()) or is_of(dotted, CLIENTS):
            found = worst_of(self._held(function, base) for base in bases)
            if found.state is Vanishings.PROVEN and is_of(dotted, CLIENTS):
                return Waited(Vanishings.UNKNOWN, call.text)
            if found.state is Vanishings.PROVEN:
                state = lasts(function, bases[0], name)
                found = replace(found, state=state, what=call.text.rpartition(".")[0])
            unknown = found.state is Vanishings.UNKNOWN
            return replace(found, what=call.text) if unknown else found
        return Waited(Vanishings.UNKNOWN, call.text)

    def _is_made_plainly(self, function: Function, bases: list[Term], name: str) -> bool:
        """Whether an object is made without what would have it wait for something else."""
        if name not in HOLDING_WITHOUT:
            return False
        argument, _ = HOLDING_WITHOUT[name]
        made = [each for base in bases for each in self._origins.of(function, base)]
        return bool(made) and all(
            isinstance(each.term, Result)
            and comes_of(self._calls, each.function, each.term, {name})
            and not any(
                arg.key in (argument, "*", "**") for arg in each.function.call(each.term.event).args
            )
            for each in made
        )

    def entered(self, function: Function, term: Term | None) -> Waited:
        """What entering and leaving a context manager comes to."""
        if term is None:
            return Waited(Vanishings.UNKNOWN)
        names = self._names(function, term)
        if isinstance(term, Result):
            callees = self._calls.callees(function, function.call(term.event))
            managers = [c for c in callees if isinstance(c, Function) and is_manager(c)]
            if managers and len(managers) == len(callees):
                return Waited(Vanishings.EXCLUDED, "", tuple(managers))
        if names == {GROUP}:
            return self._left(function, term)
        if names and names <= LOCKS:
            held = self._held(function, term)
            if held.state is not Vanishings.PROVEN:
                return held
            return Waited(lasts(function, term, "acquire"), local_name(function, term))
        if names and all(is_of(name, HOLDING) or name in TIME_LIMITS for name in names):
            return HELD_ELSEWHERE
        classes = self._receivers.classes(function, term)
        methods = [m for c in classes for n in ("__aenter__", "__aexit__") for m in c.find(n)]
        if methods and len(methods) == 2 * len(classes):
            return any_of(Waited(Vanishings.EXCLUDED, "", (method,)) for method in methods)
        if isinstance(term, Result):
            found = self._called_value(function, function.call(term.event))
            if found.state is Vanishings.EXCLUDED and not found.inner:
                return found
        return self._used(function, term)

    def _used(self, function: Function, term: Term) -> Waited:
        """What using an object comes to of which no more is known than where it comes from."""
        origins = self._origins.of(function, term)
        is_given = bool(origins) and all(origin.is_outside for origin in origins)
        state = Vanishings.GIVEN if is_given else Vanishings.UNKNOWN
        return Waited(state, name_of(function, term))

    def _names(self, function: Function, term: Term) -> set[str]:
        """The dotted names of what an object of a library is, or of what gives it."""
        types = self._calls.inference.types(function, term)
        names = {kind.name for kind in types if kind.name}
        if isinstance(term, Result):
            callees = self._calls.callees(function, function.call(term.event))
            names |= {callee.dotted for callee in callees if isinstance(callee, External)}
        if isinstance(term, Element) and isinstance(term.base, Attribute) and not names:
            names |= set(self._receivers.made_by_default(function, term.base))
        return names

    def _left(self, function: Function, group: Term) -> Waited:
        """What leaving a task group comes to: that of all that is started in it."""
        started = started_by(function, group)
        if started is None:
            return Waited(Vanishings.UNKNOWN, name_of(function, group))
        waits = [(self.term(function, term), is_completed(function, t)) for t, term in started]
        return worst_of(
            [HELD_ELSEWHERE, *(replace(w, is_sure=w.is_sure and not ends) for w, ends in waits)]
        )

    def iterated(self, function: Function, term: Term | None) -> Waited:
        """What going through all that a value gives comes to."""
        if term is None:
            return Waited(Vanishings.UNKNOWN)
        names = self._names(function, term)
        if isinstance(term, Result):
            callees = self._calls.callees(function, function.call(term.event))
            inner = [c for c in callees if isinstance(c, Function) and c.facts.is_async]
            if inner and len(inner) == len(callees):
                return Waited(Vanishings.EXCLUDED, "", tuple(inner))
        if names and all(is_of(name, HOLDING) for name in names):
            return HELD_ELSEWHERE
        if names == {STREAM} or (names and all(is_of(n, CLIENTS) for n in names)):
            found = self._held(function, term)
            return found if found.state is not Vanishings.PROVEN else Waited(Vanishings.UNKNOWN)
        classes = self._receivers.classes(function, term)
        methods = [m for c in classes for m in (c.find("__anext__") or c.find("__aiter__"))]
        if methods and len(methods) == len(classes) and all(m.facts.is_async for m in methods):
            return any_of(Waited(Vanishings.EXCLUDED, "", (method,)) for method in methods)
        return self._used(function, term)

    # -- several things

    def _combined(self, function: Function, call: Call, made: Result) -> Waited | None:
        """What a wait for several things comes to, or one for a task; None for any other call."""
        dotted = combining(self._calls, function, call)
        if not dotted:
            return None
        if dotted in STARTING and function.uses.names.get(made) and not is_own(function, made):
            return self._started(function, call, made)
        deadline = deadline_of(call, dotted)
        if deadline is not None and deadline != (_NONE,):
            if self._limits.is_number(function, deadline):
                return HELD_ELSEWHERE
        else:
            deadline = None
        given_here = written(self._calls, function, call, dotted)
        found = [self.term(function, term) for term in given_here]
        others = [
            unproven(self.term(function, term), text_of(term) or call.text)
            for term in added(self._calls, function, call, dotted)
        ]
        if not found and not others:
            return Waited(Vanishings.UNKNOWN, call.text)
        returning = [arg for arg in call.args if arg.key == "return_when"]
        if returning and not all("ALL_COMPLETED" in str(arg.value) for arg in returning):
            # It is held as long as one of them is.
            if any(each == HELD_ELSEWHERE for each in found):
                return HELD_ELSEWHERE
            return replace(worst_of([*found, *others]), is_sure=False)
        come = worst_of([*found, *others])
        is_ended = dotted in STARTING and is_completed(function, made)
        return replace(come, is_sure=False) if deadline or is_ended else come

    def _started(self, function: Function, call: Call, made: Result) -> Waited:
        """What waiting for a task comes to that others reach: they do not hold it for certain."""
        held = self._held(function, made)
        if held.state in (Vanishings.EXCLUDED, Vanishings.OWNER):
            return held
        runs = call.args[0].value if call.args else ()
        found = any_of(self.term(function, term) for term in runs)
        return unproven(found, name_of(function, runs[0]) if runs else call.text)
