"""Verdicts as the protocol has them: diagnostics, and what is shown above a spawn.

Positions are in code points here; who sends them turns them into the client's units.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from lsprotocol import types
from pygls import uris

from taskleash.reporters import words
from taskleash.reporters.details import facts
from taskleash.reporters.inert import inert
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, fenced, text
from taskleash.reporters.report import Entry, FileError
from taskleash.rules.registry import by_code
from taskleash.server.requests import FindingPlace
from taskleash.verdict.model import Evidence, Risk, Site, Span

SOURCE = "taskleash"
_SEVERITIES = {
    Risk.HIGH: types.DiagnosticSeverity.Error,
    Risk.LOW: types.DiagnosticSeverity.Warning,
    Risk.NONE: types.DiagnosticSeverity.Information,
}


def range_of(span: Span) -> types.Range:
    """A span as the protocol counts: from 0."""
    return types.Range(
        types.Position(span.line - 1, span.column - 1),
        types.Position(span.end_line - 1, span.end_column - 1),
    )


def place_of(path: str, site: Site, rule: str) -> FindingPlace:
    """The place of a finding in the file with this path, absolute."""
    return FindingPlace(path, site.span.line, site.span.column, rule)


def diagnostic(entry: Entry, root: str, say: Language) -> types.Diagnostic:
    """A finding; its evidence elsewhere leads to where that is."""
    rule = by_code(entry.rule)
    return types.Diagnostic(
        range=range_of(entry.site.span),
        message=inert(say.told(entry.said)),
        severity=_SEVERITIES[entry.site.risk],
        code=entry.rule,
        code_description=types.CodeDescription(rule.url) if rule is not None else None,
        source=SOURCE,
        related_information=[_related(step, root, say) for step in entry.leads],
    )


def _related(step: Evidence, root: str, say: Language) -> types.DiagnosticRelatedInformation:
    at = types.Position(step.line - 1, max(0, step.column - 1))
    uri = uris.from_fs_path(os.path.join(root, step.path)) or ""
    location = types.Location(uri, types.Range(at, at))
    return types.DiagnosticRelatedInformation(location, inert(say.told(step.said)))


def file_diagnostic(error: FileError) -> types.Diagnostic:
    """What is wrong with a file."""
    at = types.Position(error.line - 1, max(0, error.column - 1))
    return types.Diagnostic(
        range=types.Range(at, at),
        message=inert(error.message),
        severity=_SEVERITIES[error.risk],
        code=error.code,
        source=SOURCE,
    )


def hint(entry: Entry, say: Language) -> str:
    """What stands behind a spawn: who holds the task, who ends it, the risk."""
    site = inert_entry(entry, unicode=True).site
    cells = (words.cell(site.tracked, True, say), words.cell(site.cleaned, True, say))
    return " · ".join((*cells, words.risk(site.risk, site.dormant, unicode=True, say=say)))


def hover(entry: Entry, root: str, diff: str, say: Language) -> str:
    """What is known of a spawn, as Markdown; ``diff`` is what its fix would change."""
    return "\n".join(_said(inert_entry(entry, unicode=True), root, diff, say))


def _said(entry: Entry, root: str, diff: str, say: Language) -> Iterator[str]:
    site = entry.site
    rule = f" · {entry.rule}" if entry.rule else ""
    risk = words.risk(site.risk, site.dormant, unicode=True, say=say)
    yield f"**{code(site.task)}** · {say('Risk')} {risk}{rule}"
    yield ""
    if entry.rule:
        yield text(say.told(entry.said))
        yield ""
    yield f"- {say('Tracked')}: {words.cell(site.tracked, True, say)}"
    yield f"- {say('Cleaned up')}: {words.cell(site.cleaned, True, say)}"
    for label, fact in facts(entry, say):
        yield f"- {say(label)}: {text(fact)}"
    for step in site.evidence:
        uri = uris.from_fs_path(os.path.join(root, step.path))
        place = text(f"{step.path}:{step.line}")
        yield f"- {text(say.told(step.said))} ([{place}]({uri}#L{step.line}))"
    if diff:
        yield from ("", fenced(diff.split("\n"), "diff"))
