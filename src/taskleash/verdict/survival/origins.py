"""Where the value of a term comes from: what callers give, what is stored, what a container has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from taskleash.dataflow.contained import comes_of, container_of, put
from taskleash.ir.model import TypeRef
from taskleash.ir.terms import (
    Alts,
    Attribute,
    Awaited,
    Bound,
    Constant,
    Display,
    Entered,
    Global,
    Parameter,
    Result,
    Spread,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.classes import PASSIVE_BASES, PROPERTIES
from taskleash.models.containers import NEW_CONTAINERS, WEAK_CONTAINERS, WEAK_KEYED
from taskleash.semantics.calls import Calls, UntypedMethod
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.semantics.reflection import Reflection
from taskleash.verdict.survival.attributes import Attributes, stored
from taskleash.verdict.survival.passed import passed

_NONE = Constant("None")
#: types of values that tell nothing of what they do
_TELLING_NOTHING = ("typing.", "collections.abc.")
_NEW = NEW_CONTAINERS | WEAK_CONTAINERS | WEAK_KEYED
#: how many steps are made for one value, and how many of them inside each other: what they do not
#: come to is not known
_MOST = 500
_DEEPEST = 60


class ValueOrigin(NamedTuple):
    """A value that another one is, in its function.

    ``is_outside`` tells that it comes from outside of the program, or out of what does: nobody at
    hand gives it.
    """

    function: Function
    term: Term
    is_outside: bool = False


class Origins:
    """Answers where values come from."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._reflection = calls.shared(Reflection)
        self._attributes = calls.shared(Attributes)
        #: what is asked for at the moment: what comes from itself adds nothing
        self._asked: set[tuple[Function, Term, bool]] = set()
        self._steps = 0
        self._known: dict[tuple[Function, Term], tuple[ValueOrigin, ...]] = {}

    def of(self, function: Function, term: Term) -> tuple[ValueOrigin, ...]:
        """What a value may be; None is left out."""
        if (function, term) not in self._known:
            self._steps = _MOST
            self._known[function, term] = tuple(dict.fromkeys(self._of(function, term)))
        return self._known[function, term]

    def coroutines(self, function: Function, made: Term) -> list[Function]:
        """The coroutines that a call makes; none where it may make something else."""
        if not isinstance(made, Result):
            return []
        callees = self._calls.callees(function, function.call(made.event))
        found = [c for c in callees if isinstance(c, Function) and c.facts.is_async]
        return found if len(found) == len(callees) else []

    def _of(self, function: Function, term: Term) -> list[ValueOrigin]:
        return self._once(function, term, None, False)

    def _in(self, function: Function, term: Term, index: int | None) -> list[ValueOrigin]:
        """What is in a container; of tuples that were put into it, an item if there is an index."""
        return self._once(function, term, index, True)

    def _once(
        self, function: Function, term: Term, index: int | None, is_inside: bool
    ) -> list[ValueOrigin]:
        self._steps -= 1
        key = (function, term, is_inside)
        if term == _NONE or key in self._asked:
            return []
        if self._steps < 0 or len(self._asked) >= _DEEPEST:
            return [ValueOrigin(function, term)]
        self._asked.add(key)
        try:
            if is_inside:
                return list(self._contents(function, term, index))
            return list(self._found(function, term))
        finally:
            self._asked.discard(key)

    def _found(self, function: Function, term: Term) -> Iterator[ValueOrigin]:
        if self._is_known(function, term):
            yield ValueOrigin(function, term)
        elif isinstance(term, Parameter):
            yield from self._parameter(function, term)
        elif isinstance(term, Bound):
            home, name = self._calls.program.home(function, term)
            yield from self._all(home, (t for t in home.facts.defs.get(name, ()) if t != term))
        elif isinstance(term, Global):
            yield from self._variable(function, term)
        elif isinstance(term, Attribute):
            yield from self._attribute(function, term)
        elif isinstance(term, Result) and not self._is_taken(function, term):
            yield from self._call(function, term)
        elif self._is_taken(function, term):
            container, index = container_of(self._calls, function, term)
            yield from self._in(function, container, index)
        elif isinstance(term, Awaited) and (awaited := self.coroutines(function, term.base)):
            for each in awaited:
                yield from self._all(each, returned(each))
        elif isinstance(term, Awaited | Entered):
            yield from self._part(function, term, term.base)
        else:
            yield ValueOrigin(function, term)

    def _all(self, function: Function, terms: Iterable[Term]) -> Iterator[ValueOrigin]:
        for each in terms:
            yield from self._of(function, each)

    def _is_known(self, function: Function, term: Term) -> bool:
        """Whether it is a function or a class, or an object whose class is known."""
        targets = self._calls.targets(function, term)
        if any(isinstance(t, Function) and t.decorators & PROPERTIES for t in targets):
            return False
        is_named = bool(targets) and not any(isinstance(each, UntypedMethod) for each in targets)
        if is_named and isinstance(term, Attribute):
            # What is known by the type of its object alone may be told more of by that object.
            is_typed = self._calls.program.symbol(function, term) is None
            is_named = not (is_typed and any(isinstance(each, External) for each in targets))
        return is_named or bool(self._calls.inference.classes(function, term))

    def _is_taken(self, function: Function, term: Term) -> bool:
        return container_of(self._calls, function, term)[0] != term

    def _part(self, function: Function, term: Term, base: Term) -> Iterator[ValueOrigin]:
        """What an object gives: it is from outside where that is."""
        is_outside = any(each.is_outside for each in self._of(function, base))
        yield ValueOrigin(function, term, is_outside)

    def _parameter(self, function: Function, term: Parameter) -> Iterator[ValueOrigin]:
        if term.name == function.self_name:
            yield ValueOrigin(function, term)
            return
        values, is_complete = passed(self._calls, function, term)
        found = [origin for home, each in values for origin in self._of(home, each)]
        is_outside = is_complete and all(origin.is_outside for origin in found)
        types = self._calls.inference.types(function, term)
        if not found or any(not kind.name.startswith(_TELLING_NOTHING) for kind in types):
            yield ValueOrigin(function, term, is_outside)
            return
        if not is_complete:
            yield ValueOrigin(function, term)
        yield from found

    def _variable(self, function: Function, term: Global) -> Iterator[ValueOrigin]:
        symbol = self._calls.program.symbol(function, term)
        if not isinstance(symbol, Variable):
            yield ValueOrigin(function, term)
            return
        body = symbol.module.body
        yield from self._all(body, body.facts.defs.get(symbol.name, ()))
        for reader in symbol.module.storing(symbol.name):
            yield from self._all(reader, stored(reader, Global(symbol.name)))

    # -- attributes

    def _attribute(self, function: Function, term: Attribute) -> Iterator[ValueOrigin]:
        classes = self._calls.inference.classes(function, term.base)
        if not classes:
            yield from self._rebased(function, term)
            return
        getters = _getters(classes, term.name)
        for getter in getters:
            yield from self._all(getter, returned(getter))
        values = self._attributes.kept((classes, term.name))
        some = [(home, each) for home, each in values if each != _NONE]
        for home, each in some:
            yield from self._of(home, each)
        if not some and not getters:
            # Whoever calls what is declared, and set to nothing but None, has been given it.
            bases = [base for cls in classes for base in cls.mro]
            is_declared = bool(values) or any(term.name in base.facts.fields for base in bases)
            is_inherited = any(ref.last not in PASSIVE_BASES for ref in _outside_bases(bases))
            is_outside = is_inherited or (is_declared and not self._is_filled(classes))
            yield ValueOrigin(function, term, is_outside)

    def _rebased(self, function: Function, term: Attribute) -> Iterator[ValueOrigin]:
        """An attribute of what an object is that callers give, or that is kept somewhere."""
        for each in self._of(function, term.base):
            if each.is_outside or (each.function, each.term) == (function, term.base):
                yield ValueOrigin(function, term, each.is_outside)
            else:
                yield from self._of(each.function, Attribute(each.term, term.name))

    def _is_filled(self, classes: Iterable[Class]) -> bool:
        """Whether the program makes objects of which it is not told what they are given."""
        return any(
            arg.key in ("*", "**")
            for cls in classes
            for caller, index in self._calls.constructions(cls)
            for arg in caller.call(index).args
        )

    # -- calls

    def _call(self, function: Function, made: Result) -> Iterator[ValueOrigin]:
        call = function.call(made.event)
        if call.text == "getattr" and len(call.args) > 1:
            attributes = self._reflection.attributes(function, call)
            for home, attribute in attributes:
                yield from self._of(home, attribute)
            if not attributes:
                yield ValueOrigin(function, made)
            for arg in call.args[2:]:
                yield from self._all(function, arg.value)
            return
        callees = self._calls.callees(function, call)
        functions = [c for c in callees if isinstance(c, Function)]
        if functions and len(functions) == len(callees):
            for callee in functions:
                if callee.facts.is_async:
                    yield ValueOrigin(function, made)
                else:
                    yield from self._all(callee, returned(callee))
            return
        handles = {
            self._calls.program.models.handle(c.dotted) for c in callees if isinstance(c, External)
        }
        if Effect.BINDS in handles and call.args:
            yield from self._all(function, call.args[0].value)
            return
        found = [o for func in call.func for o in self._of(function, func)]
        yield ValueOrigin(function, made, any(origin.is_outside for origin in found))

    # -- containers

    def _contents(self, function: Function, term: Term, index: int | None) -> Iterator[ValueOrigin]:
        container, at = container_of(self._calls, function, term)
        index = index if at is None else at
        if isinstance(container, Display):
            yield from self._items(function, container, index)
            yield from self._put(function, container, index)
        elif isinstance(container, Parameter):
            values, is_complete = passed(self._calls, function, container)
            if not values or not is_complete:
                yield ValueOrigin(function, term, is_outside=is_complete)
            for home, each in values:
                yield from self._in(home, each, index)
        elif isinstance(container, Bound):
            home, name = self._calls.program.home(function, container)
            for each in home.facts.defs.get(name, ()):
                if each != container:
                    yield from self._in(home, each, index)
            yield from self._put(home, container, index)
        elif isinstance(container, Global):
            yield from self._in_variable(function, container, index)
        elif isinstance(container, Attribute):
            yield from self._in_attribute(function, container, index)
        elif isinstance(container, Result):
            yield from self._in_made(function, container, index)
        else:
            yield ValueOrigin(function, container)

    def _items(self, function: Function, made: Display, index: int | None) -> Iterator[ValueOrigin]:
        shown = function.facts.collections[made.number]
        is_item = shown.kind == "tuple" and index is not None and 0 <= index < len(shown.items)
        items = shown.items[index : index + 1] if is_item and index is not None else shown.items
        for each in (term for alts in items for term in alts):
            yield from self._value(function, each, index)

    def _value(self, function: Function, value: Term, index: int | None) -> Iterator[ValueOrigin]:
        """What was put into a container, or what is in that."""
        if isinstance(value, Spread):
            yield from self._in(function, value.base, index)
        elif isinstance(value, Display) or self._is_new(function, value):
            yield from self._in(function, value, index)
        elif not isinstance(value, Constant):
            yield from self._of(function, value)

    def _put(self, function: Function, container: Term, index: int | None) -> Iterator[ValueOrigin]:
        for home, each in put(function, container, index):
            yield from self._value(home, each, index)

    def _in_variable(
        self, function: Function, term: Global, index: int | None
    ) -> Iterator[ValueOrigin]:
        symbol = self._calls.program.symbol(function, term)
        if not isinstance(symbol, Variable):
            yield ValueOrigin(function, term)
            return
        body = symbol.module.body
        for each in body.facts.defs.get(symbol.name, ()):
            yield from self._in(body, each, index)
        variable = Global(symbol.name)
        for reader in (body, *symbol.module.readers.get(variable, ())):
            yield from self._put(reader, variable, index)
            for each in stored(reader, variable):
                yield from self._in(reader, each, index)
        for module, local, dotted in self._calls.program.imports_named.get(symbol.name, ()):
            if self._calls.program.resolve_import(module, dotted) == symbol:
                for reader in module.readers.get(Global(local), ()):
                    yield from self._put(reader, Global(local), index)

    def _in_attribute(
        self, function: Function, term: Attribute, index: int | None
    ) -> Iterator[ValueOrigin]:
        classes = self._calls.inference.classes(function, term.base)
        for home, each in self._attributes.kept((classes, term.name)):
            yield from self._in(home, each, index)
        for getter in _getters(classes, term.name):
            for each in returned(getter):
                yield from self._in(getter, each, index)
        for home, each in self._attributes.added((classes, term.name, index)):
            yield from self._value(home, each, index)
        if classes:
            return
        for origin in self._of(function, term.base):
            if origin.is_outside or (origin.function, origin.term) == (function, term.base):
                yield ValueOrigin(function, term, origin.is_outside)
            else:
                yield from self._in(origin.function, Attribute(origin.term, term.name), index)

    def _in_made(
        self, function: Function, made: Result, index: int | None
    ) -> Iterator[ValueOrigin]:
        yield from self._put(function, made, index)
        callees = self._calls.callees(function, function.call(made.event))
        functions = [c for c in callees if isinstance(c, Function) and not c.facts.is_async]
        for callee in functions:
            for each in returned(callee):
                yield from self._in(callee, each, index)
        if not self._is_new(function, made) and len(functions) < max(len(callees), 1):
            yield from self._part(function, made, made)

    def _is_new(self, function: Function, made: Term) -> bool:
        """Whether it is a new container."""
        return isinstance(made, Result) and comes_of(self._calls, function, made, _NEW)


def _getters(classes: Iterable[Class], name: str) -> list[Function]:
    """The properties of some classes that give an attribute."""
    return [m for cls in classes for m in cls.find(name) if m.decorators & PROPERTIES]


def _outside_bases(classes: Iterable[Class]) -> Iterator[TypeRef]:
    """The bases of classes that are not of the program, read or not."""
    for cls in classes:
        for ref, base in cls.outside_bases():
            package = base.dotted.partition(".")[0]
            if package and package not in cls.module.program.packages:
                yield ref


def returned(function: Function) -> Alts:
    """What a function returns, None left out."""
    return tuple(term for value in function.returned for term in value if term != _NONE)
