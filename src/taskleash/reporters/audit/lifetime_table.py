"""The long-running tasks for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.audit.lifetimes import Life, life_table
from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.audit.words import LIFETIME_HEADINGS, REACH
from taskleash.reporters.cells import shorten_path
from taskleash.reporters.grid import Column, grid
from taskleash.reporters.headline import RISK_STYLE
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece
from taskleash.reporters.report import Entry
from taskleash.verdict.model import State

_TASK, _PLACE, _LIVES, _ENDED, _EVERY, _SWALLOWS, _RISK = LIFETIME_HEADINGS
_COLUMNS = (
    Column(_TASK, gives=((0, 8),)),
    Column(_PLACE, gives=((0, 12),), fit=shorten_path),
    Column(_LIVES, gives=((1, 8),)),
    Column(_ENDED, gives=((1, 11),)),
    Column(_EVERY, gives=((1, 5),)),
    Column(_SWALLOWS, gives=((1, 8),)),
    Column(_RISK),
)
_END_STYLE = {State.YES: "", State.PARTIAL: "yellow", State.NO: "red", State.UNKNOWN: "yellow"}


def lifetime_table(entries: Sequence[Entry], options: RenderOptions) -> list[Line]:
    """A row for each long-running task, worst first; a line where there is none.

    Where none swallows its cancellation, there is no column for that.
    """
    lives = life_table([inert_entry(entry, options.unicode) for entry in entries])
    if not lives:
        return [[(options.say("No task runs for long."), "")]] if entries else []
    rows = [_row(life, options) for life in lives]
    swallow = any(life.standing.swallows is not None for life in lives)
    shown = [column for column in _COLUMNS if swallow or column.heading != _SWALLOWS]
    return grid(shown, rows if swallow else list(map(_without_swallows, rows)), options)


def _without_swallows(row: list[Piece]) -> list[Piece]:
    at = LIFETIME_HEADINGS.index(_SWALLOWS)
    return [*row[:at], *row[at + 1 :]]


def _row(life: Life, options: RenderOptions) -> list[Piece]:
    unicode, say = options.unicode, options.say
    return [
        (life.site.task, ""),
        (phrases.place(life.site), ""),
        (say(REACH[life.standing.reach]), ""),
        (phrases.ended_by(life, say).replace("`", ""), _END_STYLE[phrases.end_state(life)]),
        (phrases.period(life), ""),
        (phrases.swallows(life), "yellow"),
        (words.risk(life.risk, life.site.dormant, unicode, say), RISK_STYLE[life.risk]),
    ]
