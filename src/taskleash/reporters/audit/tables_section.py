"""The lifetime table and the score card in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from taskleash.audit.components import Component, package_card, score_card
from taskleash.audit.lifetimes import Life, life_table
from taskleash.reporters import words
from taskleash.reporters.audit import phrases
from taskleash.reporters.audit.words import (
    COMPONENT_HEADINGS,
    LIFETIME_HEADINGS,
    PACKAGE_HEADINGS,
)
from taskleash.reporters.inert_entry import inert_entry
from taskleash.reporters.language import Language
from taskleash.reporters.markup import code, table, text
from taskleash.reporters.report import Entry


def lifetime_section(entries: Iterable[Entry], say: Language) -> Iterator[str]:
    """The table of what runs for long; nothing where nothing does."""
    lives = life_table([inert_entry(entry, unicode=True) for entry in entries])
    if lives:
        yield f"## {say('Long-running tasks')}"
        yield table(map(say, LIFETIME_HEADINGS), (_life(life, say) for life in lives))


def score_section(entries: Sequence[Entry], say: Language) -> Iterator[str]:
    """The score card: packages where there are several, then classes and modules."""
    packages, components = package_card(entries), score_card(entries)
    if not components:
        return
    yield f"## {say('Score card')}"
    if len(packages) > 1:
        rows = ([code(each.path), *_figures(each, say)] for each in packages)
        yield table(map(say, PACKAGE_HEADINGS), rows)
    rows = ([code(each.name), code(each.path), *_figures(each, say)] for each in components)
    yield table(map(say, COMPONENT_HEADINGS), rows)


def _life(life: Life, say: Language) -> list[str]:
    place, swallows = phrases.place(life.site), phrases.swallows(life)
    return [
        code(life.site.task),
        code(place),
        text(phrases.lives_with(life, say)),
        words.mark(phrases.end_state(life), text(phrases.ended_by(life, say))),
        text(phrases.period(life)),
        code(swallows) if swallows else "",
        words.risk(life.risk, life.site.dormant, unicode=True, say=say),
    ]


def _figures(of: Component, say: Language) -> list[str]:
    score = words.score(of.score, of.risk, of.dormant, unicode=True, say=say)
    return [str(of.tasks), *phrases.percentages(of), score]
