"""Who is called by a call event, and who calls a function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from taskleash.ir.model import Call
from taskleash.ir.terms import (
    Attribute,
    Bound,
    Element,
    Parameter,
    Result,
    Super,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.callables import OPERATOR
from taskleash.models.table import canonical
from taskleash.query import Query, union
from taskleash.semantics.aliases import Aliases
from taskleash.semantics.binding import accepts
from taskleash.semantics.decorated import Decorated
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.semantics.held import HeldSpawners
from taskleash.semantics.hierarchy import replaces
from taskleash.semantics.inference import Inference
from taskleash.semantics.kept_functions import KeptFunctions
from taskleash.semantics.loads import Loads
from taskleash.semantics.program import Program
from taskleash.semantics.references import References

_Shared = TypeVar("_Shared")

#: method names that say nothing about their class: nobody is called by one of them alone
COMMON_NAMES = frozenset(
    {
        "__init__", "add", "append", "cancel", "clear", "close", "connect", "create", "create_task",
        "delete", "discard", "emit", "execute", "exit", "extend", "get", "handle", "insert",
        "items", "join", "keys", "load", "next", "open", "pop", "post", "process", "publish",
        "put", "read",
        "register", "remove", "request", "reset", "result", "run", "send", "set", "setdefault",
        "start", "stop", "submit", "update", "values", "wait", "write",
    }
)  # fmt: skip


@dataclass(frozen=True)
class UntypedMethod:
    """A method of an object whose class is not known; ``home`` has the receiver as its term."""

    home: Function
    receiver: Term
    name: str


Callee: TypeAlias = Function | Class | External | UntypedMethod
#: a call event of a function
Site: TypeAlias = tuple[Function, int]
#: call sites, by what they may call
CallsOf: TypeAlias = dict[Callee, list[Site]]


class Calls:
    """Resolves calls, with memory, and answers who calls whom."""

    def __init__(self, program: Program, inference: Inference) -> None:
        self.program = program
        self.inference = inference
        self.loads = Loads(inference)
        self.held = HeldSpawners(inference, self._outside)
        self._kept = KeptFunctions(inference, self.targets)
        self.decorated = Decorated(program)
        self._shared: dict[Callable[[Calls], Any], Any] = {}
        ask = program.questions
        self._targets: Query[tuple[Function, Term], tuple[Callee, ...]] = Query(
            ask, self._find_targets, (), union
        )
        #: the methods of a name, where all of them are one method that subclasses override
        self._overridden: Query[str, tuple[Function, ...]] = Query(
            ask, self._find_overridden, (), union
        )
        #: the call sites that may call a function
        self.callers: Query[Function, tuple[Site, ...]] = Query(program.uses, self._find_callers)
        self._constructions: Query[Class, tuple[Site, ...]] = Query(
            program.uses, self._find_constructions
        )
        self._called: Query[str, CallsOf] = Query(program.uses, self._find_called)
        self._aliases = Aliases(program, self.callees)

    def callees(self, function: Function, call: Call) -> tuple[Callee, ...]:
        """What a call may call."""
        found: dict[Callee, None] = {}
        for term in call.func:
            for callee in self.targets(function, term):
                found.update(dict.fromkeys(self._fitting(callee, call) or (callee,)))
        return tuple(found)

    def _fitting(self, method: Callee, call: Call) -> list[Function]:
        """Of an object of no known class, the methods of the name that take these arguments."""
        if not isinstance(method, UntypedMethod) or method.name in COMMON_NAMES:
            return []
        candidates = self.program.methods_named.get(method.name, [])
        if len(candidates) < 2 or self.inference.classes(method.home, method.receiver):
            return []
        taking = [candidate for candidate in candidates if accepts(candidate, call)]
        return _one_overridden(taking) if len(taking) < len(candidates) else []

    def targets(self, function: Function, term: Term) -> tuple[Callee, ...]:
        """The functions, classes or outside names that a callable term stands for."""
        return self._targets((function, term))

    def _find_targets(self, key: tuple[Function, Term]) -> tuple[Callee, ...]:
        return tuple(dict.fromkeys(self._targets_of(*key)))

    def _targets_of(self, function: Function, term: Term) -> list[Callee]:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Function):
            return [symbol, *self.decorated.starters(symbol)]
        if isinstance(symbol, Class | External):
            return [symbol]
        if isinstance(symbol, Variable):
            body = symbol.module.body
            return [
                callee
                for t in body.facts.defs.get(symbol.name, ())
                if (body, t) != (function, term)
                for callee in self.targets(body, t)
            ]
        if (own := function.made_by(term)) is not None:
            return [own]
        if isinstance(term, Attribute):
            return self._method(function, term)
        if isinstance(term, Bound):
            home, name = self.program.home(function, term)
            return [
                callee
                for t in home.facts.defs.get(name, ())
                if t != term
                for callee in self.targets(home, t)
            ]
        if isinstance(term, Result):
            return self._partial(function, term)
        if isinstance(term, Element):
            generic = self.program.symbol(function, term.base)
            if isinstance(generic, Class):
                return [generic]
            return [*self.held.by_element(function, term)]
        if isinstance(term, Parameter):
            return [*self.held.by_default(function, term)]
        return []

    def _outside(self, function: Function, term: Term) -> Iterator[External]:
        for each in self.targets(function, term):
            if isinstance(each, External):
                yield each
            elif isinstance(each, UntypedMethod):
                yield from self.held.by_receiver(each.home, each.receiver, each.name)

    def _partial(self, function: Function, term: Result) -> list[Callee]:
        call = function.call(term.event)
        names = {c.dotted for c in self.callees(function, call) if isinstance(c, External)}
        if call.args and any(self.program.models.handle(n) is Effect.BINDS for n in names):
            return [c for t in call.args[0].value for c in self.targets(function, t)]
        return []

    def _method(self, function: Function, term: Attribute) -> list[Callee]:
        base, name = term.base, term.name
        if called := self._call_operators(function, term):
            return called
        found: list[Callee] = []
        types = self.inference.types(function, base)
        for kind in types:
            if isinstance(kind.symbol, Class):
                found.extend(self._overrides(function, kind.symbol, name, base))
            else:
                found.append(External(canonical(f"{kind.name}.{name}")))
        if found:
            methods = [each for each in found if isinstance(each, Function)]
            return [*found, *(s for each in methods for s in self.decorated.starters(each))]
        if not types or all(isinstance(t.symbol, Class) for t in types):
            # What a class has from outside of the program is nothing that is named so in it.
            found += [] if types or isinstance(base, Super) else self.by_name(name)
            found += [] if found else self.held.by_attribute(function, term)
            kept = () if found else self._kept.by_attribute(function, term)
            open_ = UntypedMethod(function, base, name)
            return found or [each or open_ for each in kept] or [open_]
        return found

    def _call_operators(self, function: Function, term: Attribute) -> list[Callee]:
        """Where an attribute holds an object that can be called: its class's ``__call__``."""
        if term.name not in self.program.holding_names:
            return []
        found: list[Callee] = []
        for cls in self.inference.classes(function, term):
            found.extend(cls.find(OPERATOR))
        return found

    def _overrides(self, function: Function, cls: Class, name: str, base: Term) -> list[Callee]:
        found: list[Callee] = list(cls.find(name))
        for sub in () if isinstance(base, Super) else sorted(cls.descendants - {cls}, key=repr):
            # A mixin calls what the classes beside it define.
            methods = sub.own_methods(name) if found else sub.find(name)
            found += methods if methods and not replaces(sub, function, base) else []
        return found

    def is_sure(self, caller: Function, index: int) -> bool:
        """Whether what a call calls is known, rather than guessed by the name of a method."""
        return all(
            not isinstance(term, Attribute)
            or self.program.symbol(caller, term) is not None
            or self.inference.classes(caller, term.base)
            for term in caller.call(index).func
        )

    def overrides(self, caller: Function, index: int, function: Function) -> bool:
        """Whether a call of another object reaches the function only if that is of a subclass."""
        own: Term = Parameter(caller.self_name)
        receivers = [
            (cls, term.name)
            for term in caller.call(index).func
            if isinstance(term, Attribute) and term.base != own
            for cls in self.inference.classes(caller, term.base)
        ]
        return bool(receivers) and all(function not in cls.find(name) for cls, name in receivers)

    def by_name(self, name: str) -> list[Function]:
        """The only method of this name, where the name is distinctive enough to mean it."""
        return list(self._overridden(name))

    def _find_overridden(self, name: str) -> tuple[Function, ...]:
        if name in COMMON_NAMES or name.startswith("__"):
            return ()
        return tuple(_one_overridden(self.program.methods_named.get(name, [])))

    def _find_callers(self, function: Function) -> tuple[Site, ...]:
        seen = self._seen(function)
        found = [*self._called(function.name).get(seen, ()), *self._aliases.calls(seen)]
        if function.name == OPERATOR:
            found.extend(self._aliases.calls_of_objects(seen))
        for name in {each.name for each in self.decorated.of(function)}:
            found.extend(self._called(name).get(function, ()))
        return tuple(dict.fromkeys(found))

    def _find_called(self, name: str) -> CallsOf:
        """The calls that are written with this name, by what they may call."""
        found: CallsOf = defaultdict(list)
        for caller, index in self.program.lookup.calls(name):
            for callee in self.callees(caller, caller.call(index)):
                found[callee].append((caller, index))
        return found

    def _seen(self, function: Function) -> Function:
        """What a name resolves to of the definitions in the branches of an ``if``: the last."""
        namesakes = function.module.named.get(function.name) or [function]
        return namesakes[-1] if function in namesakes else function

    def possible(self, function: Function) -> Site | None:
        """A call by a method's name of what is not known, which may be one of the method."""
        if function.owner is None:
            return None
        for caller, index in self.program.lookup.calls(function.name):
            call = caller.call(index)
            is_fitting = not caller.module.is_test and accepts(function, call)
            if is_fitting and any(isinstance(c, UntypedMethod) for c in self.callees(caller, call)):
                return caller, index
        return None

    def constructions(self, cls: Class) -> tuple[Site, ...]:
        """The calls that make an instance of a class or of a subclass."""
        return self._constructions(cls)

    def _find_constructions(self, cls: Class) -> tuple[Site, ...]:
        return tuple(
            (function, index)
            for name in sorted({each.name for each in cls.descendants})
            for function, index in self.program.lookup.calls(name)
            if not cls.descendants.isdisjoint(self.callees(function, function.call(index)))
        )

    def references(self, function: Function) -> list[Site]:
        """The call events that are given the function itself as an argument."""
        return self._references.to(function)

    def shared(self, make: Callable[[Calls], _Shared]) -> _Shared:
        """What is made of the program's calls by something that is not known here, made once."""
        if make not in self._shared:
            self._shared[make] = make(self)
        found: _Shared = self._shared[make]
        return found

    @cached_property
    def _references(self) -> References:
        return References(self.program, self.targets)


def _one_overridden(methods: list[Function]) -> list[Function]:
    """The methods, where one of them is what all the others override or may stand in for."""
    owners = dict.fromkeys(method.owner for method in methods)
    classes = [owner for owner in owners if owner is not None]
    tops = [cls for cls in classes if owners.keys().isdisjoint(cls.mro[1:])]
    one = len(classes) == len(owners) and any(owners.keys() <= top.relatives for top in tops)
    return methods if one else []
