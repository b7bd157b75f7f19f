"""What formats for programs say of an earlier report: a note on a finding, and the whole of it."""

from __future__ import annotations

from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Change, Comparison, Entry, Report
from taskleash.reporters.summary import trend

_NOTES = {Change.NEW: "new since {file}", Change.WORSENED: "worse since {file}"}


def note(entry: Entry, report: Report) -> str:
    """``new since old.json``; empty for what is as it was, and where nothing is compared."""
    if entry.change not in _NOTES or report.compared is None:
        return ""
    return _NOTES[entry.change].format(file=report.compared.path)


def noted(message: str, entry: Entry, report: Report) -> str:
    """The message of a finding, with its note in brackets where it has one."""
    said = note(entry, report)
    return f"{message} ({said})" if said else message


def told(compared: Comparison) -> list[str]:
    """The counts, then a line for each finding that came, went or became worse."""
    return list(trend(compared, RenderOptions()))
