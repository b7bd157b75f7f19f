"""One line for one finding: ``path:line:col: CODE [*] message``."""

from __future__ import annotations

from taskleash.classify.model import Risk, Site
from taskleash.reporters.inert import inert
from taskleash.reporters.paint import Piece
from taskleash.reporters.report import Entry, FileError
from taskleash.reporters.summary import is_fixable

RISK_STYLE = {Risk.HIGH: "bold red", Risk.LOW: "yellow", Risk.NONE: "green"}


def entry_line(entry: Entry, unicode: bool) -> list[Piece]:
    """The line for a site; one that no rule reports is told by its risk, handle and ending."""
    site = entry.site
    label = entry.rule or str(site.risk)
    message = entry.message if entry.rule else _verdict(site)
    return [
        *_place(site.path, site.span.line, site.span.column, unicode),
        (label, RISK_STYLE[site.risk]),
        (" [*]" if is_fixable(entry) else "", "cyan"),
        (f" {inert(message, unicode)}", ""),
        (_silence(entry), "dim"),
    ]


def error_line(error: FileError, unicode: bool) -> list[Piece]:
    """The line for what is wrong with a file."""
    return [
        *_place(error.path, error.line, error.column, unicode),
        (error.code, RISK_STYLE[error.risk]),
        (" [*]" if is_fixable(error) else "", "cyan"),
        (f" {inert(error.message, unicode)}", ""),
    ]


def _place(path: str, line: int, column: int, unicode: bool) -> list[Piece]:
    return [(inert(path, unicode), "bold"), (f":{line}:{column}: ", "")]


def _silence(entry: Entry) -> str:
    if entry.suppressed:
        return " (suppressed)"
    return " (in the baseline)" if entry.known else ""


def _verdict(site: Site) -> str:
    return f"{site.handle}/{site.ending} task `{site.task}`"
