"""Functions that start a task, held by what is called: an attribute, a container, a default.

``self.spawn = loop.create_task`` makes each ``self.spawn(work())`` start a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from taskleash.facts.terms import Alts, Attribute, Display, Element, Parameter, Term, last_name
from taskleash.link.contents import contents
from taskleash.link.entities import Class, External, Function, Variable
from taskleash.link.inference import Inference
from taskleash.models.api import Known, Starts
from taskleash.models.table import canonical

_STARTING = frozenset({Starts.TASK, Starts.THREADSAFE, Starts.OWNER})
#: what a callable term stands for outside of the program
Outside: TypeAlias = Callable[[Function, Term], Iterable[External]]


class Held:
    """Finds what starts a task behind a term; ``outside`` gives what a term stands for there."""

    def __init__(self, inference: Inference, outside: Outside) -> None:
        self._inference = inference
        self._program = inference.program
        self._outside = outside

    def by_attribute(self, function: Function, term: Attribute) -> list[External]:
        """What an attribute holds.

        Of an object of which nothing is known that is what all classes hold that have one of the
        name, unless the name of the object says more.
        """
        program, name = self._program, term.name
        if name not in program.held_names:
            return []
        classes = self._inference.classes(function, term.base)
        if classes:
            owners = (o for cls in classes for o in (*cls.mro, *sorted(cls.descendants, key=repr)))
            each = [self._kept_by(owner, name) for owner in dict.fromkeys(owners)]
            return _together(each)
        receiver = last_name(term.base)
        models, libraries = program.models, function.module.libraries
        is_another = models.starting(receiver, name, Known.RECEIVER, libraries) is not None
        if is_another or name in program.methods_named:
            return []
        each = [self._kept_by(cls, name) for cls in program.naming.get(name, ())]
        return _together(each) if all(each) else []

    def by_receiver(self, function: Function, receiver: Term, name: str) -> list[External]:
        """A method of an object that is known by its name alone, as one of its class."""
        models, libraries = self._program.models, function.module.libraries
        api = models.starting(last_name(receiver), name, Known.RECEIVER, libraries)
        kind = models.kinds.get(api.owner) if api is not None else None
        given_by = sorted(kind.given_by) if kind is not None else []
        return [External(f"{given_by[0]}.{name}")] if given_by else []

    def by_element(self, function: Function, term: Element) -> list[External]:
        """What an element of a container holds: the one of its key, else any, where all do."""
        each = [
            self._starting(home, (held,))
            for home, held in self._elements(function, term.base, term)
        ]
        return _together(each) if all(each) else []

    def by_default(self, function: Function, term: Parameter) -> list[External]:
        """What a parameter holds where the caller gives nothing."""
        around = function.parent
        defaults = (p.default for p in function.facts.params if p.name == term.name)
        return self._starting(around, next(defaults, ())) if around is not None else []

    def holders(self) -> Iterator[tuple[Class, str]]:
        """The classes that keep such a function themselves, each with the name of the attribute."""
        for name in sorted(self._program.held_names):
            for cls in self._program.naming.get(name, ()):
                if self._kept_by(cls, name):
                    yield cls, name

    def _kept_by(self, cls: Class, name: str) -> list[External]:
        """What a class itself puts into an attribute of its instances."""
        found = [
            external
            for method, event in cls.stores.get(name, ())
            if not event.op
            for external in self._starting(method, event.value)
        ]
        if cls.body is not None:
            found += self._starting(cls.body, cls.body.facts.defs.get(name, ()))
        return found

    def _elements(
        self, function: Function, base: Term, of: Element
    ) -> Iterator[tuple[Function, Term]]:
        symbol = self._program.symbol(function, base)
        if isinstance(symbol, Variable):
            body = symbol.module.body
            for term in body.facts.defs.get(symbol.name, ()):
                yield from self._elements(body, term, of)
        elif isinstance(base, Display) and of.is_constant:
            made = function.facts.collections[base.number]
            if of.key in made.keys:
                for term in made.items[made.keys.index(of.key)]:
                    yield function, term
            else:
                yield from contents(self._inference, function, base)
        else:
            yield from contents(self._inference, function, base)

    def _starting(self, function: Function, value: Alts) -> list[External]:
        """What of a value starts a task."""
        models = self._program.models
        libraries = function.module.libraries
        found = []
        for external in (e for term in value for e in self._outside(function, term)):
            api = models.spawning(canonical(external.dotted), libraries)
            if api is not None and api.starts in _STARTING:
                found.append(external)
        return found


def _together(each: Iterable[list[External]]) -> list[External]:
    return list(dict.fromkeys(external for found in each for external in found))
