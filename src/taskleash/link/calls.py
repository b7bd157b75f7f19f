"""Who is called by a call event, and who calls a function."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from taskleash.facts.catalogue import canonical
from taskleash.facts.model import Alts, Call, Param, Term
from taskleash.link.entities import Class, External, Function, Variable
from taskleash.link.inference import Inference
from taskleash.link.loads import Loads
from taskleash.link.program import Program
from taskleash.link.references import References

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
#: the method that a call of an object calls
_OPERATOR = "__call__"
#: a name that more methods have says nothing about any of them
_MAX_NAMESAKES = 4


@dataclass(frozen=True)
class Method:
    """A method of an object whose class is not known."""

    receiver: Term
    name: str


Callee: TypeAlias = Function | Class | External | Method


class Calls:
    """Resolves calls, with memory, and answers who calls whom."""

    def __init__(self, program: Program, inference: Inference) -> None:
        self.program = program
        self.inference = inference
        self.loads = Loads(inference)
        self._callees: dict[tuple[Function, Term], tuple[Callee, ...]] = {}
        self._callers: dict[Function, tuple[tuple[Function, int], ...]] = {}
        self._called: dict[str, dict[Callee, list[tuple[Function, int]]]] = {}

    def callees(self, function: Function, call: Call) -> tuple[Callee, ...]:
        """What a call may call."""
        found: dict[Callee, None] = {}
        for term in call.func:
            for callee in self.targets(function, term):
                fitting = self._fitting(callee, call) if isinstance(callee, Method) else []
                found.update(dict.fromkeys(fitting or (callee,)))
        return tuple(found)

    def _fitting(self, method: Method, call: Call) -> list[Function]:
        """Where several classes have a method of the name, those that take these arguments."""
        candidates = self.program.methods_named.get(method.name, [])
        if not 1 < len(candidates) <= _MAX_NAMESAKES or method.name in COMMON_NAMES:
            return []
        taking = [candidate for candidate in candidates if accepts(candidate, call)]
        return self._related(taking) if len(taking) < len(candidates) else []

    def targets(self, function: Function, term: Term) -> tuple[Callee, ...]:
        """The functions, classes or outside names that a callable term stands for."""
        key = (function, term)
        if key not in self._callees:
            self._callees[key] = ()
            self._callees[key] = tuple(dict.fromkeys(self._targets(function, term)))
        return self._callees[key]

    def _targets(self, function: Function, term: Term) -> list[Callee]:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Function | Class | External):
            return [symbol]
        if isinstance(symbol, Variable):
            body = symbol.module.body
            return [
                callee
                for t in body.facts.defs.get(symbol.name, ())
                if (body, t) != (function, term)
                for callee in self.targets(body, t)
            ]
        own = function.made_by(term)
        if own is not None:
            return [own]
        tag = term[0]
        if tag == "a":
            return self._method(function, term)
        if tag in ("v", "f"):
            home, name = self.program.home(function, term)
            return [
                callee
                for t in home.facts.defs.get(name, ())
                if t != term
                for callee in self.targets(home, t)
            ]
        if tag == "s":
            return self._partial(function, term)
        return []

    def _partial(self, function: Function, term: Term) -> list[Callee]:
        call = function.call(term[1])
        names = {c.dotted for c in self.callees(function, call) if isinstance(c, External)}
        if names & {"functools.partial", "functools.partialmethod"} and call.args:
            return [c for t in call.args[0].value for c in self.targets(function, t)]
        return []

    def _method(self, function: Function, term: Term) -> list[Callee]:
        _, base, name = term
        called = self._call_operators(function, term)
        if called:
            return called
        types = self.inference.types(function, base)
        found: list[Callee] = []
        for kind in types:
            if isinstance(kind.symbol, Class):
                found.extend(self._overrides(kind.symbol, name, base))
            else:
                found.append(External(canonical(f"{kind.name}.{name}")))
        if found:
            return found
        if not types or all(isinstance(t.symbol, Class) for t in types):
            weak = self.by_name(name) if not types else []
            return [*weak] if weak else [Method(base, name)]
        return found

    def _call_operators(self, function: Function, term: Term) -> list[Callee]:
        """Where an attribute holds an object that can be called: its class's ``__call__``."""
        if not self.program.methods_named.get(_OPERATOR) or term[2] in self.program.methods_named:
            return []
        found: list[Callee] = []
        for cls in self.inference.classes(function, term):
            found.extend(cls.find(_OPERATOR))
        return found

    def _overrides(self, cls: Class, name: str, base: Term) -> list[Callee]:
        found: list[Callee] = list(cls.find(name))
        if base[0] == "super":
            return found
        for sub in sorted(cls.descendants - {cls}, key=repr):
            # A mixin calls what the classes beside it define.
            found.extend(sub.own_methods(name) if found else sub.find(name))
        return found

    def is_sure(self, caller: Function, index: int) -> bool:
        """Whether what a call calls is known, rather than guessed by the name of a method."""
        return all(
            term[0] != "a"
            or self.program.symbol(caller, term) is not None
            or self.inference.classes(caller, term[1])
            for term in caller.call(index).func
        )

    def overrides(self, caller: Function, index: int, function: Function) -> bool:
        """Whether a call of another object reaches the function only if that is of a subclass."""
        own: Term = ("p", caller.self_name)
        receivers = [
            (cls, term[2])
            for term in caller.call(index).func
            if term[0] == "a" and term[1] != own
            for cls in self.inference.classes(caller, term[1])
        ]
        return bool(receivers) and all(function not in cls.find(name) for cls, name in receivers)

    def by_name(self, name: str) -> list[Function]:
        """The only method of this name, where the name is distinctive enough to mean it."""
        methods = self.program.methods_named.get(name, [])
        if name in COMMON_NAMES or name.startswith("__") or len(methods) > _MAX_NAMESAKES:
            return []
        return self._related(methods)

    def _related(self, methods: list[Function]) -> list[Function]:
        """The methods, where all of them belong to one hierarchy of classes."""
        first = methods[0].owner if methods else None
        if first is None or not all(m.owner and m.owner.related(first) for m in methods):
            return []
        return methods

    def callers(self, function: Function) -> tuple[tuple[Function, int], ...]:
        """The call sites that may call the function."""
        if function not in self._callers:
            found: list[tuple[Function, int]] = []
            seen = self._seen(function)
            found.extend(self._calling(function.name).get(seen, ()))
            found.extend(self._aliased.get(seen, ()))
            if function.name == _OPERATOR:
                found.extend(self._called_objects.get(seen, ()))
            self._callers[function] = tuple(dict.fromkeys(found))
        return self._callers[function]

    def _calling(self, name: str) -> dict[Callee, list[tuple[Function, int]]]:
        """The calls that are written with this name, by what they may call."""
        if name not in self._called:
            found: dict[Callee, list[tuple[Function, int]]] = defaultdict(list)
            for caller, index in self.program.calls_named.get(name, ()):
                for callee in self.callees(caller, caller.call(index)):
                    found[callee].append((caller, index))
            self._called[name] = found
        return self._called[name]

    def _seen(self, function: Function) -> Function:
        """What a name resolves to of the definitions in the branches of an ``if``: the last."""
        namesakes = function.module.named.get(function.name) or [function]
        return namesakes[-1] if function in namesakes else function

    @cached_property
    def _aliased(self) -> dict[Function, list[tuple[Function, int]]]:
        """Call sites that use another name than the function's own, by function."""
        found: dict[Function, list[tuple[Function, int]]] = defaultdict(list)
        for caller in self.program.functions():
            for index, call in caller.calls():
                last = call.text.rpartition(".")[2]
                if any(self._may_be_alias(caller, term, last) for term in call.func):
                    self._note_alias(found, caller, index)
        return found

    @cached_property
    def _called_objects(self) -> dict[Function, list[tuple[Function, int]]]:
        """Call sites of objects that attributes hold, by the operators that these may call."""
        found: dict[Function, list[tuple[Function, int]]] = defaultdict(list)
        for caller in self.program.functions():
            for index, call in caller.calls():
                if any(self._may_be_object(caller, term) for term in call.func):
                    self._note_alias(found, caller, index)
        return found

    def _note_alias(
        self, found: dict[Function, list[tuple[Function, int]]], caller: Function, index: int
    ) -> None:
        call = caller.call(index)
        for callee in self.callees(caller, call):
            if isinstance(callee, Function) and callee.name != call.text.rpartition(".")[2]:
                found[callee].append((caller, index))

    def _may_be_alias(self, caller: Function, term: Term, written: str) -> bool:
        """Whether a callable term may stand for a function of another name."""
        if term[0] in ("n", "a"):
            if term[0] == "a" and term[2] in self.program.methods_named:
                return False
            symbol = self.program.symbol(caller, term)
            named = isinstance(symbol, Function) and symbol.name != written
            return named or isinstance(symbol, Variable)
        return term[0] in ("v", "f", "q", "s")

    def _may_be_object(self, caller: Function, term: Term) -> bool:
        """Whether what is called is an attribute that may hold an object."""
        if term[0] != "a" or term[2] in self.program.methods_named:
            return False
        return self.program.symbol(caller, term) is None

    def references(self, function: Function) -> list[tuple[Function, int]]:
        """The call events that are given the function itself as an argument."""
        return self._references.to(function)

    @cached_property
    def _references(self) -> References:
        return References(self.program, self.targets)


def bind(function: Function, call: Call, position: int, bound: bool) -> Param | None:
    """The parameter that the argument at a position of a call is bound to.

    ``bound`` tells whether the first parameter is already taken by the instance.
    """
    arg = call.args[position]
    params = function.facts.params
    if arg.key in ("*", "**"):
        return next((p for p in params if p.kind == arg.key), None)
    if arg.key:
        named = next((p for p in params if p.name == arg.key and p.kind in ("", "key")), None)
        return named or next((p for p in params if p.kind == "**"), None)
    place = sum(1 for a in call.args[:position] if not a.key) + (1 if bound else 0)
    positional = [p for p in params if p.kind == ""]
    if place < len(positional):
        return positional[place]
    return next((p for p in params if p.kind == "*"), None)


def given(function: Function, call: Call) -> dict[str, Alts]:
    """What a call of the function gives for each of its parameters, by their names."""
    found: dict[str, Alts] = {}
    bound = takes_instance(function, call)
    for position, arg in enumerate(call.args):
        param = bind(function, call, position, bound)
        if param is not None and not param.kind.startswith("*"):
            found[param.name] = arg.value
    return found


def takes_instance(function: Function, call: Call) -> bool:
    """Whether a call of the function passes the instance implicitly."""
    if not function.facts.owner or "staticmethod" in function.decorators:
        return False
    if "classmethod" in function.decorators or function.name == "__init__":
        return True
    return not any(
        isinstance(function.module.program.symbol(function, ("n", term[1][1])), Class)
        for term in call.func
        if term[0] == "a" and term[1][0] == "n"
    )


def accepts(method: Function, call: Call) -> bool:
    """Whether a method can take the arguments of a call on an instance."""
    if any(arg.key in ("*", "**") for arg in call.args):
        return True
    given = [bind(method, call, position, True) for position in range(len(call.args))]
    if None in given:
        return False
    required = (p for p in method.facts.params[1:] if p.kind in ("", "key") and not p.default)
    return all(param in given for param in required)
