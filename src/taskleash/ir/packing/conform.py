"""Whether data has the types that it is declared with, all of it, in bounded time.

Data that comes from a cache may have been put there by anybody. It is looked at column by column,
so that the work is done by `map` and `set` rather than value by value, and counted as the tree that
whoever walks it will see: a small file can stand for a tree without end, since parts may be shared.
"""

from __future__ import annotations

import dataclasses
import marshal
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain, islice
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from taskleash.ir.packing.marshalled import is_plain
from taskleash.records import dataclass

#: no number that is written is larger, and none is slow to write as text
_MAX_NUMBER = 1 << 62
#: so many values may there be for each byte; what is packed has a tenth of it
_VALUES_A_BYTE = 4
_SPARE_VALUES = 10_000
#: what is shared has no more of its kind in it
_MAX_PARTS = 10_000
_PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
_GROUPS = frozenset({tuple, list, frozenset})


class NotConforming(Exception):
    """The data is not what it is declared to be."""


class Budget:
    """How much is left of what data of this many bytes can hold, and which instances were met."""

    def __init__(self, size: int) -> None:
        self._left = size * _VALUES_A_BYTE + _SPARE_VALUES
        self._met: set[int] = set()

    def spend(self, values: Collection[Any]) -> None:
        """Count the values."""
        self._left -= len(values)
        demand(self._left >= 0)

    def flat(self, groups: Collection[Collection[Any]]) -> list[Any]:
        """What the groups hold between them, counted."""
        found = list(islice(chain.from_iterable(groups), self._left + 1))
        self.spend(found)
        return found

    def meet(self, instances: Collection[Any]) -> None:
        """Count instances that are in one place only."""
        before = len(self._met)
        self._met.update(map(id, instances))
        demand(len(self._met) == before + len(instances))


#: takes the values of a column; raises NotConforming
Check: TypeAlias = Callable[[Budget, Collection[Any]], None]


@dataclass(frozen=True)
class Classes:
    """The classes that instances can be of; those ``shared`` may be in several places."""

    known: frozenset[type] = frozenset()
    shared: frozenset[type] = frozenset()

    def of(self, hint: Any) -> frozenset[type]:
        """Those that a type stands for."""
        if not isinstance(hint, type) or get_origin(hint) is not None or hint in _PLAIN:
            return frozenset()
        return frozenset(cls for cls in self.known if issubclass(cls, hint))


_NO_CLASSES = Classes()


def demand(holds: bool) -> None:
    """Raise NotConforming where something does not hold."""
    if not holds:
        raise NotConforming("not what is kept there")


def loaded(data: bytes) -> Any:
    """Plain data from its bytes; raises NotConforming for bytes that hold none."""
    demand(is_plain(data))
    try:
        value = marshal.loads(data)
    except (EOFError, ValueError, TypeError, LookupError, MemoryError) as error:
        raise NotConforming(str(error)) from None
    _check_tree(Budget(len(data)), value)
    return value


def conforming(data: bytes, check: Check) -> Any:
    """The value that the bytes hold, where it passes a check; raises NotConforming."""
    value = loaded(data)
    check(Budget(len(data)), [value])
    return value


def check_of(hint: Any, classes: Classes = _NO_CLASSES) -> Check:
    """The check for a type, in which there may be instances of the classes."""
    if get_origin(hint) in (Union, types.UnionType):
        return _union(get_args(hint), classes)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return _many(tuple, check_of(arguments[0], classes))
        return row_of([check_of(argument, classes) for argument in arguments])
    if origin is Literal:
        return _one_of(frozenset(arguments))
    if origin in (list, frozenset):
        return _many(origin, check_of(arguments[0], classes))
    if origin in (dict, Mapping):
        return _table(check_of(arguments[0], classes), check_of(arguments[1], classes))
    if found := classes.of(hint):
        return _instance(found, classes.shared)
    if hint is int:
        return _number
    if hint in _PLAIN:
        return _scalar(hint)
    raise TypeError(f"no data of {hint} can be kept")


def check_shared(made: Iterable[Any], shared: frozenset[type]) -> None:
    """Raise NotConforming where few instances of these classes stand for very many.

    What one of them holds was ``made`` before it.
    """
    sizes: dict[int, int] = {}
    for each in made:
        if type(each) not in shared:
            continue
        size = 1
        parts = [getattr(each, field.name) for field in dataclasses.fields(each)]
        while parts:
            part = parts.pop()
            if type(part) is tuple:
                parts += part
            size += sizes.get(id(part), 0)
        demand(size <= _MAX_PARTS)
        sizes[id(each)] = size


def row_of(items: Collection[Check]) -> Check:
    """The check for tuples, or lists, with so many items, each with a check of its own."""

    def check(budget: Budget, values: Collection[Any]) -> None:
        demand(set(map(type, values)) <= {tuple})
        demand(set(map(len, values)) <= {len(items)})
        for item, column in zip(items, zip(*values, strict=True), strict=False):
            budget.spend(column)
            item(budget, column)

    return check


def _check_tree(budget: Budget, value: Any) -> None:
    level = [value]
    while level:
        below = budget.flat([each for each in level if type(each) in _GROUPS])
        below += budget.flat([each.values() for each in level if type(each) is dict])
        level = below


def _scalar(kind: type) -> Check:
    def check(budget: Budget, values: Collection[Any]) -> None:
        demand(set(map(type, values)) <= {kind})

    return check


def _one_of(words: frozenset[str]) -> Check:
    def check(budget: Budget, values: Collection[Any]) -> None:
        demand(set(map(type, values)) <= {str} and words.issuperset(values))

    return check


def _number(budget: Budget, values: Collection[Any]) -> None:
    demand(set(map(type, values)) <= {int})
    demand(not values or (max(values) < _MAX_NUMBER and min(values) > -_MAX_NUMBER))


def _many(kind: type, item: Check) -> Check:
    def check(budget: Budget, values: Collection[Any]) -> None:
        demand(set(map(type, values)) <= {kind})
        if found := budget.flat(values):
            item(budget, found)

    return check


def _table(key: Check, item: Check) -> Check:
    def check(budget: Budget, values: Collection[Any]) -> None:
        demand(set(map(type, values)) <= {dict})
        if keys := budget.flat(values):
            key(budget, keys)
            item(budget, budget.flat([value.values() for value in values]))

    return check


def _instance(found: frozenset[type], shared: frozenset[type]) -> Check:
    def check(budget: Budget, values: Collection[Any]) -> None:
        kinds = set(map(type, values))
        demand(kinds <= found)
        if not kinds <= shared:
            budget.meet([value for value in values if type(value) not in shared])

    return check


def _union(members: tuple[Any, ...], classes: Classes) -> Check:
    """The check for one of several types: each kind of value is sent to the one that it is of."""
    checks: dict[type, Check] = {}
    for member in members:
        check_member = check_of(member, classes)
        for kind in classes.of(member) or (get_origin(member) or member,):
            checks[kind] = check_member

    def check(budget: Budget, values: Collection[Any]) -> None:
        for kind in set(map(type, values)):
            demand(kind in checks)
            checks[kind](budget, [value for value in values if type(value) is kind])

    return check
