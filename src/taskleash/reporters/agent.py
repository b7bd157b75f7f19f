"""One finding a line for programs that mend code: its evidence, and the command that mends it."""

from __future__ import annotations

from taskleash.audit.remedies import command, suggested
from taskleash.reporters.inert import inert
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Entry, Report
from taskleash.reporters.since import note


def render(report: Report, options: RenderOptions) -> str:
    """``path:line:col: CODE risk message | evidence: … | do: command``; nothing for sound sites.

    Before the command stands ``new since old.json`` where an earlier report lacks the finding.
    """
    found = [entry for entry in report.entries if entry.rule and not entry.silenced]
    lines = [_finding(entry, report) for entry in found]
    lines += [f"{e.path}:{e.line}:{e.column}: {e.code} {e.risk} {e.message}" for e in report.errors]
    return "".join(f"{inert(line)}\n" for line in lines)


def _finding(entry: Entry, report: Report) -> str:
    site = entry.site
    parts = [
        f"{site.path}:{site.span.line}:{site.span.column}: {entry.rule} {site.risk} {entry.message}"
    ]
    if entry.leads or entry.related:
        said = "; ".join(
            f"{step.path}:{step.line} {step.message}" for step in (*entry.leads, *entry.related)
        )
        parts.append(f"evidence: {said}")
    if since := note(entry, report):
        parts.append(since)
    parts.append(f"do: {command(entry, suggested(entry))}")
    return " | ".join(parts)
