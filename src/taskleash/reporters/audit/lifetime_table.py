"""The long-running tasks for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.audit.lifetimes import Life, life_table
from taskleash.classify.model import State
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
from taskleash.reporters.rows import common_folder

_TASK, _PLACE, _LIVES, _ENDED, _EVERY, _SWALLOWS, _RISK = LIFETIME_HEADINGS
_COLUMNS = (
    Column(_TASK, floor=8, turn=0),
    Column(_PLACE, floor=12, turn=0, fit=shorten_path),
    Column(_LIVES, floor=8, turn=1),
    Column(_ENDED, floor=11, turn=1),
    Column(_EVERY, floor=5, turn=1),
    Column(_SWALLOWS, floor=8, turn=1),
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
    common = common_folder([life.site.path for life in lives])
    rows = [_row(life, common, options) for life in lives]
    swallow = any(life.standing.swallows is not None for life in lives)
    shown = [column for column in _COLUMNS if swallow or column.heading != _SWALLOWS]
    return grid(shown, rows if swallow else list(map(_without_swallows, rows)), options)


def _without_swallows(row: list[Piece]) -> list[Piece]:
    at = LIFETIME_HEADINGS.index(_SWALLOWS)
    return [*row[:at], *row[at + 1 :]]


def _row(life: Life, common: str, options: RenderOptions) -> list[Piece]:
    unicode, say = options.unicode, options.say
    return [
        (life.site.task, ""),
        (phrases.place(life.site, common), ""),
        (say(REACH[life.standing.reach]), ""),
        (phrases.ended_by(life, say).replace("`", ""), _END_STYLE[phrases.end_state(life)]),
        (phrases.period(life), ""),
        (phrases.swallows(life), "yellow"),
        (words.risk(life.risk, life.site.dormant, unicode, say), RISK_STYLE[life.risk]),
    ]
