"""What to watch while the program runs, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taskleash.audit.watch import COMMAND, LINES, watched
from taskleash.reporters.audit import phrases
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import fenced, text
from taskleash.reporters.report import Entry


def monitoring_section(entries: Iterable[Entry], say: Language) -> Iterator[str]:
    """The sites, the threshold and the lines to add; nothing where no site is at risk."""
    sites = watched([inert_entry(entry, unicode=True) for entry in entries])
    if not sites:
        return
    yield f"## {say('Monitoring')}"
    yield text(phrases.to_watch(sites, say))
    yield text(phrases.threshold(say))
    yield fenced(LINES, "python")
    yield text(phrases.without_a_change(say))
    yield fenced([COMMAND], "sh")
