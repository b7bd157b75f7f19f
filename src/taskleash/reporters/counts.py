"""How many findings each rule has, in place of the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from taskleash.reporters import words
from taskleash.reporters.language import Language
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.paint import Line, Piece, paint
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.reporters.summary import closing, is_fixable
from taskleash.rules import registry


def render(report: Report, options: RenderOptions) -> str:
    """A line a rule, the most frequent first: count, code, ``[*]`` if all are fixable, name."""
    found = [entry for entry in report.entries if entry.rule and not entry.silenced]
    counter = Counter([entry.rule for entry in found] + [error.code for error in report.errors])
    width = len(str(max(counter.values(), default=0)))
    fixable = _fixable_rules([*found, *report.errors])
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    lines: list[Line] = [
        _line(f"{count:>{width}}", code, _mark(code, fixable), options.say)
        for code, count in ranked
    ]
    undecided = _undecided(report, options.say) if options.command == "scan" else []
    summary = [[(line, "")] for line in closing(report, options)]
    return paint([*lines, *undecided, *summary], options.color)


def _undecided(report: Report, say: Language) -> list[Line]:
    """How many sites are not decided, and how many for which reason, the most frequent first."""
    found = [entry.site for entry in report.entries if entry.site.undecided]
    if not found:
        return []
    counter = Counter(kind for site in found for kind in {u.kind for u in site.undecided})
    ranked = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    width = len(str(len(found)))
    head: Line = [(f"{len(found)}", "bold"), (f"\t{say(words.UNKNOWN_LABEL)}", "bold yellow")]
    said = [(f"{count:>{width}}", say(words.IGNORANCE[kind])) for kind, count in ranked]
    return [head, *([(count, "bold"), (f"\t  {why}", "")] for count, why in said)]


def _mark(code: str, fixable: frozenset[str]) -> str:
    """Whether all of a rule's findings are fixable, where that is so of any rule's."""
    if not fixable:
        return ""
    return "[*] " if code in fixable else "[ ] "


def _line(count: str, code: str, mark: str, say: Language) -> list[Piece]:
    rule = registry.by_code(code)
    return [
        (count, "bold"),
        (f"\t{code}\t", "bold red"),
        (mark, "cyan"),
        (say(rule.name) if rule else "", ""),
    ]


def _fixable_rules(found: Iterable[Entry | FileError]) -> frozenset[str]:
    codes = {True: set[str](), False: set[str]()}
    for each in found:
        codes[is_fixable(each)].add(each.rule if isinstance(each, Entry) else each.code)
    return frozenset(codes[True] - codes[False])
