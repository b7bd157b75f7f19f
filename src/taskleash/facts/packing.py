"""Frozen dataclasses as bytes and back, for pipes and caches: plain data that runs no code.

Each instance becomes a row of a table; rows refer to earlier ones by index. However deep the data
is nested, the table is flat: reading it needs no recursion.
"""

from __future__ import annotations

import enum
import marshal
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from sys import intern
from typing import Any

from taskleash.facts import model

_VERSION = 4


class BadPacking(Exception):
    """The bytes hold nothing that was packed."""


@dataclass(frozen=True)
class _Shape:
    """How instances of a class become rows; ``nested`` positions may hold other instances."""

    make: Callable[..., Any]
    names: tuple[str, ...]
    nested: tuple[int, ...] = ()


class Packing:
    """Packs instances of these classes; ``aliases`` are names that stand for them in annotations.

    Besides, fields hold strings, numbers, booleans, None, and tuples and dictionaries of them.
    """

    def __init__(self, classes: Sequence[type], aliases: frozenset[str] = frozenset()) -> None:
        names = aliases | {cls.__name__ for cls in classes}
        self._shapes = tuple(_shape(cls, names) for cls in classes)
        self._indices = {cls: index for index, cls in enumerate(classes)}

    def pack(self, value: Any) -> bytes:
        """The bytes of an instance, or of a tuple of instances.

        Raises:
            BadPacking: plain values in it are nested too deeply.
            RecursionError: it is nested more deeply than the stack holds.
        """
        rows: list[Any] = []
        shared: dict[Any, Any] = {}
        rows.append(self._packed(value, rows, shared))
        try:
            return marshal.dumps(rows, _VERSION)
        except ValueError as error:
            raise BadPacking(str(error)) from None

    def unpack(self, data: bytes) -> Any:
        """The value that was packed.

        Raises:
            BadPacking: nothing was packed like this.
        """
        made: list[Any] = []
        try:
            *rows, last = marshal.loads(data)
            shapes = [(shape.make, shape.nested) for shape in self._shapes]
            for index, values in rows:
                make, nested = shapes[index]
                for position in nested:
                    values[position] = _unpacked(values[position], made)
                made.append(make(*values))
            return _unpacked(last, made)
        except (EOFError, ValueError, TypeError, LookupError) as error:
            raise BadPacking(str(error)) from None

    def _packed(self, value: Any, rows: list[Any], shared: dict[Any, Any]) -> Any:
        """The value with references, lists of one index, in place of instances.

        ``shared`` has the plain values so far: equal ones are written, and will be read, once.
        """
        kind = type(value)
        index = self._indices.get(kind)
        if index is not None:
            shape = self._shapes[index]
            values = []
            for position, name in enumerate(shape.names):
                item = getattr(value, name)
                nested = position in shape.nested
                values.append(self._packed(item, rows, shared) if nested else _shared(item, shared))
            rows.append((index, values))
            return [len(rows) - 1]
        if kind is tuple:
            return tuple([self._packed(item, rows, shared) for item in value])
        if kind is dict:
            items = value.items()
            return {intern(key): self._packed(item, rows, shared) for key, item in items}
        return _shared(value, shared)


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
    kind = type(value)
    if kind is list:
        return made[value[0]]
    if kind is tuple:
        return tuple([_unpacked(item, made) for item in value])
    if kind is dict:
        return {key: _unpacked(item, made) for key, item in value.items()}
    return value


def _shape(cls: Any, names: frozenset[str]) -> _Shape:
    if issubclass(cls, enum.Enum):
        return _Shape(cls, ("value",))
    found = fields(cls)
    nested = [i for i, f in enumerate(found) if names & set(re.findall(r"\w+", str(f.type)))]
    return _Shape(cls, tuple(field.name for field in found), tuple(nested))


FACT_CLASSES: tuple[type, ...] = (
    model.Arg,
    model.Call,
    model.Store,
    model.Await,
    model.Give,
    model.Delete,
    model.Use,
    model.Define,
    model.Import,
    model.Test,
    model.Block,
    model.If,
    model.Loop,
    model.Handler,
    model.Try,
    model.Switch,
    model.Exit,
    model.Param,
    model.Collection,
    model.Decorator,
    model.FunctionFacts,
    model.ClassFacts,
    model.ModuleFacts,
)
#: the items of a block are indices and blocks, of which its annotation says nothing
FACT_ALIASES = frozenset({"Event", "Any"})
FACTS = Packing(FACT_CLASSES, FACT_ALIASES)
