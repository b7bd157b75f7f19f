"""What a check reports of all that was found: not what is silenced, known or left unchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taskleash.driver.gate.baseline import BesideBaseline, compare, known_findings
from taskleash.driver.gate.baseline_file import baseline_text, read_baseline
from taskleash.driver.gate.changed_lines import ChangedLines, changed_since
from taskleash.driver.gate.merging import defects_of, merged
from taskleash.reporters.report import FileError, Report


@dataclass(frozen=True)
class Gate:
    """What to let pass.

    ``baseline`` is the file of known findings; with ``prune`` it is renewed without those that are
    gone. All findings go to ``write_baseline`` and are known from then on. ``diff_base`` is a git
    revision. With ``show_silenced`` silenced findings stay in the report, marked as such.
    """

    baseline: str | None = None
    write_baseline: str | None = None
    prune: bool = False
    diff_base: str | None = None
    show_silenced: bool = False


@dataclass(frozen=True)
class Gated:
    """What is reported, what there is to say beside it, and files to write: path and text."""

    report: Report
    notes: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def apply(gate: Gate, report: Report) -> Gated:
    """The findings of a report that the gate does not let pass.

    Raises:
        BadBaseline: the baseline cannot be read.
        NoChanges: the lines that changed since a revision cannot be told.
    """
    gated = _with_baseline(gate, report)
    report = gated.report
    if gate.diff_base is not None:
        report = _only_changed(report, gate.diff_base)
    known = defects_of(entry for entry in report.entries if entry.known and not entry.suppressed)
    found = merged(entry for entry in report.entries if entry.rule)
    shown = (entry for entry in found if gate.show_silenced or not entry.silenced)
    # What has just been written is told by a note.
    baseline = "" if gate.write_baseline is not None else gate.baseline or ""
    report = replace(report, entries=tuple(shown), known=known, baseline=baseline)
    return replace(gated, report=report)


def _with_baseline(gate: Gate, report: Report) -> Gated:
    if gate.write_baseline is not None:
        file = gate.write_baseline
        known = known_findings(report)
        count = defects_of(entry for entry in report.entries if entry.rule and not entry.suppressed)
        note = f"{file}: {_counted(count, 'finding')} written"
        marked = compare(report, known).entries
        written = ((file, baseline_text(file, known)),)
        return Gated(replace(report, entries=marked), (note,), written)
    if gate.baseline is None:
        return Gated(report)
    compared = compare(report, read_baseline(gate.baseline))
    report = replace(report, entries=compared.entries)
    return _about_stale(Gated(report), compared, gate.baseline, gate.prune)


def _about_stale(gated: Gated, compared: BesideBaseline, file: str, prune: bool) -> Gated:
    stale = _counted(len(compared.stale), "stale entry", "stale entries")
    if prune:
        # A file that lists nothing is left as it is: it may be no baseline.
        if not compared.stale and not compared.current:
            return gated
        text = baseline_text(file, compared.current)
        note = (f"{file}: {stale} removed",) if compared.stale else ()
        return replace(gated, notes=note, files=((file, text),))
    if not compared.stale:
        return gated
    return replace(gated, notes=(f"{file}: {stale}: remove with --prune-baseline",))


def _only_changed(report: Report, revision: str) -> Report:
    changed = changed_since(revision)
    entries = (
        entry
        for entry in report.entries
        if changed.touch(entry.site.path, entry.site.span.line, entry.site.span.end_line)
    )
    errors = (error for error in report.errors if _has_changed(error, changed))
    return replace(report, entries=tuple(entries), errors=tuple(errors))


def _has_changed(error: FileError, changed: ChangedLines) -> bool:
    if error.is_invalid:
        # What breaks a file is often told of a line far from its cause.
        return changed.touch_file(error.path)
    return changed.touch(error.path, error.line, error.line)


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or f'{one}s'}"
