"""What class a term's value has, as far as annotations and constructor calls tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from taskleash.facts.catalogue import ENTERERS, LOOP_MAKERS, RUNNERS, canonical
from taskleash.facts.model import Alts, Give, Term, TypeRef
from taskleash.link.contents import contents
from taskleash.link.entities import Class, External, Function, Module, Variable
from taskleash.link.program import Program

_TRANSPARENT = frozenset(
    {"Optional", "Annotated", "ClassVar", "Final", "Union", "Required", "NotRequired", "InitVar"}
)
_AWAITABLE = frozenset({"Awaitable", "Coroutine", "Task", "Future"})
_MANAGERS = frozenset({"asynccontextmanager", "contextmanager"})
_CAST = External("typing.cast")
_TUPLES = frozenset({"tuple", "typing.Tuple"})
_MAX_DEPTH = 12


@dataclass(frozen=True)
class Type:
    """A class of the program or an outside one by name, with its unresolved type arguments."""

    symbol: Class | External
    args: tuple[TypeRef, ...] = ()
    module: Module | None = None

    @property
    def name(self) -> str:
        """The dotted name of an outside class, or an empty string."""
        return self.symbol.dotted if isinstance(self.symbol, External) else ""


Types = tuple[Type, ...]


class Inference:
    """Answers, with memory, what types terms, calls and attributes have."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._known: dict[tuple[Function, Term], Types] = {}
        self._attributes: dict[tuple[Class, str], Types] = {}
        self._depth = 0

    def types(self, function: Function, term: Term) -> Types:
        """The possible types of a term in a function; empty where nothing is known."""
        key = (function, term)
        known = self._known.get(key)
        if known is not None:
            return known
        if self._depth > _MAX_DEPTH:
            return ()
        self._known[key] = ()
        self._depth += 1
        try:
            found = tuple(dict.fromkeys(self._infer(function, term)))
        finally:
            self._depth -= 1
        self._known[key] = found
        return found

    def of(self, function: Function, alts: Alts) -> Types:
        """The possible types of any of the terms."""
        return tuple(dict.fromkeys(t for term in alts for t in self.types(function, term)))

    def classes(self, function: Function, term: Term) -> tuple[Class, ...]:
        """The classes of the program that a term's value may have."""
        return tuple(t.symbol for t in self.types(function, term) if isinstance(t.symbol, Class))

    def from_ref(self, module: Module, ref: TypeRef, inside: Class | None = None) -> Types:
        """The types that an annotation names; unions and wrappers are looked through."""
        if not ref:
            return ()
        if ref[0] == "|":
            return tuple(t for part in ref[1:] for t in self.from_ref(module, part, inside))
        last = str(ref[0]).rpartition(".")[2]
        if last in _TRANSPARENT:
            return tuple(t for part in ref[1:] for t in self.from_ref(module, part, inside))
        if last in ("None", "Any"):
            return ()
        if last == "Self" and inside is not None:
            return (Type(inside),)
        symbol = self.program.resolve_ref(module, ref, inside)
        if isinstance(symbol, Class | External):
            return (Type(symbol, tuple(ref[1:]), module),)
        if isinstance(symbol, Variable):
            return self._type_alias(symbol)
        return ()

    def _type_alias(self, variable: Variable) -> Types:
        body = variable.module.body
        found = []
        for term in body.facts.defs.get(variable.name, ()):
            symbol = self.program.symbol(body, term)
            if isinstance(symbol, Class):
                found.append(Type(symbol))
        return tuple(found)

    # -- terms

    def _infer(self, function: Function, term: Term) -> Types:
        tag = term[0]
        if tag == "p":
            return self._parameter(function, term[1])
        if tag in ("v", "f"):
            home, name = self.program.home(function, term)
            ref = home.facts.annotations.get(name)
            if ref:
                return self.from_ref(home.module, ref)
            return self.of(home, tuple(t for t in home.facts.defs.get(name, ()) if t != term))
        if tag == "n":
            return self._global(function, term)
        if tag == "s":
            return self._call(function, term[1])
        if tag == "a":
            return self._attribute_of(function, term)
        if tag == "i":
            return self._item(function, term)
        if tag == "e":
            return self._element(function, term)
        if tag == "w":
            return self._awaited(function, term[1])
        if tag == "m":
            return self._entered(function, term[1])
        if tag == "l":
            return self._declared(function, term)
        if tag == "super":
            owner = function.method.owner
            return tuple(Type(base) for base in owner.bases) if owner else ()
        return ()

    def _declared(self, function: Function, made: Term) -> Types:
        """What is said of the locals that a new container is bound to: ``done: list[Job] = []``."""
        names = function.uses.names.get(made, ()) if made[0] in ("l", "s") else ()
        refs = (function.facts.annotations.get(name, ()) for name in names)
        return tuple(t for ref in refs for t in self.from_ref(function.module, ref))

    def _parameter(self, function: Function, name: str) -> Types:
        facts = function.facts
        for position, param in enumerate(facts.params):
            if param.name != name:
                continue
            if param.annotation:
                found = self.from_ref(function.module, param.annotation, function.owner)
                if found:
                    return found
            if position == 0 and facts.owner and function.self_name == name:
                return (Type(function.module.classes[facts.owner]),)
            around = function.parent
            return self.of(around, param.default) if around is not None else ()
        return ()

    def _global(self, function: Function, term: Term) -> Types:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Variable):
            body = symbol.module.body
            ref = body.facts.annotations.get(symbol.name)
            if ref:
                return self.from_ref(symbol.module, ref)
            return self.of(body, body.facts.defs.get(symbol.name, ()))
        return ()

    def _call(self, function: Function, index: int) -> Types:
        found: list[Type] = []
        call = function.call(index)
        if call.text.rpartition(".")[2] in ENTERERS and call.args:
            return tuple(t for term in call.args[0].value for t in self._entered(function, term))
        for func in call.func:
            symbol = self.program.symbol(function, func)
            if call.args and _runs_to_its_end(func, symbol):
                found.extend(self.of(function, call.args[0].value))
            elif symbol == _CAST and len(call.args) == 2:
                found.extend(self._cast(function, call.args[0].value))
            elif isinstance(symbol, Class | External):
                found.append(Type(symbol))
            elif isinstance(symbol, Function):
                found.extend(self.returned(symbol))
            elif (own := function.made_by(func)) is not None:
                found.append(Type(own))
            elif func[0] == "a":
                found.extend(self._method_result(function, func))
        return tuple(found)

    def _cast(self, function: Function, alts: Alts) -> list[Type]:
        symbols = [self.program.symbol(function, term) for term in alts]
        return [Type(symbol) for symbol in symbols if isinstance(symbol, Class)]

    def _method_result(self, function: Function, func: Term) -> Types:
        found: list[Type] = []
        receivers = self.types(function, func[1])
        for receiver in receivers:
            if isinstance(receiver.symbol, Class):
                for method in receiver.symbol.find(func[2])[:1]:
                    found.extend(self.returned(method))
            elif receiver.args and func[2] in ("get", "pop", "popleft", "popitem", "setdefault"):
                found.extend(self._argument(receiver))
            elif receiver.args and func[2] in ("values", "copy"):
                found.append(Type(receiver.symbol, receiver.args[-1:], receiver.module))
            elif receiver.args and func[2] == "items":
                pair = ("tuple", *receiver.args)
                found.append(Type(receiver.symbol, (pair,), receiver.module))
            else:
                found.append(Type(External(f"{receiver.name}.{func[2]}")))
        return tuple(found)

    def returned(self, function: Function) -> Types:
        """What a call of the function gives (its awaited value where it is a coroutine)."""
        owner = function.owner
        if function.facts.returns:
            return self.from_ref(function.module, function.facts.returns, owner)
        if function.facts.is_generator:
            return ()
        found: list[Type] = []
        for event in function.events:
            if isinstance(event, Give) and event.kind == "return":
                found.extend(self.of(function, event.value))
        return tuple(found)

    def _attribute_of(self, function: Function, term: Term) -> Types:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Variable):
            return self._global(symbol.module.body, ("n", symbol.name))
        found: list[Type] = []
        for receiver in self.types(function, term[1]):
            if isinstance(receiver.symbol, Class):
                found.extend(self.attribute(receiver.symbol, term[2]))
            elif receiver.name:
                found.append(Type(External(f"{receiver.name}.{term[2]}")))
        return tuple(found)

    def attribute(self, cls: Class, name: str) -> Types:
        """The types of an instance attribute: annotation, property, or what is stored in it."""
        key = (cls, name)
        if key in self._attributes:
            return self._attributes[key]
        self._attributes[key] = ()
        found = self._attribute_types(cls, name)
        self._attributes[key] = found
        return found

    def _attribute_types(self, cls: Class, name: str) -> Types:
        for base in cls.mro:
            ref = base.facts.fields.get(name)
            if ref:
                found = self.from_ref(base.module, ref, base)
                if found:
                    return found
            for method in base.own_methods(name):
                if method.decorators & {"property", "cached_property"}:
                    return self.returned(method)
        stored = self._stored_in(cls.mro, name)
        if not stored:
            # A mixin or an abstract base uses what its subclasses set.
            stored = self._stored_in(sorted(cls.descendants - {cls}, key=repr), name)
        return stored

    def _stored_in(self, classes: Iterable[Class], name: str) -> Types:
        found: list[Type] = []
        for cls in classes:
            for method, event in cls.stores.get(name, ()):
                if not event.op:
                    found.extend(self.of(method, event.value))
        return tuple(dict.fromkeys(found))

    def _element(self, function: Function, term: Term) -> Types:
        found: list[Type] = []
        for receiver in self.types(function, term[1]):
            found.extend(self._argument(receiver))
        if not found:
            for receiver in self._declared(function, term[1]):
                found.extend(self._argument(receiver))
        if not found:
            found.extend(self._stored_elements(function, term[1]))
        return tuple(found)

    def _item(self, function: Function, term: Term) -> Types:
        """Item by item where the tuple's type names them all."""
        found: list[Type] = []
        for receiver in self.types(function, term[1]):
            if receiver.name in _TUPLES and term[2] < len(receiver.args) and receiver.module:
                found.extend(self.from_ref(receiver.module, receiver.args[term[2]]))
            else:
                found.extend(self._argument(receiver))
        return tuple(found)

    def _stored_elements(self, function: Function, base: Term) -> list[Type]:
        """The classes of what is put into a container, where those of all of it are known."""
        found: list[Type] = []
        for home, term in contents(self, function, base):
            known = [t for t in self.types(home, term) if isinstance(t.symbol, Class)]
            if not known and term[0] != "c":
                return []
            found.extend(known)
        return found

    def _argument(self, receiver: Type) -> Types:
        if not receiver.args or receiver.module is None:
            return ()
        last = receiver.args[-1]
        if last in ((), ("...",)) and len(receiver.args) > 1:
            last = receiver.args[0]
        return self.from_ref(receiver.module, last)

    def _awaited(self, function: Function, term: Term) -> Types:
        found: list[Type] = []
        for kind in self.types(function, term):
            last = kind.name.rpartition(".")[2]
            found.extend(self._argument(kind) if last in _AWAITABLE else (kind,))
        return tuple(found)

    def _entered(self, function: Function, term: Term) -> Types:
        found: list[Type] = []
        for kind in self.types(function, term):
            if isinstance(kind.symbol, Class):
                enter = kind.symbol.find("__aenter__") or kind.symbol.find("__enter__")
                found.extend((self.returned(enter[0]) if enter else ()) or (kind,))
            elif kind.args and kind.name.rpartition(".")[2] in (
                "AsyncIterator",
                "AsyncGenerator",
                "Iterator",
                "Generator",
            ):
                found.extend(self.from_ref(kind.module, kind.args[0]) if kind.module else ())
            else:
                found.append(kind)
        return tuple(found)


def _runs_to_its_end(func: Term, symbol: object) -> bool:
    """Whether a call gives what the coroutine that it is given returns."""
    if isinstance(symbol, External):
        return symbol.dotted in LOOP_MAKERS or symbol.dotted.rpartition(".")[2] in RUNNERS
    return bool(func[0] == "a" and func[2] in RUNNERS)


def is_manager(function: Function) -> bool:
    """Whether a generator function is made a context manager by its decorator."""
    return bool(function.decorators & _MANAGERS)


def is_external(types: Types, names: frozenset[str]) -> bool:
    """Whether any of the types is an outside class of one of these names."""
    return any(canonical(t.name) in names for t in types)
