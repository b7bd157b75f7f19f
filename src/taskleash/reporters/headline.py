"""One line for one finding: ``path:line:col: CODE risk [*] message``."""

from __future__ import annotations

from taskleash.reporters import words
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Piece
from taskleash.reporters.report import Entry, FileError
from taskleash.reporters.summary import is_fixable
from taskleash.sentences import with_names
from taskleash.verdict.model import Risk, Site

RISK_STYLE = {Risk.HIGH: "bold red", Risk.LOW: "yellow", Risk.NONE: "green"}


def entry_line(entry: Entry, options: RenderOptions) -> list[Piece]:
    """The line for a site; one that no rule reports is told by its risk, handle and ending."""
    site, unicode, say = entry.site, options.unicode, options.say
    label = words.tag(entry.rule, site.risk, site.dormant, say)
    said = with_names(entry.said, lambda name: inert(name, unicode))
    message = say.told(said) if entry.rule else _verdict(site, options)
    return [
        *_place(site.path, site.span.line, site.span.column, unicode),
        (label, RISK_STYLE[site.risk]),
        (" [*]" if is_fixable(entry) else "", "cyan"),
        (f" {message}", ""),
        (_observed(entry), ""),
        (_note(entry, say), "dim"),
    ]


def error_line(error: FileError, unicode: bool, say: Language) -> list[Piece]:
    """The line for what is wrong with a file."""
    return [
        *_place(error.path, error.line, error.column, unicode),
        (words.tag(error.code, error.risk, False, say), RISK_STYLE[error.risk]),
        (" [*]" if is_fixable(error) else "", "cyan"),
        (f" {inert(error.message, unicode)}", ""),
    ]


def _place(path: str, line: int, column: int, unicode: bool) -> list[Piece]:
    return [(inert(path, unicode), "bold"), (f":{line}:{column}: ", "")]


def _observed(entry: Entry) -> str:
    """What a run showed of a site that no rule reports: the messages of rules say it themselves."""
    return f"; observed: {entry.observed.short}" if entry.observed and not entry.rule else ""


def _note(entry: Entry, say: Language) -> str:
    note = words.note(entry, say)
    return f" ({note})" if note else ""


def _verdict(site: Site, options: RenderOptions) -> str:
    say = options.say
    return say(
        "{handle}/{ending} task `{task}`",
        handle=say(words.HANDLES[site.handle]),
        ending=say(words.ENDINGS[site.ending]),
        task=inert(site.task, options.unicode),
    )
