"""What the facts of a module say by themselves, whatever program it is part of.

Linking asks in rounds, each time of a larger program: what is worked out here holds for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from functools import cached_property

from taskleash.controlflow.exceptions import never_raises, raised_by
from taskleash.controlflow.nesting import Nesting
from taskleash.controlflow.paths import Paths
from taskleash.ir.model import MODULE, Call, FunctionFacts, Give, ModuleFacts, Store
from taskleash.ir.terms import Alts, Attribute, Global, Nested, Outer, Parameter, Term
from taskleash.models.table import canonical
from taskleash.semantics.uses import NO_NAMES, NO_TERMS, UseIndex
from taskleash.semantics.written import Written


class IndexedFunction:
    """The facts of a function and indices of them, each made when it is first asked for."""

    def __init__(self, facts: FunctionFacts, module: IndexedModule) -> None:
        self.facts = facts
        self.module = module

    @cached_property
    def calls(self) -> tuple[tuple[int, Call], ...]:
        """All call events with their indices."""
        events = enumerate(self.facts.events)
        return tuple([(index, event) for index, event in events if isinstance(event, Call)])

    @cached_property
    def uses(self) -> UseIndex:
        """Where each term is used."""
        return UseIndex(self.facts)

    @cached_property
    def stored(self) -> frozenset[Term]:
        """The attributes, elements and globals that it stores to."""
        found = frozenset([e.target for e in self.facts.events if isinstance(e, Store)])
        return found or NO_TERMS

    @cached_property
    def returned(self) -> tuple[Alts, ...]:
        """The values of its ``return`` statements, in order."""
        events = self.facts.events
        return tuple([e.value for e in events if isinstance(e, Give) and e.kind == "return"])

    @cached_property
    def levels(self) -> Nesting:
        """Where its events stand in its control flow."""
        return Nesting(self.facts)

    @cached_property
    def paths(self) -> Paths:
        """Its control-flow graph, and searches along it."""
        shared: Set[str] = self.module.assigned_inside.get(self.facts.key, frozenset())
        raised = raised_by(self.facts.events, self._is_calm, self._called)
        return Paths(self.facts, raised, shared, self._called)

    def _called(self, call: Call) -> str:
        """The name of what it calls, as its own module has it: ``asyncio.wait`` for ``wait``."""
        first, dot, rest = call.text.partition(".")
        base = call.func[0] if len(call.func) == 1 else None
        while isinstance(base, Attribute):
            base = base.base
        imported = self.module.facts.imports.get(first) if base == Global(first) else None
        return canonical(f"{imported}{dot}{rest}") if imported else call.text

    def _is_calm(self, call: Call) -> bool:
        """Whether it calls functions of its module, or methods of its object, that cannot raise."""
        called = [self._in_this_module(func) for func in call.func]
        return bool(called) and all(each is not None and each.never_raises for each in called)

    def _in_this_module(self, func: Term) -> IndexedFunction | None:
        """What a term stands for, where the module says so by itself and once only."""
        own = self.facts.params[0].name if self.facts.owner and self.facts.params else ""
        if isinstance(func, Attribute) and own and func.base == Parameter(own):
            return self.module.methods.get((self.facts.owner, func.name))
        if isinstance(func, Nested):
            return self.module.functions.get(func.key)
        return self.module.plain.get(func.name) if isinstance(func, Global) else None

    @cached_property
    def never_raises(self) -> bool:
        """Whether nothing in it raises, as far as its own events tell."""
        return never_raises(self.facts)

    @cached_property
    def decorators(self) -> frozenset[str]:
        """The last names of its decorators."""
        return frozenset([d.text.rpartition(".")[2] for d in self.facts.decorators]) or NO_NAMES


class IndexedModule:
    """The facts of a module and its indexed functions, by key."""

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts
        self.functions = {key: IndexedFunction(f, self) for key, f in facts.functions.items()}

    @cached_property
    def written(self) -> Written:
        """The names that its functions write."""
        return Written(tuple(self.functions.values()))

    @cached_property
    def methods(self) -> dict[tuple[str, str], IndexedFunction]:
        """Its methods by the key of their class and their name, the last of several."""
        return {(f.facts.owner, f.facts.name): f for f in self.functions.values() if f.facts.owner}

    @cached_property
    def plain(self) -> dict[str, IndexedFunction]:
        """Its top-level functions by name, where nothing else of the module has that name."""
        others = {*self.functions[MODULE].facts.defs, *self.facts.imports, *self.storing}
        found: defaultdict[str, list[IndexedFunction]] = defaultdict(list)
        for each in self.functions.values():
            if each.facts.parent == MODULE and each.facts.name not in others:
                found[each.facts.name].append(each)
        return {name: each for name, (each, *more) in found.items() if not more}

    @cached_property
    def assigned_inside(self) -> dict[str, set[str]]:
        """The local variables of each function, by its key, that functions inside assign to."""
        found: dict[str, set[str]] = defaultdict(set)
        for function in self.functions.values():
            for target in function.stored:
                if isinstance(target, Outer):
                    found[target.function].add(target.name)
        return dict(found)

    @cached_property
    def storing(self) -> dict[str, list[str]]:
        """The keys of the functions that store to each global variable, by its name."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, function in self.functions.items():
            for target in function.stored:
                if isinstance(target, Global):
                    found[target.name].append(key)
        return dict(found)


class IndexedModules:
    """The indexed modules of one program and of those that grow from it."""

    def __init__(self) -> None:
        self._known: dict[int, IndexedModule] = {}

    def of(self, facts: ModuleFacts) -> IndexedModule:
        """A module; the same one for the same facts, which stay in memory with it."""
        # To compare facts by their contents would take longer than to index them again.
        if id(facts) not in self._known:
            self._known[id(facts)] = IndexedModule(facts)
        return self._known[id(facts)]

    def retain(self, used: Iterable[ModuleFacts]) -> None:
        """Forget all modules but those with these facts; no program may use the others any more.

        A module and its functions refer to each other: they are taken apart, since no collector
        looks at them.
        """
        kept = {id(facts) for facts in used}
        for key in self._known.keys() - kept:
            module = self._known.pop(key)
            for part in (*module.functions.values(), module):
                vars(part).clear()
