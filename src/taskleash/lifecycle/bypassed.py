"""Endings that the program passes by: it takes the object down by another method."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from taskleash.dataflow.trail import Op
from taskleash.ir.terms import Attribute, Super, Term
from taskleash.lifecycle.phases import Phases, is_empty_hook
from taskleash.models.classes import PASSIVE_BASES, PROTOCOLS
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.query import Query
from taskleash.semantics.calls import Calls, UntypedMethod
from taskleash.semantics.context import in_cleanup
from taskleash.semantics.entities import Class, Function, Module


@dataclass(frozen=True)
class Bypass:
    """A call that takes an object down by a method from which no way leads to an ending."""

    caller: Function
    index: int
    method: Function


class Bypassed:
    """Answers by which method a program takes objects down, where the others end the task."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.phases = calls.shared(Phases)
        #: the modules with calls of a method's name of what is not known
        self._unsure: Query[str, frozenset[Module]] = Query(calls.program.uses, self._find_unsure)

    def by(self, spawning: Function, endings: Iterable[Op]) -> Bypass | None:
        """A call that takes the object down past all the endings, which nothing else comes to.

        Of an object whose class starts the task, as the program has it do, and has all endings.
        What a cleanup ends that is around the call that leads to the spawn is ended whoever takes
        the object down.
        """
        sites = [op.site for op in endings]
        methods = tuple(dict.fromkeys(function.method for function, _ in sites))
        cls = spawning.method.owner
        if cls is None or not methods or any(m.owner not in cls.mro for m in methods):
            return None
        leading = self._leading_to(cls, methods)
        around = {function.method for function, index in sites if in_cleanup(function, index)}
        starting = self._leading_to(cls, [spawning.method])
        if spawning.method in leading or around.intersection(starting):
            return None
        ways = [way for way in self._ways_out(cls, leading) if self._means(cls, way)]
        near = {cls.module, *(way.caller.module for way in ways)}
        if not ways or any(self._is_reached(cls, method, near) for method in leading):
            return None
        if self._is_made(cls) and not any(self._is_reached(cls, m, near) for m in starting):
            # Only users start it, on objects of their own, and take down what they have started.
            return None
        return ways[0]

    def _is_made(self, cls: Class) -> bool:
        """Whether the program itself makes the objects that it takes down."""
        sites = self.calls.constructions(cls)
        return any(cls.module.is_test or not maker.module.is_test for maker, _ in sites)

    def _leading_to(self, cls: Class, methods: Iterable[Function]) -> list[Function]:
        """The methods, and those of an instance of the class that call them."""
        found = dict.fromkeys(methods)
        pending = list(found)
        while pending:
            for caller, _ in self.calls.callers(pending.pop()):
                above = caller.method
                if above not in found and above.owner in cls.mro:
                    found[above] = None
                    pending.append(above)
        return list(found)

    def _ways_out(self, cls: Class, leading: list[Function]) -> Iterator[Bypass]:
        """The calls from outside of what takes an instance down and does not lead to an ending."""
        for method in (m for base in cls.mro for m in base.methods()):
            if method in leading or not self.phases.takes_down(method):
                continue
            if is_empty_hook(cls, method):
                continue
            if any(each.find(method.name)[:1] != [method] for each in cls.descendants):
                continue
            for caller, index in self.calls.callers(method):
                if caller.method.owner not in cls.relatives and not caller.module.is_test:
                    yield Bypass(caller, index, method)

    def _means(self, cls: Class, way: Bypass) -> bool:
        """Whether what a call takes down is known to be of the class, an heir or one above it."""
        return any(
            cls in kind.descendants or cls in kind.mro
            for func in way.caller.call(way.index).func
            if isinstance(func, Attribute)
            for kind in self._kinds(way.caller, func.base)
        )

    def _kinds(self, caller: Function, receiver: Term) -> Collection[Class]:
        """The classes of what a call is of: by ``super()`` a method means its own instance."""
        owner = caller.method.owner
        if isinstance(receiver, Super) and owner is not None:
            return (owner,)
        return self.calls.inference.classes(caller, receiver)

    def _is_reached(self, cls: Class, method: Function, near: set[Module]) -> bool:
        """Whether anything but an instance's own methods comes to a method, or may do so."""
        if method.decorators or method.name.startswith("__") or self.calls.references(method):
            return True
        if self.phases.is_event_handler(method) or LIFECYCLE.is_last_event(method.name):
            return True
        callers = (caller.method for caller, _ in self.calls.callers(method))
        is_hook = all(caller.name == method.name for caller in callers)
        if is_hook and any(map(_has_outside_base, cls.mro)):
            return True
        if any(
            caller.method.owner not in cls.relatives and not caller.module.is_test
            for caller, _ in self.calls.callers(method)
        ):
            return True
        return not near.isdisjoint(self._unsure(method.name))

    def _find_unsure(self, name: str) -> frozenset[Module]:
        return frozenset(
            caller.module
            for caller, index in self.calls.program.lookup.calls(name)
            if any(
                isinstance(c, UntypedMethod) for c in self.calls.callees(caller, caller.call(index))
            )
        )


def _has_outside_base(cls: Class) -> bool:
    """Whether a class from outside of the program may call methods of this one."""
    return any(
        base.dotted not in PROTOCOLS
        and base.dotted.rpartition(".")[2] not in PASSIVE_BASES - {"Protocol"}
        for _, base in cls.outside_bases()
    )
