"""One line a site."""

from __future__ import annotations

from taskleash.reporters.headline import entry_line, error_line
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, paint
from taskleash.reporters.report import Report
from taskleash.reporters.summary import closing


def render(report: Report, options: RenderOptions) -> str:
    """Every finding and every error by place, then the summary."""
    findings: list[Line] = [entry_line(entry, options) for entry in report.entries]
    errors = [error_line(error, options.unicode, options.say) for error in report.errors]
    summary = [[(line, "")] for line in closing(report, options)]
    return paint([*findings, *errors, *summary], options.color)
