"""Reviewdog's format (rdjson): a comment in a review for each finding, with its fix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from taskleash.fixes.text.patch import Patch
from taskleash.reporters.excerpt import read_lines
from taskleash.reporters.jsontext import dumps
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.since import noted
from taskleash.rules.registry import by_code
from taskleash.verdict.model import Risk, Span

_SEVERITIES = {Risk.HIGH: "ERROR", Risk.LOW: "WARNING", Risk.NONE: "INFO"}

Json = dict[str, Any]


def render(report: Report, options: RenderOptions) -> str:
    """A diagnostic for each finding and each error; nothing for sound and for silenced sites."""
    source = lru_cache(maxsize=1)(read_lines)
    found = [entry for entry in report.entries if entry.rule and not entry.silenced]
    diagnostics = [
        {
            "message": noted(entry.message, entry, report),
            **_finding(entry, source(entry.site.path), options),
        }
        for entry in found
    ]
    diagnostics += [_error(error, options) for error in report.errors]
    return dumps({"source": {"name": "taskleash"}, "diagnostics": diagnostics})


def _finding(entry: Entry, source: Sequence[str], options: RenderOptions) -> Json:
    site = entry.site
    fixes = [fix for patch in entry.patches if patch.allowed for fix in _fix(patch, source)]
    return {
        "location": {
            "path": options.repository.path(site.path),
            "range": _range(site.span, source),
        },
        "severity": _SEVERITIES[site.risk],
        "code": _code(entry.rule),
        **({"suggestions": fixes} if fixes else {}),
    }


def _fix(patch: Patch, source: Sequence[str]) -> list[Json]:
    return [{"range": _range(each.span, source), "text": each.text} for each in patch.replacements]


def _error(error: FileError, options: RenderOptions) -> Json:
    start = {"line": error.line, "column": error.column}
    return {
        "message": error.message,
        "location": {"path": options.repository.path(error.path), "range": {"start": start}},
        "severity": _SEVERITIES[error.risk],
        "code": _code(error.code),
    }


def _code(code: str) -> Json:
    """A rule and the address of its page."""
    rule = by_code(code)
    return {"value": code, **({"url": rule.url} if rule is not None else {})}


def _range(span: Span, source: Sequence[str]) -> Json:
    return {
        "start": {"line": span.line, "column": _bytes(source, span.line, span.column)},
        "end": {"line": span.end_line, "column": _bytes(source, span.end_line, span.end_column)},
    }


def _bytes(source: Sequence[str], line: int, column: int) -> int:
    """A column in bytes of UTF-8, as the format counts them."""
    text = source[line - 1] if line <= len(source) else ""
    return len(text[: column - 1].encode("utf-8", "replace")) + 1 if text else column
