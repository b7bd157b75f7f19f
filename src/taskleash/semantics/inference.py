"""What class a term's value has, as far as annotations and constructor calls tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.ir.model import NO_TYPE, Call, TypeRef
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Bound,
    Constant,
    Display,
    Element,
    Entered,
    Global,
    Item,
    Nested,
    Parameter,
    Result,
    Spread,
    Super,
    Term,
    unexpected,
)
from taskleash.models.api import Effect, Gives
from taskleash.models.callables import ENTERERS
from taskleash.models.classes import (
    AWAITABLE,
    CAST,
    ITERATORS,
    MANAGERS,
    PROPERTIES,
    TASK,
    TUPLES,
)
from taskleash.models.containers import TAKING
from taskleash.models.table import Models
from taskleash.query import Query, union
from taskleash.semantics.binding import called_beside, given
from taskleash.semantics.container_contents import (
    Content,
    contents,
    handle_of,
    item_of,
    unpacked,
)
from taskleash.semantics.declared import is_set_to_something, says_what_it_returns
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.semantics.program import Program
from taskleash.semantics.types import Type, Types, from_ref

#: an attribute of an attribute of … of an outside object, in a circle: more of them tell nothing
_MOST_OUTSIDE = 32


class Inference:
    """Answers, with memory, what types terms, calls and attributes have."""

    def __init__(self, program: Program) -> None:
        self.program = program
        ask = program.questions
        self._types: Query[tuple[Function, Term], Types] = Query(ask, self._infer, (), _together)
        self._attributes: Query[tuple[Class, str], Types] = Query(
            ask, self._attribute_types, (), _together
        )
        #: what a call of a function gives (its awaited value where it is a coroutine)
        self.returned: Query[Function, Types] = Query(ask, self._returned, (), _together)

    def types(self, function: Function, term: Term) -> Types:
        """The possible types of a term in a function; empty where nothing is known."""
        return self._types((function, term))

    def of(self, function: Function, alts: Alts) -> Types:
        """The possible types of any of the terms."""
        return tuple(dict.fromkeys(t for term in alts for t in self.types(function, term)))

    def classes(self, function: Function, term: Term) -> tuple[Class, ...]:
        """The classes of the program that a term's value may have."""
        return tuple(t.symbol for t in self.types(function, term) if isinstance(t.symbol, Class))

    def contents(self, function: Function, container: Term) -> Iterator[Content]:
        """The terms that a container's elements come from, each with the function that has it."""
        return contents(self.program, self.classes, function, container)

    # -- terms

    def _infer(self, key: tuple[Function, Term]) -> Types:
        return tuple(dict.fromkeys(self._found(*key)))

    def _found(self, function: Function, term: Term) -> Types:
        if isinstance(term, Parameter):
            return self._parameter(function, term.name)
        if isinstance(term, Bound):
            home, name = self.program.home(function, term)
            ref = home.facts.annotations.get(name)
            if ref:
                return from_ref(self.program, home.module, ref)
            return self.of(home, tuple(t for t in home.facts.defs.get(name, ()) if t != term))
        if isinstance(term, Global):
            return self._global(function, term)
        if isinstance(term, Result):
            return self._call(function, term.event)
        if isinstance(term, Attribute):
            return self._attribute_of(function, term)
        if isinstance(term, Item):
            return self._item(function, term)
        if isinstance(term, Element):
            return self._element(function, term)
        if isinstance(term, Awaited):
            return self._awaited(function, term.base)
        if isinstance(term, Entered):
            return self._entered(function, term.base)
        if isinstance(term, Display):
            return self._declared(function, term)
        if isinstance(term, Super):
            owner = function.method.owner
            return tuple(Type(base) for base in owner.bases) if owner else ()
        if isinstance(term, (Constant, Nested, Spread)):
            return ()
        return unexpected(term)

    def _declared(self, function: Function, made: Term) -> Types:
        """What is said of the locals that a value is bound to: ``done: list[Job] = []``."""
        named = (Attribute, Display, Result)
        names = function.uses.names.get(made, ()) if isinstance(made, named) else ()
        refs = (function.facts.annotations.get(name, NO_TYPE) for name in names)
        return tuple(t for ref in refs for t in from_ref(self.program, function.module, ref))

    def _parameter(self, function: Function, name: str) -> Types:
        facts = function.facts
        for position, param in enumerate(facts.params):
            if param.name != name:
                continue
            if param.annotation:
                found = from_ref(self.program, function.module, param.annotation, function.owner)
                if found:
                    return found
            if position == 0 and facts.owner and function.self_name == name:
                return (Type(function.module.classes[facts.owner]),)
            around = function.parent
            found = self.of(around, param.default) if around is not None else ()
            return (*found, *self._given(function, name))
        return ()

    def _given(self, function: Function, name: str) -> Iterator[Type]:
        """The classes of the program that its own class gives a method for a parameter.

        Other calls would have to be resolved first, by what types their receivers have. A function
        that stands in no class is for callers of all kinds: each is followed by itself.
        """
        for caller, index in called_beside(function):
            for term in given(function, caller.call(index)).get(name, ()):
                yield from (t for t in self.types(caller, term) if isinstance(t.symbol, Class))

    def _global(self, function: Function, term: Term) -> Types:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Variable):
            body = symbol.module.body
            ref = body.facts.annotations.get(symbol.name)
            if ref:
                return from_ref(self.program, symbol.module, ref)
            return self.of(body, body.facts.defs.get(symbol.name, ()))
        return ()

    def _call(self, function: Function, index: int) -> Types:
        found: list[Type] = []
        call = function.call(index)
        if call.text.rpartition(".")[2] in ENTERERS and call.args:
            return tuple(t for term in call.args[0].value for t in self._entered(function, term))
        for func in call.func:
            symbol = self.program.symbol(function, func)
            if call.args and _runs_to_its_end(self.program.models, func, symbol):
                found.extend(self.of(function, call.args[0].value))
            elif symbol == External(CAST) and len(call.args) == 2:
                found.extend(self._cast(function, call.args[0].value))
            elif handle_of(self.program, symbol) is Effect.PICKS:
                found.extend(self._picked(function, call))
            elif isinstance(symbol, Class | External):
                found.append(Type(symbol))
            elif isinstance(symbol, Function):
                found.extend(self.returned(symbol))
            elif (own := function.made_by(func)) is not None:
                found.append(Type(own))
            elif isinstance(func, Attribute):
                found.extend(self._method_result(function, func))
        return tuple(found)

    def _picked(self, function: Function, call: Call) -> Iterator[Type]:
        """One of what a call is given, or of the only container that it is given."""
        values = [arg.value for arg in call.args if not arg.key]
        is_of_one = len(values) == 1 or call.text == "next"
        for value in values[:1] if is_of_one else values:
            for term in value:
                yield from self.types(function, Element(term) if is_of_one else term)

    def _cast(self, function: Function, alts: Alts) -> list[Type]:
        symbols = [self.program.symbol(function, term) for term in alts]
        return [Type(symbol) for symbol in symbols if isinstance(symbol, Class)]

    def _method_result(self, function: Function, func: Attribute) -> Types:
        found: list[Type] = []
        receivers = self.types(function, func.base)
        for receiver in receivers:
            if isinstance(receiver.symbol, Class):
                for method in receiver.symbol.find(func.name)[:1]:
                    found.extend(self.returned(method))
            elif receiver.args and func.name in ("get", "pop", "popleft", "popitem", "setdefault"):
                found.extend(self._argument(receiver))
            elif receiver.args and func.name in ("values", "copy"):
                found.append(Type(receiver.symbol, receiver.args[-1:], receiver.module))
            elif receiver.args and func.name == "items":
                pair = TypeRef("tuple", receiver.args)
                found.append(Type(receiver.symbol, (pair,), receiver.module))
            else:
                found.append(_member(receiver, func.name))
        if func.name in TAKING:
            found.extend(self._stored_elements(function, func.base))
        return tuple(found)

    def _returned(self, function: Function) -> Types:
        owner = function.owner
        if function.facts.returns:
            return from_ref(self.program, function.module, function.facts.returns, owner)
        if function.facts.is_generator:
            return ()
        return tuple(t for value in function.returned for t in self.of(function, value))

    def _attribute_of(self, function: Function, term: Attribute) -> Types:
        symbol = self.program.symbol(function, term)
        if isinstance(symbol, Variable):
            return self._global(symbol.module.body, Global(symbol.name))
        found: list[Type] = []
        for receiver in self.types(function, term.base):
            if isinstance(receiver.symbol, Class):
                found.extend(self.attribute(receiver.symbol, term.name))
            elif receiver.name:
                found.append(_member(receiver, term.name))
        # Of a member of what lies outside of the program the annotation of a local says more.
        is_told = any(isinstance(kind.symbol, Class) for kind in found)
        return tuple(found) if is_told else self._declared(function, term) or tuple(found)

    def attribute(self, cls: Class, name: str) -> Types:
        """The types of an instance attribute: annotation, property, or what is stored in it."""
        return self._attributes((cls, name))

    def _attribute_types(self, key: tuple[Class, str]) -> Types:
        cls, name = key
        naming = cls.naming(name)
        for base in naming:
            ref = base.facts.fields.get(name)
            if ref:
                found = from_ref(self.program, base.module, ref, base)
                if found:
                    return found
            for method in base.own_methods(name):
                if method.decorators & PROPERTIES:
                    return self.returned(method)
        if not is_set_to_something(naming, name):
            # A mixin or an abstract base uses what its subclasses set.
            return self._stored_in(sorted(cls.descendants - {cls}, key=repr), name)
        return self._stored_in(naming, name)

    def _stored_in(self, classes: Iterable[Class], name: str) -> Types:
        found: list[Type] = []
        for cls in classes:
            for method, event in cls.stores.get(name, ()):
                if not event.op:
                    found.extend(self.of(method, event.value))
        return tuple(dict.fromkeys(found))

    def _element(self, function: Function, term: Element) -> Types:
        found: list[Type] = []
        for receiver in (*self.types(function, term.base), *self._declared(function, term.base)):
            is_tuple = receiver.name in TUPLES
            found.extend(self._at(receiver, term.key) if is_tuple else self._argument(receiver))
        return (*found, *self._stored_elements(function, term.base))

    def _at(self, receiver: Type, key: str) -> Types:
        """What a tuple has at one place, or at any where it is not known which."""
        refs, module = receiver.args, receiver.module
        if module is None or refs[-1:] == (TypeRef("..."),):
            return self._argument(receiver)
        place = int(key) if key.lstrip("-").isdecimal() else None
        if place is not None and -len(refs) <= place < len(refs):
            return from_ref(self.program, module, refs[place])
        return tuple(kind for ref in refs for kind in from_ref(self.program, module, ref))

    def _item(self, function: Function, term: Item) -> Types:
        """Item by item where the tuple's type names them all."""
        found: list[Type] = []
        for receiver in self.types(function, term.base):
            if receiver.name in TUPLES and term.index < len(receiver.args) and receiver.module:
                found.extend(from_ref(self.program, receiver.module, receiver.args[term.index]))
            else:
                found.extend(self._argument(receiver))
        for element in item_of(self.program, function, term):
            found.extend(self.types(function, element))
        if isinstance(term.base, Element):
            for home, held in self.contents(function, term.base.base):
                found.extend(self.of(home, unpacked(home, held, term.index)))
        return tuple(found)

    def _stored_elements(self, function: Function, base: Term) -> list[Type]:
        """The classes of what is put into a container, where those of all of it are known."""
        found: list[Type] = []
        for home, term in self.contents(function, base):
            known = [t for t in self.types(home, term) if isinstance(t.symbol, Class)]
            if not known and not isinstance(term, Constant):
                return []
            found.extend(known)
        return found

    def _argument(self, receiver: Type) -> Types:
        made = receiver.symbol
        if isinstance(made, External) and self.program.models.gives(made.dotted) is Gives.TASKS:
            return (Type(External(TASK)),)
        if not receiver.args or receiver.module is None:
            return ()
        last = receiver.args[-1]
        if last in (NO_TYPE, TypeRef("...")) and len(receiver.args) > 1:
            last = receiver.args[0]
        return from_ref(self.program, receiver.module, last)

    def _awaited(self, function: Function, term: Term) -> Types:
        found: list[Type] = []
        for kind in self.types(function, term):
            last = kind.name.rpartition(".")[2]
            found.extend(self._argument(kind) if last in AWAITABLE else (kind,))
        return tuple(found)

    def _entered(self, function: Function, term: Term) -> Types:
        found: list[Type] = []
        for kind in self.types(function, term):
            if isinstance(kind.symbol, Class):
                enter = kind.symbol.find("__aenter__") or kind.symbol.find("__enter__")
                is_said = bool(enter) and says_what_it_returns(enter[0])
                found.extend(self.returned(enter[0]) if is_said else (kind,))
            elif kind.args and kind.name.rpartition(".")[2] in ITERATORS:
                found.extend(
                    from_ref(self.program, kind.module, kind.args[0]) if kind.module else ()
                )
            else:
                found.append(kind)
        return tuple(found)


def _runs_to_its_end(models: Models, func: Term, symbol: object) -> bool:
    """Whether a call gives what the coroutine that it is given returns."""
    if isinstance(symbol, External):
        return models.runs_until_done(symbol.dotted)
    return bool(isinstance(func, Attribute) and func.name in models.runners)


def _member(receiver: Type, name: str) -> Type:
    """An attribute of an outside object, by its name; ``next`` of ``next`` is one more of them."""
    if receiver.name.endswith(f".{name}"):
        return receiver
    return Type(External(f"{receiver.name}.{name}"))


def _together(old: Types, new: Types) -> Types:
    """All types of two answers.

    Outside classes are names, of which a circle makes ever longer ones: of these the first count.
    """
    both = union(old, new)
    outside = [found for found in both if isinstance(found.symbol, External)]
    dropped = set(outside[_MOST_OUTSIDE:])
    return tuple(found for found in both if found not in dropped) if dropped else both


def is_manager(function: Function) -> bool:
    """Whether a generator function is made a context manager by its decorator."""
    return bool(function.decorators & MANAGERS)
