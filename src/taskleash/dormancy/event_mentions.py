"""What each event of a function mentions: by that, code comes to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from taskleash.ir.model import Await, Call, Delete, Give, Import, Store, Use
from taskleash.ir.terms import Attribute, Bound, Built, Display, Global, Nested, Term
from taskleash.query import Query, union
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function, Module, Variable
from taskleash.source.modules import folders

#: what can be mentioned; a module is its body
Node: TypeAlias = Function | Class | Variable

#: builtins that ask about a class and make nothing of it
_ASKING = frozenset({"isinstance", "issubclass"})
#: terms that mention what other terms do
_COMPOSED = (Built, Bound, Display)
_PROTOCOL = "Protocol"


class Mentions:
    """Answers, with memory, which parts of the program events mention."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.program = calls.program
        self._composed: Query[tuple[Function, Term], tuple[Node, ...]] = Query(
            calls.program.uses, self._find, (), union
        )

    def at(self, function: Function, index: int) -> tuple[Node, ...]:
        """What an event mentions."""
        event = function.events[index]
        if isinstance(event, Import):
            return tuple(body for name in event.names for body in self._modules(function, name))
        found = [node for term in _terms(event) for node in self._of(function, term)]
        return tuple(dict.fromkeys(found))

    def of_definition(self, function: Function) -> tuple[Node, ...]:
        """What a function's defaults and decorators mention, in the function around it."""
        around = function.parent
        terms = [t for param in function.facts.params for t in param.default]
        terms += [t for decorator in function.facts.decorators for t in decorator.value]
        return tuple(node for t in terms for node in self._of(around, t)) if around else ()

    def _modules(self, function: Function, dotted: str) -> Iterator[Function]:
        """The bodies of the modules that an import runs: the packages on the way too."""
        parts = dotted.split(".")
        for base in ("", *(f"{folder}." for folder in folders(function.module.path))):
            found = [
                module
                for size in range(1, len(parts) + 1)
                if (module := self.program.by_name.get(base + ".".join(parts[:size]))) is not None
            ]
            if found:
                yield from (module.body for module in found if module is not function.module)
                return

    def _of(self, function: Function, term: Term) -> tuple[Node, ...]:
        if isinstance(term, (Global, Nested)):
            return tuple(dict.fromkeys(_nodes(self.program.symbol(function, term))))
        if not isinstance(term, _COMPOSED):
            return ()
        return self._composed((function, term))

    def _find(self, key: tuple[Function, Term]) -> tuple[Node, ...]:
        return tuple(dict.fromkeys(self._found(*key)))

    def _found(self, function: Function, term: Term) -> Iterator[Node]:
        if isinstance(term, Attribute):
            yield from self._of(function, term.base)
            yield from self._members(function, term)
        elif isinstance(term, Bound):
            home, name = self.program.home(function, term)
            for defined in home.facts.defs.get(name, ()):
                yield from self._of(home, defined)
        elif isinstance(term, Display):
            for alts in function.facts.collections[term.number].items:
                for item in alts:
                    yield from self._of(function, item)
        elif isinstance(term, Built):
            yield from self._of(function, term.base)

    def _members(self, function: Function, term: Attribute) -> Iterator[Node]:
        """What an attribute can be: all methods of the name where the object is not known."""
        symbol = self.program.symbol(function, term)
        if symbol is not None:
            yield from _nodes(symbol)
            return
        classes = self.calls.inference.classes(function, term.base)
        if self.calls.inference.types(function, term.base) and not any(map(_is_protocol, classes)):
            for target in self.calls.targets(function, term):
                if isinstance(target, Function | Class):
                    yield target
            return
        yield from self.program.methods_named.get(term.name, ())


def _nodes(symbol: object) -> Iterator[Node]:
    """A symbol as a node; with a function the others of its name, in other branches."""
    if isinstance(symbol, Function):
        yield from symbol.module.named.get(symbol.qualname, ())
        yield symbol
    elif isinstance(symbol, Class | Variable):
        yield symbol
    elif isinstance(symbol, Module):
        return


def _terms(event: object) -> Iterator[Term]:
    if isinstance(event, Call):
        yield from event.func
        if event.text not in _ASKING:
            for arg in event.args:
                yield from arg.value
    elif isinstance(event, Store):
        if isinstance(event.target, Built):
            yield event.target.base
        yield from event.value
    elif isinstance(event, Await | Give | Use):
        yield from event.value
    elif isinstance(event, Delete):
        yield event.target


def _is_protocol(cls: Class) -> bool:
    refs = [ref for base in cls.mro for ref in base.facts.bases if ref]
    return any(ref.last == _PROTOCOL for ref in refs)
