"""Cells laid out as a table that fits a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from taskleash.reporters import words
from taskleash.reporters.cells import cell_len, crop
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece

_MARGIN = 1
_GAPS = (2, 1)


@dataclass(frozen=True)
class Column:
    """``heading`` is said in the report's language.

    ``gives`` are the turns in which the column gives way where the table is too wide, each with
    the width that it keeps then; the lowest turn comes first, and in one turn the widest column.
    ``fit`` cuts a text to a width and marks it with the last argument. ``is_number`` puts its cells
    to the right.
    """

    heading: str
    gives: tuple[tuple[int, int], ...] = ()
    fit: Callable[[str, int, str], str] = crop
    is_number: bool = False


def grid(
    columns: Sequence[Column], body: Sequence[Sequence[Piece]], options: RenderOptions
) -> list[Line]:
    """The headings and a line for each row, no wider than the width as far as the floors let it."""
    lines = [[(options.say(column.heading), "bold") for column in columns], *body]
    natural = [max(cell_len(text) for text, _ in cells) for cells in zip(*lines, strict=True)]
    widths, gap = _layout(columns, natural, options.width)
    more = words.ellipsis(options.unicode)
    widths = _refilled(columns, lines, widths, natural, more)
    return [_line(columns, line, widths, gap, more) for line in lines]


def _layout(columns: Sequence[Column], natural: Sequence[int], width: int) -> tuple[list[int], int]:
    """The columns' widths and the gap between them that meet the width, as far as they can."""
    widths = list(natural)
    for gap in _GAPS:
        surplus = _MARGIN + sum(widths) + gap * (len(widths) - 1) - width
        if surplus <= 0:
            return widths, gap
    for turn in sorted({turn for column in columns for turn, _ in column.gives}):
        floors = {i: dict(c.gives)[turn] for i, c in enumerate(columns) if turn in dict(c.gives)}
        while surplus > 0 and (wide := [i for i, floor in floors.items() if widths[i] > floor]):
            widest = max(wide, key=widths.__getitem__)
            widths[widest] -= 1
            surplus -= 1
    return widths, gap


def _refilled(
    columns: Sequence[Column],
    lines: Sequence[Sequence[Piece]],
    widths: Sequence[int],
    natural: Sequence[int],
    more: str,
) -> list[int]:
    """The widths without the room that cut texts leave: other columns that are cut get it."""
    used = list(widths)
    for index, column in enumerate(columns):
        if column.gives and widths[index] < natural[index]:
            fitted = (column.fit(line[index][0], widths[index], more) for line in lines)
            used[index] = max(map(cell_len, fitted))
    slack = sum(widths) - sum(used)
    for index, column in enumerate(columns):
        if column.gives and used[index] == widths[index]:
            taken = min(slack, natural[index] - used[index])
            used[index] += taken
            slack -= taken
    return used


def _line(
    columns: Sequence[Column], line: Sequence[Piece], widths: Sequence[int], gap: int, more: str
) -> list[Piece]:
    pieces: list[Piece] = [(" " * _MARGIN, "")]
    for column, (text, style), width in zip(columns, line, widths, strict=True):
        shown = column.fit(text, width, more) if column.gives else text
        padding = (" " * (width - cell_len(shown)), "")
        cell = (shown, style)
        pieces += [padding, cell] if column.is_number else [cell, padding]
        pieces.append((" " * gap, ""))
    return _stripped(pieces)


def _stripped(pieces: list[Piece]) -> list[Piece]:
    """The pieces without the spaces that end the line."""
    while pieces and not pieces[-1][0].strip(" "):
        pieces.pop()
    return pieces
