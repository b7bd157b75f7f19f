"""The rows of the scan table on a page: one for each site, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from taskleash.audit.components import ComponentKind, component_of
from taskleash.reporters import words
from taskleash.reporters.html.risks import RISKS, risk_of
from taskleash.reporters.inert import inert
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry
from taskleash.reporters.rows import cell_rank
from taskleash.rules import registry
from taskleash.verdict.model import Cell


@dataclass(frozen=True)
class ShownCell:
    """A cell: its state, which chooses the symbol, and its word."""

    state: str
    word: str


@dataclass(frozen=True)
class SiteRow:
    """One site; ``component`` is an index."""

    entry: Entry
    path: str
    line: int
    task: str
    tracked: ShownCell
    cleaned: ShownCell
    risk: str
    rule: str
    rule_title: str
    rule_url: str
    component: int
    is_silenced: bool
    note: str


@dataclass(frozen=True)
class ScanData:
    """The rows, the components that they name by index, and the codes and titles of the rules."""

    rows: tuple[SiteRow, ...]
    components: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]


def scan(entries: Sequence[Entry], say: Language) -> ScanData:
    """All sites of a report."""
    ordered = sorted(entries, key=_badness)
    keys = sorted({component_of(e.site) for e in ordered}, key=lambda key: (key[1], key[2]))
    index = {key: i for i, key in enumerate(keys)}
    rows = tuple(_row(entry, index[component_of(entry.site)], say) for entry in ordered)
    titles = {row.rule: row.rule_title for row in rows if row.rule}
    return ScanData(rows, _labels(keys), tuple(sorted(titles.items())))


def _badness(entry: Entry) -> tuple[int, int, int, str, int, int]:
    site = entry.site
    cells = cell_rank(site.tracked), cell_rank(site.cleaned)
    return (RISKS.index(risk_of(site)), *cells, site.path, site.span.line, site.span.column)


def _labels(keys: Sequence[tuple[ComponentKind, str, str]]) -> tuple[str, ...]:
    """The components' names; where several have the same, their paths tell them apart."""
    counts = Counter(name for _, name, _ in keys)

    def label(kind: ComponentKind, name: str, path: str) -> str:
        if counts[name] == 1:
            return name
        return f"{name} ({path})" if kind is ComponentKind.CLASS else path

    return tuple(inert(label(*key)) for key in keys)


def _row(entry: Entry, component: int, say: Language) -> SiteRow:
    site = entry.site
    rule = registry.by_code(entry.rule) if entry.rule else None
    return SiteRow(
        entry=entry,
        path=inert(site.path),
        line=site.span.line,
        task=inert(site.task),
        tracked=_cell(site.tracked, say),
        cleaned=_cell(site.cleaned, say),
        risk=risk_of(site),
        rule=entry.rule,
        rule_title=say(rule.name) if rule else "",
        rule_url=rule.url if rule else "",
        component=component,
        is_silenced=entry.silenced,
        note=words.note(entry, say),
    )


def _cell(cell: Cell, say: Language) -> ShownCell:
    return ShownCell(str(cell.state), say(cell.how))
