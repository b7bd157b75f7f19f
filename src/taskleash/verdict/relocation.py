"""Verdicts on a program whose files say the same, with their lines moved."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from taskleash.ir.layout import Point
from taskleash.sentences import Line, Said, Sentence
from taskleash.verdict.model import Evidence, Site, Span, Standing


class Moved(Protocol):
    """Where the lines and points of a file are now; both raise LookupError where that is lost."""

    def line(self, path: str, line: int) -> int:
        """Where a line is."""
        ...

    def point(self, path: str, line: int, column: int) -> Point:
        """Where a point is."""
        ...


def relocated(site: Site, places: Moved) -> Site:
    """The site with all places that it names where they are now; raises LookupError."""
    path, vanishing, captured = site.path, site.vanishing, site.captured
    if vanishing.path:
        vanishing = replace(vanishing, line=places.line(vanishing.path, vanishing.line))
    if captured is not None:
        captured = replace(captured, line=places.line(captured.path, captured.line))
    unknown = (
        replace(each, line=places.line(each.path, each.line), said=_said(each.said, places))
        for each in site.undecided
    )
    return replace(
        site,
        span=_span(path, site.span, places),
        statement=_span(path, site.statement, places),
        evidence=tuple(_evidence(each, places) for each in site.evidence),
        often=_said(site.often, places),
        vanishing=vanishing,
        captured=captured,
        standing=None if site.standing is None else _standing(site.standing, places),
        undecided=tuple(unknown),
    )


def _span(path: str, span: Span, places: Moved) -> Span:
    start = places.point(path, span.line, span.column)
    return Span(*start, *places.point(path, span.end_line, span.end_column))


def _evidence(evidence: Evidence, places: Moved) -> Evidence:
    line, column = places.point(evidence.path, evidence.line, evidence.column)
    return Evidence(evidence.path, line, column, _said(evidence.said, places))


def _standing(standing: Standing, places: Moved) -> Standing:
    if standing.swallows is None:
        return standing
    return replace(standing, swallows=_evidence(standing.swallows, places))


def _said(said: Said, places: Moved) -> Said:
    if isinstance(said, Line):
        return Line(said.path, places.line(said.path, said.number))
    if isinstance(said, Sentence):
        values = ((name, _said(value, places)) for name, value in said.values)
        return Sentence(said.text, tuple(values))
    return said
