"""Functions that start a task, held by what is called: an attribute, a container, a default.

``self.spawn = loop.create_task`` makes each ``self.spawn(work())`` start a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from taskleash.ir.terms import Alts, Attribute, Display, Element, Parameter, Term, last_name
from taskleash.models.api import KnownBy, Starts
from taskleash.models.table import canonical
from taskleash.query import Query, union
from taskleash.semantics.entities import Class, External, Function, Variable
from taskleash.semantics.inference import Inference

_STARTING = frozenset({Starts.TASK, Starts.THREADSAFE, Starts.OWNER})
#: what starts a task
Starters: TypeAlias = tuple[External, ...]
#: what a callable term stands for outside of the program
Outside: TypeAlias = Callable[[Function, Term], Iterable[External]]


class HeldSpawners:
    """Finds what starts a task behind a term; ``outside`` gives what a term stands for there."""

    def __init__(self, inference: Inference, outside: Outside) -> None:
        self._inference = inference
        self._program = inference.program
        self._outside = outside
        ask = self._program.questions
        #: what a class itself puts into an attribute of its instances
        self._kept: Query[tuple[Class, str], Starters] = Query(ask, self._find_kept, (), union)
        #: what an attribute of an instance of a class holds
        self._held: Query[tuple[Class, str], Starters] = Query(ask, self._find_held, (), union)
        #: what all classes that have an attribute of a name hold there; nothing where one does not
        self._named: Query[str, Starters] = Query(ask, self._find_named, (), union)
        #: the same of the elements of a container
        self._contained: Query[tuple[Function, Term], Starters] = Query(
            ask, self._find_contained, (), union
        )

    def by_attribute(self, function: Function, term: Attribute) -> Starters:
        """What an attribute holds.

        Of an object of which nothing is known that is what all classes hold that have one of the
        name, unless the name of the object says more.
        """
        program, name = self._program, term.name
        if name not in program.held_names:
            return ()
        classes = self._inference.classes(function, term.base)
        if classes:
            return _together(self._held((cls, name)) for cls in classes)
        receiver = last_name(term.base)
        models, libraries = program.models, function.module.libraries
        is_another = models.starting(receiver, name, KnownBy.RECEIVER, libraries) is not None
        return () if is_another or name in program.methods_named else self._named(name)

    def by_receiver(self, function: Function, receiver: Term, name: str) -> Starters:
        """A method of an object that is known by its name alone, as one of its class."""
        models, libraries = self._program.models, function.module.libraries
        api = models.starting(last_name(receiver), name, KnownBy.RECEIVER, libraries)
        kind = models.kinds.get(api.owner) if api is not None else None
        given_by = sorted(kind.given_by) if kind is not None else []
        return (External(f"{given_by[0]}.{name}"),) if given_by else ()

    def by_element(self, function: Function, term: Element) -> Starters:
        """What an element of a container holds: the one of its key, else any, where all do."""
        symbol = self._program.symbol(function, term.base)
        home = symbol.module.body if isinstance(symbol, Variable) else function
        bases = home.facts.defs.get(symbol.name, ()) if isinstance(symbol, Variable) else ()
        each: list[Starters] = []
        for base in bases or (term.base,):
            items = _of_its_key(home, base, term)
            each.append(self._contained((home, base)) if items is None else self._all(home, items))
        return _together(each) if all(each) else ()

    def by_default(self, function: Function, term: Parameter) -> Starters:
        """What a parameter holds where the caller gives nothing."""
        around = function.parent
        defaults = (p.default for p in function.facts.params if p.name == term.name)
        return self._starting(around, next(defaults, ())) if around is not None else ()

    def holders(self) -> Iterator[tuple[Class, str]]:
        """The classes that keep such a function themselves, each with the name of the attribute."""
        for name in sorted(self._program.held_names):
            for cls in self._program.naming.get(name, ()):
                if self._kept((cls, name)):
                    yield cls, name

    def _find_kept(self, key: tuple[Class, str]) -> Starters:
        cls, name = key
        found = [
            self._starting(method, event.value)
            for method, event in cls.stores.get(name, ())
            if not event.op
        ]
        if cls.body is not None:
            found.append(self._starting(cls.body, cls.body.facts.defs.get(name, ())))
        return _together(found)

    def _find_held(self, key: tuple[Class, str]) -> Starters:
        cls, name = key
        owners = dict.fromkeys((*cls.mro, *sorted(cls.descendants, key=repr)))
        return _together(self._kept((owner, name)) for owner in owners)

    def _find_named(self, name: str) -> Starters:
        each = [self._kept((cls, name)) for cls in self._program.naming.get(name, ())]
        return _together(each) if all(each) else ()

    def _find_contained(self, key: tuple[Function, Term]) -> Starters:
        found = self._inference.contents(*key)
        each = [self._starting(home, (term,)) for home, term in found]
        return _together(each) if all(each) else ()

    def _all(self, function: Function, value: Alts) -> Starters:
        each = [self._starting(function, (term,)) for term in value]
        return _together(each) if all(each) else ()

    def _starting(self, function: Function, value: Alts) -> Starters:
        """What of a value starts a task."""
        models = self._program.models
        libraries = function.module.libraries
        found = []
        for external in (e for term in value for e in self._outside(function, term)):
            api = models.spawning(canonical(external.dotted), libraries)
            if api is not None and api.starts in _STARTING:
                found.append(external)
        return tuple(found)


def _of_its_key(function: Function, base: Term, term: Element) -> Alts | None:
    """What a container that is written out has under the key of an element, if it is known."""
    if not isinstance(base, Display) or not term.is_constant:
        return None
    made = function.facts.collections[base.number]
    return made.items[made.keys.index(term.key)] if term.key in made.keys else None


def _together(each: Iterable[Starters]) -> Starters:
    return tuple(dict.fromkeys(external for found in each for external in found))
