"""The program: all modules' facts under their names, with what a name or a term stands for.

A name resolves to a *symbol*: a function, a class or a module of the program, a module variable, or
something outside of it, known by its dotted name only.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from taskleash.ir.known import KnownCalls
from taskleash.ir.model import ModuleFacts, TypeRef
from taskleash.ir.terms import Attribute, Bound, Global, Nested, Outer, Term
from taskleash.models.api import Gives
from taskleash.models.callables import OPERATOR
from taskleash.models.table import MODELS, canonical
from taskleash.query import Query, Questions, first_found
from taskleash.semantics.entities import Class, External, Function, Module, Symbol, Variable
from taskleash.semantics.hierarchy import direct_bases, linearised
from taskleash.semantics.indexed import IndexedModules
from taskleash.semantics.lookup import Lookup
from taskleash.semantics.stars import Stars
from taskleash.source.modules import folders, path_name

_NOTHING_KNOWN = KnownCalls()


class Program:
    """All modules, and the indices over them that linking needs.

    ``indexed`` has what is known of the modules from an earlier program, if there was one.
    """

    def __init__(
        self,
        facts: Sequence[ModuleFacts],
        known: KnownCalls = _NOTHING_KNOWN,
        indexed: IndexedModules | None = None,
    ) -> None:
        self.known = known
        self.models = MODELS.extended(known.apis)
        indexed = indexed or IndexedModules()
        in_order = sorted(facts, key=lambda f: f.path)
        self.modules = [Module(self, indexed.of(f)) for f in in_order]
        self.by_name: dict[str, Module] = {}
        self.lookup = Lookup(self.modules)
        #: the open questions about what names and terms stand for
        self.questions = questions = Questions()
        #: those about who uses what, which takes knowing what names and terms stand for
        self.uses = Questions(below=questions)
        #: the names whose definitions are being looked at
        self._defining: set[tuple[Function, str]] = set()
        self._dotted: Query[str, Symbol | None] = Query(
            questions, self._resolve_dotted, None, first_found
        )
        self._names: Query[tuple[Module, str], Symbol | None] = Query(
            questions, self._resolve_name, None, first_found
        )
        self._globals: Query[tuple[Module, str], Symbol | None] = Query(
            questions, self._global, None, first_found
        )
        self.bases: Query[Class, tuple[Class, ...]] = Query(
            questions, direct_bases, (), first_found
        )
        self.mro: Query[Class, tuple[Class, ...]] = Query(questions, linearised, (), first_found)
        for module in self.modules:
            self.by_name.setdefault(module.name, module)
        for module in self.modules:
            name = path_name(module.path)
            if not self._is_of_a_library(name):
                self.by_name.setdefault(name, module)
        self._stars = Stars(self.modules, self.by_name)
        for cls in self.classes():
            for base in cls.bases:
                base.subclasses.append(cls)

    def functions(self) -> Iterator[Function]:
        """All functions, lambdas, class bodies and module bodies, in order."""
        for module in self.modules:
            yield from module.functions.values()

    def classes(self) -> Iterator[Class]:
        """All classes, in order."""
        for module in self.modules:
            yield from module.classes.values()

    @cached_property
    def methods_named(self) -> dict[str, list[Function]]:
        """Methods of classes by their bare name."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.functions():
            if function.facts.owner and function.facts.kind == "function":
                found[function.name].append(function)
        return found

    @cached_property
    def naming(self) -> dict[str, list[Class]]:
        """The classes that name an attribute of their instances: a field, a method, a store."""
        found: dict[str, list[Class]] = defaultdict(list)
        for cls in self.classes():
            for name in {*cls.facts.fields, *cls.facts.methods, *cls.stores}:
                found[name].append(cls)
        return found

    @cached_property
    def spawning_names(self) -> frozenset[str]:
        """The bare names of what starts a task, what the settings name included."""
        return self._starting_names | self.held_names

    @cached_property
    def held_names(self) -> frozenset[str]:
        """The names of attributes that are set to what by its name starts a task."""
        found: frozenset[str] = frozenset()
        while True:
            starting = self._starting_names | found
            more = frozenset(
                name
                for module in self.modules
                for name, held in module.written.holding.items()
                if not starting.isdisjoint(held)
            )
            if more == found:
                return found
            found = more

    @cached_property
    def _starting_names(self) -> frozenset[str]:
        libraries = frozenset().union(*(module.libraries for module in self.modules))
        return self.models.spawning_names(libraries) | self.known.words

    @cached_property
    def packages(self) -> frozenset[str]:
        """The outermost packages and modules of the program."""
        return frozenset(module.name.partition(".")[0] for module in self.modules)

    @cached_property
    def coroutine_names(self) -> frozenset[str]:
        """The bare names of coroutine functions, of the program and of others that are known."""
        own = (function.name for function in self.functions() if function.facts.is_async)
        return frozenset(
            [*own, *(n.rpartition(".")[2] for n in self.models.giving(Gives.COROUTINE))]
        )

    @cached_property
    def unclear_names(self) -> frozenset[str]:
        """The names that some module gives to what is named otherwise, or may be anything."""
        renamed = (
            local
            for module in self.modules
            for local, dotted in module.facts.imports.items()
            if local != dotted.rpartition(".")[2]
        )
        return frozenset(renamed).union(*(module.global_names for module in self.modules))

    def is_clear(self, name: str) -> bool:
        """Whether what this name stands for, in whatever module, is defined under it."""
        # What begins with a dot is a dotted name.
        return name not in self.unclear_names and not name.startswith(".")

    @cached_property
    def holding_names(self) -> frozenset[str]:
        """The names of attributes that may hold an object of the program that can be called.

        Some class gives them to its instances, or they are variables of a module.
        """
        if OPERATOR not in self.methods_named:
            return frozenset()
        return self.unclear_names.union(self.naming).difference(self.methods_named)

    @cached_property
    def function_holding_names(self) -> frozenset[str]:
        """The names of attributes, and of no method, that are set to methods or functions."""
        functions = frozenset().union(*(module.named for module in self.modules))
        named = functions.union(self.methods_named)
        return frozenset(
            name
            for module in self.modules
            for name, held in module.written.kept_by_name.items()
            if name not in self.methods_named and not named.isdisjoint(held)
        )

    @cached_property
    def imports_named(self) -> dict[str, list[tuple[Module, str, str]]]:
        """Imports by the last part of what they import: the module, its name for it, all parts."""
        found: dict[str, list[tuple[Module, str, str]]] = defaultdict(list)
        for module in self.modules:
            for local, dotted in module.facts.imports.items():
                found[dotted.rpartition(".")[2]].append((module, local, dotted))
        return found

    # -- names

    def resolve_dotted(self, dotted: str) -> Symbol:
        """What an imported dotted name stands for; re-exports are followed."""
        return self._dotted(dotted) or External(canonical(dotted))

    def _resolve_dotted(self, dotted: str) -> Symbol | None:
        parts = dotted.split(".")
        for size in range(len(parts), 0, -1):
            module = self.by_name.get(".".join(parts[:size]))
            if module is not None:
                package = self.by_name.get(".".join(parts[:-1]))
                if size == len(parts) and package is not None and _rebinds(package, parts[-1]):
                    return self.resolve_name(package, parts[-1])
                return self._walk(module, parts[size:])
        return None

    def resolve_import(self, module: Module, dotted: str) -> Symbol:
        """What a module's import stands for.

        A program that runs as a script finds modules beside itself: where the name leads out of the
        program, the folders that the module lies in are tried. A module that is named after one of
        a library does not hide that one: in a package an import does not look beside.
        """
        found = self.resolve_dotted(dotted)
        if not isinstance(found, External) or self._is_of_a_library(dotted):
            return found
        for folder in folders(module.path):
            beside = self.resolve_dotted(f"{folder}.{dotted}")
            if not isinstance(beside, External):
                return beside
        return found

    @staticmethod
    def _is_of_a_library(dotted: str) -> bool:
        """Whether the outermost package is one that Python or the table of APIs has."""
        package = dotted.partition(".")[0]
        return package in sys.stdlib_module_names or package in MODELS.packages

    def _walk(self, module: Module, parts: list[str]) -> Symbol | None:
        symbol: Symbol | None = module
        for name in parts:
            if isinstance(symbol, Module):
                submodule = self.by_name.get(f"{symbol.name}.{name}")
                symbol = self.resolve_name(symbol, name) or submodule
            elif isinstance(symbol, Class):
                found = symbol.find(name)
                symbol = found[0] if found else None
            elif isinstance(symbol, External):
                dotted = f"{symbol.dotted}.{name}"
                symbol = self.by_name.get(dotted) or External(canonical(dotted))
            else:
                return None
        return symbol

    def resolve_name(self, module: Module, name: str) -> Symbol | None:
        """What a global name of a module stands for, or None for a name it does not define."""
        return self._names((module, name))

    def _resolve_name(self, key: tuple[Module, str]) -> Symbol | None:
        module, name = key
        functions = module.named.get(name)
        if functions is not None:
            return functions[-1]
        if name in module.classes:
            return module.classes[name]
        if name in module.facts.imports:
            return self.resolve_import(module, module.facts.imports[name])
        if name in module.global_names:
            return Variable(module, name)
        source = self._stars.source(module, name)
        return None if source is None else self.resolve_name(source, name)

    def resolve_ref(
        self, module: Module, ref: TypeRef, inside: Class | None = None
    ) -> Symbol | None:
        """The symbol that a type reference names, brackets left out."""
        if not ref or ref.name == "|":
            return None
        head, *rest = ref.name.split(".")
        if inside is not None:
            nested = module.classes.get(f"{inside.facts.qualname.rpartition('.')[0]}.{head}")
            if nested is not None and not rest:
                return nested
        symbol = self.resolve_name(module, head)
        if symbol is None:
            return External(canonical(ref.name))
        return self._attribute(symbol, rest)

    def _attribute(self, symbol: Symbol | None, rest: Iterable[str]) -> Symbol | None:
        for name in rest:
            if isinstance(symbol, Module):
                symbol = self._walk(symbol, [name])
            elif isinstance(symbol, External):
                symbol = self.resolve_dotted(f"{symbol.dotted}.{name}")
            elif isinstance(symbol, Class):
                symbol = symbol.module.classes.get(f"{symbol.facts.qualname}.{name}")
            else:
                return None
        return symbol

    def symbol(self, function: Function, term: Term) -> Symbol | None:
        """What a term stands for where that can be told without types, else None."""
        if isinstance(term, Global):
            return self._globals((function.module, term.name))
        if isinstance(term, Attribute):
            base = self.symbol(function, term.base)
            if isinstance(base, Module | External):
                return self._attribute(base, [term.name])
            if isinstance(base, Class):
                methods = base.find(term.name)
                return methods[0] if methods else self._attribute(base, [term.name])
            return None
        if isinstance(term, Nested):
            module = function.module
            return module.functions.get(term.key) or module.classes.get(term.key)
        if isinstance(term, Bound):
            return self._only_definition(function, term)
        return None

    def _global(self, key: tuple[Module, str]) -> Symbol:
        """What a name that no function binds stands for; one with a dot before it is imported."""
        module, name = key
        if name.startswith("."):
            return self.resolve_import(module, name[1:])
        return self.resolve_name(module, name) or External(canonical(name))

    def _only_definition(self, function: Function, term: Bound) -> Symbol | None:
        home, name = self.home(function, term)
        terms = [t for t in home.facts.defs.get(name, ()) if t != term]
        if len(terms) != 1 or not isinstance(terms[0], (Global, Nested, Attribute)):
            return None
        # A name can be defined by a part of itself alone, by way of others too: `a = a.b`.
        if (home, name) in self._defining:
            return None
        self._defining.add((home, name))
        try:
            return self.symbol(home, terms[0])
        finally:
            self._defining.discard((home, name))

    def home(self, function: Function, term: Bound) -> tuple[Function, str]:
        """The function whose local a term names, and the local's name."""
        if isinstance(term, Outer):
            return function.module.functions[term.function], term.name
        return function, term.name


def _rebinds(package: Module, name: str) -> bool:
    """Whether a package gives the name of one of its modules to something else.

    ``from .run import run`` in it does so once the module has been imported.
    """
    imported = package.facts.imports.get(name)
    is_other = imported is not None and imported != f"{package.name}.{name}"
    return is_other or name in package.named or name in package.classes
