"""What the facts of a module say, wherever in its file they stand."""

from __future__ import annotations

import marshal
from dataclasses import fields
from typing import Any

from taskleash.ir.layout import Layout
from taskleash.ir.model import MODULE, FunctionFacts, ModuleFacts
from taskleash.ir.packing.packed import FACT_CLASSES
from taskleash.ir.packing.packing import BadPacking

#: without references to equal parts: which these are hangs on how they were made
_WITHOUT_REFERENCES = 2


def _numbered(name: str, kind: str = "") -> dict[int, tuple[int, ...]]:
    """The places of fields with a name, or of a type, in the rows of each class that has some."""
    found = {
        number: tuple(
            index
            for index, field in enumerate(fields(cls))
            if (field.type == kind if kind else field.name == name)
        )
        for number, cls in enumerate(FACT_CLASSES)
    }
    return {number: places for number, places in found.items() if places}


_SPANS = _numbered("", "Pos")
_LINES = _numbered("line")
_MODULE = FACT_CLASSES.index(ModuleFacts)
_PLACED = {*_SPANS, *_LINES, _MODULE}
_PATH = [field.name for field in fields(ModuleFacts)].index("path")
_FUNCTION = FACT_CLASSES.index(FunctionFacts)
_KEY = [field.name for field in fields(FunctionFacts)].index("key")


def shape(rows: list[Any], where: Layout) -> bytes:
    """Bytes that are the same for the same facts, whatever their path and wherever they stand.

    ``where`` is the layout of the facts that the rows hold.
    The rows are those that a packing makes whose first classes are those of facts.

    Raises:
        BadPacking: plain values in them are nested too deeply.
    """
    *flat, last = rows
    pairs = iter(flat)
    ranked = [_ranked(number, row, where) for number, row in zip(pairs, pairs, strict=True)]
    try:
        return marshal.dumps((ranked, last), _WITHOUT_REFERENCES)
    except ValueError as error:
        raise BadPacking(str(error)) from None


def _ranked(number: int, row: list[Any], where: Layout) -> tuple[int, list[Any]]:
    """A row with ranks in place of lines and points."""
    if number not in _PLACED:
        return number, row
    row = list(row)
    if number == _MODULE:
        row[_PATH] = ""
    for index in _LINES.get(number, ()):
        is_first = number == _FUNCTION and row[_KEY] == MODULE
        row[index] = 0 if is_first else where.line_ranks[row[index]]
    for index in _SPANS.get(number, ()):
        line, column, end_line, end_column = row[index]
        row[index] = where.ranks(line, column), where.ranks(end_line, end_column)
    return number, row
