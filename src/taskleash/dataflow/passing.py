"""The handle is passed to something that is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from taskleash.dataflow.keeping import Keeping
from taskleash.dataflow.trail import How, OpKind
from taskleash.dataflow.walk import RETURNED, Carrier
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import Attribute, Outer, Parameter, Result, Spread, Term
from taskleash.models.api import Effect, Starts
from taskleash.models.containers import GROWING, OUTCOMES, SEARCHING, SHRINKING, SPREADING
from taskleash.semantics.apis import starting, told_of
from taskleash.semantics.binding import bind, takes_instance
from taskleash.semantics.calls import Callee, UntypedMethod
from taskleash.semantics.entities import Class, External, Function
from taskleash.semantics.naming import writes_it_down
from taskleash.semantics.uses import Role

#: who awaits what these give awaits the one task that they are given
_AWAITERS: dict[Effect, OpKind] = {
    Effect.SHIELDS: "shield",
    Effect.TIMES: "wait_for",
    Effect.AWAITS: "wrap_future",
}
#: how much deeper in containers a task is in what these give
_DEEPER = {Effect.COPIES: 0, Effect.FILTERS: 0, Effect.ZIPS: 1, Effect.PICKS: -1}
#: what these give stands for the tasks that they are given
_CARRIED = {*_AWAITERS, *_DEEPER, Effect.GATHERS, Effect.WAITS, Effect.COMPLETES, Effect.SAME}
#: parts that an object plays where nothing else gets hold of it
_LOOKING = frozenset({"test", "read"})


class Passing(Keeping):
    """Follows a handle into functions, constructors and what is known of outside functions."""

    def _argument(self, carrier: Carrier, role: Role) -> None:
        function, index = carrier.function, role.index
        call = function.call(index)
        position = int(role.key)
        arg = call.args[position]
        if arg.key == "*" and not isinstance(carrier.term, Spread):
            carrier = replace(carrier, depth=carrier.depth - 1)
            if carrier.depth < 0:
                return
        callees = self.calls.callees(function, call)
        if carrier.how == RETURNED and (driven := self._driven(carrier, callees, index)):
            self.carry(driven)
            return
        told = told_of(self.program.known, callees)
        if told is not None and self._into_known(carrier, told.handle, call, index):
            return
        known = False
        for callee in callees:
            if isinstance(callee, Function):
                known = known or not callee.is_left_to_others
                self._into_function(carrier, callee, call, position, index)
            elif isinstance(callee, Class):
                known = True
                self._into_constructor(carrier, callee, call, position, index)
            elif isinstance(callee, External):
                known = self._into_external(carrier, callee.dotted, call, index) or known
            elif isinstance(callee, UntypedMethod):
                known = self._into_method(carrier, callee, index) or known
        if not known:
            kind: OpKind = "read" if writes_it_down(call) else "unknown"
            self.note(kind, carrier, index, detail=call.text)

    def _driven(self, carrier: Carrier, callees: Sequence[Callee], index: int) -> Carrier | None:
        """What a call gives that runs a coroutine which returns the handle; None for any other.

        A loop that runs until it is done gives the handle; another thread's loop gives a future of
        it.
        """
        models = self.program.models
        names = [c.dotted for c in callees if isinstance(c, External)]
        names += [c.name for c in callees if isinstance(c, UntypedMethod)]
        if any(name.rpartition(".")[2] in models.runners for name in names):
            return replace(carrier, term=Result(index), how="")
        if any(models.handle(name) is Effect.REFUSES for name in names):
            return replace(carrier, term=Result(index))
        return None

    def _into_function(
        self, carrier: Carrier, callee: Function, call: Call, position: int, index: int
    ) -> None:
        param = bind(callee, call, position, takes_instance(callee, call))
        if param is None:
            return
        entered = carrier
        if param.kind in ("*", "**"):
            starred = call.args[position].key == param.kind
            depth = carrier.depth if starred and param.kind == "**" else carrier.depth + 1
            entered = replace(carrier, depth=depth)
        self._enter(entered, callee, param.name, index)

    def _into_constructor(
        self, carrier: Carrier, cls: Class, call: Call, position: int, index: int
    ) -> None:
        init = cls.find("__init__")
        record = Result(index)
        name = _field(init[0], call, position) if init else self.places.field(cls, call, position)
        if name and _stays(carrier.function, record):
            self.carry(replace(carrier, term=Attribute(record, name)))
        elif init:
            self._into_function(carrier, init[0], call, position, index)
        elif name:
            place = self.places.of_class(cls, name, carrier.depth)
            self.note("store", carrier, index, place=place, detail=cls.name)
            self._hold(place, carrier.how, carrier.weak)
        else:
            self.note("unknown", carrier, index, detail=call.text)

    def _into_external(self, carrier: Carrier, dotted: str, call: Call, index: int) -> bool:
        """An outside function is given the handle; false where nothing is known of it."""
        handle = self.program.models.handle(dotted)
        if handle is Effect.BINDS:
            return self._into_partial(carrier, call, index)
        if handle is Effect.SETS:
            return self._into_named_attribute(carrier, call, index)
        if self._into_known(carrier, handle, call, index):
            return True
        if "." in dotted:
            base = self._receiver(carrier.function, call)
            if base is not None:
                method = UntypedMethod(carrier.function, base, dotted.rpartition(".")[2])
                return self._into_method(carrier, method, index)
            self.note("unknown", carrier, index, detail=call.text)
        else:
            return False
        return True

    def _into_known(self, carrier: Carrier, handle: Effect, call: Call, index: int) -> bool:
        """What the table says is done with the handle; false where it says nothing."""
        if handle is Effect.WAITS and carrier.how == RETURNED:
            self.note("unknown", carrier, index, detail=call.text)
        elif handle in _CARRIED:
            self.carry(_carried(replace(carrier, term=Result(index)), handle))
        elif handle is Effect.REFUSES and carrier.depth == 0 and call.args:
            self.note("refused", carrier, index, detail=call.text)
        elif handle in (Effect.CANCELS, Effect.RUNS):
            self.note(handle.value, carrier, index)
        elif handle is Effect.JOINS:
            self.note(Effect.WAITS.value, carrier, index)
        elif handle is Effect.READS:
            self.note("read", carrier, index, detail=call.text)
        else:
            return False
        return True

    def _into_partial(self, carrier: Carrier, call: Call, index: int) -> bool:
        """``partial(f, task)``: what becomes of the task is what ``f`` does with it."""
        function = carrier.function
        inner = replace(call, func=call.args[0].value, args=call.args[1:], text=call.args[0].text)
        handed = [place for place, arg in enumerate(inner.args) if carrier.term in arg.value]
        callees = [t for term in inner.func for t in self.calls.targets(function, term)]
        known = [callee for callee in callees if isinstance(callee, Function)]
        for callee in known:
            for place in handed:
                self._into_function(carrier, callee, inner, place, index)
        return bool(known)

    def _into_named_attribute(self, carrier: Carrier, call: Call, index: int) -> bool:
        """``setattr(owner, name, task)``; false where it is not known which attribute is meant."""
        if carrier.term not in call.args[-1].value:
            # It is the task that gets an attribute.
            return False
        attributes = self.places.reflection.attributes(carrier.function, call)
        for home, target in attributes:
            for place in self.places.attribute(home, target, carrier.depth):
                self.note("store", carrier, index, place=place)
                self._hold(place, carrier.how, carrier.weak)
        return bool(attributes)

    def _receiver(self, function: Function, call: Call) -> Term | None:
        for term in call.func:
            if isinstance(term, Attribute) and not isinstance(
                self.program.symbol(function, term.base), External
            ):
                base: Term = term.base
                return base
        return None

    def _into_method(self, carrier: Carrier, method: UntypedMethod, index: int) -> bool:
        """A method of an object that is not of the program is given the handle."""
        call, name = carrier.function.call(index), method.name
        api = starting(self.calls, carrier.function, call, method)
        if api is not None and api.starts is Starts.TASK and carrier.how:
            # Of what waits for the task, started as one more: who awaits that awaits the task.
            return self._into_known(carrier, Effect.SAME, call, index)
        if name in self.program.models.runners:
            self.note("run", carrier, index)
        elif name in GROWING or name == "setdefault":
            depth = max(carrier.depth, 1) if name in SPREADING else carrier.depth + 1
            self._put(carrier, method.home, method.receiver, depth, index)
        elif name in SHRINKING:
            self.note("shrink-item", carrier, index, detail=name)
        elif name in SEARCHING:
            self.note("read", carrier, index, detail=name)
        else:
            return name == "add_done_callback"
        return True

    def _into_callback(self, carrier: Carrier, index: int) -> None:
        """The callback is called with the task; all that counts there is a look at its outcome."""
        function = carrier.function
        for arg in function.call(index).args[:1]:
            for term in arg.value:
                for target in (*self.calls.targets(function, term), *self._made(function, term)):
                    if isinstance(target, Function):
                        params = [p for p in target.facts.params if p.kind in ("", "*")]
                        if params:
                            self._look_for_outcome(carrier, index, target, params[-1].name)

    def _made(self, function: Function, term: Term) -> Iterator[Callee]:
        """What a call gives that stands for a function: one that the called function returns."""
        if not isinstance(term, Result):
            return
        for maker in self.calls.callees(function, function.call(term.event)):
            if isinstance(maker, Function):
                for value in maker.returned:
                    for each in value:
                        yield from self.calls.targets(maker, each)

    def _look_for_outcome(self, carrier: Carrier, index: int, target: Function, name: str) -> None:
        term: Term = Parameter(name)
        for derived in target.uses.derived.get(term, ()):
            if isinstance(derived, Attribute) and derived.name in OUTCOMES:
                self.note("seen", carrier, index, detail=derived.name)


def _carried(result: Carrier, handle: Effect) -> Carrier:
    """What a result is that stands for the tasks that the call was given."""
    if result.how == RETURNED and (handle in _AWAITERS or handle is Effect.SAME):
        # Awaited it gives what the coroutine does.
        return result
    if result.how == RETURNED and handle is Effect.GATHERS:
        # Awaited it gives all handles, or the containers of them.
        return replace(result, depth=result.depth + 1)
    if handle in _AWAITERS:
        return replace(result, depth=0, how=_waiting(result.how, handle))
    if handle is Effect.GATHERS and result.how == Effect.SHIELDS.value:
        # To cancel it cancels the shields.
        return replace(result, depth=0)
    if handle in (Effect.GATHERS, Effect.WAITS):
        return replace(result, depth=0, how=handle.value)
    if handle is Effect.COMPLETES:
        return replace(result, depth=1, how=handle.value)
    if handle is Effect.SAME:
        return replace(result, depth=0)
    if handle in _DEEPER:
        return replace(result, depth=result.depth + _DEEPER[handle])
    return result


def _waiting(how: How, handle: Effect) -> How:
    """What stands between once an awaiter is given the handle: a shield outlasts its deadline."""
    if how == "shield" and handle is Effect.TIMES:
        return "deadline"
    return _AWAITERS[handle] if handle is Effect.SHIELDS else how or _AWAITERS[handle]


def _field(init: Function, call: Call, position: int) -> str:
    """The attribute that an argument is kept in by a constructor which does nothing but that."""
    param = bind(init, call, position, takes_instance(init, call))
    stores = [event for event in init.events if isinstance(event, Store)]
    fields = [
        event.target.name
        for event in stores
        if isinstance(event.target, Attribute) and event.target.base == Parameter(init.self_name)
    ]
    if param is None or param.kind or not len(fields) == len(stores) == len(init.events):
        return ""
    given = (Parameter(param.name),)
    kept = [name for name, event in zip(fields, stores, strict=True) if event.value == given]
    return kept[0] if len(kept) == 1 and fields.count(kept[0]) == 1 else ""


def _stays(function: Function, record: Result) -> bool:
    """Whether nobody but the function gets hold of an object that it makes.

    It is one of its own then, whatever else is done with those of its class.
    """
    uses = function.uses
    if any(role.kind not in _LOOKING for role in uses.roles.get(record, ())):
        return False
    names = uses.names.get(record, ())
    if function.facts.kind != "function" or any(
        Outer(function.key, name) in function.module.readers for name in names
    ):
        return False
    return not any(
        role.kind == "func"
        for term in uses.derived.get(record, ())
        if isinstance(term, Attribute) and term.base is record
        for role in uses.roles.get(term, ())
    )
