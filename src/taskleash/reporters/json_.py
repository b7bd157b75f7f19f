"""The JSON report, the contract that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from taskleash import __version__
from taskleash.fixes.choice import FixOffer
from taskleash.reporters.json_audit import audit, facts, vanishing
from taskleash.reporters.jsontext import dumps
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.verdict.model import Cell, Evidence, Risk

if TYPE_CHECKING:
    from taskleash.trace.joined import Observation

SCHEMA_VERSION = 1


def render(report: Report, options: RenderOptions) -> str:
    """The whole report as one JSON object; the options change nothing."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "taskleash", "version": __version__},
        "summary": _summary(report),
        "sites": [_site(entry) for entry in report.entries],
        "errors": [_error(error) for error in report.errors],
        **audit(report.entries),
        **({"compared": asdict(report.compared)} if report.compared is not None else {}),
    }
    return dumps(document)


def _summary(report: Report) -> dict[str, Any]:
    risks = [entry.site.risk for entry in report.entries]
    return {
        "files": report.files,
        "parsed": report.parsed,
        "sites": len(risks),
        **{str(risk): risks.count(risk) for risk in Risk},
        "undecided": sum(bool(entry.site.undecided) for entry in report.entries),
        "seconds": round(report.seconds, 3),
    }


def _site(entry: Entry) -> dict[str, Any]:
    site = entry.site
    fields = {
        "path": site.path,
        "line": site.span.line,
        "column": site.span.column,
        "end_line": site.span.end_line,
        "end_column": site.span.end_column,
        "call": site.call,
        "task": site.task,
        "scope": site.scope,
        "handle": site.handle,
        "ending": site.ending,
        "lifetime": site.lifetime,
        "multiplicity": site.multiplicity,
        "risk": site.risk,
        "dormant": site.dormant,
        "rule": entry.rule or None,
        "tracked": _cell(site.tracked),
        "cleaned": _cell(site.cleaned),
        "evidence": [_evidence(step) for step in site.evidence],
        "fixes": _fixes(entry.fixes),
        "undecided": [unknown.message for unknown in site.undecided],
        "fingerprint": entry.fingerprint,
        **facts(entry),
    }
    silence = {"suppressed": entry.suppressed, "known": entry.known}
    asleep = {"would_be": site.would_be} if site.would_be is not None else {}
    related = {"related": [_evidence(step) for step in entry.related]} if entry.related else {}
    also = {"also": list(entry.also)} if entry.also else {}
    change = {"change": entry.change} if entry.change is not None else {}
    seen = {"observed": _observed(entry.observed)} if entry.observed is not None else {}
    return {
        **fields,
        **vanishing(site),
        **related,
        **also,
        **asleep,
        **change,
        **seen,
        **{name: True for name, holds in silence.items() if holds},
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"state": cell.state, "how": cell.how}


def _observed(seen: Observation) -> dict[str, Any]:
    counts = {**asdict(seen.counts), "lost": seen.counts.lost}
    return {"summary": seen.short, "finding": seen.finding, "sentence": seen.sentence, **counts}


def _evidence(step: Evidence) -> dict[str, Any]:
    return {"path": step.path, "line": step.line, "column": step.column, "message": step.message}


def _error(error: FileError) -> dict[str, Any]:
    return {
        "path": error.path,
        "line": error.line,
        "column": error.column,
        "code": error.code,
        "message": error.message,
        **({"fixes": _fixes(error.fixes)} if error.fixes else {}),
    }


def _fixes(offers: Iterable[FixOffer]) -> list[dict[str, str]]:
    return [{"kind": offer.kind, "applicability": offer.applicability} for offer in offers]
