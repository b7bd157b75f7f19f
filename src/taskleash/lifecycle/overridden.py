"""Endings that a subclass leaves out: a method of its own stands in place of the one that ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from taskleash.dataflow.trail import Op
from taskleash.semantics.calls import Calls
from taskleash.semantics.entities import Class, Function


class Overridden:
    """Answers whether an instance of a subclass comes to the methods that it inherits."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def by(
        self, spawning: Function, endings: Collection[Op], others: Iterable[Op]
    ) -> tuple[Function, Function] | None:
        """A subclass's method and the ending one in place of which it is, if nothing comes to that.

        The instance does come to the spawn, and to no other ending: none of the ``others``, either,
        that by themselves would not do.
        """
        methods = tuple(dict.fromkeys(op.site[0].method for op in (*endings, *others)))
        start = spawning.method
        if start.owner is None or not endings:
            return None
        for cls in sorted(start.owner.descendants - {start.owner}, key=repr):
            if cls.module.is_test and not start.module.is_test:
                continue
            if self._comes_to(cls, start) and not any(self._comes_to(cls, m) for m in methods):
                found = _instead(cls, self._leading_to(methods))
                if found is not None:
                    return found
        return None

    def left_out(self, spawning: Function, methods: Iterable[Function]) -> set[Function]:
        """The methods of bases to which no object comes that starts the task."""
        owner = spawning.method.owner
        if owner is None:
            return set()
        starting = [cls for cls in owner.descendants if self._comes_to(cls, spawning.method)]
        return {
            method
            for method in methods
            if method.owner in owner.mro[1:]
            and starting
            and not any(self._comes_to(cls, method) for cls in starting)
        }

    def _comes_to(
        self, cls: Class, method: Function, seen: frozenset[Function] = frozenset()
    ) -> bool:
        """Whether an instance of a class may come to a method of one that it inherits from."""
        if method.owner is None or method.owner not in cls.mro or self.calls.references(method):
            return True
        callers = self._callers(method) - seen
        is_visible = method in cls.find(method.name)[:1]
        if is_visible and (not callers or not method.name.startswith("_")):
            return True
        if is_visible and any(caller.owner not in cls.mro for caller in callers):
            return True
        return any(
            caller.owner in cls.mro and self._comes_to(cls, caller, seen | {method})
            for caller in callers
        )

    def _callers(self, method: Function) -> set[Function]:
        """The methods that call another one."""
        return {caller.method for caller, _ in self.calls.callers(method)} - {method}

    def _leading_to(self, methods: Iterable[Function]) -> list[Function]:
        """The methods and what calls them, nearest first."""
        found = dict.fromkeys(methods)
        for method in list(found):
            found |= dict.fromkeys(sorted(self._callers(method), key=repr))
        return list(found)


def _instead(cls: Class, leading: Iterable[Function]) -> tuple[Function, Function] | None:
    """The method of a class that stands in place of an ending one, or of one that calls it."""
    for method in leading:
        found = cls.find(method.name)[:1]
        if method.owner in cls.mro and found and found[0] is not method:
            return found[0], method
    return None
