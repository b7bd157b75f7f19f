"""The lines that close a report for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from taskleash.reporters import words
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Comparison, Entry, FileError, FlagHint, Report
from taskleash.verdict.model import Risk

#: so many findings are named of each kind of change
_MOST_NAMED = 20


def closing(report: Report, options: RenderOptions) -> list[str]:
    """The last lines of a report: what a scan counted, or how a check went; none when quiet."""
    if options.quiet:
        return []
    if options.command == "check":
        offers = _offers([*report.entries, *report.errors], options.say)
        return [_outcome(report, options), *offers]
    lines = [inventory(report, options.say)]
    if report.compared is not None:
        lines += list(trend(report.compared, options))
    return [*lines, *(_hint(hint, options) for hint in report.hints)]


def inventory(report: Report, say: Language) -> str:
    """All sites in one line: ``3 tasks in 2 files: 1 high, 2 sound. 1 fixable with --fix.``"""
    if not report.entries:
        return say("No tasks in {files}.", files=say.count(report.files, "file"))
    line = say(
        "{tasks} in {files}: {risks}.",
        tasks=say.count(len(report.entries), "task"),
        files=say.count(len({entry.site.path for entry in report.entries}), "file"),
        risks=say(", ").join(_risks(report.entries, say)),
    )
    fixable = sum(map(is_fixable, report.entries))
    return line + say(" {count} fixable with --fix.", count=fixable) if fixable else line


def trend(of: Comparison, options: RenderOptions) -> Iterator[str]:
    """What has changed since the earlier report, and the places of it."""
    say = options.say
    yield say(
        "Since {file}: {before} → {now} findings; {new} new, {mended} mended, {worsened} worsened.",
        file=inert(of.path, options.unicode),
        before=of.before,
        now=of.now,
        new=len(of.new),
        mended=len(of.mended),
        worsened=len(of.worsened),
    ).replace("→", "→" if options.unicode else "->")
    said = (
        (of.new, say("new: {place} {rule} `{task}`")),
        (of.worsened, say("worsened: {place} {rule} `{task}`")),
        (of.mended, say("mended: {place} {rule} `{task}`")),
    )
    for findings, words_of_it in said:
        for each in findings[:_MOST_NAMED]:
            place = inert(f"{each.path}:{each.line}", options.unicode)
            task = inert(each.task, options.unicode)
            yield words_of_it.format(place=place, rule=each.rule, task=task)
        if len(findings) > _MOST_NAMED:
            yield say("{count} more", count=len(findings) - _MOST_NAMED)


def _hint(hint: FlagHint, options: RenderOptions) -> str:
    """What depends on a flag, and where to set it."""
    said = {name: inert(getattr(hint, name), options.unicode) for name in ("flag", "setting")}
    if hint.sites == 1:
        return options.say(
            "1 site is reachable only where `{flag}` is true: set `{setting}`", **said
        )
    return options.say(
        "{count} sites are reachable only where `{flag}` is true: set `{setting}`",
        count=hint.sites,
        **said,
    )


def is_fixable(entry: Entry | FileError) -> bool:
    """Whether the run's fixes mend the finding; a silenced one is left alone."""
    return not entry.silenced and any(fix.allowed for fix in entry.fixes)


def count_hidden(entries: Iterable[Entry | FileError]) -> int:
    """How many findings only such fixes could mend as the run does not allow."""
    return sum(
        any(not fix.barred for fix in entry.fixes) and not entry.silenced and not is_fixable(entry)
        for entry in entries
    )


def _risks(entries: Sequence[Entry], say: Language) -> list[str]:
    sites = [entry.site for entry in entries]
    risks = [site.risk for site in sites]
    dormant = sum(site.risk is Risk.LOW and site.dormant for site in sites)
    asleep = say(" ({count} dormant)", count=dormant) if dormant else ""
    silenced = sum(e.silenced and e.site.risk is not Risk.NONE for e in entries)
    said = [
        say(word, count=risks.count(risk)) + (asleep if risk is Risk.LOW else "")
        for risk, word in words.RISK_COUNTS.items()
        if risks.count(risk)
    ]
    if silenced:
        said[-1] += say("; {count} of them silenced", count=silenced)
    return said


def _outcome(report: Report, options: RenderOptions) -> str:
    """What a check found; in brackets what was fixed, and what the baseline holds back."""
    say = options.say
    remaining = sum(not entry.silenced for entry in report.entries) + len(report.errors)
    counted = _open_risks(report, say)
    risks = say(": {risks}", risks=say(", ").join(counted)) if counted else ""
    notes = []
    if report.fixed:
        left = say("{fixed} fixed, {left} remaining", fixed=report.fixed, left=remaining)
        notes.append(left + risks)
    if report.known and report.baseline:
        known = say.count(report.known, "known finding")
        file = inert(report.baseline, options.unicode)
        notes.append(say("{findings} in {file}", findings=known, file=file))
    bracket = say(" ({notes})", notes=say("; ").join(notes)) if notes else ""
    if remaining or report.fixed:
        found = say.count(remaining + report.fixed, "finding")
        told = "" if report.fixed else risks
        return say("Found {findings}{risks}{notes}.", findings=found, risks=told, notes=bracket)
    return (say("All checks passed!") if report.files else say("Nothing was checked.")) + bracket


def _open_risks(report: Report, say: Language) -> list[str]:
    """How many of what remains are of each risk."""
    open_ = [entry.site.risk for entry in report.entries if not entry.silenced]
    risks = [*open_, *(error.risk for error in report.errors)]
    counts = (
        (risks.count(risk), word)
        for risk, word in words.RISK_COUNTS.items()
        if risk is not Risk.NONE
    )
    return [say(word, count=count) for count, word in counts if count]


def _offers(entries: Sequence[Entry | FileError], say: Language) -> list[str]:
    fixable, hidden = sum(map(is_fixable, entries)), count_hidden(entries)
    fixes = say.count(hidden, "unsafe fix")
    more = say("{fixes} available with `--fix --unsafe-fixes`", fixes=fixes)
    if not fixable:
        return [more + say(".")] if hidden else []
    bracket = say(" ({notes})", notes=more) if hidden else ""
    return [say("[*] {count} fixable with `--fix`{notes}.", count=fixable, notes=bracket)]
