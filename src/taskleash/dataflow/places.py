"""Where handles live beyond a local name: attributes, globals, closures, containers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from taskleash.dataflow.contained import is_of_a_wait
from taskleash.dataflow.trail import ANY_CALL, Calling, Place, PlaceKind, Site, calling
from taskleash.ir.model import Call, Store
from taskleash.ir.terms import (
    Attribute,
    Bound,
    Constant,
    Display,
    Element,
    Global,
    Item,
    Local,
    Parameter,
    Result,
    Term,
)
from taskleash.models.api import Effect
from taskleash.models.containers import TAKING, VIEWING
from taskleash.query import Query
from taskleash.semantics.binding import given
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, External, Function, Module, Variable
from taskleash.semantics.loads import Load
from taskleash.semantics.naming import term_text
from taskleash.semantics.reflection import Reflection
from taskleash.sentences import NOTHING, Sentence, sentence

#: more places than any one container comes from
_MOST_ORIGINS = 2_000


#: a term of a function that reads a place, and whether the link is by name only
Read: TypeAlias = tuple[Function, Term, bool]
#: a container under the term that a function has for it, how deep in it the task is, and the calls
#: by which the function was come to, the last one first, if only what these hand in counts
_Contained: TypeAlias = tuple[Function, Term, int, tuple[Site, ...]]


@dataclass
class Containers:
    """Where a container term leads: places, and terms that stand for the same container.

    ``unknown`` says why that is not all, where something was left out.
    """

    places: list[Place] = field(default_factory=list)
    carriers: list[tuple[Function, Term, int]] = field(default_factory=list)
    local: bool = False
    text: str = ""
    unknown: Sentence = NOTHING


class Places:
    """Finds the places that terms name, and everything that reads them."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.program = calls.program
        self.inference = calls.inference
        self._loads = calls.loads
        self.reflection = Reflection(calls)
        ask = self.program.uses
        #: the terms that read a place, each with whether the link is by name only
        self.reads: Query[Place, tuple[Read, ...]] = Query(
            ask, lambda place: tuple(self._find_reads(place))
        )
        #: the terms that read a module global, here and in the modules that import it
        self._global_reads: Query[tuple[Module, str], list[tuple[Function, Term]]] = Query(
            ask, self._find_global_reads
        )
        self._declaring: Query[str, tuple[Class, ...]] = Query(ask, self._find_declaring)
        #: the containers of other objects that an attribute of some classes is set to
        self._lent: Query[tuple[str, tuple[Class, ...]], list[tuple[Function, Term]]] = Query(
            ask, self._find_lent
        )
        #: where a container that is given a handle lives, and under which terms it is known
        self.containers: Query[_Contained, Containers] = Query(ask, self._find_containers)

    # -- attributes

    def attribute(
        self, function: Function, target: Attribute, depth: int, by: Calling = ANY_CALL
    ) -> list[Place]:
        """The places that an attribute term names, one for each class its object may have."""
        base, name = target.base, target.name
        symbol = self.program.symbol(function, base)
        if isinstance(symbol, Module):
            return [Place("global", name, depth, name, module=symbol)]
        text = term_text(function, target)
        if isinstance(symbol, Class):
            return [Place("attribute", name, depth, text, cls=symbol)]
        classes = self.inference.classes(function, base) or self._handed_in(function, base, by)
        if not classes:
            return [Place("attribute", name, depth, text)]
        return [Place("attribute", name, depth, text, cls=cls) for cls in classes]

    def _handed_in(self, function: Function, term: Term, by: Calling) -> tuple[Class, ...]:
        """The classes of what calls give for an untyped parameter, if all of them are known."""
        found: dict[Class, None] = {}
        pending: list[tuple[Function, Term]] = [(function, term)]
        seen = set(pending)
        for home, given_as in pending:
            classes = self.inference.classes(home, given_as)
            found |= dict.fromkeys(classes)
            if not classes:
                if not isinstance(given_as, Parameter):
                    return ()
                origins = self._caller_arguments(home, given_as.name, by)
                if not origins:
                    return ()
                pending += [each for each in origins if each not in seen]
                seen.update(origins)
        return tuple(found)

    def of_class(self, cls: Class, name: str, depth: int) -> Place:
        """The place of an instance attribute of a class."""
        return Place("attribute", name, depth, f"{cls.name}.{name}", cls=cls)

    def field(self, cls: Class, call: Call, position: int) -> str:
        """The field that a generated constructor binds an argument to, or an empty string."""
        arg = call.args[position]
        names = [n for base in reversed(cls.mro) for n in base.facts.fields]
        if arg.key and arg.key not in ("*", "**"):
            return arg.key
        return names[position] if not arg.key and position < len(names) else ""

    def setters(self, function: Function, target: Attribute) -> list[Function]:
        """The property setters that storing to an attribute term calls."""
        return [
            method
            for cls in self.inference.classes(function, target.base)
            for method in cls.find(target.name)
            if any(d.text.endswith(".setter") for d in method.facts.decorators)
        ]

    def _find_reads(self, place: Place) -> Iterator[Read]:
        if place.kind == "global" and place.module is not None:
            for function, term in self.global_reads(place.module, place.name):
                yield function, term, False
            return
        if place.kind == "handed in":
            for function in self._using_parameter.get(place.name, ()):
                yield function, Parameter(place.name), True
            return
        if place.kind == "closure":
            # A walk carries the handle to those that read it; an attribute of that name is another.
            return
        for load in self._attribute_loads(place):
            yield load.function, load.term, load.free or place.cls is None

    def _attribute_loads(self, place: Place) -> Iterator[Load]:
        name, cls = place.name, place.cls
        free = cls is not None and self._distinctive(cls, name)
        for loads in (self._loads.named(name), self.reflection.named(name)):
            if cls is not None:
                yield from loads.related((cls,), free)
                continue
            for load in loads:
                if load.free or load.named or self._only_declares(load.classes, name):
                    yield load

    def _distinctive(self, cls: Class, name: str) -> bool:
        """Whether an attribute's name alone tells which class it belongs to."""
        return all(owner.related(cls) for owner in self._declaring(name))

    def _find_declaring(self, name: str) -> tuple[Class, ...]:
        """The classes that store to an attribute of this name on their own instances."""
        found = {
            cls: None
            for function, base in self.program.lookup.stores(name)
            for cls in self.inference.classes(function, base)
        }
        return (*found, *self._with_field.get(name, ()))

    @cached_property
    def _with_field(self) -> dict[str, list[Class]]:
        """The classes that have a field of each name."""
        found: dict[str, list[Class]] = defaultdict(list)
        for name, cls in ((name, c) for c in self.program.classes() for name in c.facts.fields):
            found[name].append(cls)
        return found

    def _only_declares(self, classes: tuple[Class, ...], name: str) -> bool:
        """Whether no class but these (and theirs) has an attribute of this name."""
        declaring = self._declaring(name) if classes else ()
        return bool(declaring) and all(any(d.related(c) for c in classes) for d in declaring)

    def property_reads(self, method: Function) -> Iterator[Read]:
        """The terms that read a property."""
        owner, name = method.owner, method.name
        if owner is not None:
            for load in self._loads.named(name).related((owner,), name.startswith("_")):
                if load.named is None:
                    yield load.function, load.term, load.free

    @cached_property
    def _using_parameter(self) -> dict[str, list[Function]]:
        """The functions that use something of a parameter of each name."""
        found: dict[str, list[Function]] = defaultdict(list)
        for function in self.program.functions():
            for term in (t for t in function.uses.derived if isinstance(t, Parameter)):
                found[term.name].append(function)
        return found

    # -- globals and closures

    def global_reads(self, module: Module, name: str) -> list[tuple[Function, Term]]:
        """The terms that read a module global, here and in the modules that import it."""
        return self._global_reads((module, name))

    def _find_global_reads(self, key: tuple[Module, str]) -> list[tuple[Function, Term]]:
        module, name = key
        body = module.body
        readers = module.readers.get(Global(name), ())
        found: list[tuple[Function, Term]] = [(function, Global(name)) for function in readers]
        if Local(name) in body.uses.roles or Local(name) in body.uses.derived:
            found.append((body, Local(name)))
        if body.facts.defs.get(name):
            found.extend((body, t) for t in body.facts.defs[name] if not isinstance(t, Constant))
        own = Variable(module, name)
        for other, local, dotted in self.program.imports_named.get(name, ()):
            if other is not module and self.program.resolve_dotted(dotted) == own:
                term = Global(local)
                found.extend((function, term) for function in other.readers.get(term, ()))
        loads = self._loads.named(name).of_module(module)
        return [*found, *((load.function, load.term) for load in loads)]

    # -- containers

    def _find_containers(self, key: _Contained) -> Containers:
        function, container, depth, way = key
        by = calling(function, way)
        found = Containers(text=term_text(function, container))
        # The last is the function that a container made there belongs to.
        pending = deque([(function, container, depth, function)])
        seen: set[tuple[Function, Term]] = set()
        while pending:
            if len(seen) > _MOST_ORIGINS:
                found.unknown = sentence(
                    "it is put into what comes from more than {most} places",
                    most=f"{_MOST_ORIGINS:,}",
                )
                break
            home, term, level, owner = pending.popleft()
            if (home, term) in seen:
                continue
            seen.add((home, term))
            found.carriers.append((home, term, level))
            local, found.local = found.local, False
            for origin in self._container_origins(home, term, level, found, by):
                # What a call makes anew belongs to who calls: a decorator may have kept it.
                is_made = isinstance(term, Result) and not origin[0].facts.decorators
                pending.append((*origin, owner if is_made else origin[0]))
            if found.local and (owner is not function or function.facts.kind == "module"):
                # What is made elsewhere is called by what gives it here.
                is_elsewhere = isinstance(term, Result) and home is not function
                name = found.text if is_elsewhere else term_text(home, term) or found.text
                kind: PlaceKind = "global" if home.facts.kind == "module" else "closure"
                found.places.append(
                    Place(kind, name, level, name, module=home.module, function=home)
                )
                found.local = False
            found.local = found.local or local
        return found

    def _container_origins(
        self,
        home: Function,
        term: Term,
        level: int,
        found: Containers,
        by: Calling,
    ) -> list[tuple[Function, Term, int]]:
        if isinstance(term, Attribute):
            found.places.extend(self.attribute(home, term, level, by))
            return self._borrowed(home, term, level)
        if isinstance(term, Display) or is_of_a_wait(self._calls, home, term):
            found.local = True
        elif isinstance(term, (Element, Item)):
            return [(home, term.base, level + 1)]
        elif isinstance(term, Result):
            return self._call_origins(home, term.event, level, found)
        elif isinstance(term, Parameter):
            return self._parameter_origins(home, term.name, level, found, by)
        elif isinstance(term, Bound):
            owner, name = self.program.home(home, term)
            return [
                (owner, t, level)
                for t in owner.facts.defs.get(name, ())
                if not isinstance(t, Constant)
            ]
        elif isinstance(term, Global):
            symbol, module, name = self.program.symbol(home, term), home.module, term.name
            if isinstance(symbol, Variable):
                found.places.append(Place("global", symbol.name, level, name, module=symbol.module))
            elif isinstance(symbol, External) and name in module.facts.imports:
                # It is that of a file which is not at hand, and is there as long as that.
                found.places.append(Place("global", name, level, name, module=module))
        return []

    def _borrowed(
        self, home: Function, term: Attribute, level: int
    ) -> list[tuple[Function, Term, int]]:
        """Another object's container that an attribute was set to: ``self.tasks = state.tasks``.

        Also one that the constructor was given.
        """
        owners = self.inference.classes(home, term.base)
        lent = self._lent((term.name, owners)) if owners else []
        return [(function, t, level) for function, t in lent]

    def _find_lent(self, key: tuple[str, tuple[Class, ...]]) -> list[tuple[Function, Term]]:
        name, owners = key
        found: list[tuple[Function, Term]] = []
        for load in self._loads.named(name).related(owners):
            function = load.function
            for role in function.uses.roles.get(load.term, ()) if load.named is None else ():
                event = function.events[role.index] if role.kind == "target" else None
                if not isinstance(event, Store) or event.op:
                    continue
                found.extend((function, t) for t in event.value if isinstance(t, Attribute))
                for given_as in (t.name for t in event.value if isinstance(t, Parameter)):
                    found.extend(self._caller_arguments(function, given_as))
        return found

    def _call_origins(
        self, home: Function, index: int, level: int, found: Containers
    ) -> list[tuple[Function, Term, int]]:
        call = home.call(index)
        pending: list[tuple[Function, Term, int]] = []
        for func in call.func:
            if isinstance(func, Attribute) and func.name in TAKING:
                pending.append((home, func.base, level + 1))
            elif isinstance(func, Attribute) and func.name in VIEWING:
                pending.append((home, func.base, level))
        models = self._calls.program.models
        for callee in self._calls.callees(home, call):
            if isinstance(callee, Function):
                terms = (term for value in callee.returned for term in value)
                pending.extend((callee, t, level) for t in terms if not isinstance(t, Constant))
            elif isinstance(callee, External) and models.handle(callee.dotted) is Effect.COPIES:
                found.local = True
        if not pending:
            found.local = True
        return pending

    def _parameter_origins(
        self, home: Function, name: str, level: int, found: Containers, by: Calling
    ) -> list[tuple[Function, Term, int]]:
        """A container that is handed in: by callers of the program, or else by a framework."""
        origins = self._caller_arguments(home, name, by)
        if not origins:
            found.places.append(Place("handed in", name, level, name))
        return [(caller, t, level) for caller, t in origins]

    def _caller_arguments(
        self, home: Function, name: str, by: Calling = ANY_CALL
    ) -> list[tuple[Function, Term]]:
        """What calls give for a parameter, constants left out."""
        sites = [by[home]] if home in by else list(self._calls.callers(home))
        if home.name == "__init__" and home.owner is not None:
            sites.extend(self._calls.constructions(home.owner))
        return [
            (caller, term)
            for caller, index in sites
            for term in given(home, caller.call(index)).get(name, ())
            if not isinstance(term, Constant)
        ]
