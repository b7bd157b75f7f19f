"""The findings in Markdown: each with its source, and the facts behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from taskleash.audit.model import risk_rank
from taskleash.reporters import words
from taskleash.reporters.audit.detail import Detail
from taskleash.reporters.details import facts, reasons
from taskleash.reporters.excerpt import excerpt
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, fenced, text
from taskleash.reporters.report import Entry

Source = Callable[[str], Sequence[str]]


def findings_section(
    entries: Iterable[Entry], source: Source, detail: Detail, say: Language
) -> Iterator[str]:
    """The blocks of each finding, worst first, then by place.

    ``source`` gives the lines of a file, none where it cannot be read.
    """
    for entry in sorted(entries, key=lambda e: risk_rank(e.site.risk, e.site.dormant)):
        yield _title(entry)
        yield _message(entry, say)
        if detail.excerpts and (lines := excerpt(entry.site, source(entry.site.path), True)):
            yield fenced(("".join(piece for piece, _ in line) for line in lines), "text")
        if detail.facts:
            yield _facts(entry, say)


def _title(entry: Entry) -> str:
    site = entry.site
    return f"### {code(f'{site.path}:{site.span.line}')} {code(site.task)}"


def _message(entry: Entry, say: Language) -> str:
    site = entry.site
    risk = words.labelled(site.risk, site.dormant, say)
    return f"{risk} **{entry.rule}** {text(say.told(entry.said))}"


def _facts(entry: Entry, say: Language) -> str:
    """A list of the facts, the steps of the evidence below the last."""
    shown = inert_entry(entry, unicode=True)
    items = [f"- **{say(label)}** {text(said)}" for label, said in facts(shown, say)]
    steps = reasons(shown)
    if steps:
        items.append(f"- **{say(words.WHY_LABEL)}**")
    for step in steps:
        items.append(f"  - {code(f'{step.path}:{step.line}')} {text(say.told(step.said))}")
    return "\n".join(items)
