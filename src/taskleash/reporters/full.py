"""Each site in full: its source, why it got its verdict, what to do."""

from __future__ import annotations

from functools import lru_cache

from taskleash.reporters.details import details
from taskleash.reporters.excerpt import excerpt, read_lines
from taskleash.reporters.headline import entry_line, error_line
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, paint
from taskleash.reporters.report import Report
from taskleash.reporters.summary import closing


def render(report: Report, options: RenderOptions) -> str:
    """Sites, then errors, then the summary, an empty line after each site and each error."""
    # Entries come by path, so the lines of the file before are all that is worth keeping.
    source = lru_cache(maxsize=1)(read_lines)
    lines: list[Line] = []
    for entry in report.entries:
        lines.append(entry_line(entry, options))
        lines += excerpt(entry.site, source(entry.site.path), options.unicode)
        lines += [*details(entry, options), []]
    for error in report.errors:
        lines += [error_line(error, options.unicode, options.say), []]
    lines += [[(line, "")] for line in closing(report, options)]
    return paint(lines, options.color)
