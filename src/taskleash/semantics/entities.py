"""What a program is made of: modules, functions, classes, and what lies outside of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

from taskleash.controlflow.nesting import Nesting
from taskleash.controlflow.paths import Paths
from taskleash.ir.known import KnownCalls
from taskleash.ir.model import MODULE, Call, ClassFacts, Exit, Store, TypeRef
from taskleash.ir.terms import Alts, Attribute, Parameter, Term
from taskleash.models.classes import PROTOCOLS
from taskleash.semantics.indexed import IndexedFunction, IndexedModule
from taskleash.semantics.uses import UseIndex
from taskleash.semantics.written import Written
from taskleash.source.modules import is_test

#: so many ancestors are asked one after the other, more of them are looked up by what they name
_FEW = 16


@dataclass(frozen=True)
class External:
    """Something outside the program, by its canonical dotted name."""

    dotted: str


@dataclass(frozen=True)
class Variable:
    """A module global that holds a value."""

    module: Module
    name: str


class Whole(Protocol):
    """What the parts of a program ask of the whole: what names in them stand for."""

    known: KnownCalls

    @property
    def packages(self) -> frozenset[str]: ...
    @property
    def naming(self) -> Mapping[str, Sequence[Class]]: ...
    @property
    def bases(self) -> Callable[[Class], tuple[Class, ...]]: ...
    @property
    def mro(self) -> Callable[[Class], tuple[Class, ...]]: ...
    def symbol(self, function: Function, term: Term) -> Symbol | None: ...
    def resolve_ref(
        self, module: Module, ref: TypeRef, inside: Class | None = None
    ) -> Symbol | None: ...


class Module:
    """A module of the program with its functions and classes."""

    def __init__(self, program: Whole, indexed: IndexedModule) -> None:
        self.program = program
        self.indexed = indexed
        self.facts = facts = indexed.facts
        self.path = facts.path
        self.name = facts.module
        self.functions = {key: Function(self, f) for key, f in indexed.functions.items()}
        self.in_order = tuple(self.functions.values())
        self.classes = {key: Class(self, c) for key, c in facts.classes.items()}

    def __repr__(self) -> str:
        return self.path

    @property
    def written(self) -> Written:
        """The names that its functions write, by the places of these `in_order`."""
        return self.indexed.written

    @cached_property
    def is_test(self) -> bool:
        """Whether by its name it is a test, or lies in a folder of them."""
        return is_test(self.name)

    @cached_property
    def libraries(self) -> frozenset[str]:
        """The packages that it imports from and that are not of the program."""
        imported = (dotted.partition(".")[0] for dotted in self.facts.imports.values())
        return frozenset({*imported, *(star.partition(".")[0] for star in self.facts.stars)}) - (
            self.program.packages
        )

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The names that it defines or imports itself, those of its stars left out."""
        facts = self.facts
        return self.global_names.union(self.named, self.classes, facts.imports)

    @cached_property
    def global_names(self) -> frozenset[str]:
        """The names of its global variables, also those that only functions bind."""
        body = self.body.facts
        return frozenset({*body.defs, *body.annotations, *self.indexed.storing})

    def storing(self, name: str) -> list[Function]:
        """Its functions that store to a global variable, in order."""
        return [self.functions[key] for key in self.indexed.storing.get(name, ())]

    @cached_property
    def named(self) -> dict[str, list[Function]]:
        """Its top-level functions by name, the one that a call reaches last."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions.values():
            if function.facts.kind == "function" and function.facts.parent == MODULE:
                found[function.qualname].append(function)
        return {name: implementations(functions) for name, functions in found.items()}

    @cached_property
    def nested(self) -> dict[str, list[Function]]:
        """The functions that stand right inside another one, by that one's key."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions.values():
            found[function.facts.parent].append(function)
        return dict(found)

    @cached_property
    def readers(self) -> dict[Term, list[Function]]:
        """The functions that use a global or another's local."""
        found: dict[Term, list[Function]] = defaultdict(list)
        for function in self.functions.values():
            for term in function.uses.outer:
                found[term].append(function)
        return dict(found)

    @cached_property
    def tabling(self) -> tuple[Function, ...]:
        """Its functions that write out a dict with constant keys."""
        return tuple(f for f in self.in_order if any(c.keys for c in f.facts.collections))

    @property
    def body(self) -> Function:
        """The module's own code as a function."""
        return self.functions[MODULE]

    @cached_property
    def class_bodies(self) -> dict[str, Function]:
        """The bodies of its classes, by their keys."""
        functions = self.functions.values()
        return {f.facts.owner: f for f in functions if f.facts.kind == "class"}


class Function:
    """A function of the program, with its facts and an index of what it does to each term."""

    def __init__(self, module: Module, indexed: IndexedFunction) -> None:
        self.module = module
        self.indexed = indexed
        self.facts = facts = indexed.facts
        self.key = facts.key
        self.name = facts.name
        self.qualname = facts.qualname
        self.events = facts.events

    def __repr__(self) -> str:
        return f"{self.module.path}:{self.key}"

    @property
    def uses(self) -> UseIndex:
        """Where each term is used."""
        return self.indexed.uses

    @property
    def stored(self) -> frozenset[Term]:
        """The attributes, elements and globals that it stores to."""
        return self.indexed.stored

    @property
    def returned(self) -> tuple[Alts, ...]:
        """The values of its ``return`` statements, in order."""
        return self.indexed.returned

    @cached_property
    def lent(self) -> dict[Term, list[tuple[Function, str]]]:
        """The parameters of nested functions that have a term of this function as default."""
        found: dict[Term, list[tuple[Function, str]]] = defaultdict(list)
        for inner in self.module.nested.get(self.key, ()):
            for param in inner.facts.params:
                for term in param.default:
                    found[term].append((inner, param.name))
        return found

    @property
    def levels(self) -> Nesting:
        """Where its events stand in its control flow."""
        return self.indexed.levels

    @property
    def paths(self) -> Paths:
        """Its control-flow graph, and searches along it."""
        return self.indexed.paths

    @property
    def owner(self) -> Class | None:
        """The class whose method this is."""
        return self.module.classes.get(self.facts.owner) if self.facts.owner else None

    @property
    def parent(self) -> Function | None:
        """The function around this one (a class body counts)."""
        return self.module.functions.get(self.facts.parent)

    @cached_property
    def nesting(self) -> tuple[Function, ...]:
        """This function and those around it, outermost last; module and class bodies left out."""
        found, parent = [self], self.parent
        while parent is not None and parent.facts.kind not in ("module", "class"):
            found.append(parent)
            parent = parent.parent
        return tuple(found)

    @property
    def method(self) -> Function:
        """The outermost function around this one that is not a module or class body."""
        return self.nesting[-1]

    @property
    def decorators(self) -> frozenset[str]:
        """The last names of its decorators."""
        return self.indexed.decorators

    def call(self, index: int) -> Call:
        """The call event with this index."""
        event = self.events[index]
        assert isinstance(event, Call)
        return event

    def calls(self) -> tuple[tuple[int, Call], ...]:
        """All call events with their indices."""
        return self.indexed.calls

    @property
    def self_name(self) -> str:
        """The name of the instance parameter of a method, else an empty string."""
        facts = self.facts
        if not facts.owner or not facts.params or "staticmethod" in self.decorators:
            return ""
        return facts.params[0].name

    @property
    def is_abstract(self) -> bool:
        """Whether the body is left to subclasses: it does nothing but raise."""
        items = self.facts.body.items
        raises = bool(items) and isinstance(items[-1], Exit) and items[-1].kind == "raise"
        return "abstractmethod" in self.decorators or (
            raises and all(isinstance(item, int | Exit) for item in items)
        )

    @property
    def is_public(self) -> bool:
        """Whether by its name, and that of its class, others than the program may call it."""
        return not any(part.startswith("_") for part in self.qualname.split("."))

    @property
    def is_left_to_others(self) -> bool:
        """Whether other classes have the body: subclasses, or those that fit a protocol."""
        return self.owner is not None and (self.is_abstract or self.owner.is_protocol)

    def made_by(self, term: Term) -> Class | None:
        """The class that a call of a term makes an instance of, in its class method: ``cls()``."""
        is_own = term == Parameter(self.self_name) and "classmethod" in self.decorators
        return self.owner if is_own else None


class Class:
    """A class of the program, with its bases and subclasses."""

    def __init__(self, module: Module, facts: ClassFacts) -> None:
        self.module = module
        self.facts = facts
        self.name = facts.qualname.rpartition(".")[2]
        self.subclasses: list[Class] = []

    def __repr__(self) -> str:
        return f"{self.module.path}:{self.facts.key}"

    @property
    def body(self) -> Function | None:
        """The code right inside the class as a function."""
        return self.module.class_bodies.get(self.facts.key)

    @property
    def bases(self) -> tuple[Class, ...]:
        """The direct bases that belong to the program."""
        return self.module.program.bases(self)

    def outside_bases(self) -> Iterator[tuple[TypeRef, External]]:
        """The direct bases that do not belong to the program, each as it is written and by name."""
        for ref in self.facts.bases:
            base = self.module.program.resolve_ref(self.module, ref, self)
            if isinstance(base, External):
                yield ref, base

    @property
    def mro(self) -> tuple[Class, ...]:
        """This class and its ancestors, in the order in which Python looks up a method."""
        return self.module.program.mro(self)

    @cached_property
    def descendants(self) -> frozenset[Class]:
        """This class and all classes below it."""
        seen = {self}
        pending = [self]
        while pending:
            for sub in pending.pop().subclasses:
                if sub not in seen:
                    seen.add(sub)
                    pending.append(sub)
        return frozenset(seen)

    @cached_property
    def relatives(self) -> frozenset[Class]:
        """The classes that an instance of this class may be an instance of, too."""
        seen = set(self.descendants)
        pending = list(seen)
        while pending:
            for base in pending.pop().bases:
                if base not in seen:
                    seen.add(base)
                    pending.append(base)
        return frozenset(seen)

    def related(self, other: Class) -> bool:
        """Whether one object can be an instance of both classes."""
        return other in self.relatives

    def own_methods(self, name: str) -> list[Function]:
        """The methods of this name that this class itself defines (setters are several)."""
        keys = self.facts.methods.get(name, ())
        return implementations([self.module.functions[key] for key in keys])

    def naming(self, name: str) -> Sequence[Class]:
        """At least those in the order of lookup that name an attribute of their instances."""
        if len(self.mro) <= _FEW:
            return self.mro
        named = self.module.program.naming.get(name, ())
        return sorted((c for c in named if c in self._places), key=self._places.__getitem__)

    @cached_property
    def _places(self) -> dict[Class, int]:
        """The place of each class in the order of lookup."""
        return {cls: place for place, cls in enumerate(self.mro)}

    def find(self, name: str) -> list[Function]:
        """The method as looked up on an instance: the nearest definition along the ancestors."""
        for cls in self.naming(name):
            if found := cls.own_methods(name):
                return found
        return []

    def methods(self) -> tuple[Function, ...]:
        """All methods that the class itself defines."""
        return self._methods

    @cached_property
    def _methods(self) -> tuple[Function, ...]:
        return tuple(method for name in self.facts.methods for method in self.own_methods(name))

    @cached_property
    def stores(self) -> dict[str, list[tuple[Function, Store]]]:
        """What its own methods store in the attributes of their instance, by attribute."""
        found: dict[str, list[tuple[Function, Store]]] = defaultdict(list)
        for method in self.methods():
            own = Parameter(method.self_name)
            for event in method.events:
                if (
                    isinstance(event, Store)
                    and isinstance(event.target, Attribute)
                    and event.target.base == own
                ):
                    found[event.target.name].append((method, event))
        return dict(found)

    @cached_property
    def decorators(self) -> frozenset[str]:
        """The last names of its decorators."""
        return frozenset(d.text.rpartition(".")[2] for d in self.facts.decorators)

    @cached_property
    def is_protocol(self) -> bool:
        """Whether it only says what other classes have."""
        return any(base.dotted in PROTOCOLS for _, base in self.outside_bases())


def implementations(functions: list[Function]) -> list[Function]:
    """The functions of one name without the signatures that only type checkers read."""
    return [f for f in functions if "overload" not in f.decorators] or functions


Symbol: TypeAlias = Function | Class | Module | External | Variable
