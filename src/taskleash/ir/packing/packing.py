"""Frozen dataclasses as bytes and back, for pipes and caches: plain data that runs no code.

Each instance becomes a row of a table; rows refer to earlier ones by index. However deep the data
is nested, the table is flat: reading it needs no recursion. Equal terms, alternatives and members
of enumerations are one row, and so are equal instances of some more classes.
"""

from __future__ import annotations

import enum
import marshal
import re
from collections.abc import Callable, Sequence
from dataclasses import field, fields
from functools import cache, cached_property
from sys import intern
from typing import Any, get_type_hints

from taskleash.ir.packing.conform import (
    Budget,
    Check,
    Classes,
    NotConforming,
    check_of,
    check_shared,
    demand,
    loaded,
    row_of,
)
from taskleash.ir.terms import TERM_CLASSES, Alts, Built, Term
from taskleash.records import dataclass, filling

_VERSION = 4


class BadPacking(Exception):
    """The bytes hold nothing that was packed."""


class _Shape:
    """How instances of a class become rows; ``nested`` positions may hold other instances."""

    def __init__(
        self,
        make: Callable[..., Any],
        names: tuple[str, ...],
        nested: tuple[int, ...],
        checking: Callable[[], Check],
    ) -> None:
        self.make = make
        self.names = names
        self.nested = nested
        self._checking = checking

    @cached_property
    def check(self) -> Check:
        """Checks rows with the instances in them; of terms, with the number of the base.

        Made where it is asked for: what this program's own runs wrote needs none.
        """
        return self._checking()


def _term_shape(cls: Any) -> _Shape:
    names = cls.__match_args__
    nested = (0,) if issubclass(cls, Built) else ()

    def checking() -> Check:
        hints = {**get_type_hints(cls), "base": int}
        return row_of([check_of(hints[name]) for name in names])

    return _Shape(cls, names, nested, checking)


#: terms are packed whatever the classes are; their numbers count from the end
_TERM_SHAPES = tuple(map(_term_shape, TERM_CLASSES))
_TERMS: dict[type, int] = {
    cls: number - len(TERM_CLASSES) for number, cls in enumerate(TERM_CLASSES)
}
#: stands where rows have the number of their class: this one is a tuple of other rows
_TUPLE = -len(TERM_CLASSES) - 1
_WORD = re.compile(r"\w+")


class Packing:
    """Packs instances of these classes; ``aliases`` are names that stand for them in annotations.

    Besides, fields hold terms, strings, numbers, booleans, None, and tuples and dictionaries of
    them. Equal instances of the ``shared`` classes are one row; they can be hashed.
    """

    def __init__(
        self,
        classes: Sequence[type],
        aliases: frozenset[str] = frozenset(),
        shared: frozenset[type] = frozenset(),
    ) -> None:
        names = aliases | {cls.__name__ for cls in classes}
        same = shared.union(cls for cls in classes if issubclass(cls, enum.Enum))
        known = Classes(frozenset((*classes, *TERM_CLASSES)), same.union(TERM_CLASSES))
        shapes = tuple(_shape(cls, names, known) for cls in classes)
        self._root = check_of(object, known)
        self._shapes = (*shapes, *_TERM_SHAPES)
        self._indices = {cls: index for index, cls in enumerate(classes)}
        self._shared = shared
        self._same = same

    def pack(self, value: Any) -> bytes:
        """The bytes of an instance, or of a tuple of instances.

        Raises:
            BadPacking: plain values in it are nested too deeply.
            RecursionError: it is nested more deeply than the stack holds.
        """
        return dumped(self.rows(value))

    def rows(self, value: Any) -> list[Any]:
        """The rows that an instance becomes, for `dumped`; raises RecursionError as `pack` does.

        Each is the number of its class, in the order of the classes, and a list of its values; what
        stands for the whole comes last.
        """
        table = _Table(self._shapes, self._indices, self._same)
        last = table.nested(value)
        return [*table.rows, last]

    def unpack(self, data: bytes, is_own: bool = False) -> Any:
        """The value that was packed; ``is_own`` where this program has just packed it.

        Anything else is looked at: it may have been made by others.

        Raises:
            BadPacking: nothing was packed like this.
        """
        try:
            *rows, last = marshal.loads(data) if is_own else self._loaded(data)
            made = self._made(rows)
            value = _unpacked(last, made)
            if not is_own:
                self._check(Budget(len(data)), rows, made, value)
            return value
        except (NotConforming, EOFError, ValueError, TypeError, LookupError) as error:
            raise BadPacking(str(error)) from None

    def _made(self, rows: list[Any]) -> list[Any]:
        """What the rows stand for; instances take the place of what stands for them."""
        made: list[Any] = []
        shapes = [(shape.make, shape.nested) for shape in self._shapes]
        flat = iter(rows)
        for index, values in zip(flat, flat, strict=True):
            if index == _TUPLE:
                made.append(tuple([made[number] for number in values]))
                continue
            make, nested = shapes[index]
            for position in nested:
                value = values[position]
                # The two that nearly all are, without a call.
                if type(value) is int:
                    values[position] = made[value]
                elif type(value) is list:
                    values[position] = tuple([made[number] for number in value])
                else:
                    values[position] = _unpacked(value, made)
            made.append(make(*values))
        return made

    def _loaded(self, data: bytes) -> list[Any]:
        """What the bytes hold, where there is nothing wrong with its terms.

        They are the same ones for the whole process: so they are looked at before they are made.
        """
        found = loaded(data)
        demand(type(found) is list and len(found) % 2 == 1)
        numbers, rows = found[:-1:2], found[1::2]
        demand(set(map(type, numbers)) <= {int} and set(map(type, rows)) <= {list})
        # A row that is there twice would be changed twice.
        demand(len(set(map(id, rows))) == len(rows))
        most = len(self._shapes) - len(TERM_CLASSES)
        demand(all(_TUPLE <= number < most for number in set(numbers)))
        for number, values in _columns(found):
            if _TUPLE < number < 0:
                self._shapes[number].check(Budget(len(data)), values)
        return list(found)

    def _check(self, budget: Budget, rows: list[Any], made: list[Any], value: Any) -> None:
        """Raise NotConforming where the instances are not what they are declared to be."""
        terms: list[Any] = []
        for number, values in _columns([*rows, None]):
            if number >= 0:
                self._shapes[number].check(budget, values)
            elif number != _TUPLE and self._shapes[number].nested:
                terms += [row[0] for row in values]
        for each in made:
            if type(each) is tuple:
                terms += each
        _checks_terms()(budget, terms)
        check_shared(made, self._shared)
        for each in value if type(value) is tuple else (value,):
            self._root(budget, [each])


@cache
def _checks_terms() -> Check:
    return check_of(Term, Classes(frozenset(TERM_CLASSES), frozenset(TERM_CLASSES)))


def dumped(rows: list[Any]) -> bytes:
    """The bytes of rows; raises BadPacking where plain values in them are nested too deeply."""
    try:
        return marshal.dumps(rows, _VERSION)
    except ValueError as error:
        raise BadPacking(str(error)) from None


@dataclass
class _Table:
    """The rows of one packing while they are made: of each its class, by number, and its values.

    What stands for a nested value is the number of its row; a list of them for a tuple of such
    values, and a dictionary for a dictionary; else a tuple of one item, in which lists of one
    number stand for rows.
    """

    shapes: tuple[_Shape, ...]
    indices: dict[type, int]
    #: the classes of whose equal instances there is one row
    same: frozenset[type] = frozenset()
    rows: list[Any] = field(default_factory=list)
    #: the rows of terms, alternatives and, with their class, of what else is there once
    known: dict[Any, int] = field(default_factory=dict)
    #: plain values so far: equal ones are written, and will be read, once
    shared: dict[Any, Any] = field(default_factory=dict)

    def nested(self, value: Any) -> Any:
        """What stands for a value that may be an instance, or have some in it."""
        number = self.row(value)
        if number is not None:
            return number
        if type(value) is tuple:
            numbers = [self.row(item) for item in value]
            if None not in numbers:
                return numbers
            pairs = zip(value, numbers, strict=True)
            return (tuple([self.mixed(item) if n is None else [n] for item, n in pairs]),)
        if type(value) is dict:
            by_key = {intern(key): self.row(item) for key, item in value.items()}
            if None not in by_key.values():
                return by_key
            entries = by_key.items()
            return ({k: self.mixed(value[k]) if n is None else [n] for k, n in entries},)
        return (_shared(value, self.shared),)

    def row(self, value: Any) -> int | None:
        """The row of an instance, of a term or of alternatives; None for any other value."""
        kind = type(value)
        if kind is tuple:
            return self.of_alts(value) if not value or type(value[0]) in _TERMS else None
        if kind in _TERMS:
            return self.of_term(value)
        index = self.indices.get(kind)
        if index is None:
            return None
        if kind not in self.same:
            return self.of_instance(value, index)
        # Members of two enumerations are equal where their values are.
        number = self.known.get((index, value))
        if number is None:
            number = self.known[index, value] = self.of_instance(value, index)
        return number

    def of_instance(self, value: Any, index: int) -> int:
        """A new row for an instance."""
        shape = self.shapes[index]
        values = []
        for position, name in enumerate(shape.names):
            item = getattr(value, name)
            is_nested = position in shape.nested
            values.append(self.nested(item) if is_nested else _shared(item, self.shared))
        return self.add(index, values)

    def of_alts(self, alts: Alts) -> int:
        """The row of alternatives."""
        number = self.known.get(alts)
        if number is None:
            numbers = [self.of_term(term) for term in alts]
            number = self.known[alts] = self.add(_TUPLE, numbers)
        return number

    def of_term(self, term: Term) -> int:
        """The row of a term, after those of the terms that it is built on."""
        chain = [term]
        while (top := chain[-1]) not in self.known and isinstance(top, Built):
            chain.append(top.base)
        number = 0
        for each in reversed(chain):
            known = self.known.get(each)
            if known is None:
                parts = [_shared(part, self.shared) for part in each.parts]
                if isinstance(each, Built):
                    parts[0] = number
                known = self.known[each] = self.add(_TERMS[type(each)], parts)
            number = known
        return number

    def add(self, index: int, values: list[Any]) -> int:
        """Add a row; returns its number."""
        self.rows += (index, values)
        return len(self.rows) // 2 - 1

    def mixed(self, value: Any) -> Any:
        """The value with lists of one number in place of instances."""
        number = self.row(value)
        if number is not None:
            return [number]
        if type(value) is tuple:
            return tuple([self.mixed(item) for item in value])
        if type(value) is dict:
            return {intern(key): self.mixed(item) for key, item in value.items()}
        return _shared(value, self.shared)


def _shared(value: Any, shared: dict[Any, Any]) -> Any:
    """A plain value of whose parts, strings and numbers too, there is only one each.

    Interned strings are the same object in all that is unpacked.
    """
    kind = type(value)
    if kind is str:
        return intern(value)
    if kind is dict:
        return {intern(key): _shared(item, shared) for key, item in value.items()}
    if kind is not tuple and kind is not int:
        return value
    known = shared.get(value)
    if known is None:
        known = tuple([_shared(item, shared) for item in value]) if kind is tuple else value
        shared[known] = known
    return known


def _unpacked(value: Any, made: list[Any]) -> Any:
    """The nested value that something stands for."""
    kind = type(value)
    if kind is int:
        return made[value]
    if kind is list:
        return tuple([made[number] for number in value])
    if kind is dict:
        return {key: made[number] for key, number in value.items()}
    return _unmixed(value[0], made)


def _unmixed(value: Any, made: list[Any]) -> Any:
    kind = type(value)
    if kind is list:
        return made[value[0]]
    if kind is tuple:
        return tuple([_unmixed(item, made) for item in value])
    if kind is dict:
        return {key: _unmixed(item, made) for key, item in value.items()}
    return value


def _columns(found: list[Any]) -> list[tuple[int, list[tuple[Any, ...]]]]:
    """The rows of each class, by its number, as they are now."""
    columns: dict[int, list[tuple[Any, ...]]] = {}
    for number, values in zip(found[:-1:2], found[1::2], strict=True):
        columns.setdefault(number, []).append(tuple(values))
    return list(columns.items())


def _shape(cls: Any, names: frozenset[str], known: Classes) -> _Shape:
    if issubclass(cls, enum.Enum):
        return _Shape(cls, ("value",), (), lambda: row_of([check_of(str)]))
    found = fields(cls)
    nested = [i for i, f in enumerate(found) if names & set(_WORD.findall(str(f.type)))]

    def checking() -> Check:
        hints = get_type_hints(cls)
        return row_of([check_of(hints[field.name], known) for field in found])

    names_of = tuple(field.name for field in found)
    return _Shape(filling(cls, names_of), names_of, tuple(nested), checking)
