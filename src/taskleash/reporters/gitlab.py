"""GitLab's code quality report, which a merge request compares with that of its target."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from taskleash.reporters.jsontext import dumps
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.since import noted
from taskleash.verdict.model import Risk

_SEVERITIES = {Risk.HIGH: "critical", Risk.LOW: "minor", Risk.NONE: "info"}


def render(report: Report, options: RenderOptions) -> str:
    """A list with an issue for each finding and each error; no sound and no silenced sites."""
    found = [entry for entry in report.entries if entry.rule and not entry.silenced]
    issues = [_finding(entry, report, options) for entry in found]
    return dumps([*issues, *(_error(error, options) for error in report.errors)])


def _finding(entry: Entry, report: Report, options: RenderOptions) -> dict[str, Any]:
    span = entry.site.span
    return {
        "description": noted(f"{entry.rule} {entry.message}", entry, report),
        "check_name": entry.rule,
        "fingerprint": entry.fingerprint,
        "severity": _SEVERITIES[entry.site.risk],
        "location": {
            "path": options.repository.path(entry.site.path),
            "lines": {"begin": span.line, "end": span.end_line},
        },
    }


def _error(error: FileError, options: RenderOptions) -> dict[str, Any]:
    path = options.repository.path(error.path)
    # One file can have several comments of which the same is said.
    which = "" if error.is_invalid else str(error.line)
    text = "\0".join((error.code, path, error.message, which))
    content = text.encode("utf-8", "surrogatepass")
    return {
        "description": f"{error.code} {error.message}",
        "check_name": error.code,
        "fingerprint": blake2b(content, digest_size=8).hexdigest(),
        "severity": _SEVERITIES[error.risk],
        "location": {"path": path, "lines": {"begin": error.line}},
    }
