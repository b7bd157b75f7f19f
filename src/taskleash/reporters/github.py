"""Workflow commands of GitHub Actions, which become annotations in a pull request."""

from __future__ import annotations

from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.since import noted, told
from taskleash.verdict.model import Risk, Span

_LEVELS = {Risk.HIGH: "error", Risk.LOW: "warning", Risk.NONE: "notice"}


def render(report: Report, options: RenderOptions) -> str:
    """One command a finding and one an error; nothing for sound and for silenced sites.

    Where an earlier report is at hand, a notice says at last what has changed.
    """
    found = [entry for entry in report.entries if entry.rule and not entry.silenced]
    lines = [_finding(entry, report, options) for entry in found]
    lines += [_error(error, options) for error in report.errors]
    if report.compared is not None:
        trend = "\n".join(told(report.compared))
        lines.append(f"::notice title=taskleash::{_data(trend)}")
    return "".join(f"{line}\n" for line in lines)


def _finding(entry: Entry, report: Report, options: RenderOptions) -> str:
    site = entry.site
    span = site.span
    path = options.repository.path(site.path)
    # The log shows the text alone, so it names the place, too.
    message = noted(entry.message, entry, report)
    lines = [f"{path}:{span.line}:{span.column}: {entry.rule} {site.risk} {message}"]
    for step in (*entry.leads, *entry.related):
        lines.append(f"{options.repository.path(step.path)}:{step.line}: {step.message}")
    return _command(_LEVELS[site.risk], entry.rule, path, _place(span), "\n".join(lines))


def _error(error: FileError, options: RenderOptions) -> str:
    path = options.repository.path(error.path)
    text = f"{path}:{error.line}:{error.column}: {error.code} {error.risk} {error.message}"
    place = {"line": error.line, "col": error.column}
    return _command(_LEVELS[error.risk], error.code, path, place, text)


def _place(span: Span) -> dict[str, int]:
    """The properties that name the span; GitHub takes columns within one line only."""
    if span.end_line != span.line:
        return {"line": span.line, "endLine": span.end_line}
    return {
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _command(level: str, code: str, path: str, place: dict[str, int], text: str) -> str:
    title = f"taskleash ({code})"
    named = {"title": _property(title), "file": _property(path), **place}
    properties = ",".join(f"{name}={value}" for name, value in named.items())
    return f"::{level} {properties}::{_data(text)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return inert(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
