"""The score card for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from taskleash.audit.components import Component, package_card, score_card
from taskleash.reporters import words
from taskleash.reporters.audit.phrases import percentages
from taskleash.reporters.audit.words import COMPONENT_HEADINGS, PACKAGE_HEADINGS
from taskleash.reporters.cells import shorten_path
from taskleash.reporters.grid import Column, grid
from taskleash.reporters.headline import RISK_STYLE
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece
from taskleash.reporters.report import Entry

_NAME, _FILE, *_NUMBERS, _SCORE = COMPONENT_HEADINGS
_FIGURES = tuple(Column(heading, gives=((1, 7),), is_number=True) for heading in _NUMBERS)
_COMPONENTS = (
    Column(_NAME, gives=((0, 12),)),
    Column(_FILE, gives=((0, 12),), fit=shorten_path),
    *_FIGURES,
    Column(_SCORE),
)
_PACKAGES = (
    Column(PACKAGE_HEADINGS[0], gives=((0, 12),), fit=shorten_path),
    *_FIGURES,
    Column(_SCORE),
)


def component_table(entries: Sequence[Entry], options: RenderOptions) -> list[Line]:
    """Packages where there are several, an empty line, then classes and modules, worst first."""
    packages, components = package_card(entries), score_card(entries)
    lines: list[Line] = []
    if len(packages) > 1:
        found = [_row(each, (each.path,), options) for each in packages]
        lines += [*grid(_PACKAGES, found, options), []]
    if components:
        found = [_row(each, (each.name, each.path), options) for each in components]
        lines += grid(_COMPONENTS, found, options)
    return lines


def _row(of: Component, names: Sequence[str], options: RenderOptions) -> list[Piece]:
    return [
        *((inert(name, options.unicode), "") for name in names),
        (str(of.tasks), ""),
        *((percentage, "") for percentage in percentages(of)),
        (
            words.score(of.score, of.risk, of.dormant, options.unicode, options.say),
            RISK_STYLE[of.risk],
        ),
    ]
